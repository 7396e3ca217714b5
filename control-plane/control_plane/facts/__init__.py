"""What comes over the bus, and what several features keep of it."""
