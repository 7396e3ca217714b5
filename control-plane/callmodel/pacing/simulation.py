"""A campaign's shift in virtual time, under any pacing: what the bench measures and `trunkline simulate` shows.

Chance comes from outside, a fate for each call in the order of launch, so that pacings can be compared on the same
calls, and a run can be repeated.  Whom there is to call, and when, says a supply: a plain number of calls here, a
campaign's leads with their rules in `callmodel.campaigns.simulating`.
"""

import heapq
import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, Protocol

from callmodel.pacing import outcomes
from callmodel.pacing.outcomes import Fact
from callmodel.pacing.snapshot import Agent, AgentState, Snapshot

HALF_HOUR = 1800.0
_ASK_SECONDS = 60.0


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


class Came(Enum):
    """What came of a call.  `TALKED`: with an agent."""

    UNANSWERED = "unanswered"
    MACHINE = "machine"
    ABANDONED = "abandoned"
    TALKED = "talked"


class Supply(Protocol):
    """Whom there is to call."""

    def next_call(self, now: float) -> tuple[Fate, object] | None:
        """Return the next call's fate and whom it is of, None where nobody may be called now."""
        ...

    def over(self, now: float, whom: object, came: Came) -> None:
        """Learn what came of a call."""
        ...

    def opens(self, now: float) -> float | None:
        """Return when agents are there: `now`, or a later time at which they come; None for never any more."""
        ...

    def is_due(self, now: float) -> bool:
        """Say whether there may be somebody to call now."""
        ...

    @property
    def is_spent(self) -> bool:
        """Whether nobody is called any more."""
        ...


class PlainCalls:
    """So many calls, at any time, each of somebody else; `leads` None has no end."""

    def __init__(self, fates: Iterator[Fate], leads: int | None = None) -> None:
        self._fates, self._left = fates, leads

    def next_call(self, now: float) -> tuple[Fate, object] | None:
        if self._left is not None:
            if not self._left:
                return None
            self._left -= 1
        return next(self._fates), None

    def over(self, now: float, whom: object, came: Came) -> None:
        """Nobody is called again."""

    def opens(self, now: float) -> float | None:
        """Agents stay to the end of their shift."""
        return now

    def is_due(self, now: float) -> bool:
        return not self.is_spent

    @property
    def is_spent(self) -> bool:
        return self._left == 0


@dataclass(frozen=True)
class Scenario:
    """A shift.  Machines are recognised as they answer, and take no agent."""

    agents: int
    answer_rate: Callable[[float], float]
    """By seconds since the beginning: the share of calls that a person or a machine answers."""
    seconds: float = 8 * 3600.0
    lines_an_agent: float = 3.0
    most_lines: int = 1_000_000
    """Over all agents: what trunks and the campaign allow."""
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
    signed_in_seconds: float = 0.0


@dataclass
class Shift:
    """What came of it.  signed_in_seconds: of all agents, while they were there."""

    scenario: Scenario
    launched: int = 0
    answered: int = 0
    """By persons."""
    abandoned: int = 0
    productive_seconds: float = 0.0
    signed_in_seconds: float = 0.0
    list_ended_at: float | None = None
    simulated_seconds: float = 0.0
    half_hours: list[HalfHour] = field(default_factory=list)

    @property
    def abandonment(self) -> float:
        """Abandoned calls over those that persons answered."""
        return self.abandoned / self.answered if self.answered else 0.0

    @property
    def productive(self) -> float:
        """Talk and wrap-up over the agents' time."""
        return self.productive_seconds / self.signed_in_seconds if self.signed_in_seconds else 0.0

    @property
    def worst_half_hour(self) -> float:
        """The highest abandonment of a half hour."""
        return max((each.abandoned / each.answered for each in self.half_hours if each.answered), default=0.0)


def simulate(scenario: Scenario, pacing: Pacing, fates: Iterator[Fate]) -> Shift:
    """Return what comes of a shift; the fates must be as many as calls are launched."""
    return simulate_supply(scenario, pacing, PlainCalls(fates, scenario.leads))


def simulate_supply(
    scenario: Scenario, pacing: Pacing, supply: Supply, go_on: Callable[[], bool] = lambda: True
) -> Shift:
    """Return what comes of a shift whose calls are a supply's.

    go_on: asked every simulated minute; where it says no, the shift ends early, at its `simulated_seconds`.
    """
    return _Floor(scenario, pacing, supply).work(go_on)


class _Floor:
    """The state of the simulated campaign: who does what since when, and what happens next."""

    def __init__(self, scenario: Scenario, pacing: Pacing, supply: Supply) -> None:
        self._scenario, self._pacing, self._supply = scenario, pacing, supply
        half_hours = max(1, int(scenario.seconds // HALF_HOUR))
        self._shift = Shift(scenario, half_hours=[HalfHour() for _ in range(half_hours)])
        self._here = scenario.agents
        self._state = [AgentState.READY] * scenario.agents
        self._since = [0.0] * scenario.agents
        self._ready = deque(range(scenario.agents))
        self._ringing: dict[int, float] = {}
        self._waiting: deque[tuple[float, Fate, object]] = deque()
        self._next: list[tuple[float, int, Callable[..., None], tuple[object, ...]]] = []
        self._happened = 0
        self._handling = 0

    def work(self, go_on: Callable[[], bool]) -> Shift:
        scenario, shift = self._scenario, self._shift
        now, asked = 0.0, 0.0
        while now < scenario.seconds:
            if now >= asked:
                if not go_on():
                    break
                asked = now + _ASK_SECONDS
            self._run_until(now)
            opens = self._supply.opens(now)
            if opens is None:
                break
            if opens > now and not self._next:
                now = math.ceil(opens / scenario.tick) * scenario.tick
                continue
            if scenario.leave_at is not None and self._here == scenario.agents and now >= scenario.leave_at:
                self._leave(now, scenario.leaving)
            if opens <= now:
                self._count_presence(now)
                self._launch_wanted(now)
            now += scenario.tick
        shift.simulated_seconds = min(now, scenario.seconds)
        # The calendar closes; what rings is still answered, or not.
        self._run_until(float("inf"))
        return shift

    def _count_presence(self, now: float) -> None:
        seconds = self._here * self._scenario.tick
        self._shift.signed_in_seconds += seconds
        self._half_hour_of(now).signed_in_seconds += seconds

    def _run_until(self, now: float) -> None:
        queue = self._next
        while queue and queue[0][0] <= now:
            at, _, happen, about = heapq.heappop(queue)
            happen(at, *about)

    def _later(self, at: float, happen: Callable[..., None], *about: object) -> None:
        self._happened += 1
        heapq.heappush(self._next, (at, self._happened, happen, about))

    def _channels_free(self) -> int:
        lines = min(int(self._scenario.lines_an_agent * self._here), self._scenario.most_lines)
        return max(0, lines - len(self._ringing) - len(self._waiting) - self._handling)

    def _snapshot(self, now: float) -> Snapshot:
        here = self._here
        return Snapshot(
            tuple([Agent(state, now - since) for state, since in zip(self._state[:here], self._since, strict=False)]),
            tuple([now - since for since in self._ringing.values()]),
            self._channels_free(),
            len(self._waiting),
        )

    def _launch_wanted(self, now: float) -> None:
        """Ask the pacing, where there is anybody to call: a decision takes time, and idle hours are long."""
        if self._supply.is_due(now):
            wanted = self._pacing.lines_to_launch(now, self._snapshot(now))
            for _ in range(min(wanted, self._channels_free())):
                if not self._launch(now):
                    break

    def _launch(self, now: float) -> bool:
        """Launch a call; False where nobody may be called now."""
        found = self._supply.next_call(now)
        if found is None:
            return False
        fate, whom = found
        shift = self._shift
        shift.launched += 1
        call = shift.launched
        self._ringing[call] = now
        if fate.luck >= self._scenario.answer_rate(now):
            self._later(now + fate.gives_up_after, self._gave_up, call, whom)
        elif fate.is_machine:
            self._later(now + fate.machine_answers_after, self._machine, call, whom)
        else:
            self._later(now + fate.person_answers_after, self._person, call, fate, whom)
        self._note_end(now)
        return True

    def _over(self, at: float, whom: object, came: Came) -> None:
        self._supply.over(at, whom, came)
        self._note_end(at)

    def _note_end(self, at: float) -> None:
        if self._shift.list_ended_at is None and self._supply.is_spent:
            self._shift.list_ended_at = at

    def _gave_up(self, at: float, call: int, whom: object) -> None:
        self._pacing.observe(outcomes.CallUnanswered(at, at - self._ringing.pop(call)))
        self._over(at, whom, Came.UNANSWERED)

    def _machine(self, at: float, call: int, whom: object) -> None:
        self._pacing.observe(outcomes.CallAnswered(at, at - self._ringing.pop(call), by_person=False))
        self._over(at, whom, Came.MACHINE)

    def _person(self, at: float, call: int, fate: Fate, whom: object) -> None:
        self._pacing.observe(outcomes.CallAnswered(at, at - self._ringing.pop(call), by_person=True))
        self._shift.answered += 1
        self._half_hour_of(at).answered += 1
        if self._ready:
            self._connect(at, self._ready.popleft(), fate, whom)
        else:
            customer = (at, fate, whom)
            self._waiting.append(customer)
            self._later(at + self._scenario.grace, self._patience_ended, customer)

    def _patience_ended(self, at: float, customer: tuple[float, Fate, object]) -> None:
        if self._waiting and self._waiting[0] is customer:
            self._waiting.popleft()
            self._shift.abandoned += 1
            self._half_hour_of(customer[0]).abandoned += 1
            self._pacing.observe(outcomes.CustomerAbandoned(at))
            self._over(at, customer[2], Came.ABANDONED)

    def _connect(self, at: float, agent: int, fate: Fate, whom: object) -> None:
        self._pacing.observe(outcomes.CustomerConnected(at))
        self._state[agent], self._since[agent] = AgentState.TALKING, at
        self._handling += 1
        self._later(at + fate.talk, self._talk_ended, agent, at, fate, whom)

    def _talk_ended(self, at: float, agent: int, since: float, fate: Fate, whom: object) -> None:
        if agent >= self._here:
            return
        self._handling -= 1
        self._produced(since, at)
        self._pacing.observe(outcomes.TalkEnded(at, at - since))
        self._state[agent], self._since[agent] = AgentState.WRAP_UP, at
        self._later(at + fate.wrap_up, self._wrap_up_ended, agent, at)
        self._over(at, whom, Came.TALKED)

    def _wrap_up_ended(self, at: float, agent: int, since: float) -> None:
        if agent >= self._here:
            return
        self._produced(since, at)
        self._pacing.observe(outcomes.WrapUpEnded(at, at - since))
        if self._waiting:
            _, fate, whom = self._waiting.popleft()
            self._connect(at, agent, fate, whom)
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

    def _produced(self, since: float, until: float) -> None:
        until = min(until, self._scenario.seconds)
        self._shift.productive_seconds += max(0.0, until - since)
        while since < until:
            border = min(until, (since // HALF_HOUR + 1) * HALF_HOUR)
            self._half_hour_of(since).productive_seconds += border - since
            since = border

    def _half_hour_of(self, at: float) -> HalfHour:
        return self._shift.half_hours[min(int(at // HALF_HOUR), len(self._shift.half_hours) - 1)]
