"""Session descriptions with one audio stream: offers, answers, SDES keys (RFC 8866, 3264, 4568)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace

from .g711 import PCMA, PCMU

TELEPHONE_EVENT = 101
NAMES = {PCMU: "PCMU/8000", PCMA: "PCMA/8000", TELEPHONE_EVENT: "telephone-event/8000"}
DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
CRYPTO_SUITE = "AES_CM_128_HMAC_SHA1_80"


class UnusableSdpError(ValueError):
    """The description holds no audio stream that a G.711 phone could answer (488)."""


@dataclass(frozen=True)
class Crypto:
    """One a=crypto line with the suite AES_CM_128_HMAC_SHA1_80; `key` is base64 of 30 bytes."""

    tag: int
    key: str


@dataclass(frozen=True)
class AudioSession:
    """What one side says of its audio: where it listens, in which formats and direction."""

    host: str
    port: int
    payload_types: tuple[int, ...] = (PCMU, PCMA)
    telephone_event: int | None = TELEPHONE_EVENT
    direction: str = "sendrecv"
    crypto: Crypto | None = None
    profile: str = "RTP/AVP"
    ptime: int = 20
    session_id: int = 1
    version: int = 1

    def to_text(self) -> str:
        family = "IP6" if ":" in self.host else "IP4"
        formats = [*self.payload_types, *([self.telephone_event] if self.telephone_event else [])]
        lines = [
            "v=0",
            f"o=- {self.session_id} {self.version} IN {family} {self.host}",
            "s=-",
            f"c=IN {family} {self.host}",
            "t=0 0",
            f"m=audio {self.port} {self.profile} {' '.join(map(str, formats))}",
        ]
        lines += [f"a=rtpmap:{payload} {NAMES[payload]}" for payload in self.payload_types]
        if self.telephone_event:
            lines.append(f"a=rtpmap:{self.telephone_event} telephone-event/8000")
            lines.append(f"a=fmtp:{self.telephone_event} 0-16")
        if self.crypto is not None:
            lines.append(f"a=crypto:{self.crypto.tag} {CRYPTO_SUITE} inline:{self.crypto.key}")
        lines += [f"a=ptime:{self.ptime}", f"a={self.direction}"]
        return "\r\n".join(lines) + "\r\n"


def parse_sdp(text: str) -> AudioSession:
    """Parse the first audio stream of a description.  Raises UnusableSdpError."""
    session_part, *media_parts = re.split(r"\r?\n(?=m=)", text.strip())
    audio = next((part for part in media_parts if part.startswith("m=audio ")), "")
    first = audio.split("\n", 1)[0].split()
    if len(first) < 4 or not first[1].isdigit() or int(first[1]) > 65535:
        raise UnusableSdpError("no audio stream")
    connection = re.search(r"^c=IN IP[46] ([^\s/]+)", audio, re.MULTILINE) or re.search(
        r"^c=IN IP[46] ([^\s/]+)", session_part, re.MULTILINE
    )
    if connection is None:
        raise UnusableSdpError("no connection line")
    if not _is_address(connection[1]):
        raise UnusableSdpError("connection by name")
    formats = [int(word) for word in first[3:] if word.isdigit() and int(word) < 128]
    events = re.search(r"^a=rtpmap:(\d+) telephone-event/8000", audio, re.MULTILINE | re.IGNORECASE)
    directions = [word for word in DIRECTIONS if re.search(rf"^a={word}\s*$", f"{audio}\n", re.MULTILINE)]
    held = connection[1] == "0.0.0.0"
    ptime = re.search(r"^a=ptime:(\d+)", audio, re.MULTILINE)
    return AudioSession(
        host=connection[1],
        port=int(first[1]),
        payload_types=tuple(payload for payload in formats if payload in (PCMU, PCMA)),
        telephone_event=int(events[1]) if events and int(events[1]) in formats else None,
        direction="inactive" if held else (directions[0] if directions else "sendrecv"),
        crypto=_parse_crypto(audio),
        profile=first[2],
        ptime=int(ptime[1]) if ptime else 20,
    )


def _parse_crypto(audio: str) -> Crypto | None:
    pattern = rf"^a=crypto:(\d+) {CRYPTO_SUITE} inline:([A-Za-z0-9+/=]+)"
    match = re.search(pattern, audio, re.MULTILINE)
    # 30 bytes of key and salt are 40 characters without padding.
    return Crypto(int(match[1]), match[2]) if match and len(match[2]) == 40 and "=" not in match[2] else None


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def sends(direction: str) -> bool:
    return direction in ("sendrecv", "sendonly")


def receives(direction: str) -> bool:
    return direction in ("sendrecv", "recvonly")


def meet(own: str, theirs: str) -> str:
    """Return our direction when both sides get no more than each of them wants."""
    out, back = sends(own) and receives(theirs), receives(own) and sends(theirs)
    return {(True, True): "sendrecv", (True, False): "sendonly", (False, True): "recvonly"}.get(
        (out, back), "inactive"
    )


def build_answer(offer: AudioSession, own: AudioSession) -> AudioSession:
    """Answer an offer from what we can do (RFC 3264 section 6).

    Raises UnusableSdpError when no codec is common, or when one side insists on SRTP and the other can't.
    """
    common = tuple(payload for payload in offer.payload_types if payload in own.payload_types)
    if not common:
        raise UnusableSdpError("no common codec")
    insists = "SAVP" in offer.profile
    if insists != ("SAVP" in own.profile) and not (insists and own.crypto):
        raise UnusableSdpError("RTP and SRTP do not meet")
    if insists and offer.crypto is None:
        raise UnusableSdpError("no common crypto suite")
    crypto = Crypto(offer.crypto.tag, own.crypto.key) if own.crypto and offer.crypto else None
    return replace(
        own,
        payload_types=common[:1],
        telephone_event=offer.telephone_event if own.telephone_event else None,
        crypto=crypto,
        profile=offer.profile,
        direction=meet(own.direction, offer.direction),
    )
