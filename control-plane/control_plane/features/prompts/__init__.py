"""Prompts: the tenant's own audio, by language."""
