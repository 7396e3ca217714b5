"""Where a call stands in its flow, and what the flow has learnt of the caller."""

from dataclasses import dataclass, field, replace
from enum import Enum

from callmodel.endings import Ending
from callmodel.ids import AgentId, QueueId
from callmodel.queues import SkillNeed


class Doing(Enum):
    """What the node waits for: the end of what is said, keys, or the queue that the caller is let into."""

    SAYING = "saying"
    AWAITING = "awaiting"
    QUEUEING = "queueing"


@dataclass(frozen=True)
class QueueWish:
    """Which queue a caller wants into, as `waiting.enter` takes it."""

    queue_id: QueueId
    priority: int = 0
    needs: tuple[SkillNeed, ...] = ()
    wanted_agents: tuple[AgentId, ...] = ()


@dataclass(frozen=True)
class Visit:
    """A call in its flow.

    asked: counts what was asked of others, such as a prompt to be played; its answer names the number.
    tries: of the caller, at this node.  digits: what was pressed at this node so far.
    steps: nodes since the caller last did something.  result: how the call ends if the flow lets the caller go.
    hidden: digits that are never written down.  No `repr` shows what callers told.
    """

    node: str
    language: str
    doing: Doing | None = None
    asked: int = 0
    tries: int = 0
    digits: str = field(default="", repr=False)
    data: dict[str, str] = field(default_factory=dict, repr=False)
    hidden: dict[str, str] = field(default_factory=dict, repr=False)
    priority: int = 0
    needs: tuple[SkillNeed, ...] = ()
    steps: int = 0
    wish: QueueWish | None = None
    result: Ending | None = None

    def forgetting(self) -> "Visit":
        """Return the visit without what must not be kept."""
        return replace(self, digits="", hidden={})
