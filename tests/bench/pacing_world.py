"""The campaign that pacings are compared on: its chance, its true distributions, and an oracle that knows them.

Of answered calls 30 % are machines, recognised as they answer.  A person answers after one second and a gamma time
of nine; a machine after 14 to 22 seconds; of the rest a fifth ends within five seconds (busy, vacant) and all others
ring for 25.  Talk is lognormal of mean 120 s (sigma 0.75), wrap-up of mean 20 s (sigma 0.5).  The answer rate goes in
a wave of four hours, 40 % up and down from its mean.  Call number n has the same fate under each pacing.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np

from callmodel.pacing.census import Census
from callmodel.pacing.durations import lognormal_survival, on_grid
from callmodel.pacing.forecast import Outlook, outlook_of
from callmodel.pacing.outcomes import Fact
from callmodel.pacing.ringing import STEP_SECONDS, STEPS, RingCurve
from callmodel.pacing.simulation import Fate
from callmodel.pacing.threshold import Threshold

Rate = Callable[[float], float]

MACHINES = 0.3
TALK_SECONDS, TALK_SIGMA = 120.0, 0.75
WRAP_UP_SECONDS, WRAP_UP_SIGMA = 20.0, 0.5
GRACE_SECONDS = 2.0
RING_SECONDS = 25.0
FAST_ENDS, FAST_FROM, FAST_TO = 0.2, 1.0, 5.0
ANSWER_SCALE, ANSWER_FROM = 3.0, 1.0
MACHINE_FROM, MACHINE_TO = 14.0, 22.0
WAVE_SECONDS, WAVE_SHARE = 14_400.0, 0.4
CHUNK = 20_000


def wave(mean: float) -> Rate:
    """Return an answer rate that goes up and down twice in a shift."""
    return lambda at: mean * (1 + WAVE_SHARE * math.sin(2 * math.pi * at / WAVE_SECONDS))


def turning_bad(mean: float, at: float, left: float) -> Rate:
    """Return a wave that falls to a share of itself at a time: a list whose second half is old."""
    before = wave(mean)
    return lambda now: before(now) * (left if now >= at else 1.0)


def fates(seed: int) -> Iterator[Fate]:
    """Yield what becomes of each call in turn, without end."""
    chance = np.random.default_rng(seed)

    def lognormal(mean: float, sigma: float) -> np.ndarray:
        return chance.lognormal(math.log(mean) - sigma * sigma / 2, sigma, CHUNK)

    while True:
        fast = chance.random(CHUNK) < FAST_ENDS
        columns = (
            chance.random(CHUNK),
            chance.random(CHUNK) < MACHINES,
            np.minimum(ANSWER_FROM + chance.gamma(3.0, ANSWER_SCALE, CHUNK), RING_SECONDS),
            chance.uniform(MACHINE_FROM, MACHINE_TO, CHUNK),
            np.where(fast, chance.uniform(FAST_FROM, FAST_TO, CHUNK), RING_SECONDS),
            lognormal(TALK_SECONDS, TALK_SIGMA),
            lognormal(WRAP_UP_SECONDS, WRAP_UP_SIGMA),
        )
        yield from map(Fate._make, zip(*(column.tolist() for column in columns), strict=True))


class Truth:
    """An oracle's knowledge: the true distributions, and the answer rate of each moment."""

    doubt = 0.0

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._talk = on_grid(lognormal_survival(TALK_SECONDS, TALK_SIGMA))
        self._wrap_up = on_grid(lognormal_survival(WRAP_UP_SECONDS, WRAP_UP_SIGMA))
        self._outlook: Outlook | None = None
        self._since = 0.0

    def observe(self, fact: Fact) -> None:
        """Know it already."""

    def outlook(self, now: float, census: Census) -> Outlook:
        if self._outlook is None or now - self._since >= 10:
            self._outlook = outlook_of(true_curve(self._rate(now)), self._talk, self._wrap_up, GRACE_SECONDS)
            self._since = now
        return self._outlook


class Fixed(Threshold):
    """A threshold that stays where it is."""

    def __init__(self, value: float) -> None:
        super().__init__(0.03)
        self._value = value

    def move(self, at: float, *, abandoned: bool) -> None:
        """Stay."""

    def at(self, now: float, expected_in_half_an_hour: float) -> float:
        return self._value


def true_curve(rate: float) -> RingCurve:
    """Return how a call launched now rings and is answered by a person."""
    rings, answered = [], []
    for step in range(STEPS + 1):
        at = step * STEP_SECONDS
        people = rate * (1 - MACHINES) * (1.0 if at >= RING_SECONDS else _gamma3(at - ANSWER_FROM))
        machines = rate * MACHINES * _uniform(at, MACHINE_FROM, MACHINE_TO)
        nobody = (1 - rate) * (FAST_ENDS * _uniform(at, FAST_FROM, FAST_TO) + (1 - FAST_ENDS) * (at >= RING_SECONDS))
        answered.append(people)
        rings.append(max(0.0, 1 - people - machines - nobody))
    return RingCurve(rings, answered)


def _uniform(at: float, begin: float, end: float) -> float:
    return min(1.0, max(0.0, (at - begin) / (end - begin)))


def _gamma3(at: float) -> float:
    scaled = max(0.0, at) / ANSWER_SCALE
    return 1 - math.exp(-scaled) * (1 + scaled + scaled * scaled / 2)
