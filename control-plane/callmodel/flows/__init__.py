"""Flows: what a caller hears and may choose before a person answers, as documents that tenants write."""
