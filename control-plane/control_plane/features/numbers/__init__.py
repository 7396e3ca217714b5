"""Numbers: what HQ owns and lends to tenants."""
