"""One call as a phone sets it up: INVITE, ringing, early media, answer, CANCEL (RFC 3261, 3264).

The same class is the caller and the called; Softphone and Carrier feed it what arrives.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import deque

from .call_dialog import CallDialog, RequestRefusedError
from .call_life import CallEndedError, Line, State
from .dialog import Dialog
from .digest import answer_challenge, parse_digest
from .sdp import UnusableSdpError
from .sip_message import SipMessage
from .transactions import ClientTransaction, ServerTransaction
from .transport import Endpoint
from .user_agent import UserAgent

__all__ = ["CallEndedError", "Line", "PhoneCall", "RequestRefusedError", "State"]


class PhoneCall(CallDialog):
    """A call, from its INVITE on.  `invite` is the last INVITE sent or the one received."""

    def __init__(self, agent: UserAgent, line: Line, dialog: Dialog) -> None:
        super().__init__(agent, line, dialog)
        self.invite: SipMessage | None = None
        self.answer_message: SipMessage | None = None
        self.provisionals: deque[int] = deque(maxlen=64)
        self._server: ServerTransaction | None = None
        self._client: ClientTransaction | None = None
        self._answered_realms: set[str] = set()
        self.retry_after_seconds: int | None = None
        """What a refusal said: to leave whoever sent it alone for so long (section 20.33)."""

        self._cancel_wanted = False
        self._cancel_sent = False
        self._answer_text = ""

    @property
    def source(self) -> Endpoint:
        """Where the INVITE came from, or was sent to."""
        return self._server.source if self._server is not None else self.dialog.first_hop

    # -- calling

    async def start(self, headers: dict[str, str], timeout: float | None) -> None:
        """Send the INVITE; with a timeout, cancel when nobody has answered by then.

        Raises OSError or TimeoutError when a stream transport can't connect.
        """
        try:
            await self._agent.transport.connect(self.dialog.first_hop)
        except (OSError, TimeoutError):
            self._end("local", 503, "no connection")
            raise
        await self.media.prepare()
        # Contact names the connection, so it is written after connecting.
        invite = self._with_sdp(self.dialog.build_request("INVITE"), self.media.offer())
        invite.headers += headers.items()
        self.invite = invite
        if timeout is not None:
            asyncio.get_running_loop().call_later(timeout, self._set_up_took_too_long)
        self._reach("calling")
        self._client = self._agent.send_request(invite, self.dialog.first_hop, self._on_invite_response)

    def _set_up_took_too_long(self) -> None:
        if not self.answered and not self.ended:
            self.reason = "set-up timeout"
            self._request_cancel()

    def _on_invite_response(self, response: SipMessage) -> None:
        if response.status < 200:
            self._on_provisional(response)
        elif response.status < 300:
            self._on_answer(response)
        elif not self._answer_challenge(response):
            found = re.match(r"\d+", response.get("Retry-After"))
            self.retry_after_seconds = int(found[0]) if found else None
            self._end("remote", response.status, response.reason)

    def _on_provisional(self, response: SipMessage) -> None:
        if self.ended:
            return
        self.provisionals.append(response.status)
        if response.status == 100:
            self._reach("trying")
        else:
            self.dialog.learn(response)
            if response.status == 180:
                self._reach("ringing")
            if response.body:
                with contextlib.suppress(UnusableSdpError):
                    self.media.accept(response.body)
                    self._reach("early-media")
        if self._cancel_wanted:
            self._request_cancel()

    def _answer_challenge(self, response: SipMessage) -> bool:
        """Send the INVITE again with credentials; a realm that refused them once is not asked again."""
        if response.status not in (401, 407) or not self.line.password or self.invite is None:
            return False
        if self._cancel_wanted:
            self._end("local", 487, self.reason)
            return True
        challenge = parse_digest(response.get("WWW-Authenticate") or response.get("Proxy-Authenticate"))
        realm, stale = challenge.get("realm", ""), challenge.get("stale", "").lower() == "true"
        if realm in self._answered_realms and not stale:
            return False
        self._answered_realms.add(realm)
        again = SipMessage(method="INVITE", uri=self.invite.uri, body=self.invite.body)
        again.headers = [(key, value) for key, value in self.invite.headers if key not in ("Via", "User-Agent")]
        self.dialog.local_cseq += 1
        again.replace("CSeq", f"{self.dialog.local_cseq} INVITE")
        try:
            name, value = answer_challenge(response, "INVITE", again.uri, self.line.user, self.line.password)
        except ValueError:
            return False
        again.replace(name, value)
        self.invite = again
        self._client = self._agent.send_request(again, self.dialog.first_hop, self._on_invite_response)
        return True

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

    # -- ending

    async def hang_up(self, reason: str = "") -> None:
        """End the call whatever its state: BYE, CANCEL or 480; returns when it has ended.

        `reason` is a Reason header (RFC 3326), for example `Q.850;cause=16`.
        """
        if self.ended:
            return
        if self.answered:
            await self._agent.transport.connect(self.dialog.next_hop())
            self._send_bye(reason)
        elif self._server is not None:
            self.reject(480)
        else:
            await self.cancel()

    async def cancel(self, timeout: float = 70.0) -> None:
        """Give up an unanswered outgoing call, and wait until it has ended."""
        self._request_cancel()
        await self.wait_for("ended", timeout)

    def _request_cancel(self) -> None:
        self._cancel_wanted = True
        # Before the first provisional a CANCEL may overtake its INVITE (section 9.1): it waits.
        if self._client is None or not self.provisionals or self._cancel_sent or self.answered:
            return
        self._cancel_sent = True
        self._agent.send_cancel(self._client)
        # Old servers never send the 487 (section 9.1).
        asyncio.get_running_loop().call_later(self._agent.timers.give_up, self._give_up_waiting_for_487)

    def _give_up_waiting_for_487(self) -> None:
        if not self.answered:
            self._end("local", 487, "cancelled, without a final response")

    # -- being called

    @classmethod
    def incoming(cls, agent: UserAgent, line: Line, server: ServerTransaction) -> PhoneCall:
        """Build the call of a new INVITE.  Raises MalformedSipError."""
        call = cls(agent, line, Dialog.incoming(server.request, server.source))
        call._server = server
        call.invite = server.request
        server.on_unacknowledged = call._send_bye
        call._reach("incoming")
        return call

    def _respond(self, status: int, body: str = "") -> None:
        if self._server is not None:
            tag = self.dialog.local_tag
            self._agent.respond(self._server, status, tag=tag, headers=self._contact(), body=body)

    def trying(self) -> None:
        """Send 100."""
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

    def progress_in_silence(self) -> None:
        """Send 183 without a description: nothing will be heard for it."""
        if not self.ended and not self.answered:
            self._respond(183)

    def answer(self) -> None:
        """Send 200; refuses with 488 what has no common codec."""
        if not self.ended and not self.answered and self._describe():
            self.final_code = 200
            self._respond(200, self._answer_text)
            self._reach("answered")

    def change_answer(self, payload_type: int) -> None:
        """Let the next response carry another answer than the one before, with just this codec."""
        self.media.speak_only(payload_type)
        self._answer_text = ""

    def reject(self, status: int, reason: str = "") -> None:
        """Refuse an incoming call that was not answered."""
        if not self.ended and not self.answered and self._server is not None:
            self._agent.respond(self._server, status, reason=reason, tag=self.dialog.local_tag)
            self._end("local", status, reason)

    def receive_cancel(self, cancel: SipMessage) -> None:
        """The caller gives up: 487, unless it was answered just before."""
        if self._server is not None and not self.answered and not self.ended:
            self._agent.respond(self._server, 487, tag=self.dialog.local_tag)
            self._end("remote", 487, cancel.get("reason"))

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
