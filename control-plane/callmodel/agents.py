"""Agents: who takes calls, where they sit, and what they do.  Their states live in Redis as leases (`hotstate`)."""

from dataclasses import dataclass, field
from enum import Enum

from callmodel.ids import AgentId, Extension, ProviderId, QueueId, SiteId, TenantId


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
