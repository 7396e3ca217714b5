"""RIFF/WAVE headers of spooled recordings: read them, compare them with the file, mend a wrong length.

A recorder that was killed leaves a header that says nothing, or less than there is; the audio behind it is good.
"""

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

SAMPLE_RATE = 8000
CHANNELS = 2
BYTES_PER_SAMPLE = 2
FRAME_BYTES = CHANNELS * BYTES_PER_SAMPLE

_PCM = 1
_EXTENSIBLE = 0xFFFE
_HEADER_LIMIT = 65_536
_MOST_BYTES = 0xFFFF_FFFF


class NotWavError(ValueError):
    """The file is no recording of ours: not RIFF/WAVE, not 8 kHz 16 bit in two channels, or without audio."""

    error_id = "recording-not-wav"


@dataclass(frozen=True)
class WavFile:
    """Where the audio lies in a file, and whether its header says so."""

    data_offset: int
    data_bytes: int
    """Whole frames that are really there."""
    is_sound: bool
    """Whether RIFF's and data's lengths are those of the file."""

    @property
    def frames(self) -> int:
        return self.data_bytes // FRAME_BYTES

    @property
    def seconds(self) -> float:
        return self.frames / SAMPLE_RATE


def examine(path: Path) -> WavFile:
    """Return what the file holds by its header and by its size.

    Raises NotWavError, FileNotFoundError, OSError.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
            raise NotWavError("no RIFF/WAVE header")
        riff_bytes = struct.unpack("<I", head[4:8])[0]
        data_offset, told = _find_data(file, size)
    there = (size - data_offset) // FRAME_BYTES * FRAME_BYTES
    # A recorder that was killed wrote no length (0), or one from before the last seconds; a chunk may follow `data`.
    data_bytes = there if told in (0, _MOST_BYTES) or told > there or riff_bytes + 8 != size else told
    data_bytes -= data_bytes % FRAME_BYTES
    if data_bytes == 0:
        raise NotWavError("no audio behind the header")
    return WavFile(data_offset, data_bytes, told == data_bytes and riff_bytes + 8 == size)


def mend(path: Path, wav: WavFile) -> None:
    """Write the true lengths into the header and cut off half a frame at the end.  Raises OSError."""
    with path.open("r+b") as file:
        end = wav.data_offset + wav.data_bytes
        file.truncate(end)
        file.seek(4)
        file.write(struct.pack("<I", min(end - 8, _MOST_BYTES)))
        file.seek(wav.data_offset - 4)
        file.write(struct.pack("<I", min(wav.data_bytes, _MOST_BYTES)))
        file.flush()
        os.fsync(file.fileno())


def _find_data(file: BinaryIO, size: int) -> tuple[int, int]:
    """Return where the audio begins and how long the header says that it is; checks `fmt ` on the way."""
    known_format = False
    while file.tell() < min(size, _HEADER_LIMIT):
        chunk = file.read(8)
        if len(chunk) < 8:
            break
        name, length = chunk[:4], struct.unpack("<I", chunk[4:])[0]
        if name == b"data":
            if not known_format:
                raise NotWavError("no format before the audio")
            return file.tell(), length
        if name == b"fmt ":
            _check_format(file.read(length) if 16 <= length <= 64 else b"")
            known_format = True
        else:
            file.seek(length, os.SEEK_CUR)
        if length % 2:
            file.seek(1, os.SEEK_CUR)
    raise NotWavError("no audio in the file")


def _check_format(body: bytes) -> None:
    if len(body) < 16:
        raise NotWavError("the format is too short")
    kind, channels, rate, _, frame_bytes, bits = struct.unpack("<HHIIHH", body[:16])
    if kind not in (_PCM, _EXTENSIBLE) or (channels, rate, frame_bytes, bits) != (CHANNELS, SAMPLE_RATE, 4, 16):
        raise NotWavError(f"format {kind} with {channels} channels, {rate} Hz, {bits} bits")
