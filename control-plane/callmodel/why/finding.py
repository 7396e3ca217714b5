"""What is known of a call, and what is found in it, as values."""

from dataclasses import dataclass
from enum import Enum

from callmodel.callstate import LegRole
from callmodel.cdr import Cdr, CdrLeg
from callmodel.ladder import HeadKind, SipHead

OF_PARTIES = frozenset({"phone", "carrier", "branch"})
"""Senders that stand for a party, and not for a room of ours."""


class Cause(Enum):
    """Stable names for what can be found."""

    WELL = "well"
    LIVES = "lives"
    HUNG_UP = "hung-up"
    ONE_SIDED = "one-sided"
    BOTH_SILENT = "both-silent"
    DEAF = "deaf"
    POOR_VOICE = "poor-voice"
    MEDIA_TIMEOUT = "media-timeout"
    SDP_REFUSED = "sdp-refused"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    REJECTED = "rejected"
    NUMBER_INVALID = "number-invalid"
    NOT_REGISTERED = "not-registered"
    WRONG_PASSWORD = "wrong-password"
    GATEWAY_FAILED = "gateway-failed"
    NO_CHANNEL = "no-channel"
    LIMIT = "limit"
    REFUSED = "refused"
    OURS = "ours"
    RECORDING_MISSING = "recording-missing"
    RECORDING_EMPTY = "recording-empty"
    RECORDING_SHORT = "recording-short"


@dataclass(frozen=True)
class Finding:
    """words: one sentence for an operator.  evidence: what it rests on: figures, messages, addresses."""

    cause: Cause
    words: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recorded:
    """How the recording stands, as the ledger has it."""

    state: str
    expected_seconds: float | None = None
    actual_seconds: float | None = None
    is_short: bool = False
    empty_channels: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True)
class Case:
    """A call with all that can be known of it.  recording: None where none is owed or nobody could be asked."""

    cdr: Cdr
    heads: tuple[SipHead, ...] = ()
    recording: Recorded | None = None

    def heads_of(self, leg: CdrLeg) -> tuple[SipHead, ...]:
        """Return the messages of a leg's own dialog."""
        return tuple(head for head in self.heads if leg.sip_call_id and head.sip_call_id == leg.sip_call_id)

    def notes_of(self, leg: CdrLeg) -> tuple[str, ...]:
        """Return what edges did in a leg's dialog, or found."""
        return tuple(head.words for head in self.heads_of(leg) if head.kind is HeadKind.NOTE)


def party(leg: CdrLeg) -> str:
    """Return who is at a leg's end, as a sentence begins."""
    where = f" at {leg.extension}" if leg.extension else ""
    match leg.role:
        case LegRole.CUSTOMER:
            return "The customer"
        case LegRole.OUTSIDE:
            return "The outside party"
        case _:
            return f"The {leg.role.value}{where}"


def lower(words: str) -> str:
    """Return words for the middle of a sentence."""
    return words[:1].lower() + words[1:]


def seconds(value: float) -> str:
    return f"{value:.0f} s" if value >= 10 else f"{value:.1f} s"
