"""Configuration on its way from the store to edges and media nodes."""
