"""Wire shapes of queues: `callmodel.queues.Queue`, field by field."""

from typing import Any, Literal

from pydantic import Field

from callmodel.codec import from_wire
from callmodel.ids import QueueId, TenantId
from callmodel.queues import Queue
from control_plane.fields import DisplayName, PromptIdText, QueueIdText, SkillText, Slug
from control_plane.web import NestedPatch, Shape

StrategyName = Literal["longest-idle", "most-skilled", "least-occupied", "round-robin", "ring-all"]
_STRATEGY = (
    "whom of several free agents a caller is offered to; `ring-all`: all at once, the first to answer has the call"
)


class SkillNeedShape(Shape):
    """A skill that an agent must have, with a proficiency of at least `level`."""

    skill: SkillText
    level: int = Field(1, ge=1, le=10)


Needs = list[SkillNeedShape]


class RelaxationShape(Shape):
    """What a caller who has waited `after_seconds` still asks for, in place of what was asked before."""

    after_seconds: int = Field(ge=1, le=86_400)
    needs: Needs = Field(default_factory=list, max_length=20)


class QueueSettings(Shape):
    """How a queue works. Times are seconds; null is no limit, or never."""

    name: DisplayName | Literal[""] = ""
    strategy: StrategyName = Field("longest-idle", description=_STRATEGY)
    needs: Needs = Field(default_factory=list, max_length=20, description="what every agent must be able to do")
    relaxations: list[RelaxationShape] = Field(default_factory=list, max_length=10, description="in order of time")
    offer_seconds: int = Field(20, ge=5, le=180, description="how long an agent's phone rings")
    wrap_up_seconds: int = Field(30, ge=0, le=3600, description="the longest that an agent may write after a call")
    answer_target_seconds: int = Field(20, ge=1, le=3600, description="within how many a caller should be answered")
    service_level_percent: int = Field(80, ge=1, le=100, description="how many of a hundred should be")
    age_seconds_per_priority: int = Field(
        60, ge=0, le=3600, description="how much waiting a step of priority is worth"
    )
    most_waiting: int | None = Field(None, ge=1, le=10_000)
    longest_wait_seconds: int | None = Field(None, ge=5, le=86_400)
    reserved_agents: int = Field(0, ge=0, le=1000, description="free agents kept for callers of `reserved_priority`")
    reserved_priority: int = Field(8, ge=1, le=10)
    music: PromptIdText | None = Field(None, description="what callers hear while they wait; null: the platform's")
    comfort: list[PromptIdText] = Field(
        default_factory=list, max_length=20, description="told in turn while one waits"
    )
    announces_place: bool = True
    announce_every_seconds: int | None = Field(30, ge=10, le=3600)
    last_agent_seconds: int = Field(20, ge=0, le=600, description="how long a caller is kept for the last agent")
    last_agent_days: int = Field(30, ge=1, le=365, description="how long ago they may have spoken")
    team_seconds: int = Field(0, ge=0, le=600, description="how long, after that, for the last agent's team")


class NewQueue(QueueSettings):
    """A queue to be. Its pool stays: agents and callers of two pools are never matched together."""

    queue_id: QueueIdText
    pool: Slug | None = Field(
        None, description="whose agents serve it: `hq` or an outsourcing firm; by default the tenant's provider"
    )


class QueuePatch(NestedPatch, QueueSettings):
    """What is to change; what is absent stays, null is no limit or never. Lists are replaced whole."""


class QueueView(QueueSettings):
    """A queue as it is."""

    tenant_id: str
    queue_id: str
    pool: str
    created_ms: int
    archived_ms: int | None


class QueueStateView(Shape):
    """A queue now."""

    queue_id: str
    name: str
    waiting: int = Field(description="callers whom nobody is offered yet")
    longest_wait_seconds: float = Field(description="of those who wait now")
    estimate_seconds: int | None = Field(description="how long who comes next will wait; null: nothing to go by yet")
    ready: int = Field(description="agents who are free")
    signed_in: int = Field(description="agents of the queue, whatever they do")
    offered_today: int = Field(description="callers who came into the line on this day of the tenant's")
    answered_today: int = Field(description="of them, whom an agent took")
    abandoned_today: int = Field(description="of them, who gave up or were lost")
    service_level_today: float | None = Field(
        description="percent answered within the target, of those answered or abandoned; null: none yet"
    )


def to_queue(tenant_id: TenantId, queue_id: QueueId, pool: str, settings: dict[str, Any]) -> Queue:
    """Return the domain's value.  settings: what `QueueSettings` has."""
    return from_wire(Queue, {**settings, "tenant_id": tenant_id, "queue_id": queue_id, "pool": pool})
