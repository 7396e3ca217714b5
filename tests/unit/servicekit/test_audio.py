"""Sound of strangers: what is taken becomes fit for telephones, what is not says why."""

import io

import numpy as np
import pytest
import soundfile

from servicekit.audio import AudioLimits, UnusableAudioError, read_sound, telephone_audio, tone_audio, wav_of
from servicekit.audio.telephone import SPEECH_DBFS
from simulators.tones import dominant_tones, level_dbfs

HZ = 1000


def sound(hz: int, seconds: float, channels: int = 1, level: float = 0.3, tone: int = HZ) -> np.ndarray:
    samples = level * np.sin(2 * np.pi * tone * np.arange(int(hz * seconds)) / hz)
    return np.repeat(samples[:, None], channels, axis=1)


def coded(samples: np.ndarray, hz: int, kind: str, subtype: str | None = None) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, hz, format=kind, subtype=subtype)
    return file.getvalue()


@pytest.mark.parametrize("hz", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_wav_of_any_usual_rate_becomes_8_khz_mono(hz: int, channels: int):
    made = telephone_audio(coded(sound(hz, 1.0, channels), hz, "WAV"))

    samples, rate = soundfile.read(io.BytesIO(made.wav), dtype="int16")
    assert (rate, samples.ndim, made.seconds) == (8000, 1, pytest.approx(1.0, abs=0.01))
    assert dominant_tones(samples, 8000, (500, HZ, 2000)) == {HZ}


@pytest.mark.parametrize(
    ("kind", "subtype"), [("WAV", "PCM_U8"), ("WAV", "ULAW"), ("FLAC", None), ("OGG", "VORBIS"), ("MP3", None)]
)
def test_other_kinds_are_read(kind: str, subtype: str | None):
    hz = 44_100 if kind == "MP3" else 16_000

    made = telephone_audio(coded(sound(hz, 1.0), hz, kind, subtype))

    assert made.seconds == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("level", [0.01, 0.3, 0.99])
def test_every_prompt_is_as_loud_as_the_next(level: float):
    pause = np.zeros((8000, 1))
    made = telephone_audio(coded(np.concatenate([sound(8000, 1.0, level=level), pause]), 8000, "WAV"))

    samples = np.frombuffer(made.wav[44:], np.int16)
    # A full-scale sine has 0 here, and -3 there.
    assert level_dbfs(samples[:8000]) == pytest.approx(SPEECH_DBFS + 3.0, abs=0.5)
    assert level_dbfs(samples[8400:]) < -90


def test_what_a_telephone_can_not_carry_is_filtered_out_and_not_folded_down():
    made = telephone_audio(coded(sound(16_000, 1.0) + sound(16_000, 1.0, tone=5000), 16_000, "WAV"))

    samples = np.frombuffer(made.wav[44:], np.int16)
    assert dominant_tones(samples, 8000, (HZ, 3000)) == {HZ}


SHORT = AudioLimits(most_bytes=100_000, most_seconds=2.0)


@pytest.mark.parametrize(
    ("data", "error_id"),
    [
        (b"", "audio-empty"),
        (b"<html>not sound</html>" * 100, "audio-not-readable"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio-not-readable"),
        (bytes(100_001), "audio-too-large"),
        (coded(sound(8000, 3.0), 8000, "WAV"), "audio-too-long"),
        (coded(sound(8000, 0.05), 8000, "WAV"), "audio-too-short"),
        (coded(sound(8000, 0.0), 8000, "WAV"), "audio-empty"),
        (coded(np.zeros((8000, 1)), 8000, "WAV"), "audio-silent"),
        (coded(sound(8000, 0.5, 6), 8000, "WAV"), "audio-channels-unsupported"),
        (coded(sound(4000, 0.5), 4000, "WAV"), "audio-rate-unsupported"),
        (coded(np.full((8000, 1), np.nan), 8000, "WAV", "FLOAT"), "audio-not-readable"),
        # Ten minutes of silence in few bytes.
        (coded(np.zeros((8000 * 600, 1)), 8000, "FLAC"), "audio-too-long"),
    ],
)
def test_what_can_not_be_used_says_why(data: bytes, error_id: str):
    with pytest.raises(UnusableAudioError) as refused:
        telephone_audio(data, SHORT)

    assert refused.value.error_id == error_id


def test_what_a_file_says_of_its_length_is_not_believed():
    data = bytearray(coded(sound(8000, 0.5), 8000, "WAV"))
    data[40:44] = (0x7FFFFFFF).to_bytes(4, "little")

    assert read_sound(bytes(data)).seconds == pytest.approx(0.5, abs=0.01)


def test_tone_is_one_tone():
    made = tone_audio(1000, 0.5)

    samples = np.frombuffer(made.wav[44:], np.int16)
    assert dominant_tones(samples, 8000, (500, 1000, 2000)) == {1000}
    assert made.seconds == 0.5 and len(wav_of(np.zeros(10, np.float32), 8000)) == 64
