"""Calls: place, end, transfer, list, and keep their records."""
