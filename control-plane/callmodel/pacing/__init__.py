"""How many calls an outbound campaign launches now, and the simulator that tells what comes of it."""

from callmodel.pacing.modes import Power, Progressive
from callmodel.pacing.pacer import Pacer
from callmodel.pacing.snapshot import Agent, AgentState, Snapshot

__all__ = ["Agent", "AgentState", "Pacer", "Power", "Progressive", "Snapshot"]
