"""Do-not-call lists: numbers and files of the platform, of tenants and of campaigns."""
