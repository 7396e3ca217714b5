"""WAV headers as recorders leave them: whole, cut off, wrong, and not WAV at all; and Ogg pages."""

import io
import struct
import wave
import zlib
from pathlib import Path

import pytest

from control_plane.features.recordings.ogg import NotOggError, checksum, restamp
from control_plane.features.recordings.wav import NotWavError, examine, mend


def wav_bytes(frames: int = 800, *, channels: int = 2, rate: int = 8000, width: int = 2) -> bytearray:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(bytes(range(256)) * (frames * channels * width // 256 + 1))
    return bytearray(buffer.getvalue()[: 44 + frames * channels * width])


def fixed(content: bytearray) -> bytearray:
    """Put the true lengths in."""
    content[4:8] = struct.pack("<I", len(content) - 8)
    content[40:44] = struct.pack("<I", len(content) - 44)
    return content


def written(folder: Path, content: bytes | bytearray) -> Path:
    path = folder / "r.wav"
    path.write_bytes(content)
    return path


def test_a_sound_file_is_told_as_it_is(tmp_path: Path):
    found = examine(written(tmp_path, fixed(wav_bytes(800))))

    assert (found.data_offset, found.frames, found.seconds, found.is_sound) == (44, 800, 0.1, True)


@pytest.mark.parametrize("told", [0, 4, 0xFFFF_FFFF, 10_000_000])
def test_a_length_that_is_wrong_is_mended_from_the_files_size(tmp_path: Path, told: int):
    content = fixed(wav_bytes(800))
    content[4:8] = struct.pack("<I", 36 if told == 0 else told)
    content[40:44] = struct.pack("<I", told)
    path = written(tmp_path, content + b"\1")  # half a frame, too

    found = examine(path)
    assert (found.frames, found.is_sound) == (800, False)
    mend(path, found)

    assert examine(path).is_sound
    with wave.open(str(path)) as file:
        assert file.getnframes() == 800


def test_chunks_before_and_behind_the_audio_are_no_audio(tmp_path: Path):
    content = fixed(wav_bytes(800))
    before, behind = b"LIST\x05\0\0\0abcde\0", b"LIST\x04\0\0\0abcd"
    content[36:36] = before
    content += behind
    content[4:8] = struct.pack("<I", len(content) - 8)

    found = examine(written(tmp_path, content))

    assert (found.data_offset, found.frames, found.is_sound) == (44 + len(before), 800, True)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no RIFF"),
        (b"RIFF\0\0", "no RIFF"),
        (b"ID3\3" + bytes(4000), "no RIFF"),
        (b"RIFF\x24\0\0\0WAVE" + bytes(4000), "no audio in the file"),
        (fixed(wav_bytes(0)), "no audio behind"),
        (fixed(wav_bytes(channels=1)), "1 channels"),
        (fixed(wav_bytes(rate=16000)), "16000 Hz"),
        (fixed(wav_bytes(width=1)), "8 bits"),
        (b"RIFF\x24\0\0\0WAVEdata\4\0\0\0abcd", "no format"),
        (b"RIFF\x24\0\0\0WAVEfmt \xff\xff\xff\xff", "too short"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, content: bytes, why: str):
    with pytest.raises(NotWavError, match=why):
        examine(written(tmp_path, content))


def page(serial: int, body: bytes) -> bytes:
    head = b"OggS\0\2" + bytes(8) + serial.to_bytes(4, "little") + bytes(4) + bytes(4) + bytes([1, len(body)])
    raw = bytearray(head + body)
    raw[22:26] = slow_checksum(raw).to_bytes(4, "little")
    return bytes(raw)


def slow_checksum(data: bytes | bytearray) -> int:
    """RFC 3533, bit by bit."""
    register = 0
    for byte in data:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1 ^ (0x04C11DB7 if register & 0x8000_0000 else 0)) & 0xFFFF_FFFF
    return register


def test_the_fast_checksum_is_the_one_of_the_standard():
    for length in (0, 1, 27, 255):
        data = zlib.compress(bytes(length)) * 3
        assert checksum(data) == slow_checksum(data)


def test_pages_get_the_new_serial_and_a_valid_checksum():
    stream = page(1, b"head") + page(1, b"audio")

    assert b"".join(restamp(io.BytesIO(stream), 77)) == page(77, b"head") + page(77, b"audio")


@pytest.mark.parametrize("stream", [b"OggX" + bytes(30), page(1, b"audio")[:-1], page(1, b"a")[:20]])
def test_what_is_not_made_of_pages_is_refused(stream: bytes):
    with pytest.raises(NotOggError):
        list(restamp(io.BytesIO(stream), 1))
