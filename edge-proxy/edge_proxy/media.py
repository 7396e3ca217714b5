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
WEBRTC = MediaProtection.WEBRTC

_ADDRESSES = "replace-origin replace-session-connection"
# ICE off: every leg is anchored here, and what lies behind us has no use for a browser's candidates.
_PLAIN = f"{_ADDRESSES} ICE=remove rtcp-mux-demux"
_COMMON = f"{_PLAIN} DTLS=off"
# What a browser asks for (RFC 8827, 8834, 8843): it offers no keys in SDP, and takes none.
_BROWSER = f"{_ADDRESSES} ICE=force transport-protocol=UDP/TLS/RTP/SAVPF rtcp-mux-offer generate-mid SDES-off"
_PROTOCOLS = {RTP: "RTP/AVP", SRTP: "RTP/SAVP"}
_LETTERS = {RTP: "r", SRTP: "s", WEBRTC: "w", None: "-"}
_PROTECTIONS = {letter: protection for protection, letter in _LETTERS.items()}
_HIDDEN = re.compile(r"^c=IN (?:IP4 0\.0\.0\.0|IP6 ::)(?=\s)", re.MULTILINE)

SEAL_PARAMETER = "sg"
SEAL_DIGITS = 16
_PARAMETER = re.compile(rf";{SEAL_PARAMETER}=([0-9a-f]{{{SEAL_DIGITS}}})([rsw-]{{2}}[A-Za-z0-9-]*)")


def offer_flags(toward: MediaProtection) -> str:
    """Return the flags for an offer that goes to a side."""
    return _BROWSER if toward is WEBRTC else f"{_COMMON} {_PROTOCOLS[toward]}"


def answer_flags(toward: MediaProtection, answered: MediaProtection) -> str:
    """Return the flags for an answer that goes to a side: rtpengine gives it the protocol that the offer had.

    answered: what the answer itself speaks; DTLS must stay on where a browser gave it.
    """
    return _BROWSER if toward is WEBRTC else _PLAIN if answered is WEBRTC else _COMMON


def is_sdp(content_type: str) -> bool:
    """Say whether a body is a session description and nothing else."""
    return content_type.partition(";")[0].strip().lower() == "application/sdp"


def offered_protection(sdp: str) -> MediaProtection:
    """Return what an SDP speaks (RFC 4568: SDES needs the SAVP profile; RFC 8827: browsers do DTLS only)."""
    if "UDP/TLS/RTP/SAVP" in sdp:
        return WEBRTC
    return SRTP if "RTP/SAVP" in sdp else RTP


def with_address(sdp: str, address: str) -> str:
    """Return a browser's SDP with an IPv4 address where it hides its own: rtpengine takes 0.0.0.0 for a hold.

    Browsers do so while all that they tell of are names of multicast DNS (RFC 8828); where they are, ICE finds out.
    """
    return _HIDDEN.sub(f"c=IN IP4 {address}", sdp) if "a=ice-ufrag:" in sdp else sdp


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
    # BLAKE2 has a key of its own (RFC 7693), and an HMAC of OpenSSL's costs several times as much.
    return hashlib.blake2b(f"{plain} {call_id}".encode(), key=secret, digest_size=SEAL_DIGITS // 2).hexdigest()
