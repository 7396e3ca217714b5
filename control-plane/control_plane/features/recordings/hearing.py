"""How much voice is in each channel of a recording: which channel is empty shows here, and nowhere before."""

import math

import numpy as np

from control_plane.features.recordings.wav import CHANNELS, SAMPLE_RATE

FRAME = SAMPLE_RATE // 50
"""Twenty milliseconds."""
VOICE_DBOV = -50.0
"""A frame louder than this, against full scale, is no silence: line noise and comfort noise stay below."""
_VOICE_POWER = (32768.0 * 10 ** (VOICE_DBOV / 20)) ** 2


class Hearer:
    """Takes a recording block by block, and says how many seconds of each channel were not silent."""

    def __init__(self) -> None:
        self._left = np.empty((0, CHANNELS), dtype="<i2")
        self._frames = np.zeros(CHANNELS, dtype=np.int64)

    def take(self, block: bytes) -> None:
        """Listen to interleaved samples of 16 bits, whole ones of each channel."""
        samples = np.concatenate([self._left, np.frombuffer(block, dtype="<i2").reshape(-1, CHANNELS)])
        whole = len(samples) // FRAME * FRAME
        self._left = samples[whole:]
        frames = samples[:whole].reshape(-1, FRAME, CHANNELS).astype(np.float32)
        self._frames += (np.square(frames).mean(axis=1) > _VOICE_POWER).sum(axis=0)

    def voice_seconds(self) -> tuple[float, float]:
        """Return the seconds with voice in the first channel and in the second."""
        first, second = (math.floor(int(frames) * 1000 * FRAME / SAMPLE_RATE) / 1000 for frames in self._frames)
        return first, second
