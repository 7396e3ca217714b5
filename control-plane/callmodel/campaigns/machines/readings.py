"""What a frame of 20 ms sounds like: how loud it is, and whether it is one steady tone, as a beep is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

FRAME_MS = 20
RATE_HZ = 8000
_TONE_RESIDUE = 0.02
"""Of a tone's energy that a sinusoid leaves unexplained: mu-law and a little noise."""
_LEAST_TONE_DBFS = -40.0
_FULL_SCALE_DB = 90.31


@dataclass(frozen=True, slots=True)
class Reading:
    """level_dbfs: RMS below full scale, -96 for nothing.  tone_hz: of a frame that is a single tone, else None."""

    level_dbfs: float
    tone_hz: float | None = None


def reading_of(samples: Sequence[int]) -> Reading:
    """Return the reading of a frame.  samples: 16 bit at 8 kHz."""
    power = sum(sample * sample for sample in samples) / max(len(samples), 1)
    level = 10 * math.log10(power) - _FULL_SCALE_DB if power > 0 else -96.0
    return Reading(level, _tone_hz(samples) if level > _LEAST_TONE_DBFS else None)


def _tone_hz(samples: Sequence[int]) -> float | None:
    """Return the frequency of a single sinusoid: there a sample's neighbours sum up to 2 cos(w) times the sample."""
    cross = square = 0.0
    for before, here, after in zip(samples, samples[1:], samples[2:], strict=False):
        cross += here * (before + after)
        square += here * here
    if square <= 0:
        return None
    factor = cross / square
    if not -2.0 < factor < 2.0:
        return None
    residue = sum(
        (before + after - factor * here) ** 2
        for before, here, after in zip(samples, samples[1:], samples[2:], strict=False)
    )
    # The sum of two neighbours of a tone has the energy of `factor` squared of the middle one.
    whole = sum((before + after) ** 2 for before, after in zip(samples, samples[2:], strict=False))
    if residue > _TONE_RESIDUE * max(whole, square):
        return None
    return math.acos(factor / 2) * RATE_HZ / (2 * math.pi)
