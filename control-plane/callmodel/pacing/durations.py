"""How long talk and wrap-up last, learnt as the share that ends at each age.

The share that ends at an age is of all who reached it, so that who still talks counts from the first second on: ends
alone would show the short talks first.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence

STEP_SECONDS = 2.0
"""The grid that forecasts are made on."""
_EDGES = (
    *(0, 2, 4, 7, 10, 14, 18, 23, 28, 34, 41, 50, 60),
    *(72, 86, 102, 120, 145, 175, 210, 250, 300, 370, 460, 580, 750),
)
BANDS = len(_EDGES)
BAND_OF_SECOND = tuple(bisect_right(_EDGES, second) - 1 for second in range(_EDGES[-1] + 1))
"""Ages beyond it are of the last band."""
_MEMORY = 4000.0
_PRIOR = 12.0
_GRID = 420
_LEAST, _MOST_SHARE = 1e-9, 0.999

Survival = Callable[[float], float]


def band_of(seconds: float) -> int:
    """Return the band of ages that a time belongs to."""
    return BAND_OF_SECOND[int(min(max(seconds, 0.0), _EDGES[-1]))]


def middle_of(band: int) -> float:
    """Return a typical age within a band, in seconds."""
    return _EDGES[band] + _width(band) / 2


def _width(band: int) -> float:
    return float(_EDGES[band + 1] - _EDGES[band]) if band + 1 < BANDS else 0.4 * _EDGES[band]


_BAND_OF_STEP = tuple(band_of((step + 0.5) * STEP_SECONDS) for step in range(_GRID))


def lognormal_survival(mean_seconds: float, sigma: float) -> Survival:
    """Return the chance of lasting longer than so many seconds, of a lognormal time."""
    mu = math.log(mean_seconds) - sigma * sigma / 2

    def survival(seconds: float) -> float:
        return 1.0 if seconds <= 0 else 0.5 * math.erfc((math.log(seconds) - mu) / (sigma * math.sqrt(2)))

    return survival


class LearntDuration:
    """A time whose distribution is learnt; it begins as a lognormal one that weighs as much as a dozen times seen."""

    def __init__(self, mean_seconds: float, sigma: float = 0.7) -> None:
        survival = lognormal_survival(mean_seconds, sigma)
        alive = [survival(float(edge)) for edge in (*_EDGES, 2 * _EDGES[-1])]
        self._ended = [_PRIOR * (alive[band] - alive[band + 1]) for band in range(BANDS)]

    def end(self, seconds: float) -> None:
        """Learn that one ended at an age."""
        self._ended[band_of(seconds)] += 1.0
        if sum(self._ended) > _MEMORY:
            # What was is half forgotten, so that the campaign may change.
            self._ended = [each / 2 for each in self._ended]

    def survival(self, going_on: Sequence[int]) -> list[float]:
        """Return the chance of lasting longer than 0, 1, 2 ... steps, while so many go on in each band."""
        rates, reached = [0.0] * BANDS, _LEAST
        for band in range(BANDS - 1, -1, -1):
            # Of who is in a band now, half has yet to pass it.
            reached += self._ended[band] + going_on[band] / 2
            rates[band] = -math.log1p(-min(self._ended[band] / reached, _MOST_SHARE)) / _width(band)
            reached += going_on[band] / 2
        alive, found = 1.0, [1.0]
        for band in _BAND_OF_STEP:
            alive *= math.exp(-STEP_SECONDS * rates[band])
            found.append(alive)
        return found


def on_grid(survival: Survival) -> list[float]:
    """Return a known distribution as a learnt one shows itself."""
    return [survival(step * STEP_SECONDS) for step in range(_GRID + 1)]
