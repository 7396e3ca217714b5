"""Where somebody begins to speak and has ended, by loudness alone."""

import numpy as np
import pytest

from media_nodes.g711 import samples_of
from media_nodes.utterance import ENDED_MS, FRAME_MS, LEAD_MS, Utterance, level_dbfs
from simulators.g711 import PCMU, encode
from simulators.tones import silence, tone

VOICE = tone(400, 0.5, level_dbfs=-20)


def noise(seconds: float, dbfs: float) -> np.ndarray:
    samples = np.random.default_rng(7).normal(0, 32767 * 10 ** (dbfs / 20), int(seconds * 8000))
    return samples.clip(-32768, 32767).astype(np.int16)


def heard(samples: np.ndarray) -> tuple[Utterance, float | None]:
    """Return the utterance, and after how many milliseconds it was over."""
    utterance = Utterance()
    for at in range(0, len(samples) - 159, 160):
        if utterance.add(samples[at : at + 160].astype("<i2").tobytes()):
            return utterance, at / 8
    return utterance, None


@pytest.mark.parametrize("noise_dbfs", [-90, -45, -35])
def test_word_is_over_a_moment_after_its_end(noise_dbfs: int):
    samples = np.concatenate([silence(0.8), VOICE, silence(1.5)]) + noise(2.8, noise_dbfs)

    utterance, over_ms = heard(samples)

    assert over_ms is not None and abs(over_ms - (1300 + ENDED_MS)) < 100
    assert len(utterance.audio) / 16 == pytest.approx(500 + LEAD_MS + ENDED_MS, abs=100)


def test_pause_between_words_does_not_end_it():
    samples = np.concatenate([silence(0.5), VOICE, silence(0.4), VOICE, silence(1.0)])

    _, over_ms = heard(samples)

    assert over_ms is not None and over_ms > 1900


def test_noise_and_clicks_are_nobody():
    click = np.concatenate([silence(0.5), tone(400, 0.02, level_dbfs=-10), silence(1.0)])
    for samples in (noise(3.0, -40), silence(2.0), np.concatenate([click, click])):
        utterance, over_ms = heard(samples)
        assert over_ms is None and not utterance.began and utterance.audio == b""


def test_who_speaks_at_once_is_heard_from_the_first_word():
    samples = np.concatenate([VOICE, silence(1.0)]) + noise(1.5, -45)

    utterance, over_ms = heard(samples)

    assert over_ms is not None and len(utterance.audio) / 16 >= 500 + ENDED_MS


def test_who_speaks_without_end_is_not_over():
    utterance, over_ms = heard(tone(400, 8.0, level_dbfs=-20))

    assert over_ms is None and utterance.began


def test_levels_and_mu_law_are_what_others_say():
    assert level_dbfs(tone(400, 0.02, level_dbfs=-20).tobytes()) == pytest.approx(-23, abs=0.2)
    assert level_dbfs(silence(FRAME_MS / 1000).tobytes()) == level_dbfs(b"") == -96
    samples = np.frombuffer(samples_of(encode(VOICE, PCMU)), np.int16)
    assert np.abs(samples.astype(int) - VOICE).max() < 700
