"""Sound files as telephones hear them: read, checked, and made mono at 8 kHz with an even loudness.

Needs numpy and soundfile, which only those rooms have that import it.
"""

from servicekit.audio.reading import AudioLimits, Sound, UnusableAudioError, read_sound
from servicekit.audio.telephone import TELEPHONE_HZ, TelephoneAudio, telephone_audio, tone_audio, wav_of

__all__ = [
    "TELEPHONE_HZ",
    "AudioLimits",
    "Sound",
    "TelephoneAudio",
    "UnusableAudioError",
    "read_sound",
    "telephone_audio",
    "tone_audio",
    "wav_of",
]
