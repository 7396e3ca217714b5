"""End to end.  A package, so that the system that all tests here share ends with the last of them."""
