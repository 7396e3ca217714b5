"""The one partition of what HQ owns and there are few of: tenants, sites, trunks, users."""

SCOPE = "platform"
