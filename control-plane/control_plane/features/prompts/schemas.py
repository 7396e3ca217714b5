"""Wire shapes of prompts."""

from pydantic import Field

from control_plane.fields import DisplayName, PromptIdText
from control_plane.web import Shape


class NewPrompt(Shape):
    """A prompt to be; its audio comes by language."""

    prompt_id: PromptIdText
    name: DisplayName | None = None


class PromptPatch(Shape):
    """What is to change; what is absent or null stays."""

    name: DisplayName | None = None


class AudioView(Shape):
    """Audio in one language, as telephones hear it: mono at 8 kHz, as loud as every other."""

    seconds: float
    sha256: str
    added_ms: int


class PromptView(Shape):
    """A prompt. A call gets the audio of its language, else of the nearest, else `any`."""

    prompt_id: str
    name: str
    audio: dict[str, AudioView] = Field(description="by language tag (BCP 47); `any` fits every call")
    created_ms: int
    archived_ms: int | None


class AudioLink(Shape):
    """Whoever has the link may fetch the WAV file until it expires."""

    url: str
    expires_at: str = Field(description="UTC, RFC 3339")
    sha256: str
