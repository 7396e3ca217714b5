"""What matching answers: an offer, a place in line, or that a queue is full; and how an offer ends."""

from dataclasses import dataclass
from enum import Enum

from callmodel.agents import Seat
from callmodel.ids import AgentId, CallId, QueueId, TenantId
from callmodel.today import Today


@dataclass(frozen=True)
class Offered:
    """An agent who is reserved for a caller, and where to ring."""

    agent_id: AgentId
    seat: Seat


@dataclass(frozen=True)
class Offer:
    """A caller is offered to these agents: one, or several where the queue rings all.

    token: the larger one counts.  An offer for a call that has one already takes its place: whoever is not named in
    it has to stop ringing.
    """

    tenant_id: TenantId
    queue_id: QueueId
    call_id: CallId
    token: int
    made_ms: int
    agents: tuple[Offered, ...]


@dataclass(frozen=True)
class InLine:
    """Nobody is free.  `place`: 1 is next.  estimate_seconds: None while nothing is known to go by."""

    place: int
    estimate_seconds: int | None = None


@dataclass(frozen=True)
class Full:
    """The queue takes nobody more: so many wait."""

    waiting: int


class OfferEnd(Enum):
    """How an offer ends for an agent.  The first three take the agent out, with that reason.

    `WITHDRAWN`: the caller is gone.
    """

    NO_ANSWER = "no-answer"
    UNREACHABLE = "unreachable"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ANSWERED = "answered"


@dataclass(frozen=True)
class QueueView:
    """A queue now.  `waiting` are those whom nobody is offered.  estimate_seconds: the wait of who comes next.

    today: what befell the callers of the tenant's calendar day.
    """

    waiting: int
    ready: int
    signed_in: int
    longest_wait_ms: int
    estimate_seconds: int | None
    today: Today = Today()


@dataclass(frozen=True)
class Repairs:
    """What a node's proof changed, counted by kind; `lost`: calls it says wait that are in no line, to be joined
    anew.

    legs_missed: they lived and were not known.  legs_gone: they were known and are not there any more.
    legs_changed: they did something else.  callers_gone: they stood in line and no node holds them.
    """

    legs_missed: int = 0
    legs_gone: int = 0
    legs_changed: int = 0
    callers_gone: int = 0
    lost: tuple[CallId, ...] = ()

    def by_kind(self) -> dict[str, int]:
        """Return how many of each kind there were."""
        return {
            "leg-missed": self.legs_missed,
            "leg-gone": self.legs_gone,
            "leg-changed": self.legs_changed,
            "caller-gone": self.callers_gone,
            "caller-lost": len(self.lost),
        }

    @property
    def count(self) -> int:
        """How much differed."""
        return sum(self.by_kind().values())
