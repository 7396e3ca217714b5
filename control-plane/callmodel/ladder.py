"""The SIP messages of a call as an edge remembers them: heads without numbers, asked for when somebody wants to know.

Nothing of them is written anywhere: each edge's agent holds the last ones, and answers what it is asked (ADR 42).
"""

from dataclasses import dataclass
from enum import Enum


class HeadKind(Enum):
    """`NOTE`: what the edge itself did or found, in words."""

    REQUEST = "request"
    RESPONSE = "response"
    NOTE = "note"


@dataclass(frozen=True)
class SipHead:
    """One message that an edge took, or one thing that it did.

    sender: what kind of party it came from: `phone`, `carrier`, `media-node`, `branch`, `edge`, or `us`.
    address: whence.  words: the first line without numbers: `INVITE 138****5678`, `486 Busy Here`.
    sdp: what its description says of the sound, such as `audio 203.0.113.9:4000 PCMU PCMA sendonly`.
    """

    at_ms: int
    edge_id: str
    sip_call_id: str
    kind: HeadKind
    sender: str
    address: str
    words: str
    sdp: str = ""


@dataclass(frozen=True)
class LadderQuestion:
    """What an edge is asked for: all heads of a call, of these dialogs and of what these accounts tried.

    call_id: edges know it of legs that we dialled.  accounts: `extension@domain`, for what failed before any call.
    """

    question_id: str
    call_id: str
    sip_call_ids: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True)
class LadderAnswer:
    question_id: str
    edge_id: str
    heads: tuple[SipHead, ...] = ()
