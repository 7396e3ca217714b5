"""What a simulated campaign is run with: who dials, who is called, and how they answer."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from callmodel.campaigns.results import AttemptResult
from callmodel.ids import E164
from callmodel.pacing.simulation import Fate

DAY_HOURS = 24
TALK_SIGMA, WRAP_UP_SIGMA = 0.75, 0.5
ANSWER_SHAPE = 3.0
MACHINE_TALK_SECONDS = 8.0
"""After which an agent has noticed that nobody is there, where machines are not told from people."""


class Chance(Protocol):
    """`random.Random`, given from outside so that a run can be repeated."""

    def random(self) -> float: ...
    def uniform(self, a: float, b: float) -> float: ...
    def gammavariate(self, alpha: float, beta: float) -> float: ...
    def lognormvariate(self, mu: float, sigma: float) -> float: ...


@dataclass(frozen=True)
class LeadKind:
    """Leads that the same hours and the same numbers of ours are for.

    prefix: the longest by which a rule of the campaign would know their numbers; `+` for none.  time_zones: where
    they may be.  share: of all leads.
    """

    prefix: E164 = E164("+")
    time_zones: tuple[str, ...] = ()
    share: float = 1.0


@dataclass(frozen=True)
class Assumptions:
    """Shares are of 1, times seconds.

    agents: all who take the campaign's calls.  lines: trunk channels that it may have at once.  leads: who have not
    been called yet.  callers: numbers of ours that may be shown, where the campaign names none.
    answer_rate: attempts that a person or a machine answers; by_hour: the same by hour of the campaign's day, 24 of
    them or none.  machines: of those that are answered.  busy, vacant: of those that are not; the rest ring out.
    answer_seconds: after which a person answers, on average.
    start_ms, days: from when on, milliseconds since 1970, and for how long at most.
    """

    agents: int
    leads: int
    start_ms: int
    days: float = 1.0
    lines: int = 1000
    callers: int = 1
    answer_rate: float = 0.25
    by_hour: tuple[float, ...] = ()
    machines: float = 0.3
    busy: float = 0.15
    vacant: float = 0.05
    answer_seconds: float = 10.0
    talk_seconds: float = 120.0
    wrap_up_seconds: float = 20.0
    kinds: tuple[LeadKind, ...] = (LeadKind(),)

    def rate_in(self, hour: int) -> float:
        """Return the answer rate in an hour of the day."""
        return self.by_hour[hour] if len(self.by_hour) == DAY_HOURS else self.answer_rate


class Drawn(NamedTuple):
    """What chance has for a call: its fate, and what its result is where nobody answers."""

    fate: Fate
    unanswered: AttemptResult


def draws(assumed: Assumptions, ring_seconds: float, *, tells_machines: bool, chance: Chance) -> Iterator[Drawn]:
    """Yield what becomes of each call in turn, without end.  tells_machines: whether they are told from people."""
    scale = max(assumed.answer_seconds - 1.0, 0.1) / ANSWER_SHAPE
    while True:
        luck, is_machine = chance.random(), chance.random() < assumed.machines
        unanswered, gives_up_after = _unanswered(assumed, ring_seconds, chance)
        talk = _lasting(assumed.talk_seconds, TALK_SIGMA, chance)
        fate = Fate(
            luck=luck,
            is_machine=is_machine and tells_machines,
            person_answers_after=min(1.0 + chance.gammavariate(ANSWER_SHAPE, scale), ring_seconds),
            machine_answers_after=ring_seconds * chance.uniform(0.6, 0.9),
            gives_up_after=gives_up_after,
            talk=MACHINE_TALK_SECONDS if is_machine else talk,
            wrap_up=_lasting(assumed.wrap_up_seconds, WRAP_UP_SIGMA, chance),
        )
        yield Drawn(fate, unanswered)


def _unanswered(assumed: Assumptions, ring_seconds: float, chance: Chance) -> tuple[AttemptResult, float]:
    luck, soon = chance.random(), chance.uniform(1.0, 5.0)
    if luck < assumed.vacant:
        return AttemptResult.DEAD, soon
    if luck < assumed.vacant + assumed.busy:
        return AttemptResult.BUSY, soon
    return AttemptResult.NO_ANSWER, ring_seconds


def _lasting(mean: float, sigma: float, chance: Chance) -> float:
    return chance.lognormvariate(math.log(mean) - sigma * sigma / 2, sigma)
