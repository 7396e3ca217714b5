"""Branches: becoming one by token and certificate, their snapshot, and what their line is like."""
