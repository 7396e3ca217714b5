"""What is played to a caller: audio of the tenant's, text that is spoken, or a tone."""

from dataclasses import dataclass, field

from callmodel.ids import PromptId, TenantId


@dataclass(frozen=True)
class Audio:
    """A file of the tenant's, in the call's language where it has one."""

    prompt_id: PromptId


@dataclass(frozen=True)
class Speech:
    """Text to be spoken.  `digits`: one character after the other, as an account's number is read out.

    `private`: something of the caller's is filled in, a balance or a name, and its sound is soon forgotten.
    """

    text: str
    digits: bool = False
    private: bool = False


@dataclass(frozen=True)
class Tone:
    """One tone; `milliseconds`: how long it lasts."""

    hz: int
    milliseconds: int


BEEP = Tone(1000, 300)
"""After it a message is recorded."""

Prompt = Audio | Speech | Tone


@dataclass(frozen=True)
class StoredAudio:
    """A file in the object store: mono at 8 kHz, as WAV.  `sha256`: of its bytes, in hexadecimal."""

    object_key: str
    sha256: str
    seconds: float = 0.0


@dataclass(frozen=True)
class PromptFile:
    """A tenant's audio, by language as BCP 47 has it (`zh-CN`); the empty language fits every call."""

    tenant_id: TenantId
    prompt_id: PromptId
    audio: dict[str, StoredAudio] = field(default_factory=dict)

    def in_language(self, language: str) -> StoredAudio | None:
        """Return what is nearest: this very language, one of the same kind (`zh` for `zh-CN`), that for all, any."""
        kind = _kind(language)
        ranked = sorted(self.audio, key=lambda each: (each != language, _kind(each) != kind, each != "", each))
        return self.audio[ranked[0]] if ranked else None


def _kind(language: str) -> str:
    return language.partition("-")[0].lower()
