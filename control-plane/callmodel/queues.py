"""Queues: what a tenant says of one, and what matching knows of a caller who waits in it."""

from dataclasses import dataclass, replace
from enum import Enum

from callmodel.agents import LastSpoken
from callmodel.ids import AgentId, CallId, NodeId, PromptId, ProviderId, QueueId, TenantId

DAY_MS = 86_400_000


class Strategy(Enum):
    """Whom of several free agents a caller is offered to.

    `LEAST_OCCUPIED`: with the smallest share of time in calls since they signed in.  `RING_ALL`: all at once, and
    the first who answers has the call.
    """

    LONGEST_IDLE = "longest-idle"
    MOST_SKILLED = "most-skilled"
    LEAST_OCCUPIED = "least-occupied"
    ROUND_ROBIN = "round-robin"
    RING_ALL = "ring-all"


@dataclass(frozen=True)
class SkillNeed:
    """A skill that an agent must have, with a proficiency of at least `level`, 1 to 10."""

    skill: str
    level: int = 1


@dataclass(frozen=True)
class Relaxation:
    """What a caller who has waited `after_seconds` still asks for, in place of what was asked before."""

    after_seconds: int
    needs: tuple[SkillNeed, ...] = ()


class OverflowWhen(Enum):
    """`WAITED`: over `threshold` seconds.  `LENGTH`: over `threshold` callers ahead.  `NOBODY`: no agent signed in.

    `EXPECTED`: the expected wait is over `threshold` seconds.
    """

    WAITED = "waited"
    LENGTH = "length"
    NOBODY = "nobody"
    EXPECTED = "expected"


@dataclass(frozen=True)
class Queue:
    """A queue as its tenant set it up.  Times are seconds.

    pool: whose agents serve it.  wrap_up_seconds: the longest that an agent may write after a call.
    offer_seconds: how long an agent's phone rings.  answer_target_seconds: within how many a caller should be
    answered, and service_level_percent: how many of a hundred should be.
    age_seconds_per_priority: how much waiting a step of priority is worth.  most_waiting, longest_wait_seconds: None
    for no limit.  reserved_agents: how many free agents are kept for callers of `reserved_priority` and above.
    announce_every_seconds: how often a waiting caller hears the place and the expected wait; None for never.
    last_agent_seconds: how long a caller is kept for the agent who last spoke with that number; 0 for not at all.
    last_agent_days: how long ago that may have been.
    """

    tenant_id: TenantId
    queue_id: QueueId
    name: str = ""
    pool: ProviderId = ProviderId("hq")
    strategy: Strategy = Strategy.LONGEST_IDLE
    needs: tuple[SkillNeed, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    offer_seconds: int = 20
    wrap_up_seconds: int = 30
    answer_target_seconds: int = 20
    service_level_percent: int = 80
    age_seconds_per_priority: int = 60
    most_waiting: int | None = None
    longest_wait_seconds: int | None = None
    reserved_agents: int = 0
    reserved_priority: int = 8
    music: PromptId | None = None
    comfort: tuple[PromptId, ...] = ()
    announces_place: bool = True
    announce_every_seconds: int | None = 30
    last_agent_seconds: int = 20
    last_agent_days: int = 30
    team_seconds: int = 0


@dataclass(frozen=True)
class Audience:
    """Who may be offered a caller from `from_ms` on (milliseconds since 1970) until the next one begins.

    Empty `agents` and `teams` are everybody who serves the queue; `needs` hold besides.
    """

    from_ms: int
    needs: tuple[SkillNeed, ...] = ()
    agents: tuple[AgentId, ...] = ()
    teams: tuple[str, ...] = ()


@dataclass(frozen=True)
class Waiter:
    """A caller in line.  `node_id`: who holds the call and is told of an offer.

    rank: milliseconds since 1970 less what priority is worth; of two callers the smaller is first.  `priority`: 0 to
    10.  `audiences`: in order of time, at least one.  caller: the number as a keyed hash, None where it is not known;
    by it a caller who lost the line keeps the place, and the last agent is known.  day_ends_ms: when the tenant's day
    ends, in whose figures the caller counts; None for who does not count.
    """

    tenant_id: TenantId
    queue_id: QueueId
    pool: ProviderId
    call_id: CallId
    node_id: NodeId
    entered_ms: int
    rank: int
    priority: int
    audiences: tuple[Audience, ...]
    caller: str | None = None
    day_ends_ms: int | None = None


def rank_of(entered_ms: int, priority: int, queue: Queue) -> int:
    """Return a caller's place in line: each step of priority counts as so much waiting, so everybody's turn comes."""
    return entered_ms - priority * queue.age_seconds_per_priority * 1000


def audiences_of(
    queue: Queue, entered_ms: int, last: LastSpoken | None = None, asked: tuple[SkillNeed, ...] = ()
) -> tuple[Audience, ...]:
    """Return who may be offered a caller, in order of time: the agent who last spoke with the number, then that
    agent's team, then the queue, whose needs relax as the wait goes on.

    asked: needs of this call beside the queue's; they do not relax.  Nobody is waited for who is not signed in, or
    who spoke with the number too long ago.
    """
    opens_ms = entered_ms
    narrow: list[tuple[int, tuple[AgentId, ...], tuple[str, ...]]] = []
    if last is not None and entered_ms - last.at_ms <= queue.last_agent_days * DAY_MS:
        if last.signed_in and queue.last_agent_seconds:
            narrow.append((opens_ms, (last.agent_id,), ()))
            opens_ms += queue.last_agent_seconds * 1000
        if last.teams and queue.team_seconds:
            narrow.append((opens_ms, (), last.teams))
            opens_ms += queue.team_seconds * 1000
    relaxed = sorted(queue.relaxations, key=lambda each: each.after_seconds)
    needs_from = [(entered_ms, queue.needs)]
    needs_from += [(entered_ms + each.after_seconds * 1000, each.needs) for each in relaxed]
    starts = sorted({opens_ms, *(each[0] for each in narrow), *(start for start, _ in needs_from)})
    return tuple(_audience_at(start, needs_from, narrow, opens_ms, asked) for start in starts)


def widenings_of(queue: Queue, entered_ms: int) -> tuple[int, ...]:
    """Return when others than before may be offered a caller, whoever spoke with them last (ms since 1970)."""
    there = LastSpoken(AgentId(""), entered_ms, ("",), signed_in=True)
    cases = (audiences_of(queue, entered_ms, last) for last in (there, replace(there, signed_in=False)))
    return tuple(sorted({each.from_ms for case in cases for each in case if each.from_ms > entered_ms}))


def _audience_at(
    at_ms: int,
    needs_from: list[tuple[int, tuple[SkillNeed, ...]]],
    narrow: list[tuple[int, tuple[AgentId, ...], tuple[str, ...]]],
    opens_ms: int,
    asked: tuple[SkillNeed, ...],
) -> Audience:
    needs = [each for start, each in needs_from if start <= at_ms][-1]
    agents, teams = [each[1:] for each in narrow if each[0] <= at_ms][-1] if at_ms < opens_ms else ((), ())
    return Audience(at_ms, (*asked, *(need for need in needs if need not in asked)), agents, teams)
