"""The platform as a whole: what is alive, and who did what."""
