"""Webhooks: where each tenant wants to be told of what happens."""
