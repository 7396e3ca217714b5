"""Agents: what they can, which queues they serve, and what they do now."""
