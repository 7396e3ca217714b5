"""What a pacer sees at one moment: the campaign's agents over all sites, the calls that ring, and the lines left."""

from dataclasses import dataclass
from enum import Enum


class AgentState(Enum):
    """What counts for pacing.  Who pauses or is signed out is not in a snapshot."""

    READY = "ready"
    RESERVED = "reserved"
    """Promised to a caller and not talking yet: as good as talking."""
    TALKING = "talking"
    WRAP_UP = "wrap-up"


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent, and how many seconds they have been in their state."""

    state: AgentState
    seconds_in_state: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The campaign at one moment."""

    agents: tuple[Agent, ...]
    ringing_seconds: tuple[float, ...]
    """For each call that has been launched and neither answered nor ended: how many seconds ago."""
    channels_free: int
    """How many more calls the trunks, and whatever else limits the campaign, take now."""
    waiting: int = 0
    """Customers who have answered and whom no agent has yet: within the grace, not abandoned."""
    is_open: bool = True
    """False outside of the calendar's hours, while the campaign is paused, and when the list has no lead left."""
