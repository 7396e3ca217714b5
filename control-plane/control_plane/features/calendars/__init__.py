"""Calendars: when a tenant's people are there."""
