"""Leads, do-not-call lists and what is known of numbers, in the durable store."""
