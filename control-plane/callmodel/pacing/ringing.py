"""How a campaign's calls are answered: the shape over the seconds that they ring, and the rate, which moves faster.

Learnt, like durations, as the share of those that reached an age which is answered, or ends, there: calls that still
ring count as not answered so far.
"""

import math
from collections.abc import Sequence

STEP_SECONDS = 2.0
STEPS = 35
_SHAPE_MEMORY = 1500.0
_PRIOR_CALLS = 40.0
_RATE_PRIOR = 3.0
"""The recent rate is held to the learnt one as if by so many answers."""
_LEAST = 1e-9
_MOST_WEIGHT = 1e9
_RATE_MEMORY_ANSWERS = 500.0
_RATE_MEMORY_SECONDS = 1000.0


def step_of(seconds: float) -> int:
    """Return the step of the grid that a ringing time belongs to."""
    return int(min(max(seconds / STEP_SECONDS, 0.0), STEPS - 1.0))


class RingCurve:
    """Of a call launched now: the chance after each step that it still rings, and that a person has answered."""

    __slots__ = ("answered", "rings")

    def __init__(self, rings: list[float], answered: list[float]) -> None:
        self.rings, self.answered = rings, answered


class LearntRinging:
    """What is learnt of ringing.  It begins with a share of calls answered by a person, after a mean time."""

    def __init__(self, answer_rate: float, answer_seconds: float = 9.0, ring_seconds: float = 26.0) -> None:
        self._answers = [
            _PRIOR_CALLS * answer_rate * _gamma3((step + 0.5) * STEP_SECONDS, answer_seconds) * STEP_SECONDS
            for step in range(STEPS)
        ]
        self._ended = list(self._answers)
        self._ended[step_of(ring_seconds)] += _PRIOR_CALLS - sum(self._answers)
        # The recent ones, of which newer ones weigh more.
        self._recent_ended = [0.0] * STEPS
        self._recent_answers, self._weight = 0.0, 1.0
        self._recent_at: float | None = None

    @property
    def doubt(self) -> float:
        """The variance of the answer rate, over its square."""
        return 1.0 / (self._recent_answers / self._weight + _RATE_PRIOR)

    def end(self, at: float, rang_seconds: float, *, by_person: bool) -> None:
        """Learn that a call stopped ringing."""
        self._grow_weight(at, by_person)
        step = step_of(rang_seconds)
        self._ended[step] += 1.0
        self._recent_ended[step] += self._weight
        if by_person:
            self._answers[step] += 1.0
            self._recent_answers += self._weight
            if sum(self._answers) > _SHAPE_MEMORY:
                _scale((self._ended, self._answers), 0.5)

    def _grow_weight(self, at: float, by_person: bool) -> None:
        passed = max(0.0, at - self._recent_at) if self._recent_at is not None else 0.0
        self._recent_at = at
        self._weight *= math.exp(min(passed / _RATE_MEMORY_SECONDS + by_person / _RATE_MEMORY_ANSWERS, 50.0))
        if self._weight > _MOST_WEIGHT:
            _scale((self._recent_ended,), 1 / self._weight)
            self._recent_answers /= self._weight
            self._weight = 1.0

    def curve(self, ringing: Sequence[int]) -> RingCurve:
        """Return what is known now, while so many calls ring in each step."""
        answering, ending = [0.0] * STEPS, [0.0] * STEPS
        reached, recent_reached, expected = _LEAST, 0.0, 0.0
        for step in range(STEPS - 1, -1, -1):
            # Of what rings in a step now, half has yet to pass it.
            reached += self._ended[step] + ringing[step] / 2
            recent_reached += self._recent_ended[step] / self._weight + ringing[step] / 2
            answering[step] = self._answers[step] / reached
            ending[step] = (self._ended[step] - self._answers[step]) / reached
            expected += recent_reached * answering[step]
            reached += ringing[step] / 2
            recent_reached += ringing[step] / 2
        rate = (self._recent_answers / self._weight + _RATE_PRIOR) / (expected + _RATE_PRIOR)
        rings, answered = [1.0], [0.0]
        for answer, end in zip(answering, ending, strict=True):
            now = rings[-1] * min(rate * answer, 1 - end)
            answered.append(answered[-1] + now)
            rings.append(max(0.0, rings[-1] * (1 - end) - now))
        return RingCurve(rings, answered)


def _scale(counts: Sequence[list[float]], factor: float) -> None:
    for each in counts:
        each[:] = [count * factor for count in each]


def _gamma3(seconds: float, mean_seconds: float) -> float:
    """Return the density of a gamma time of shape 3: nobody answers at once, most soon, some late."""
    rate = 3.0 / mean_seconds
    return rate**3 * seconds**2 * math.exp(-rate * seconds) / 2
