"""What rtpengine is told for each direction of a session, and how a dialog remembers it.

Both sides' protection, the branch on the line and a seal over them travel as one parameter of our Record-Route: a
re-INVITE then finds what each side speaks, and the way to the branch, without any state; and a Route that we did not
make is refused (the edge is no open relay).
"""

import hashlib
import hmac
import re
from dataclasses import dataclass

from callmodel.edgesnapshot import MediaProtection

RTP = MediaProtection.RTP
SRTP = MediaProtection.SRTP

# ICE off: every leg is anchored here, and what lies behind us has no use for a browser's candidates.
_COMMON = "replace-origin replace-session-connection ICE=remove DTLS=off"
_PROTOCOLS = {RTP: "RTP/AVP", SRTP: "RTP/SAVP"}
_LETTERS = {RTP: "r", SRTP: "s", None: "-"}
_PROTECTIONS = {letter: protection for protection, letter in _LETTERS.items()}

SEAL_PARAMETER = "sg"
SEAL_DIGITS = 16
_PARAMETER = re.compile(rf";{SEAL_PARAMETER}=([0-9a-f]{{{SEAL_DIGITS}}})([rs-]{{2}}[A-Za-z0-9-]*)")


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


@dataclass(frozen=True)
class Sides:
    """What caller and callee speak, and the site whose branch is one of them (empty for none).

    Both None where another edge has the media.
    """

    caller: MediaProtection | None
    callee: MediaProtection | None
    site_id: str = ""


def seal(secret: bytes, call_id: str, sides: Sides) -> str:
    """Return the value of the Record-Route parameter: a keyed digest over the sides and Call-ID, then the sides."""
    plain = f"{_LETTERS[sides.caller]}{_LETTERS[sides.callee]}{sides.site_id}"
    return f"{_digest(secret, call_id, plain)}{plain}"


def open_seal(secret: bytes, call_id: str, routes: str) -> Sides | None:
    """Return the sides from a request's Route headers, None when this edge did not make them for this call.

    Several edges may each have left a seal there: ours is the topmost.
    """
    found = _PARAMETER.search(routes)
    if found is None:
        return None
    digest, plain = found.groups()
    if not hmac.compare_digest(digest.encode(), _digest(secret, call_id, plain).encode()):
        return None
    return Sides(_PROTECTIONS[plain[0]], _PROTECTIONS[plain[1]], plain[2:])


def _digest(secret: bytes, call_id: str, plain: str) -> str:
    return hmac.new(secret, f"{plain} {call_id}".encode(), hashlib.sha256).hexdigest()[:SEAL_DIGITS]
