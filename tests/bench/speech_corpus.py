"""Words as synthetic callers say them on a telephone: several voices, band-limited, mu-law, with a line's noise."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from servicekit.audio import read_sound
from servicekit.audio.telephone import resampled
from simulators.g711 import PCMU, decode, encode

VOICES = ("en-us", "en-us+f3", "en-gb+m3", "en-gb-x-rp+f2", "en-gb-scotland")
LISTS = {
    "yes and no": ("yes", "no"),
    "digits": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "departments": ("sales", "support", "billing", "accounts", "operator", "technical help"),
}
STRANGE = ("window", "computer", "tomorrow", "chicken", "green", "umbrella")
"""What is said and asked for by none of the lists."""
LEVEL = 0.08
LOW_HZ, HIGH_HZ = 300, 3400

Spoken = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Said:
    voice: str
    word: str
    samples: Spoken


async def clean() -> dict[tuple[str, str], npt.NDArray[np.float64]]:
    """Return every word by every voice, band-limited, without noise."""
    words = [word for each in (*LISTS.values(), STRANGE) for word in each]
    return {(voice, word): _band(await _say(voice, word)) for voice in VOICES for word in words}


def on_a_line(spoken: dict[tuple[str, str], npt.NDArray[np.float64]], snr_db: float, seed: int) -> Iterator[Said]:
    """Yield the corpus with pink noise, `snr_db` below the voice, and silence around each word."""
    chance = np.random.default_rng(seed)
    for (voice, word), samples in spoken.items():
        padded = np.concatenate([np.zeros(6400), samples * LEVEL / _rms(samples), np.zeros(8000)])
        noise = _pink(len(padded), chance) * LEVEL / 10 ** (snr_db / 20)
        whole = np.clip((padded + noise) * 32767, -32768, 32767).astype(np.int16)
        yield Said(voice, word, decode(encode(whole, PCMU), PCMU))


async def _say(voice: str, text: str) -> npt.NDArray[np.float64]:
    command = ("espeak-ng", "-v", voice, "-s", "150", "--stdin", "--stdout")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    spoken, _ = await process.communicate(text.encode())
    return resampled(read_sound(spoken), 8000).astype(np.float64)


def _band(samples: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    spectrum, hz = np.fft.rfft(samples), np.fft.rfftfreq(len(samples), 1 / 8000)
    spectrum[(hz < LOW_HZ) | (hz > HIGH_HZ)] = 0
    return np.fft.irfft(spectrum, len(samples))


def _pink(count: int, chance: np.random.Generator) -> npt.NDArray[np.float64]:
    spectrum, hz = np.fft.rfft(chance.normal(size=count)), np.fft.rfftfreq(count, 1 / 8000)
    spectrum[hz > HIGH_HZ] = 0
    noise = np.fft.irfft(spectrum / np.maximum(1, np.sqrt(hz / 200)), count)
    return noise / _rms(noise)


def _rms(samples: npt.NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(samples**2)))
