"""What is played to a caller: audio of the tenant's, or text that is spoken."""

from dataclasses import dataclass

from callmodel.ids import PromptId


@dataclass(frozen=True)
class Audio:
    """A file of the tenant's, in the call's language where it has one."""

    prompt_id: PromptId


@dataclass(frozen=True)
class Speech:
    """Text to be spoken.  `digits`: one character after the other, as an account's number is read out."""

    text: str
    digits: bool = False


Prompt = Audio | Speech
