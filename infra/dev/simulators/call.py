"""One call as a phone lives it: INVITE, ringing, answer, hold, transfer, BYE (RFC 3261, 3264, 3515).

The same class is the caller and the called; Softphone and Carrier feed it what arrives.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from .call_media import CallMedia, MediaSettings
from .dialog import Dialog
from .digest import answer_challenge
from .g711 import Samples
from .sdp import UnusableSdpError
from .sip_message import MalformedSipError, SipMessage
from .transactions import ClientTransaction, ServerTransaction
from .transport import Endpoint
from .user_agent import METHODS, UserAgent

State = Literal["calling", "incoming", "trying", "ringing", "early-media", "answered", "ended"]
TRANSFER_SECONDS = 30.0
HEARING_INTERVAL_SECONDS = 0.05


class CallEndedError(Exception):
    """The call ended before it came to what was waited for; `call.final_code` says how."""

    def __init__(self, call: PhoneCall, awaited: str) -> None:
        super().__init__(f"ended with {call.final_code} {call.reason!r} before it was {awaited}")
        self.call = call


class RequestRefusedError(Exception):
    """A re-INVITE or REFER got a final response of 300 or more."""

    def __init__(self, method: str, status: int) -> None:
        super().__init__(f"{method} was refused with {status}")
        self.status = status


@dataclass(frozen=True)
class Line:
    """Who a call is made or taken as: user for Contact, credentials, and the audio settings."""

    user: str
    uri: str
    media: MediaSettings
    password: str = ""


class PhoneCall:
    """A call; `times` holds the monotonic second at which each state was first reached.

    `final_code` is the status that ended the set-up (200 once answered), `ended_by` "local" or "remote",
    `reason` the phrase of a refusal or the Reason header of a BYE or CANCEL.
    """

    def __init__(self, agent: UserAgent, line: Line, dialog: Dialog) -> None:
        self.dialog = dialog
        self.media = CallMedia(line.media)
        self.state: State = "calling"
        self.times: dict[str, float] = {}
        self.final_code: int | None = None
        self.reason = ""
        self.ended_by = ""
        self.invite: SipMessage | None = None
        self.answer_message: SipMessage | None = None
        self.received_requests: list[SipMessage] = []
        self._agent = agent
        self._line = line
        self._changed = asyncio.Event()
        self._server: ServerTransaction | None = None
        self._client: ClientTransaction | None = None
        self._challenged = False
        self._cancel_wanted = False
        self._cancel_sent = False
        self._answer_text = ""
        self._reinviting = False
        self._refer_status: int | None = None

    # -- what it is

    @property
    def ended(self) -> bool:
        return self.state == "ended"

    @property
    def answered(self) -> bool:
        return "answered" in self.times

    @property
    def invite_at(self) -> float | None:
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
        from .media import tone_sound

        self.media.endpoint.play(tone_sound(hz))

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

    async def wait_for_tones(
        self, wanted_hz: set[int], candidates_hz: Iterable[int], timeout: float = 5.0, seconds: float = 0.5
    ) -> None:
        """Wait until exactly the wanted candidates sound in the last `seconds`.  Raises TimeoutError."""
        candidates = list(candidates_hz)
        async with asyncio.timeout(timeout):
            while self.heard_tones(candidates, seconds) != wanted_hz:
                await asyncio.sleep(HEARING_INTERVAL_SECONDS)

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

    # -- calling

    async def start(self, headers: dict[str, str], timeout: float | None) -> None:
        """Send the INVITE; with a timeout, cancel when nobody has answered by then."""
        self.media.endpoint.reception.forget()
        invite = self._with_sdp(self.dialog.build_request("INVITE"), self.media.offer())
        for name, value in headers.items():
            invite.add(name, value)
        self.invite = invite
        await self._agent.transport.connect(self.dialog.first_hop)
        if timeout is not None:
            asyncio.get_running_loop().call_later(timeout, self._set_up_took_too_long)
        self._reach("calling")
        self._client = self._agent.send_request(invite, self.dialog.first_hop, self._on_invite_response)

    def _with_sdp(self, request: SipMessage, body: str) -> SipMessage:
        request.headers += [("Contact", self._agent.contact(self._line.user)), ("Allow", METHODS)]
        if body:
            request.add("Content-Type", "application/sdp")
            request.body = body
        return request

    def _set_up_took_too_long(self) -> None:
        if not self.answered and not self.ended:
            self.reason = "set-up timeout"
            self._request_cancel()

    def _on_invite_response(self, response: SipMessage) -> None:
        if response.status < 200:
            self._on_provisional(response)
        elif response.status < 300:
            self._on_answer(response)
        elif response.status in (401, 407) and self._line.password and not self._challenged:
            self._answer_challenge(response)
        else:
            self._end("remote", response.status, response.reason)

    def _on_provisional(self, response: SipMessage) -> None:
        if response.status > 100:
            self.dialog.learn(response)
        if response.body and response.status > 100:
            with contextlib.suppress(UnusableSdpError):
                self.media.accept(response.body)
                self._reach("early-media")
        if response.status == 180:
            self._reach("ringing")
        elif response.status == 100:
            self._reach("trying")
        if self._cancel_wanted:
            self._request_cancel()

    def _answer_challenge(self, response: SipMessage) -> None:
        assert self.invite is not None
        self._challenged = True
        again = SipMessage(method="INVITE", uri=self.invite.uri, body=self.invite.body)
        again.headers = [(k, v) for k, v in self.invite.headers if k not in ("Via", "User-Agent")]
        self.dialog.local_cseq += 1
        again.replace("CSeq", f"{self.dialog.local_cseq} INVITE")
        try:
            again.add(*answer_challenge(response, "INVITE", again.uri, self._line.user, self._line.password))
        except ValueError:
            self._end("remote", response.status, response.reason)
            return
        if self._cancel_wanted:
            self._end("local", 487, self.reason)
            return
        self.invite = again
        self._client = self._agent.send_request(again, self.dialog.first_hop, self._on_invite_response)

    def _on_answer(self, response: SipMessage) -> None:
        self.dialog.learn(response)
        self.answer_message = response
        self._acknowledge(response)
        if self.ended:
            return
        self.final_code = response.status
        if response.body:
            with contextlib.suppress(UnusableSdpError):
                self.media.accept(response.body)
        self._reach("answered")
        if self._cancel_wanted:
            # The answer crossed our CANCEL: we are in a call that nobody wants (section 15).
            self._send_bye()

    def _acknowledge(self, response: SipMessage, body: str = "") -> None:
        ack = self.dialog.build_request("ACK", response.cseq[0])
        if body:
            ack.add("Content-Type", "application/sdp")
            ack.body = body
        self._agent.send_ack(ack, self.dialog.next_hop(), self.dialog.remote_tag)

    # -- ending

    async def hang_up(self, reason: str = "") -> None:
        """End the call whatever its state: BYE, CANCEL or a refusal; returns when it has ended."""
        if self.ended:
            return
        if self.answered:
            await self._agent.transport.connect(self.dialog.next_hop())
            self._send_bye(reason)
        elif self._server is not None:
            self.reject(480)
        else:
            await self.cancel()

    def _send_bye(self, reason: str = "") -> None:
        if self.ended:
            return
        bye = self.dialog.build_request("BYE")
        if reason:
            bye.add("Reason", reason)
        self._agent.send_request(bye, self.dialog.next_hop(), self._retry_bye)
        self._end("local", reason=reason)

    def _retry_bye(self, response: SipMessage) -> None:
        if response.status not in (401, 407) or not self._line.password or "bye-retried" in self.times:
            return
        self.times["bye-retried"] = time.monotonic()
        bye = self.dialog.build_request("BYE")
        with contextlib.suppress(ValueError):
            bye.add(*answer_challenge(response, "BYE", bye.uri, self._line.user, self._line.password))
            self._agent.send_request(bye, self.dialog.next_hop(), self._retry_bye)

    async def cancel(self, timeout: float = 35.0) -> None:
        """Give up an unanswered outgoing call, and wait until it has ended."""
        self._request_cancel()
        await self.wait_for("ended", timeout)

    def _request_cancel(self) -> None:
        self._cancel_wanted = True
        # Before the first provisional a CANCEL may overtake its INVITE (section 9.1): it waits.
        heard_back = self.times.keys() & {"trying", "ringing", "early-media"}
        if self._client is not None and heard_back and not self._cancel_sent and not self.answered:
            self._cancel_sent = True
            self._agent.send_cancel(self._client)

    # -- being called

    @classmethod
    def incoming(cls, agent: UserAgent, line: Line, server: ServerTransaction) -> PhoneCall:
        """Build the call of a new INVITE.  Raises MalformedSipError."""
        call = cls(agent, line, Dialog.incoming(server.request, server.source))
        call._server = server
        call.invite = server.request
        call.state = "incoming"
        server.on_unacknowledged = call._send_bye
        call._reach("incoming")
        return call

    @property
    def source(self) -> Endpoint:
        return self._server.source if self._server is not None else self.dialog.first_hop

    def _respond(self, status: int, body: str = "") -> None:
        if self._server is not None:
            headers = [("Contact", self._agent.contact(self._line.user)), ("Allow", METHODS)]
            self._agent.respond(self._server, status, tag=self.dialog.local_tag, headers=headers, body=body)

    def trying(self) -> None:
        self._respond(100)

    def ring(self) -> None:
        """Send 180."""
        if not self.ended and not self.answered:
            self._respond(180)
            self._reach("ringing")

    def progress(self) -> None:
        """Send 183 with an answer: from now on the caller hears what is played."""
        if not self.ended and not self.answered and self._describe():
            self._respond(183, self._answer_text)
            self._reach("early-media")

    def answer(self) -> None:
        """Send 200; refuses with 488 what has no common codec."""
        if not self.ended and not self.answered and self._describe():
            self.final_code = 200
            self._respond(200, self._answer_text)
            self._reach("answered")

    def reject(self, status: int, reason: str = "") -> None:
        if not self.ended and not self.answered and self._server is not None:
            self._agent.respond(self._server, status, reason=reason, tag=self.dialog.local_tag)
            self._end("local", status, reason)

    def _describe(self) -> bool:
        if self._answer_text or self.invite is None:
            return bool(self._answer_text)
        try:
            # An INVITE without a body wants our offer, and the answer comes in the ACK (section 13.2.1).
            self._answer_text = self.media.answer(self.invite.body) if self.invite.body else self.media.offer()
        except UnusableSdpError:
            self.reject(488)
            return False
        return True

    # -- what arrives within the call

    def receive_cancel(self, cancel: SipMessage) -> None:
        if self._server is not None and not self.answered and not self.ended:
            self._agent.respond(self._server, 487, tag=self.dialog.local_tag)
            self._end("remote", 487, cancel.get("reason"))

    def receive_ack(self, ack: SipMessage) -> None:
        if ack.body and not self.ended:
            with contextlib.suppress(UnusableSdpError):
                self.media.accept(ack.body)

    def receive(self, server: ServerTransaction) -> None:
        """Handle a request in the dialog: BYE, re-INVITE, UPDATE, INFO, NOTIFY, OPTIONS."""
        request = server.request
        number, method = request.cseq
        if number < self.dialog.remote_cseq:
            self._agent.respond(server, 500, reason="CSeq out of order")
            return
        self.dialog.remote_cseq = number
        self.received_requests = [*self.received_requests[-63:], request]
        match method:
            case "BYE":
                self._agent.respond(server, 200)
                self._end("remote", reason=request.get("reason"))
            case "INVITE" | "UPDATE":
                self._receive_offer(server)
            case "NOTIFY":
                self._agent.respond(server, 200)
                self._receive_sipfrag(request)
            case "INFO" | "OPTIONS" | "MESSAGE":
                self._agent.respond(server, 200, headers=[("Allow", METHODS)])
            case _:
                self._agent.respond(server, 501, headers=[("Allow", METHODS)])

    def _receive_offer(self, server: ServerTransaction) -> None:
        if self.ended:
            self._agent.respond(server, 481)
            return
        if self._reinviting:
            self._agent.respond(server, 491)
            return
        request = server.request
        self.dialog.refresh_target(request)
        try:
            if request.body:
                body = self.media.answer(request.body)
            else:
                body = self.media.offer() if request.method == "INVITE" else ""
        except UnusableSdpError:
            self._agent.respond(server, 488)
            return
        contact = [("Contact", self._agent.contact(self._line.user)), ("Allow", METHODS)]
        server.on_unacknowledged = self._send_bye
        self._agent.respond(server, 200, headers=contact, body=body)
        self._announce()

    def _receive_sipfrag(self, notify: SipMessage) -> None:
        first = notify.body.split("\r\n", 1)[0].split()
        if len(first) >= 2 and first[0] == "SIP/2.0" and first[1].isdigit():
            self._refer_status = int(first[1])
            self._announce()

    # -- what we do within the call

    async def hold(self) -> None:
        """Put the other side on hold.  Raises RequestRefusedError."""
        await self._reinvite("sendonly")

    async def unhold(self) -> None:
        await self._reinvite("sendrecv")

    async def _reinvite(self, direction: str) -> None:
        status = await self._reinvite_once(direction)
        if status == 491:
            # Both sides asked at once: come again after a random wait (section 14.1).
            await asyncio.sleep(random.uniform(0.1, 2.0))
            status = await self._reinvite_once(direction)
        if status >= 300:
            raise RequestRefusedError("INVITE", status)

    async def _reinvite_once(self, direction: str) -> int:
        done: asyncio.Future[SipMessage] = asyncio.get_running_loop().create_future()

        def on_response(response: SipMessage) -> None:
            if response.status < 200:
                return
            if response.status < 300:
                self.dialog.refresh_target(response)
                self._acknowledge(response)
                with contextlib.suppress(UnusableSdpError):
                    self.media.accept(response.body)
            if not done.done():
                done.set_result(response)

        request = self._with_sdp(self.dialog.build_request("INVITE"), self.media.offer(direction))
        hop = self.dialog.next_hop()
        await self._agent.transport.connect(hop)
        self._reinviting = True
        try:
            self._agent.send_request(request, hop, on_response)
            return (await done).status
        finally:
            self._reinviting = False

    async def transfer(
        self, target: str, replaces: PhoneCall | None = None, timeout: float = TRANSFER_SECONDS
    ) -> int:
        """Ask the other side to call `target` (a SIP URI); return the last status it notified.

        With `replaces`, the transfer is attended: the target's call with us is taken over (RFC 3891).
        Raises RequestRefusedError when the REFER itself is refused.
        """
        if replaces is not None:
            dialog = replaces.dialog
            value = f"{dialog.call_id};to-tag={dialog.remote_tag};from-tag={dialog.local_tag}"
            target += f"?Replaces={quote(value, safe='')}"

        def build() -> SipMessage:
            refer = self._with_sdp(self.dialog.build_request("REFER"), "")
            refer.headers += [("Refer-To", f"<{target}>"), ("Referred-By", f"<{self._line.uri}>")]
            return refer

        self._refer_status = None
        hop = self.dialog.next_hop()
        response = await self._agent.request_with_credentials(build, hop, self._line.user, self._line.password)
        if response.status >= 300:
            raise RequestRefusedError("REFER", response.status)
        async with asyncio.timeout(timeout):
            while not self.ended and (self._refer_status is None or self._refer_status < 200):
                await self._changed.wait()
        return self._refer_status or response.status


__all__ = ["CallEndedError", "Line", "MalformedSipError", "PhoneCall", "RequestRefusedError", "State"]
