"""Flows: drafts, what is wrong with them, and versions that calls run."""
