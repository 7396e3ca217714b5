"""Figures of past times by interval: agents, queues, trunks and the tenant (ADR 49)."""
