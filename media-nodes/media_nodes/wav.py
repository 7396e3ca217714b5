"""Puts a WAV header in front of raw sound, from the length that is really there."""

import os
import struct
from pathlib import Path

RATE = 8000
CHANNELS = 2
MOST_DRIFT = 0.02
BLOCK = bytes(1 << 15)
FRAME_BYTES = 2 * CHANNELS
HEADER_BYTES = 44


def header_of(data_bytes: int) -> bytes:
    """Return the 44 bytes in front of 16-bit PCM at 8 kHz in two channels (RIFF/WAVE, format 1)."""
    rate = RATE * FRAME_BYTES
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, CHANNELS, RATE, rate, FRAME_BYTES, 16, b"data", data_bytes,
    )  # fmt: skip


def seconds_of(data_bytes: int) -> float:
    return data_bytes // FRAME_BYTES / RATE


def silence_due(recorded: float, lasted: float) -> float:
    """Return the seconds of silence that a recording's end lacks, where both are seconds and it lasted longer.

    MixMonitor drops a frame now and then where packets are lost (ADR 26).  More than a fiftieth is none of that:
    something was not recorded, and nothing shall hide it.
    """
    missing = lasted - recorded
    return missing if 0 < missing <= MOST_DRIFT * lasted else 0.0


def wrap(raw: Path, wav: Path, lasted: float = 0.0) -> float:
    """Write `wav` whole from `raw`, and return its seconds.  Raises OSError.

    A frame that a killed process wrote half is left out.  `lasted`: how many seconds the clock counted meanwhile.
    """
    size = raw.stat().st_size
    size -= size % FRAME_BYTES
    silence = round(silence_due(seconds_of(size), lasted) * RATE) * FRAME_BYTES
    wav.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = wav.with_name(f".{wav.name}.tmp")
    try:
        _copy(raw, size, silence, temporary)
        temporary.replace(wav)
    except OSError:
        # A full disk: half a file would only take more of it.
        temporary.unlink(missing_ok=True)
        raise
    return seconds_of(size + silence)


def _copy(raw: Path, size: int, silence: int, target_path: Path) -> None:
    with raw.open("rb") as source, target_path.open("wb") as target:
        target.write(header_of(size + silence))
        target.flush()
        sent = 0
        while sent < size:
            count = os.sendfile(target.fileno(), source.fileno(), sent, size - sent)
            if not count:
                raise OSError(f"{raw.name} became shorter while it was read")
            sent += count
        while silence > 0:
            silence -= target.write(BLOCK[:silence])
        target.flush()
        os.fsync(target.fileno())
