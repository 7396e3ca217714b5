"""The audio side of one call: offers and answers, and the RTP endpoint that follows them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from .g711 import PCMA, PCMU, RATE, Samples
from .media import KEEP_SECONDS, RtpEndpoint, Sound, new_srtp_key, silent
from .sdp import TELEPHONE_EVENT, AudioSession, Crypto, build_answer, meet, parse_sdp
from .tones import dominant_tones


@dataclass(frozen=True)
class MediaSettings:
    """How a phone does audio: where it binds, what address it tells, codecs, SRTP, what it plays, whether it tells
    keys as events (RFC 4733).

    srtp: whether it encrypts; `optional` for beside plain RTP, where the other side can (RFC 8643).
    """

    host: str
    advertised_host: str = ""
    srtp: bool | Literal["optional"] = False
    payload_types: tuple[int, ...] = (PCMU, PCMA)
    sound: Sound = field(default=silent)
    keep_seconds: float = KEEP_SECONDS
    telephone_events: bool = True


class CallMedia:
    """One RTP endpoint and the session descriptions that were exchanged about it."""

    def __init__(self, settings: MediaSettings) -> None:
        self.endpoint = RtpEndpoint(settings.host, keep_seconds=settings.keep_seconds)
        self.endpoint.play(settings.sound)
        self.remote: AudioSession | None = None
        self.direction = "sendrecv"
        self._own_key = new_srtp_key() if settings.srtp else None
        self._own = AudioSession(
            host=settings.advertised_host or settings.host,
            port=self.endpoint.local[1],
            payload_types=settings.payload_types,
            telephone_event=TELEPHONE_EVENT if settings.telephone_events else None,
            crypto=Crypto(1, self._own_key) if self._own_key else None,
            profile="RTP/SAVP" if settings.srtp is True else "RTP/AVP",
            session_id=secrets.randbelow(1 << 31) + 1,
            version=0,
        )

    async def prepare(self, offer_text: str = "", direction: str = "sendrecv") -> None:
        """Do what takes time before an answer to this offer, or without one before an offer of ours: nothing here."""

    def offer(self, direction: str = "sendrecv") -> str:
        """Return a new offer; `direction` is ours, sendonly to hold."""
        self._own = replace(self._own, direction=direction, version=self._own.version + 1)
        return self._own.to_text()

    def answer(self, offer_text: str) -> str:
        """Take the other side's offer and return our answer.  Raises UnusableSdpError."""
        offer = parse_sdp(offer_text)
        self._own = replace(self._own, version=self._own.version + 1)
        answer = build_answer(offer, self._own)
        self._follow(offer, answer.payload_types[0], answer.direction)
        return answer.to_text()

    def speak_only(self, payload_type: int) -> None:
        """Know just this codec in offers and answers from now on."""
        self._own = replace(self._own, payload_types=(payload_type,))

    def accept(self, answer_text: str) -> None:
        """Take the other side's answer to our last offer.  Raises UnusableSdpError."""
        answer = parse_sdp(answer_text)
        chosen = next((item for item in answer.payload_types if item in self._own.payload_types), None)
        if chosen is not None:
            self._follow(answer, chosen, meet(self._own.direction, answer.direction))

    def _follow(self, remote: AudioSession, payload_type: int, direction: str) -> None:
        self.remote = remote
        self.direction = direction
        self.endpoint.connect(remote, payload_type, direction, self._own_key)

    def heard(self, seconds: float | None = None) -> Samples:
        return self.endpoint.reception.samples(seconds)

    def heard_tones(self, candidates_hz: Iterable[int], seconds: float | None = None) -> set[int]:
        return dominant_tones(self.heard(seconds), RATE, candidates_hz)

    def close(self) -> None:
        self.endpoint.close()
