"""What agents dial on a desk phone to say what they do, and what they hear of it."""

from dataclasses import dataclass
from enum import Enum


class AgentKey(Enum):
    """`SIGN_IN`: whoever is seated at the station takes calls there from now on."""

    SIGN_IN = "sign-in"
    READY = "ready"
    PAUSE = "pause"
    SIGN_OUT = "sign-out"


CODES = {"*80": AgentKey.SIGN_IN, "*81": AgentKey.READY, "*82": AgentKey.PAUSE, "*89": AgentKey.SIGN_OUT}
"""By what is dialled."""

PAUSE_REASON = "phone"
"""Why an agent is paused who has asked for it by phone: there is no key to tell more."""


@dataclass(frozen=True)
class KeyPlan:
    """A station's own call that says what its agent does.  language: of the answer."""

    key: AgentKey
    language: str
    records: bool = False


class AgentOutcome(Enum):
    """What became of it.  `NOBODY`: no agent is signed in, or seated, at the station."""

    READY = "ready"
    PAUSED = "paused"
    SIGNED_OUT = "signed-out"
    NOBODY = "nobody"
    AWAY = "away"


_ENGLISH = {
    AgentOutcome.READY: "You are ready.",
    AgentOutcome.PAUSED: "You are paused.",
    AgentOutcome.SIGNED_OUT: "You are signed out.",
    AgentOutcome.NOBODY: "No agent is signed in at this phone.",
    AgentOutcome.AWAY: "That is not possible now. Please try again.",
}
_CHINESE = {
    AgentOutcome.READY: "您已就绪。",
    AgentOutcome.PAUSED: "您已暂停。",
    AgentOutcome.SIGNED_OUT: "您已签出。",
    AgentOutcome.NOBODY: "此话机没有坐席签入。",
    AgentOutcome.AWAY: "暂时无法操作，请稍后再试。",
}


def words_of(outcome: AgentOutcome, language: str) -> str:
    """Return what the agent hears; language: as BCP 47 has it."""
    return (_CHINESE if language.startswith("zh") else _ENGLISH)[outcome]


def language_of(country_code: str) -> str:
    """Return what the people of a country are spoken to in, of what we speak ourselves."""
    return "zh-CN" if country_code == "86" else "en"
