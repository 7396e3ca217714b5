"""Reads recordings as a stranger would: through the standard library's WAV reader."""

import wave

import numpy as np


def channels_of(path: str) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the customer's channel, the agent's, and the seconds."""
    with wave.open(path) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 8000)
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2)
        return samples[:, 0], samples[:, 1], len(samples) / 8000
