"""Make and recognise tones: what a caller plays, and whether a recording holds it.

Samples are int16 or float arrays in one channel; levels are dB relative to a full-scale sine.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .g711 import RATE, Frames, Samples, to_frames

Audio = npt.NDArray[Any]

WINDOW_SECONDS = 0.25
TONE_LEVEL_DBFS = -12.0
BEEP_HZ, BEEP_SECONDS = 1000, 0.3
RINGBACK_HZ = 425
KEYS = "123A456B789C*0#D"
KEY_ROWS_HZ, KEY_COLUMNS_HZ = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
KEY_LEVEL_DBFS = -12.0
RINGBACK_CADENCE_SECONDS = (1.0, 4.0)


def tone(hz: float, seconds: float, level_dbfs: float = TONE_LEVEL_DBFS, rate: int = RATE) -> Samples:
    amplitude = 32767 * 10 ** (level_dbfs / 20)
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)).astype(np.int16)


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * RATE), np.int16)


def key_tones(digits: str) -> Samples:
    """Return the sound of keys (ITU-T Q.23), 100 ms each with pauses as long."""
    parts: list[Samples] = [silence(0.1)]
    for digit in digits:
        row, column = divmod(KEYS.index(digit), 4)
        low, high = (tone(hz, 0.1, KEY_LEVEL_DBFS) for hz in (KEY_ROWS_HZ[row], KEY_COLUMNS_HZ[column]))
        parts += [low + high, silence(0.1)]
    return np.concatenate(parts)


@lru_cache(maxsize=256)
def tone_frames(hz: int, payload_type: int) -> Frames:
    """One second of a tone, which loops without a click because its frequency is whole."""
    return to_frames(tone(hz, 1.0), payload_type)


@lru_cache(maxsize=8)
def ringback_frames(payload_type: int) -> Frames:
    """One period of ringback, 425 Hz as in most of the world, to be looped."""
    on, off = RINGBACK_CADENCE_SECONDS
    return to_frames(np.concatenate([tone(RINGBACK_HZ, on), silence(off)]), payload_type)


@lru_cache(maxsize=8)
def machine_frames(payload_type: int) -> Frames:
    """An answering machine: a greeting with the pauses of speech, a beep, and then it listens."""
    noise = np.random.default_rng(425)
    parts: list[Samples] = [silence(0.4)]
    for word_seconds, pause_seconds in ((0.9, 0.12), (1.1, 0.1), (0.7, 0.25), (1.2, 0.4)):
        parts += [_babble(word_seconds, noise), silence(pause_seconds)]
    return to_frames(np.concatenate([*parts, tone(BEEP_HZ, BEEP_SECONDS), silence(0.2)]), payload_type)


def _babble(seconds: float, noise: np.random.Generator) -> Samples:
    """Voiced sound without words: a 130 Hz buzz with formants that move, so that no tone stands out."""
    time = np.arange(int(seconds * RATE)) / RATE
    pitch = 130 + 12 * np.sin(2 * np.pi * 2.1 * time)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    voice = sum(np.sin(k * phase + noise.uniform(0, 6.28)) / k for k in range(1, 16))
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4.2 * time + noise.uniform(0, 6.28))
    return np.asarray(6000 * voice * syllables, np.float64).clip(-32000, 32000).astype(np.int16)


def _as_float(samples: Audio) -> npt.NDArray[np.float64]:
    scale = 32768.0 if np.issubdtype(samples.dtype, np.integer) else 1.0
    return samples.astype(np.float64) / scale


def level_dbfs(samples: Audio) -> float:
    """Return the RMS level; a full-scale sine has 0, digital silence -120."""
    if not len(samples):
        return -120.0
    mean_square = float(np.mean(_as_float(samples) ** 2)) * 2
    return 10 * float(np.log10(max(mean_square, 1e-12)))


def _power_spectrum(samples: Audio, rate: int) -> tuple[Audio, Audio]:
    """Return (power, frequencies) averaged over windows; a full-scale sine peaks at 1."""
    size = int(WINDOW_SECONDS * rate)
    count = len(samples) // size
    bins = np.fft.rfftfreq(size, 1 / rate)
    if not count:
        return np.zeros(len(bins)), bins
    window = np.hanning(size)
    pieces = _as_float(samples[: count * size]).reshape(count, size) * window
    spectrum = np.abs(np.fft.rfft(pieces, axis=1)) ** 2
    return np.mean(spectrum, axis=0) / (window.sum() / 2) ** 2, bins


def loudest_tones(samples: Audio, rate: int, count: int = 3, floor_dbfs: float = -35.0) -> list[int]:
    """Return the loudest separate frequencies in Hz, to 4 Hz, without knowing what to look for."""
    power, bins = _power_spectrum(samples, rate)
    loudest = float(power.max(initial=0.0))
    # G.711's distortion, and a window's own foot, lie further below the loudest than this.
    limit = max(10 ** (floor_dbfs / 10), loudest * 10**-2.2)
    found: list[int] = []
    for index in np.argsort(power)[::-1]:
        if power[index] < limit or len(found) == count:
            break
        if all(abs(bins[index] - hz) > 40 for hz in found):
            found.append(round(float(bins[index])))
    return found


def tone_levels(samples: Audio, rate: int, candidates_hz: Iterable[int]) -> dict[int, float]:
    """Return the level of each candidate frequency, averaged over windows of a quarter second."""
    power, bins = _power_spectrum(samples, rate)
    levels = {}
    for hz in candidates_hz:
        near = power[np.abs(bins - hz) <= 10]
        levels[hz] = 10 * float(np.log10(max(float(near.max(initial=0.0)), 1e-12)))
    return levels


def dominant_tones(
    samples: Audio,
    rate: int,
    candidates_hz: Iterable[int],
    *,
    floor_dbfs: float = -40.0,
    least_share: float = 0.02,
) -> set[int]:
    """Return the candidates that sound clearly: above a floor, and with a share of the whole power.

    Candidates should lie 50 Hz or more apart.  The share keeps out G.711's distortion, 30 dB below a
    tone, and speech, whose power is spread over many partials.
    """
    levels = tone_levels(samples, rate, candidates_hz)
    limit = max(floor_dbfs, level_dbfs(samples) + 10 * float(np.log10(least_share)))
    return {hz for hz, level in levels.items() if level >= limit}


def read_audio(path: str | Path) -> tuple[Audio, int]:
    """Read a sound file as (samples of shape [frames, channels], rate).  Needs the soundfile package."""
    import soundfile

    samples, rate = soundfile.read(str(path), dtype="int16", always_2d=True)
    return samples, int(rate)
