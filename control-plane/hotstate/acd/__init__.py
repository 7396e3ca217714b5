"""Who waits and who is free: agents, callers in line, and the scripts that bring them together (ADR 32)."""

from hotstate.acd.acd import Acd

__all__ = ["Acd"]
