"""Whom HQ's edges do not listen to, and how they listen again."""
