"""Whether a person or a machine has answered: by how long it speaks before it waits for an answer.

A person says who they are and waits; a machine goes on.  How sure it has to be follows from what a mistake costs.
"""

import math
from dataclasses import dataclass
from enum import Enum

from callmodel.campaigns.machines.beeps import BeepEar
from callmodel.campaigns.machines.readings import FRAME_MS, Reading

ABOVE_NOISE_DB = 9.0
LEAST_DBFS = -50.0
LOUDEST_NOISE_DBFS = -40.0
"""At first: who speaks at once is not taken for the line."""
_NOISE_RISE_DB, _RISE_UNDER_VOICE_DB = 0.05, 0.01
WORD_MS = 80
"""A shorter sound is a click."""
PAUSE_MS = 240
"""Between words of one sentence silences are shorter."""
WAITS_MS = 700
"""After so long a silence whoever spoke waits for an answer: machines pause for less between their sentences."""
EVEN_SPEECH_SECONDS = 1.6
"""Greetings of people and of machines that are this long are as likely."""
SECONDS_A_NEPER = 0.25
"""By so much longer a greeting has to be for the odds to become e times as high."""


class Verdict(Enum):
    """`UNSURE`: the time was over, or nobody spoke: taken for a person."""

    PERSON = "person"
    MACHINE = "machine"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Costs:
    """What it costs to take a person for a machine, and a machine for a person: only their ratio counts."""

    person: float = 10.0
    machine: float = 1.0

    @property
    def speech_seconds(self) -> float:
        """How long a greeting is at which a mistake costs the same either way."""
        return EVEN_SPEECH_SECONDS + SECONDS_A_NEPER * math.log(self.person / self.machine)


class Detector:
    """Hears one leg from its answer on.  `add` a reading each 20 ms; it says a verdict once, and then no more."""

    def __init__(self, costs: Costs, most_seconds: float) -> None:
        self._most_ms = most_seconds * 1000
        self._machine_ms = costs.speech_seconds * 1000
        self._noise = LOUDEST_NOISE_DBFS
        self._beep = BeepEar()
        self._heard_ms = 0
        self._speech_ms = 0
        self._voiced_ms = 0
        self._silent_ms = 0
        self._verdict: Verdict | None = None

    @property
    def verdict(self) -> Verdict | None:
        """What was said; None before."""
        return self._verdict

    def add(self, reading: Reading) -> Verdict | None:
        """Take in a frame; return the verdict where it is found now."""
        if self._verdict is not None:
            return None
        self._heard_ms += FRAME_MS
        if self._beep.add(reading):
            return self._say(Verdict.MACHINE)
        self._listen(reading)
        if self._speech_ms >= self._machine_ms:
            return self._say(Verdict.MACHINE)
        if self._speech_ms and self._silent_ms >= WAITS_MS:
            return self._say(Verdict.PERSON)
        return self._say(Verdict.UNSURE) if self._heard_ms >= self._most_ms else None

    def _say(self, verdict: Verdict) -> Verdict:
        self._verdict = verdict
        return verdict

    def _listen(self, reading: Reading) -> None:
        """Count how long the greeting is: words and the short pauses between them."""
        level = reading.level_dbfs
        voiced = level > max(LEAST_DBFS, self._noise + ABOVE_NOISE_DB)
        # Down at once and up slowly: a voice is no noise, however long it lasts.
        rise = _RISE_UNDER_VOICE_DB if voiced else _NOISE_RISE_DB
        self._noise = min(level, self._noise + rise)
        if not voiced:
            self._silent_ms += FRAME_MS
            if self._silent_ms >= PAUSE_MS and self._voiced_ms < WORD_MS:
                self._voiced_ms = 0
            return
        if self._speech_ms and self._silent_ms < PAUSE_MS:
            self._speech_ms += self._silent_ms
        self._silent_ms = 0
        self._voiced_ms += FRAME_MS
        if self._speech_ms:
            self._speech_ms += FRAME_MS
        elif self._voiced_ms >= WORD_MS:
            self._speech_ms = self._voiced_ms
