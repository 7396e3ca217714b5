"""Wire shapes of prompts."""

from pydantic import Field

from control_plane.fields import DisplayName, Language, PromptIdText
from control_plane.web import Shape
from servicekit.voices import MOST_CHARACTERS


class NewPrompt(Shape):
    """A prompt to be; its audio comes by language."""

    prompt_id: PromptIdText
    name: DisplayName | None = None


class PromptPatch(Shape):
    """What is to change; what is absent or null stays."""

    name: DisplayName | None = None


class SpokenText(Shape):
    """What is to be said."""

    text: str = Field(min_length=1, max_length=MOST_CHARACTERS, description="such as: Welcome to Acme.")
    spoken_in: Language = Field("en", description="where the audio is kept as `any`: its language (BCP 47)")


class AudioView(Shape):
    """Audio in one language, as telephones hear it: mono at 8 kHz, as loud as every other."""

    seconds: float
    sha256: str
    added_ms: int
    text: str | None = Field(None, description="what it says, where it was made from text")


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
