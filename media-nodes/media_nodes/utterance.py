"""Finds in what a leg says, frame by frame, where somebody begins to speak and where they have ended."""

import math
from array import array
from collections import deque

FRAME_MS = 20
ENDED_MS = 600
"""So long a silence ends what was said: pauses between words are shorter."""
LEAD_MS = 300
"""Kept from before the voice was noticed: words begin softly."""
LEAST_VOICED_MS = 80
ABOVE_NOISE_DB = 9.0
LEAST_DBFS = -50.0
"""Nobody speaks as softly on a telephone: what is below is the line."""
LOUDEST_NOISE_DBFS = -40.0
"""At first: who speaks at once is not to be taken for the line."""
_NOISE_RISE_DB, _RISE_UNDER_VOICE_DB = 0.05, 0.01


class Utterance:
    """What was said so far; `add` says when it is over.  Samples are 16 bit at 8 kHz."""

    def __init__(self) -> None:
        self._lead: deque[bytes] = deque(maxlen=LEAD_MS // FRAME_MS)
        self._said = bytearray()
        self._noise = LOUDEST_NOISE_DBFS
        self._voiced_ms = 0
        self._silent_ms = 0

    @property
    def began(self) -> bool:
        return self._voiced_ms >= LEAST_VOICED_MS

    @property
    def audio(self) -> bytes:
        """What was said, with some silence around; empty where nobody spoke."""
        return bytes(self._said) if self.began else b""

    def add(self, frame: bytes) -> bool:
        """Take in a frame of 20 ms, and say whether somebody has spoken and is silent again."""
        level = level_dbfs(frame)
        voiced = level > max(LEAST_DBFS, self._noise + ABOVE_NOISE_DB)
        # Down at once and up slowly: a voice is no noise, however long it lasts.
        rise = _RISE_UNDER_VOICE_DB if voiced else _NOISE_RISE_DB
        self._noise = min(level, self._noise + rise)
        if not self._said and not voiced:
            self._lead.append(frame)
            return False
        if not self._said:
            self._said += b"".join(self._lead)
        self._said += frame
        self._voiced_ms += FRAME_MS if voiced else 0
        self._silent_ms = 0 if voiced else self._silent_ms + FRAME_MS
        if self._silent_ms >= ENDED_MS and not self.began:
            # A click.
            self._said.clear()
            self._voiced_ms = self._silent_ms = 0
        return self.began and self._silent_ms >= ENDED_MS


def level_dbfs(frame: bytes) -> float:
    """Return the level of 16-bit samples, RMS below full scale; -96 for silence."""
    samples = array("h", frame)
    if not samples:
        return -96.0
    power = sum(sample * sample for sample in samples) / len(samples)
    return 10 * math.log10(power) - 90.31 if power > 0 else -96.0
