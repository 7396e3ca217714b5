"""Agents: who takes calls, where they sit, and what they do.  Their states live in Redis as leases (`hotstate`)."""

from dataclasses import dataclass, field
from enum import Enum

from callmodel.ids import AgentId, CallId, Extension, ProviderId, QueueId, SiteId, TenantId


class AgentState(Enum):
    """What an agent does.

    `RESERVED`: a caller is on the way to them.  `RINGING`, `TALKING`: a leg of theirs rings or talks, whoever called
    whom.  `WRAP_UP`: writes down what the last call was about.  `PAUSED`: has a reason, and perhaps a limit.
    """

    SIGNED_OUT = "signed-out"
    READY = "ready"
    RESERVED = "reserved"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap-up"
    PAUSED = "paused"


@dataclass(frozen=True)
class Seat:
    """The station that an agent sits at.  `tenant_id`: the station's, which need not be the call's."""

    tenant_id: TenantId
    extension: Extension
    site_id: SiteId


@dataclass(frozen=True)
class ServedQueue:
    """A queue that an agent takes callers from; the queue's tenant stands beside it."""

    tenant_id: TenantId
    queue_id: QueueId


@dataclass(frozen=True)
class Agent:
    """An agent as matching knows one.  `skills`: proficiency from 1 to 10.  One pool, however many tenants."""

    agent_id: AgentId
    pool: ProviderId
    name: str = ""
    skills: dict[str, int] = field(default_factory=dict)
    queues: tuple[ServedQueue, ...] = ()
    teams: tuple[str, ...] = ()


@dataclass(frozen=True)
class SeatedAgent:
    """Who is seated at a station and takes calls: they may sign in there by phone."""

    tenant_id: TenantId
    extension: Extension
    agent: Agent


class SeatUse(Enum):
    """What a leg does at a station.  `RINGING` from the moment that it is dialled."""

    RINGING = "ringing"
    TALKING = "talking"
    GONE = "gone"


@dataclass(frozen=True)
class SeatLeg:
    """A leg at a station, as the node that holds it knows it.  `since_ms`: when it was made."""

    seat: Seat
    call_id: CallId
    use: SeatUse
    since_ms: int


@dataclass(frozen=True)
class AgentView:
    """A signed-in agent as others see one.

    since_ms: when `state` began.  reason: of a pause, also of one that waits for the end of a call.  call_id: of the
    call that they are reserved for or in; its tenant and queue where it came from one.  token: of the offer that
    stands, None without one.
    """

    agent: Agent
    seat: Seat
    state: AgentState
    since_ms: int
    reason: str | None = None
    call_id: CallId | None = None
    tenant_id: TenantId | None = None
    queue_id: QueueId | None = None
    token: int | None = None


@dataclass(frozen=True)
class LastSpoken:
    """Who last spoke with a number, and when.  `teams` as they were then; `signed_in`: now."""

    agent_id: AgentId
    at_ms: int
    teams: tuple[str, ...] = ()
    signed_in: bool = False
