"""Calls in progress, as wallboards show them: a hash in Redis, kept by the facts."""
