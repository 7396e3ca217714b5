"""Who speaks in a recording: by tone frequency in each of its two channels, not by its size."""

import io
from collections.abc import Iterable
from dataclasses import dataclass

import soundfile

from simulators.tones import dominant_tones, level_dbfs

CUSTOMER_CHANNEL, AGENT_CHANNEL = 0, 1
# A voice without a tone (an answering machine) counts from here; digital silence through a codec lies below.
VOICE_DBFS, SILENCE_DBFS = -40.0, -55.0


@dataclass(frozen=True)
class Voices:
    """What was found in a recording: tones and RMS level of each channel, and its length."""

    customer_tones: frozenset[int]
    agent_tones: frozenset[int]
    customer_dbfs: float
    agent_dbfs: float
    seconds: float

    def are(self, customer_hz: int | None, agent_hz: int, *, customer_speaks: bool = True) -> bool:
        """Say whether the right voice is in each channel, and no other.

        customer_hz: the customer's tone; None for one who has no tone, and then speaks or is silent.
        """
        if self.agent_tones != {agent_hz}:
            return False
        if customer_hz is not None:
            return self.customer_tones == {customer_hz}
        if customer_speaks:
            return self.customer_dbfs > VOICE_DBFS and agent_hz not in self.customer_tones
        return self.customer_dbfs < SILENCE_DBFS


def voices_in(audio: bytes, candidates_hz: Iterable[int]) -> Voices:
    """Listen to a recording file (any format that libsndfile reads).

    Raises soundfile.LibsndfileError for no audio, ValueError for anything but two channels.
    """
    samples, rate = soundfile.read(io.BytesIO(audio), dtype="float64", always_2d=True)
    if samples.shape[1] != 2:
        raise ValueError(f"a recording has two channels, this has {samples.shape[1]}")
    candidates = list(candidates_hz)
    customer, agent = samples[:, CUSTOMER_CHANNEL], samples[:, AGENT_CHANNEL]
    return Voices(
        frozenset(dominant_tones(customer, rate, candidates)),
        frozenset(dominant_tones(agent, rate, candidates)),
        level_dbfs(customer),
        level_dbfs(agent),
        len(samples) / rate,
    )
