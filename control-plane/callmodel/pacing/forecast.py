"""What a snapshot leads to over the next ring time: answers, agents who become free, the risk of one more call."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from callmodel.pacing.durations import BANDS, STEP_SECONDS, middle_of
from callmodel.pacing.ringing import STEPS, RingCurve

POINTS = 5
"""At so many quantiles of the time in which a call is answered the forecast is made."""
_EXACT_BELOW = 24.0
"""With fewer answers and free agents expected than these, chances are summed; above, the normal curve is good."""
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Outlook:
    """Chances by the forecast's points in time, for one call or agent of each age.  A row each step or band."""

    points_seconds: tuple[float, ...]
    answer_chance: float
    """That a person answers a call launched now."""
    answered: list[list[float]]
    """That a person answers, by each point, a call that rings in a step."""
    free_after_talk: list[list[float]]
    free_after_wrap_up: list[list[float]]
    """That an agent is free by each point and the grace after it."""


def outlook_of(ring: RingCurve, talk: Sequence[float], wrap_up: Sequence[float], grace_seconds: float) -> Outlook:
    """Return the chances that follow from a ring curve and from talk's and wrap-up's survival on the grid."""
    chance = max(ring.answered[-1], _LEAST)
    points = tuple(_time_of(ring.answered, chance * (2 * point + 1) / (2 * POINTS)) for point in range(POINTS))
    free_by = [point + grace_seconds for point in points]
    wrapped = _wrapped_by(wrap_up, free_by)
    return Outlook(
        points,
        chance,
        [_answered_row(ring, step, points) for step in range(STEPS)],
        [_talk_row(talk, middle_of(band), wrapped) for band in range(BANDS)],
        [_wrap_up_row(wrap_up, middle_of(band), free_by) for band in range(BANDS)],
    )


def _time_of(rising: Sequence[float], value: float) -> float:
    for step in range(len(rising) - 1):
        if rising[step + 1] >= value:
            width = rising[step + 1] - rising[step]
            return STEP_SECONDS * (step + ((value - rising[step]) / width if width > 0 else 0.0))
    return STEP_SECONDS * (len(rising) - 1)


def _at(values: Sequence[float], seconds: float) -> float:
    place = min(seconds / STEP_SECONDS, len(values) - 1.0)
    below = int(place)
    if below + 1 >= len(values):
        return values[-1]
    return values[below] + (place - below) * (values[below + 1] - values[below])


def _answered_row(ring: RingCurve, step: int, points: Sequence[float]) -> list[float]:
    age = (step + 0.5) * STEP_SECONDS
    rings, answered = max(_at(ring.rings, age), _LEAST), _at(ring.answered, age)
    return [min(1.0, max(0.0, (_at(ring.answered, age + point) - answered) / rings)) for point in points]


def _wrap_up_row(wrap_up: Sequence[float], age: float, free_by: Sequence[float]) -> list[float]:
    alive = max(_at(wrap_up, age), _LEAST)
    return [1 - min(1.0, _at(wrap_up, age + seconds) / alive) for seconds in free_by]


def _wrapped_by(wrap_up: Sequence[float], free_by: Sequence[float]) -> list[list[float]]:
    """Return, for each step in which talk may end, the chance that wrap-up ends by each point too."""
    middles = [(step + 0.5) * STEP_SECONDS for step in range(int(free_by[-1] / STEP_SECONDS) + 1)]
    return [
        [1 - _at(wrap_up, seconds - middle) if seconds > middle else 0.0 for seconds in free_by] for middle in middles
    ]


def _talk_row(talk: Sequence[float], age: float, wrapped: Sequence[Sequence[float]]) -> list[float]:
    """Talk ends within the time, and wrap-up in what is left of it."""
    alive = max(_at(talk, age), _LEAST)
    row = [0.0] * POINTS
    before = alive
    for step, chances in enumerate(wrapped):
        after = _at(talk, age + (step + 1) * STEP_SECONDS)
        ended = (before - after) / alive
        before = after
        for point, chance in enumerate(chances):
            row[point] += ended * chance
    return row


@dataclass(frozen=True, slots=True)
class Moments:
    """A count's mean and variance at each point."""

    mean: list[float]
    variance: list[float]


def add_up(rows: Sequence[tuple[Sequence[int], list[list[float]]]]) -> Moments:
    """Return the moments of the sum of independent chances: so many of each row."""
    mean, squares = [0.0] * POINTS, [0.0] * POINTS
    for counts, chances in rows:
        for place, count in enumerate(counts):
            if count:
                for point, chance in enumerate(chances[place]):
                    expected = count * chance
                    mean[point] += expected
                    squares[point] += expected * chance
    return Moments(mean, [max(all_ - square, 0.0) for all_, square in zip(mean, squares, strict=True)])


class Risk:
    """The chance that one more call, once a person answers it, finds no agent: by how many are launched before it."""

    def __init__(self, outlook: Outlook, answers: Moments, freed: Moments, spare: int, doubt: float) -> None:
        """Take what rings, who becomes free, who is free beyond those who wait already, and the rate's doubt."""
        self._answers, self._freed, self._spare, self._doubt = answers, freed, spare, doubt
        self._chance = outlook.answer_chance
        self._free_counts: list[list[float] | None] = [None] * POINTS

    def of_one_more(self, launched: int) -> float:
        """Return the risk of the call after `launched` others that are launched in this moment."""
        total = 0.0
        for point in range(POINTS):
            chance = self._chance * (point + 0.5) / POINTS
            mean = self._answers.mean[point] + launched * chance
            variance = self._answers.variance[point] + launched * chance * (1 - chance) + self._doubt * mean * mean
            total += self._at_point(point, mean, variance)
        return total / POINTS

    def _at_point(self, point: int, mean: float, variance: float) -> float:
        """Return the chance that answers take up all who are free: answers >= spare + freed."""
        freed_mean, freed_variance = self._freed.mean[point], self._freed.variance[point]
        if mean + freed_mean > _EXACT_BELOW:
            deviation = math.sqrt(max(variance + freed_variance, _LEAST))
            return 0.5 * math.erfc((freed_mean + self._spare - mean - 0.5) / (deviation * math.sqrt(2)))
        counts = self._free_counts[point]
        if counts is None:
            counts = self._free_counts[point] = chances_of_counts(freed_mean, freed_variance)
        # Below: the chance of fewer answers than one needs, taken out of one.
        answers = chances_of_counts(mean, variance)
        enough = 0.0
        fewer, have = 0.0, 0
        for freed, chance in enumerate(counts):
            need = freed + self._spare
            while have < need and have < len(answers):
                fewer += answers[have]
                have += 1
            enough += chance * fewer
        return max(0.0, 1.0 - enough)


def chances_of_counts(mean: float, variance: float) -> list[float]:
    """Return the chances of 0, 1, 2 ... of a count known by its mean and variance, up to where they fade.

    Of the class (a, b, 0), that is binomial, Poisson or negative binomial, whichever has that variance.
    """
    if mean < _LEAST:
        return [1.0]
    share = (mean - variance) / mean
    if abs(share) < 1e-3:
        ratio_a, ratio_b, chance = 0.0, mean, math.exp(-mean)
    else:
        share = min(share, 0.999)
        number = mean / share
        odds = share / (1 - share)
        ratio_a, ratio_b, chance = -odds, (number + 1) * odds, (1 - share) ** number
    found, total, count = [chance], chance, 0
    while total < 0.99995 and count < 80:
        count += 1
        chance *= ratio_a + ratio_b / count
        if chance <= 0:
            break
        found.append(chance)
        total += chance
    return found
