"""Lists of numbers: sent, imported and kept."""
