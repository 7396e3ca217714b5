"""G.711 mu-law and A-law by table, and audio cut into 20 ms frames, made once and shared by all calls."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]
Frames = tuple[bytes, ...]

RATE = 8000
FRAME_SAMPLES = 160
FRAME_SECONDS = 0.02
PCMU, PCMA = 0, 8


def _mu_law_table() -> Samples:
    code = ~np.arange(256) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + 132) << ((code >> 4) & 7)) - 132
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _a_law_table() -> Samples:
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 0x0F
    magnitude = np.where(exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 264) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


DECODE: dict[int, Samples] = {PCMU: _mu_law_table(), PCMA: _a_law_table()}
SILENCE: dict[int, bytes] = {PCMU: b"\xff" * FRAME_SAMPLES, PCMA: b"\xd5" * FRAME_SAMPLES}


@lru_cache(maxsize=2)
def _encode_table(payload_type: int) -> npt.NDArray[np.uint8]:
    """Map each of the 65,536 sample values to the code whose value is nearest."""
    values = DECODE[payload_type].astype(np.int32)
    order = np.argsort(values, kind="stable")
    middles = (values[order][1:] + values[order][:-1]) / 2
    codes: npt.NDArray[np.uint8] = order[np.searchsorted(middles, np.arange(-32768, 32768))].astype(np.uint8)
    return codes


def encode(samples: Samples, payload_type: int) -> bytes:
    return _encode_table(payload_type)[samples.astype(np.int32) + 32768].tobytes()


def decode(payload: bytes, payload_type: int) -> Samples:
    decoded: Samples = DECODE[payload_type][np.frombuffer(payload, np.uint8)]
    return decoded


def to_frames(samples: Samples, payload_type: int) -> Frames:
    """Encode samples at 8 kHz into whole frames; the last one is filled up with silence."""
    coded = encode(samples, payload_type)
    coded += SILENCE[payload_type][: -len(coded) % FRAME_SAMPLES]
    return tuple(coded[start : start + FRAME_SAMPLES] for start in range(0, len(coded), FRAME_SAMPLES))
