"""What rtpengine is told for each direction of a session."""

import re
from collections.abc import Sequence

from callmodel.edgesnapshot import MediaProtection

RTP = MediaProtection.RTP
SRTP = MediaProtection.SRTP
WEBRTC = MediaProtection.WEBRTC
OPTIONAL = MediaProtection.OPTIONAL

_ADDRESSES = "replace-origin replace-session-connection"
# ICE off: every leg is anchored here, and what lies behind us has no use for a browser's candidates.
# Keys of AES-256 with their padding: without it baresip reads another key (RFC 4568, 6.1, leaves room for both).
_PLAIN = f"{_ADDRESSES} ICE=remove rtcp-mux-demux pad-crypto"
_COMMON = f"{_PLAIN} DTLS=off"
# What a browser asks for (RFC 8827, 8834, 8843): it offers no keys in SDP, and takes none.
_BROWSER = f"{_ADDRESSES} ICE=force transport-protocol=UDP/TLS/RTP/SAVPF rtcp-mux-offer generate-mid SDES-off"
# rtpengine would offer a dozen suites.  Two do not encrypt; and beside plain RTP stands the one that all know:
# more would make a datagram that has to be cut.
_UNWANTED = "NULL_HMAC_SHA1_80 NULL_HMAC_SHA1_32 F8_128_HMAC_SHA1_80 F8_128_HMAC_SHA1_32 AES_192_CM_HMAC_SHA1_80 \
AES_192_CM_HMAC_SHA1_32"
_FURTHER = "AEAD_AES_256_GCM AEAD_AES_128_GCM AES_256_CM_HMAC_SHA1_80 AES_256_CM_HMAC_SHA1_32 AES_CM_128_HMAC_SHA1_32"


def _without(*suites: str) -> str:
    return " ".join(f"SDES-no-{each}" for some in suites for each in some.split())


_PROTOCOLS = {
    RTP: "RTP/AVP",
    SRTP: f"RTP/SAVP {_without(_UNWANTED)}",
    OPTIONAL: f"RTP/AVP OSRTP-offer {_without(_UNWANTED, _FURTHER)}",
}
KEYS_REFUSED = (488, 606)
"""What some say to keys beside plain RTP, and would not say without them (RFC 3261, 21.4.26 and 21.6.4)."""
KEY_LINES = "a=crypto:[^\r\n]*\r\n"
TURNED = {(OPTIONAL, SRTP): (" RTP/AVP ", " RTP/SAVP "), (OPTIONAL, RTP): (KEY_LINES, "")}
"""What to replace in an offer to all phones of a station, to make it what one of them is to be offered."""
# A browser that was told to speak Opus only is understood.  Where one has G.711 too, nothing is turned into anything:
# its Opus is not told to anybody, or rtpengine 10.5 answers a re-INVITE with it, and goes on to send G.711.
_TO_BROWSER, _FROM_OPUS = "transcode-opus", "transcode-PCMU transcode-PCMA"
_FROM_BOTH = "codec-strip-opus codec-strip-G722 codec-strip-red"
_FORMATS = re.compile(r"^m=audio [0-9]+ \S+((?: [0-9]+)+)", re.MULTILINE)
_G711 = ("0", "8")
_HIDDEN = re.compile(r"^c=IN (?:IP4 0\.0\.0\.0|IP6 ::)(?=\s)", re.MULTILINE)


def offer_flags(toward: MediaProtection, sdp: str) -> str:
    """Return the flags for an offer that goes to a side.  sdp: the offer as it came."""
    if toward is WEBRTC:
        return f"{_BROWSER} {_TO_BROWSER}"
    flags = f"{_COMMON} {_PROTOCOLS[toward]}"
    if offered_protection(sdp) is not WEBRTC:
        return flags
    return f"{flags} {_FROM_BOTH if _has_g711(sdp) else _FROM_OPUS}"


def offer_for_all(spoken: Sequence[MediaProtection]) -> MediaProtection:
    """Return what to offer for several phones of one station, which ring at once: it can be turned for each of them.

    spoken: what each is to speak.  Beside a browser only another is rung: whichever comes first says which kind.
    """
    same = WEBRTC in spoken or len(set(spoken)) == 1
    return spoken[0] if same else OPTIONAL


def answer_flags(toward: MediaProtection, answered: MediaProtection) -> str:
    """Return the flags for an answer that goes to a side: rtpengine gives it the protocol that the offer had.

    answered: what the answer itself speaks; DTLS must stay on where a browser gave it.
    """
    return _BROWSER if toward is WEBRTC else _PLAIN if answered is WEBRTC else _COMMON


def offered_protection(sdp: str) -> MediaProtection:
    """Return what an SDP speaks (RFC 4568: SDES insists by the SAVP profile; RFC 8827: browsers do DTLS only)."""
    if "UDP/TLS/RTP/SAVP" in sdp:
        return WEBRTC
    if "RTP/SAVP" in sdp:
        return SRTP
    return OPTIONAL if "a=crypto:" in sdp else RTP


def with_address(sdp: str, address: str) -> str:
    """Return a browser's SDP with an IPv4 address where it hides its own: rtpengine takes 0.0.0.0 for a hold.

    Browsers do so while all that they tell of are names of multicast DNS (RFC 8828); where they are, ICE finds out.
    """
    return _HIDDEN.sub(f"c=IN IP4 {address}", sdp) if "a=ice-ufrag:" in sdp else sdp


def _has_g711(sdp: str) -> bool:
    found = _FORMATS.search(sdp)
    return found is None or any(each in _G711 for each in found[1].split())


def with_both_codecs(sdp: str) -> str:
    """Return an early answer with G.711's other codec behind the one that it names (RFC 3551: 0 and 8).

    rtpengine hands on no codec of a later answer that an earlier one did not have, and the final answer may take back
    what a 183 said.  Packets it hands on as they are.
    """
    found = _FORMATS.search(sdp)
    formats = found[1].split() if found else []
    lacking = [each for each in _G711 if each not in formats]
    if found is None or len(lacking) != 1:
        return sdp
    return f"{sdp[: found.end()]} {lacking[0]}{sdp[found.end() :]}"
