"""A queue's line and its agents, in memory: who waits in which order, who is ready, and how fast it goes."""

import math
from bisect import bisect_left, insort
from dataclasses import dataclass, field

from callmodel.agents import Agent
from callmodel.ids import AgentId, CallId
from callmodel.offers import QueueView
from callmodel.queues import Audience, Queue, Waiter
from callmodel.today import DayBook

PACE_ANSWERS = 30
"""How many answers a queue's pace is of: with fewer it jumps, with more it lags behind."""


@dataclass
class Caller:
    """A caller who is in line or offered.  `offered`: the agents of the offer that stands, by `token`.

    audience: who may be offered them, as of when they joined, came back or were widened last; None for nobody yet.
    waited: has stood in line.  seen_ms: when they were entered last.
    """

    waiter: Waiter
    queue: Queue
    seen_ms: int
    audience: Audience | None = None
    token: int | None = None
    made_ms: int = 0
    offered: list[AgentId] = field(default_factory=list)
    waited: bool = False

    @property
    def place(self) -> tuple[int, CallId]:
        """What sorts callers: the smaller is first."""
        return self.waiter.rank, self.waiter.call_id

    @property
    def leaves_free(self) -> int:
        """How many ready agents have to be left to callers of higher priority."""
        return self.queue.reserved_agents if self.waiter.priority < self.queue.reserved_priority else 0

    def look_at_clock(self, at_ms: int) -> None:
        """Take the audience of this moment."""
        begun = [audience for audience in self.waiter.audiences if audience.from_ms <= at_ms]
        self.audience = begun[-1] if begun else None


@dataclass
class Line:
    """waiting: by place.  ready: by since when, then by id.  turns: the token that an agent had here last.

    work_ms: what a caller costs an agent, from the times between answers while somebody always waited; `samples`: of
    how many such times it is, PACE_ANSWERS at most.
    """

    waiting: list[tuple[int, CallId]] = field(default_factory=list)
    entered: dict[CallId, int] = field(default_factory=dict)
    ready: list[tuple[int, AgentId]] = field(default_factory=list)
    agents: set[AgentId] = field(default_factory=set)
    turns: dict[AgentId, int] = field(default_factory=dict)
    work_ms: float | None = None
    samples: int = 0
    answered_ms: int | None = None
    day: DayBook = field(default_factory=DayBook)

    def enter(self, caller: Caller) -> None:
        if caller.waiter.call_id not in self.entered:
            insort(self.waiting, caller.place)
            self.entered[caller.waiter.call_id] = caller.waiter.entered_ms

    def replace(self, known: Caller, caller: Caller) -> None:
        """Let a caller stand as they ask now."""
        del self.waiting[bisect_left(self.waiting, known.place)]
        insort(self.waiting, caller.place)
        self.entered[caller.waiter.call_id] = caller.waiter.entered_ms

    def remove(self, caller: Caller) -> None:
        if self.entered.pop(caller.waiter.call_id, None) is not None:
            del self.waiting[bisect_left(self.waiting, caller.place)]
            if not self.waiting:
                self.answered_ms = None

    def note_answer(self, caller: Caller, at_ms: int) -> None:
        """Learn from an answer to somebody who had waited."""
        if not caller.waited:
            return
        if self.answered_ms is not None:
            sample = float((at_ms - self.answered_ms) * len(self.agents))
            known, self.samples = self.work_ms or 0.0, min(self.samples + 1, PACE_ANSWERS)
            self.work_ms = round(known + (sample - known) / self.samples, 3)
        if self.waiting:
            self.answered_ms = at_ms

    def place_of(self, caller: Caller) -> int:
        """Return a caller's place, 1 for the first."""
        return bisect_left(self.waiting, caller.place) + 1

    def estimate_seconds(self, place: int) -> int | None:
        """Return how long somebody at a place will wait, None while nothing is known to go by."""
        if self.work_ms is None or not self.agents:
            return None
        return math.ceil(place * self.work_ms / len(self.agents) / 1000)

    def view(self, at_ms: int) -> QueueView:
        longest_ms = max(at_ms - min(self.entered.values()), 0) if self.entered else 0
        estimate = self.estimate_seconds(len(self.waiting) + 1)
        return QueueView(
            len(self.waiting), len(self.ready), len(self.agents), longest_ms, estimate, self.day.view(at_ms)
        )


def level_in(audience: Audience, agent: Agent) -> int | None:
    """Return the sum of an agent's levels in what is needed; None for one who lacks a need, or is not asked for."""
    levels = [agent.skills.get(need.skill, 0) for need in audience.needs]
    if any(level < need.level for level, need in zip(levels, audience.needs, strict=True)):
        return None
    is_open = not audience.agents and not audience.teams
    if is_open or agent.agent_id in audience.agents or set(agent.teams) & set(audience.teams):
        return sum(levels)
    return None
