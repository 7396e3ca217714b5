"""Makes sound fit for a telephone: 8 kHz, mono, 16 bit, every prompt as loud as the next."""

import io
import math
import wave
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from servicekit.audio.reading import USUAL, AudioLimits, Sound, UnusableAudioError, read_sound

TELEPHONE_HZ = 8_000
SPEECH_DBFS = -22.0
"""How loud the sounding parts are on average (RMS, below full scale); telephone speech is about -26."""
PEAK_DBFS = -3.0
SILENCE_DBFS = -60.0
MOST_GAIN_DB = 30.0
_FRAME_SECONDS = 0.02
_QUIETER_DB = 25.0
"""Frames that much below the loudest ones are pauses."""
_LOBES = 16
"""Zero crossings of the low-pass filter on each side; its edge is then 300 Hz wide."""

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class TelephoneAudio:
    """A WAV file of 8 kHz, mono, 16 bit."""

    wav: bytes
    seconds: float


def telephone_audio(data: bytes, limits: AudioLimits = USUAL) -> TelephoneAudio:
    """Return any sound file as telephones hear it; takes up to a second of processor for each minute of sound.

    Raises UnusableAudioError.
    """
    sound = read_sound(data, limits)
    samples = _levelled(resampled(sound, TELEPHONE_HZ))
    return TelephoneAudio(wav_of(samples, TELEPHONE_HZ), len(samples) / TELEPHONE_HZ)


def tone_audio(hz: int, seconds: float) -> TelephoneAudio:
    """Return a tone as loud as speech, which begins and ends without a click."""
    count = int(seconds * TELEPHONE_HZ)
    tone = np.sin(2 * np.pi * hz * np.arange(count) / TELEPHONE_HZ)
    edge = min(40, count // 2)
    tone[:edge] *= np.linspace(0, 1, edge)
    tone[count - edge :] *= np.linspace(1, 0, edge)
    amplitude = 10 ** (SPEECH_DBFS / 20) * math.sqrt(2)
    return TelephoneAudio(wav_of((tone * amplitude).astype(np.float32), TELEPHONE_HZ), count / TELEPHONE_HZ)


def wav_of(samples: Samples, hz: int) -> bytes:
    """Return samples of -1 to 1 as a WAV file of 16 bit."""
    whole = np.clip(np.rint(samples * 32767), -32768, 32767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(hz)
        written.writeframes(whole.tobytes())
    return file.getvalue()


def resampled(sound: Sound, hz: int) -> Samples:
    """Return the samples at another rate, without what it can not carry (a windowed sinc, in phases)."""
    divisor = math.gcd(sound.hz, hz)
    up, down = hz // divisor, sound.hz // divisor
    if up == down:
        return sound.samples
    # In steps of the input: how far the filter reaches, and where it cuts.
    cut = min(1.0, up / down) * 0.94
    reach = math.ceil(_LOBES / cut)
    padded = np.concatenate([np.zeros(reach, np.float32), sound.samples, np.zeros(reach + down, np.float32)])
    count = len(sound.samples) * up // down
    result = np.zeros(count, np.float32)
    for phase in range(min(up, count)):
        position = phase * down / up
        first = int(position)
        taps = np.arange(first - reach + 1, first + reach + 1) - position
        window = np.cos(np.pi * np.clip(taps / (2 * reach), -0.5, 0.5)) ** 2
        weights = (np.sinc(taps * cut) * window * cut).astype(np.float32)
        outputs = len(range(phase, count, up))
        # Every `up`th output lies `down` inputs further on: one matrix product for all of a phase.
        windows = np.lib.stride_tricks.sliding_window_view(padded[first + 1 :], 2 * reach)[::down][:outputs]
        result[phase::up] = windows @ weights
    return result


def _levelled(samples: Samples) -> Samples:
    """Return the sound as loud as speech shall be.  Raises UnusableAudioError where there is none."""
    frame = int(_FRAME_SECONDS * TELEPHONE_HZ)
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame) if len(samples) >= frame else samples[None]
    powers = np.mean(frames.astype(np.float64) ** 2, axis=1)
    loudest = float(powers.max(initial=0.0))
    if loudest < 10 ** (SILENCE_DBFS / 10):
        raise UnusableAudioError("audio-silent", "nothing can be heard in the sound")
    sounding = powers[powers > loudest * 10 ** (-_QUIETER_DB / 10)]
    gain = 10 ** (SPEECH_DBFS / 20) / math.sqrt(float(sounding.mean()))
    peak = float(np.abs(samples).max())
    gain = min(gain, 10 ** (PEAK_DBFS / 20) / peak, 10 ** (MOST_GAIN_DB / 20))
    return (samples * np.float32(gain)).astype(np.float32)
