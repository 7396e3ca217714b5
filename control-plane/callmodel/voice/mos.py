"""How well a voice can be heard, estimated by the E-model: ITU-T G.107 (06/2015), codecs by G.113 Appendix I.

What is not measured has the default value of G.107, Table 2; so a line without loss and delay has R = 93.2.
"""

import math
from dataclasses import dataclass

BASIC_RATIO = 94.7688
"""Ro (3-1) with the defaults: -61.18 dBm0p of noise, loudness ratings of 8 and 2 dB."""
AT_ONCE = 1.4136
"""Is (3-8): what is lost to loudness, sidetone and quantizing in the very moment."""
RECEIVE_LOUDNESS, NOISE = 2.0, -61.18
TALKER_ECHO, LISTENER_ECHO = 65.0, 110.0
"""TELR and WEPL, dB."""
NOTICED_MS = 100.0
"""Up to this delay nobody notices any (mT)."""


@dataclass(frozen=True)
class Codec:
    """impairment: Ie, of the codec itself.  robustness: Bpl, how well it bears lost packets."""

    impairment: float
    robustness: float


G711 = Codec(0.0, 4.3)
"""Lost packets are heard as holes."""
G711_CONCEALED = Codec(0.0, 25.1)
"""Whoever hears it fills the holes (G.711 Appendix I), as phones do."""


def rating(codec: Codec, loss_percent: float = 0.0, burst_ratio: float = 1.0, delay_ms: float = 0.0) -> float:
    """Return R, 0 to 100 (3-1).

    loss_percent: of packets.  burst_ratio: how long losses in a row are, over how long chance would make them.
    delay_ms: one way, mouth to ear.
    """
    loss = max(loss_percent, 0.0)
    share = loss / (loss / max(burst_ratio, 1.0) + codec.robustness) if loss else 0.0
    equipment = codec.impairment + (95.0 - codec.impairment) * share
    total = BASIC_RATIO - AT_ONCE - _delay_impairment(max(delay_ms, 0.0)) - equipment
    return min(max(total, 0.0), 100.0)


def mos_of(rating_value: float) -> float:
    """Return the mean opinion score, 1 to 4.5, that an R stands for (Annex B)."""
    r = rating_value
    if r <= 0:
        return 1.0
    if r >= 100:
        return 4.5
    # Below R = 6.5 the polynomial is less than 1, which nobody can say.
    return max(1.0, 1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6)


def burst_ratio_of(losses: int, total: int, squares: int, samples: int) -> float:
    """Return how bursty losses were, from how many packets were lost in each of equal spans of time.

    losses and squares: their sum and the sum of their squares over `samples` spans; total: packets that were due.
    Bursts of random lengths (geometric, as in G.107's two-state model) with mean L give counts whose variance is
    (2 L - 1) times their mean.
    """
    if samples < 2 or losses <= 0 or total <= 0:
        return 1.0
    mean = losses / samples
    dispersion = (squares / samples - mean * mean) / mean
    length = max((dispersion + 1.0) / 2.0, 1.0)
    by_chance = 1.0 / max(1.0 - losses / total, 0.01)
    return max(length / by_chance, 1.0)


def _delay_impairment(delay_ms: float) -> float:
    """Return Id (3-15): talker's echo, listener's echo, and delay itself."""
    return _talker_echo(delay_ms) + _listener_echo(2.0 * delay_ms) + _long_delay(delay_ms)


def _talker_echo(delay_ms: float) -> float:
    heard = TALKER_ECHO - 40.0 * math.log10((1.0 + delay_ms / 10.0) / (1.0 + delay_ms / 150.0))
    heard += 6.0 * math.exp(-0.3 * delay_ms * delay_ms)
    room = -1.5 * (NOISE - RECEIVE_LOUDNESS) - (80.0 + 2.5 * (heard - 14.0))
    return (room / 2.0 + math.sqrt(room * room / 4.0 + 100.0) - 1.0) * (1.0 - math.exp(-delay_ms))


def _listener_echo(round_trip_ms: float) -> float:
    room = BASIC_RATIO - 10.5 * (LISTENER_ECHO + 7.0) * math.pow(round_trip_ms + 1.0, -0.25)
    return room / 2.0 + math.sqrt(room * room / 4.0 + 169.0)


def _long_delay(delay_ms: float) -> float:
    if delay_ms <= NOTICED_MS:
        return 0.0
    x = math.log2(delay_ms / NOTICED_MS)
    return float(25.0 * ((1.0 + x**6) ** (1.0 / 6.0) - 3.0 * (1.0 + (x / 3.0) ** 6) ** (1.0 / 6.0) + 2.0))
