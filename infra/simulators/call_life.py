"""What a call has come to, when, and how to wait for it; and what was heard in it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from .call_media import CallMedia, MediaSettings
from .g711 import Samples
from .media import tone_sound
from .tones import key_tones

State = Literal["calling", "incoming", "trying", "ringing", "early-media", "answered", "ended"]
HEARING_INTERVAL_SECONDS = 0.05


class CallEndedError(Exception):
    """The call ended before it came to what was waited for; `call.final_code` says how."""

    def __init__(self, call: CallLife, awaited: str) -> None:
        super().__init__(f"ended with {call.final_code} {call.reason!r} before it was {awaited}")
        self.call = call


@dataclass(frozen=True)
class Line:
    """Who a call is made or taken as: user for Contact, credentials, and the audio settings."""

    user: str
    uri: str
    media: MediaSettings
    password: str = ""
    open_media: Callable[[MediaSettings], CallMedia] = CallMedia


class CallLife:
    """`times` holds the monotonic second at which each state was first reached.

    `final_code` is the status that ended the set-up (200 once answered), `ended_by` "local" or "remote",
    `reason` the phrase of a refusal or the Reason header of a BYE or CANCEL.
    """

    def __init__(self, line: Line) -> None:
        self.line = line
        self.media = line.open_media(line.media)
        self.state: State = "calling"
        self.times: dict[str, float] = {}
        self.final_code: int | None = None
        self.reason = ""
        self.ended_by = ""
        self.on_ended: Callable[[], None] = lambda: None
        self._changed = asyncio.Event()

    @property
    def ended(self) -> bool:
        return self.state == "ended"

    @property
    def answered(self) -> bool:
        """Whether it was ever answered."""
        return "answered" in self.times

    @property
    def invite_at(self) -> float | None:
        """When the INVITE was sent or came in."""
        return self.times.get("calling", self.times.get("incoming"))

    @property
    def ringing_at(self) -> float | None:
        return self.times.get("ringing")

    @property
    def progress_at(self) -> float | None:
        return self.times.get("early-media")

    @property
    def answered_at(self) -> float | None:
        return self.times.get("answered")

    @property
    def ended_at(self) -> float | None:
        return self.times.get("ended")

    # -- audio

    @property
    def digits(self) -> str:
        """The DTMF digits received so far."""
        return self.media.endpoint.reception.digits

    def heard(self, seconds: float | None = None) -> Samples:
        """Return the last `seconds` heard, or all that is kept, as int16 at 8 kHz."""
        return self.media.heard(seconds)

    def heard_tones(self, candidates_hz: Iterable[int], seconds: float | None = None) -> set[int]:
        return self.media.heard_tones(candidates_hz, seconds)

    def play_tone(self, hz: int | None) -> None:
        """Speak with another tone from now on; None is silence."""
        self.media.endpoint.play(tone_sound(hz))

    def press_in_band(self, digits: str) -> None:
        """Press keys that are heard as sound, for one who knows no telephone events."""
        self.media.endpoint.play_samples(key_tones(digits))

    def send_dtmf(self, digits: str) -> None:
        self.media.endpoint.send_dtmf(digits)

    # -- waiting

    async def wait_for(self, state: State, timeout: float = 10.0) -> float:
        """Return the monotonic time at which a state was first reached, waiting for it if need be.

        Raises CallEndedError when the call ends first, TimeoutError when neither happens.
        """
        async with asyncio.timeout(timeout):
            while state not in self.times:
                if self.ended:
                    raise CallEndedError(self, state)
                await self._changed.wait()
        return self.times[state]

    async def wait_until(self, condition: Callable[[], bool], timeout: float = 10.0) -> None:
        """Wait for a condition on signalling, for example a direction after a re-INVITE."""
        async with asyncio.timeout(timeout):
            while not condition():
                await self._changed.wait()

    async def wait_for_tones(
        self, wanted_hz: set[int], candidates_hz: Iterable[int], timeout: float = 5.0, seconds: float = 0.5
    ) -> None:
        """Wait until exactly the wanted candidates sound in the last `seconds`.  Raises TimeoutError."""
        candidates = list(candidates_hz)
        async with asyncio.timeout(timeout):
            # The media thread wakes nobody for a packet, since 5,000 a second would be too many.
            while self.heard_tones(candidates, seconds) != wanted_hz:  # noqa: ASYNC110
                await asyncio.sleep(HEARING_INTERVAL_SECONDS)

    async def wait_for_digits(self, wanted: str, timeout: float = 5.0) -> None:
        """Wait until these DTMF digits have been received.  Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            while self.digits != wanted:  # noqa: ASYNC110
                await asyncio.sleep(HEARING_INTERVAL_SECONDS)

    # -- for the signalling

    def _reach(self, state: State) -> None:
        self.times.setdefault(state, time.monotonic())
        if not self.ended:
            self.state = state
        self._announce()

    def _announce(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def _end(self, by: str, code: int | None = None, reason: str = "") -> None:
        if self.ended:
            return
        self.ended_by = by
        self.final_code = self.final_code or code
        self.reason = reason or self.reason
        self.media.close()
        self._reach("ended")
        self.on_ended()
