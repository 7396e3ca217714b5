"""Queues: whom callers wait for, how long, and what they hear meanwhile."""
