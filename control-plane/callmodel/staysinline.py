"""A caller's stay in a queue's line, and which agents are rung for them meanwhile."""

from dataclasses import dataclass

from callmodel.ids import AgentId, LegId, QueueId
from callmodel.offers import OfferEnd
from callmodel.queues import Queue, SkillNeed


@dataclass(frozen=True)
class RungAgent:
    """An agent who is reserved for the caller and rung as `leg_id`; hot state knows the offer by `token`."""

    agent_id: AgentId
    token: int
    leg_id: LegId


@dataclass(frozen=True)
class ClosedOffer:
    """How an offer ended for an agent, as hot state was told, or should have been."""

    agent_id: AgentId
    token: int
    end: OfferEnd


@dataclass(frozen=True)
class Waiting:
    """The caller's stay in a queue's line.

    since_ms: of the caller's whole wait, which another queue goes on with; entered_ms: of this queue's.
    queue: as it was when hot state last told of it, None before.  ahead: callers before this one, as told then.
    comforted: how many of the queue's comfort messages were played.  by_flow: a flow sent the caller here, and takes
    whoever waits in vain back.  closed: the last offers that came to nothing.
    """

    queue_id: QueueId
    priority: int
    since_ms: int
    entered_ms: int
    needs: tuple[SkillNeed, ...] = ()
    wanted_agents: tuple[AgentId, ...] = ()
    queue: Queue | None = None
    ahead: int = 0
    comforted: int = 0
    rung: tuple[RungAgent, ...] = ()
    by_flow: bool = False
    closed: tuple[ClosedOffer, ...] = ()

    def rung_as(self, leg_id: LegId) -> RungAgent | None:
        return next((each for each in self.rung if each.leg_id == leg_id), None)
