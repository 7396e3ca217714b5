"""What is there, what is archived, and who uses it: look-ups across features."""
