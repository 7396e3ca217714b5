"""Reads sound that strangers send: what is in it decides, not what it is called, and nothing large is unpacked."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

FORMATS = frozenset({"WAV", "WAVEX", "RF64", "FLAC", "OGG", "MP3", "AIFF", "AU"})
_CHUNK_FRAMES = 1 << 16


class UnusableAudioError(ValueError):
    """Sound that can not be used; `error_id` says why.

    `audio-not-readable`, `audio-empty`, `audio-too-large`, `audio-too-long`, `audio-too-short`, `audio-silent`,
    `audio-rate-unsupported`, `audio-channels-unsupported`.
    """

    def __init__(self, error_id: str, text: str) -> None:
        super().__init__(text)
        self.error_id = error_id


@dataclass(frozen=True)
class AudioLimits:
    """What is taken: bytes of the file, seconds of sound, samples a second, channels."""

    most_bytes: int = 50_000_000
    least_seconds: float = 0.1
    most_seconds: float = 900.0
    least_hz: int = 8_000
    most_hz: int = 96_000
    most_channels: int = 2


USUAL = AudioLimits()


@dataclass(frozen=True)
class Sound:
    """One channel of samples, -1 to 1."""

    samples: npt.NDArray[np.float32]
    hz: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.hz


def read_sound(data: bytes, limits: AudioLimits = USUAL) -> Sound:
    """Return what a WAV, FLAC, Ogg (Vorbis, Opus), MP3, AIFF or AU file holds, mixed to one channel.

    What the file says of its length is not believed: reading ends at the limit.  Raises UnusableAudioError.
    """
    if not data:
        raise UnusableAudioError("audio-empty", "the file is empty")
    if len(data) > limits.most_bytes:
        said = f"the file has {len(data) / 1e6:.0f} MB; {limits.most_bytes / 1e6:.0f} MB are taken at most"
        raise UnusableAudioError("audio-too-large", said)
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            _check(file, limits)
            samples = _read(file, limits)
            hz = int(file.samplerate)
    except (soundfile.LibsndfileError, RuntimeError, TypeError) as error:
        said = "this is no sound file that can be read: WAV, FLAC, Ogg and MP3 are known"
        raise UnusableAudioError("audio-not-readable", said) from error
    if not len(samples):
        raise UnusableAudioError("audio-empty", "the file holds no sound")
    if len(samples) < limits.least_seconds * hz:
        raise UnusableAudioError("audio-too-short", f"the sound is shorter than {limits.least_seconds} s")
    if not np.isfinite(samples).all():
        raise UnusableAudioError("audio-not-readable", "the file holds numbers that are no sound")
    return Sound(samples, hz)


def _check(file: Any, limits: AudioLimits) -> None:
    if file.format not in FORMATS:
        raise UnusableAudioError("audio-not-readable", f"files of the kind {file.format} are not taken")
    if not 1 <= file.channels <= limits.most_channels:
        said = f"the sound has {file.channels} channels; {limits.most_channels} are taken at most"
        raise UnusableAudioError("audio-channels-unsupported", said)
    if not limits.least_hz <= file.samplerate <= limits.most_hz:
        said = f"the sound has {file.samplerate} samples a second; {limits.least_hz} to {limits.most_hz} are taken"
        raise UnusableAudioError("audio-rate-unsupported", said)


def _read(file: Any, limits: AudioLimits) -> npt.NDArray[np.float32]:
    most = int(limits.most_seconds * file.samplerate)
    pieces: list[npt.NDArray[np.float32]] = []
    count = 0
    while len(piece := file.read(_CHUNK_FRAMES, dtype="float32", always_2d=True)):
        pieces.append(piece.mean(axis=1, dtype=np.float32))
        count += len(piece)
        if count > most:
            raise UnusableAudioError("audio-too-long", f"the sound is longer than {limits.most_seconds:.0f} s")
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
