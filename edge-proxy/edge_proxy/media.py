"""What rtpengine is told for each direction of a session, and how a dialog remembers it.

Both sides' protection and a seal travel as one parameter of our Record-Route: a re-INVITE then finds what each side
speaks without any state, and a Route that we did not make is refused (the edge is no open relay).
"""

import hashlib
import hmac

from callmodel.edgesnapshot import MediaProtection

RTP = MediaProtection.RTP
SRTP = MediaProtection.SRTP

# ICE off: every leg is anchored here, and what lies behind us has no use for a browser's candidates.
_COMMON = "replace-origin replace-session-connection ICE=remove DTLS=off"
_PROTOCOLS = {RTP: "RTP/AVP", SRTP: "RTP/SAVP"}
_LETTERS = {RTP: "r", SRTP: "s"}
_PROTECTIONS = {letter: protection for protection, letter in _LETTERS.items()}

SEAL_DIGITS = 16


def offer_flags(toward: MediaProtection, *, natted: bool) -> str:
    """Return the flags for an offer that goes to a side.  natted: its sender's SDP holds an address of no use."""
    source = " SIP-source-address" if natted else ""
    return f"{_COMMON} {_PROTOCOLS[toward]}{source}"


def answer_flags(*, natted: bool) -> str:
    """Return the flags for an answer: rtpengine gives it the protocol that the offer had."""
    return f"{_COMMON} SIP-source-address" if natted else _COMMON


def offered_protection(sdp: str) -> MediaProtection:
    """Return what an offer asks for (RFC 4568: SDES needs the SAVP profile)."""
    return SRTP if "RTP/SAVP" in sdp else RTP


def seal(secret: bytes, call_id: str, caller: MediaProtection, callee: MediaProtection) -> str:
    """Return the value of the Record-Route parameter: both protections, then a keyed digest over them and Call-ID."""
    letters = _LETTERS[caller] + _LETTERS[callee]
    return letters + _digest(secret, call_id, letters)


def open_seal(secret: bytes, call_id: str, value: str) -> tuple[MediaProtection, MediaProtection] | None:
    """Return the protections of caller and callee, None for a value that this edge did not make for this call."""
    letters, digest = value[:2], value[2:]
    if not hmac.compare_digest(digest.encode(), _digest(secret, call_id, letters).encode()):
        return None
    return _PROTECTIONS[letters[0]], _PROTECTIONS[letters[1]]


def _digest(secret: bytes, call_id: str, letters: str) -> str:
    return hmac.new(secret, f"{letters}{call_id}".encode(), hashlib.sha256).hexdigest()[:SEAL_DIGITS]
