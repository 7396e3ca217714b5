"""Campaigns: set up, started and stopped; their leads shared out, filled into hot state, and what came of them."""
