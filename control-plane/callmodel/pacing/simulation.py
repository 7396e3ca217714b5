"""A campaign's shift in virtual time, under any pacing: what the bench measures and `trunkline simulate` shows.

Chance comes from outside, a fate for each call in the order of launch, so that pacings can be compared on the same
calls, and a run can be repeated.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from callmodel.pacing import outcomes
from callmodel.pacing.outcomes import Fact
from callmodel.pacing.snapshot import Agent, AgentState, Snapshot

HALF_HOUR = 1800.0


class Pacing(Protocol):
    """What decides how many calls to launch."""

    def observe(self, fact: Fact) -> None:
        """Learn a fact."""
        ...

    def lines_to_launch(self, now: float, snapshot: Snapshot) -> int:
        """Return how many calls to launch at once."""
        ...


class Fate(NamedTuple):
    """What becomes of a call, whenever it is launched; times in seconds."""

    luck: float
    """From 0 to 1: answered where it is under the answer rate of the time of launch."""
    is_machine: bool
    person_answers_after: float
    machine_answers_after: float
    gives_up_after: float
    """When its ringing ends where nobody answers: busy, failed, or rung for as long as is allowed."""
    talk: float
    wrap_up: float


@dataclass(frozen=True)
class Scenario:
    """A shift.  Machines are recognised as they answer, and take no agent."""

    agents: int
    answer_rate: Callable[[float], float]
    """By seconds since the beginning: the share of calls that a person or a machine answers."""
    seconds: float = 8 * 3600.0
    lines_an_agent: float = 3.0
    grace: float = 2.0
    tick: float = 1.0
    """The pacing is asked so often, in seconds."""
    leads: int | None = None
    """How many calls the list is good for; None has no end."""
    leave_at: float | None = None
    leaving: int = 0
    """So many agents leave at that time, in the middle of whatever they do."""


@dataclass
class HalfHour:
    """One half hour of a shift: calls by when they were answered."""

    answered: int = 0
    abandoned: int = 0
    productive_seconds: float = 0.0


@dataclass
class Shift:
    """What came of it."""

    scenario: Scenario
    launched: int = 0
    answered: int = 0
    """By persons."""
    abandoned: int = 0
    productive_seconds: float = 0.0
    signed_in_seconds: float = 0.0
    list_ended_at: float | None = None
    half_hours: list[HalfHour] = field(default_factory=list)

    @property
    def abandonment(self) -> float:
        """Abandoned calls over those that persons answered."""
        return self.abandoned / self.answered if self.answered else 0.0

    @property
    def productive(self) -> float:
        """Talk and wrap-up over the agents' time."""
        return self.productive_seconds / self.signed_in_seconds

    @property
    def worst_half_hour(self) -> float:
        """The highest abandonment of a half hour."""
        return max((each.abandoned / each.answered for each in self.half_hours if each.answered), default=0.0)


def simulate(scenario: Scenario, pacing: Pacing, fates: Iterator[Fate]) -> Shift:
    """Return what comes of a shift; the fates must be as many as calls are launched."""
    return _Floor(scenario, pacing, fates).work()


class _Floor:
    """The state of the simulated campaign: who does what since when, and what happens next."""

    def __init__(self, scenario: Scenario, pacing: Pacing, fates: Iterator[Fate]) -> None:
        self._scenario, self._pacing, self._fates = scenario, pacing, fates
        half_hours = max(1, int(scenario.seconds // HALF_HOUR))
        self._shift = Shift(scenario, half_hours=[HalfHour() for _ in range(half_hours)])
        self._shift.signed_in_seconds = scenario.agents * scenario.seconds
        self._here = scenario.agents
        self._state = [AgentState.READY] * scenario.agents
        self._since = [0.0] * scenario.agents
        self._ready = deque(range(scenario.agents))
        self._ringing: dict[int, float] = {}
        self._waiting: deque[tuple[float, Fate]] = deque()
        self._next: list[tuple[float, int, Callable[..., None], tuple[object, ...]]] = []
        self._happened = 0
        self._handling = 0

    def work(self) -> Shift:
        scenario = self._scenario
        for tick in range(int(scenario.seconds / scenario.tick)):
            now = tick * scenario.tick
            self._run_until(now)
            if scenario.leave_at is not None and self._here == scenario.agents and now >= scenario.leave_at:
                self._leave(now, scenario.leaving)
            wanted = self._pacing.lines_to_launch(now, self._snapshot(now))
            for _ in range(min(wanted, self._channels_free())):
                self._launch(now)
        # The calendar closes; what rings is still answered, or not.
        self._run_until(float("inf"))
        return self._shift

    def _run_until(self, now: float) -> None:
        queue = self._next
        while queue and queue[0][0] <= now:
            at, _, happen, about = heapq.heappop(queue)
            happen(at, *about)

    def _later(self, at: float, happen: Callable[..., None], *about: object) -> None:
        self._happened += 1
        heapq.heappush(self._next, (at, self._happened, happen, about))

    def _channels_free(self) -> int:
        lines = int(self._scenario.lines_an_agent * self._here)
        return max(0, lines - len(self._ringing) - len(self._waiting) - self._handling)

    def _leads_left(self) -> bool:
        return self._scenario.leads is None or self._shift.launched < self._scenario.leads

    def _snapshot(self, now: float) -> Snapshot:
        here = self._here
        return Snapshot(
            tuple([Agent(state, now - since) for state, since in zip(self._state[:here], self._since, strict=False)]),
            tuple([now - since for since in self._ringing.values()]),
            self._channels_free(),
            len(self._waiting),
            self._leads_left(),
        )

    def _launch(self, now: float) -> None:
        if not self._leads_left():
            return
        shift = self._shift
        shift.launched += 1
        if not self._leads_left():
            shift.list_ended_at = now
        fate, call = next(self._fates), shift.launched
        self._ringing[call] = now
        if fate.luck >= self._scenario.answer_rate(now):
            self._later(now + fate.gives_up_after, self._gave_up, call)
        elif fate.is_machine:
            self._later(now + fate.machine_answers_after, self._machine, call)
        else:
            self._later(now + fate.person_answers_after, self._person, call, fate)

    def _gave_up(self, at: float, call: int) -> None:
        self._pacing.observe(outcomes.CallUnanswered(at, at - self._ringing.pop(call)))

    def _machine(self, at: float, call: int) -> None:
        self._pacing.observe(outcomes.CallAnswered(at, at - self._ringing.pop(call), by_person=False))

    def _person(self, at: float, call: int, fate: Fate) -> None:
        self._pacing.observe(outcomes.CallAnswered(at, at - self._ringing.pop(call), by_person=True))
        self._shift.answered += 1
        self._half_hour_of(at).answered += 1
        if self._ready:
            self._connect(at, self._ready.popleft(), fate)
        else:
            customer = (at, fate)
            self._waiting.append(customer)
            self._later(at + self._scenario.grace, self._patience_ended, customer)

    def _patience_ended(self, at: float, customer: tuple[float, Fate]) -> None:
        if self._waiting and self._waiting[0] is customer:
            self._waiting.popleft()
            self._shift.abandoned += 1
            self._half_hour_of(customer[0]).abandoned += 1
            self._pacing.observe(outcomes.CustomerAbandoned(at))

    def _connect(self, at: float, agent: int, fate: Fate) -> None:
        self._pacing.observe(outcomes.CustomerConnected(at))
        self._state[agent], self._since[agent] = AgentState.TALKING, at
        self._handling += 1
        self._later(at + fate.talk, self._talk_ended, agent, at, fate)

    def _talk_ended(self, at: float, agent: int, since: float, fate: Fate) -> None:
        if agent >= self._here:
            return
        self._handling -= 1
        self._produced(since, at)
        self._pacing.observe(outcomes.TalkEnded(at, at - since))
        self._state[agent], self._since[agent] = AgentState.WRAP_UP, at
        self._later(at + fate.wrap_up, self._wrap_up_ended, agent, at)

    def _wrap_up_ended(self, at: float, agent: int, since: float) -> None:
        if agent >= self._here:
            return
        self._produced(since, at)
        self._pacing.observe(outcomes.WrapUpEnded(at, at - since))
        if self._waiting:
            self._connect(at, agent, self._waiting.popleft()[1])
        else:
            self._state[agent], self._since[agent] = AgentState.READY, at
            self._ready.append(agent)

    def _leave(self, now: float, leaving: int) -> None:
        stay = self._here - leaving
        for agent in range(stay, self._here):
            if self._state[agent] is not AgentState.READY:
                self._handling -= self._state[agent] is AgentState.TALKING
                self._produced(self._since[agent], now)
        self._ready = deque(agent for agent in self._ready if agent < stay)
        self._here = stay
        self._shift.signed_in_seconds -= leaving * (self._scenario.seconds - now)

    def _produced(self, since: float, until: float) -> None:
        until = min(until, self._scenario.seconds)
        self._shift.productive_seconds += max(0.0, until - since)
        while since < until:
            border = min(until, (since // HALF_HOUR + 1) * HALF_HOUR)
            self._half_hour_of(since).productive_seconds += border - since
            since = border

    def _half_hour_of(self, at: float) -> HalfHour:
        return self._shift.half_hours[min(int(at // HALF_HOUR), len(self._shift.half_hours) - 1)]
