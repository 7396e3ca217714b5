"""Signing in: passwords, access tokens, refresh tokens."""
