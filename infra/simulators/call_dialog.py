"""What happens within an established call: hold, transfer, BYE, and the other side's requests.

RFC 3261 sections 12, 14 and 15, RFC 3264 (hold), RFC 3515 (REFER), RFC 3891 (Replaces).
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Callable, Sequence
from urllib.parse import quote

from .call_life import CallLife, Line
from .dialog import Dialog
from .digest import answer_challenge
from .sdp import UnusableSdpError
from .sip_message import SipMessage
from .transactions import ServerTransaction
from .user_agent import METHODS, UserAgent

TRANSFER_SECONDS = 30.0
REMEMBERED_REQUESTS = 64


class RequestRefusedError(Exception):
    """A re-INVITE or REFER got a final response of 300 or more."""

    def __init__(self, method: str, status: int) -> None:
        super().__init__(f"{method} was refused with {status}")
        self.status = status


class CallDialog(CallLife):
    """A call's dialog; `received_requests` are the newest requests that the other side sent in it.

    `on_refer` answers a REFER; without it the phone knows no transfer (501).
    """

    def __init__(self, agent: UserAgent, line: Line, dialog: Dialog) -> None:
        super().__init__(line)
        self.dialog = dialog
        self.received_requests: deque[SipMessage] = deque(maxlen=REMEMBERED_REQUESTS)
        self.on_refer: Callable[[ServerTransaction], None] | None = None
        self._agent = agent
        self._reinviting = False
        self._refer_status: int | None = None
        self._bye_challenged = False

    def _contact(self) -> list[tuple[str, str]]:
        return [("Contact", self._agent.contact(self.line.user)), ("Allow", METHODS)]

    def _with_sdp(self, request: SipMessage, body: str) -> SipMessage:
        request.headers += self._contact()
        if body:
            request.add("Content-Type", "application/sdp")
            request.body = body
        return request

    def _acknowledge(self, response: SipMessage) -> None:
        ack = self.dialog.build_request("ACK", response.cseq[0])
        self._agent.send_ack(ack, self.dialog.next_hop(), self.dialog.remote_tag)

    def _with_credentials(self, request: SipMessage, challenge: SipMessage) -> SipMessage:
        # A challenge that we can't read leaves the request bare, and it is refused once more.
        with contextlib.suppress(ValueError):
            user, password = self.line.user, self.line.password
            request.add(*answer_challenge(challenge, request.method, request.uri, user, password))
        return request

    # -- the end

    def _send_bye(self, reason: str = "") -> None:
        if self.ended:
            return
        bye = self.dialog.build_request("BYE")
        if reason:
            bye.add("Reason", reason)
        self._agent.send_request(bye, self.dialog.next_hop(), self._answer_bye_challenge)
        self._end("local", reason=reason)

    def _answer_bye_challenge(self, response: SipMessage) -> None:
        if response.status not in (401, 407) or not self.line.password or self._bye_challenged:
            return
        self._bye_challenged = True
        bye = self._with_credentials(self.dialog.build_request("BYE"), response)
        self._agent.send_request(bye, self.dialog.next_hop(), self._answer_bye_challenge)

    # -- what the other side asks

    def receive_ack(self, ack: SipMessage) -> None:
        """Take the answer that an ACK carries when the INVITE had no offer."""
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
        self.received_requests.append(request)
        match method:
            case "BYE":
                self._agent.respond(server, 200)
                self._end("remote", reason=request.get("reason"))
            case "INVITE" | "UPDATE":
                self._agent.tasks.start(self._receive_offer(server), "offer in a call")
            case "NOTIFY":
                self._agent.respond(server, 200)
                self._receive_sipfrag(request)
            case "INFO" | "OPTIONS" | "MESSAGE":
                self._agent.respond(server, 200, headers=[("Allow", METHODS)])
            case "REFER" if self.on_refer is not None:
                self.on_refer(server)
            case _:
                self._agent.respond(server, 501, headers=[("Allow", METHODS)])
        self._announce()

    async def _receive_offer(self, server: ServerTransaction) -> None:
        request = server.request
        if self.ended:
            self._agent.respond(server, 481)
            return
        if self._reinviting:
            self._agent.respond(server, 491)
            return
        self.dialog.refresh_target(request)
        await self.media.prepare(request.body)
        try:
            if request.body:
                body = self.media.answer(request.body)
            else:
                # A re-INVITE without a body asks for our offer; such an UPDATE only refreshes.
                body = self.media.offer() if request.method == "INVITE" else ""
        except UnusableSdpError:
            self._agent.respond(server, 488)
            return
        server.on_unacknowledged = self._send_bye
        self._agent.respond(server, 200, headers=self._contact(), body=body)
        self._announce()

    def _receive_sipfrag(self, notify: SipMessage) -> None:
        first = notify.body.split("\r\n", 1)[0].split()
        if len(first) >= 2 and first[0] == "SIP/2.0" and first[1].isdigit():
            self._refer_status = int(first[1])

    # -- what we ask

    async def hold(self) -> None:
        """Put the other side on hold.  Raises RequestRefusedError."""
        await self._reinvite("sendonly")

    async def unhold(self) -> None:
        """Talk again.  Raises RequestRefusedError."""
        await self._reinvite("sendrecv")

    async def refresh(self, seconds: int, method: str = "INVITE") -> int:
        """Refresh the session by INVITE or UPDATE; return for how many seconds it holds from now (RFC 4028).

        Raises RequestRefusedError, also where the other side answers without session timers.
        """
        timers = [("Supported", "timer"), ("Session-Expires", f"{seconds};refresher=uac")]
        if method == "INVITE":
            response = await self._reinvite("sendrecv", timers)
        else:
            update = self._with_sdp(self.dialog.build_request("UPDATE"), "")
            update.headers += timers
            response = await self._agent.request(update, self.dialog.next_hop())
        holds = response.get("Session-Expires").partition(";")[0].strip()
        if response.status >= 300 or not holds.isdigit():
            raise RequestRefusedError(method, response.status)
        return int(holds)

    async def _reinvite(self, direction: str, headers: Sequence[tuple[str, str]] = ()) -> SipMessage:
        response = await self._reinvite_once(direction, headers)
        if response.status == 491:
            # Both sides asked at once: come again after a random wait (section 14.1).
            await asyncio.sleep(random.uniform(0.1, 2.0))
            response = await self._reinvite_once(direction, headers)
        if response.status >= 300:
            raise RequestRefusedError("INVITE", response.status)
        return response

    async def _reinvite_once(self, direction: str, headers: Sequence[tuple[str, str]]) -> SipMessage:
        done: asyncio.Future[SipMessage] = asyncio.get_running_loop().create_future()
        challenges: list[SipMessage] = []

        def on_response(response: SipMessage) -> None:
            if response.status in (401, 407) and self.line.password and not challenges:
                challenges.append(response)
                again = self._with_sdp(self.dialog.build_request("INVITE"), request.body)
                again.headers += headers
                self._agent.send_request(self._with_credentials(again, response), hop, on_response)
                return
            if 200 <= response.status < 300:
                self.dialog.refresh_target(response)
                self._acknowledge(response)
                with contextlib.suppress(UnusableSdpError):
                    self.media.accept(response.body)
            if response.status >= 200 and not done.done():
                done.set_result(response)

        await self.media.prepare(direction=direction)
        request = self._with_sdp(self.dialog.build_request("INVITE"), self.media.offer(direction))
        request.headers += headers
        hop = self.dialog.next_hop()
        await self._agent.transport.connect(hop)
        self._reinviting = True
        try:
            self._agent.send_request(request, hop, on_response)
            return await done
        finally:
            self._reinviting = False

    async def press_by_info(self, digit: str) -> None:
        """Tell of a key by SIP INFO, as old phones and gateways do.  Raises RequestRefusedError."""
        info = self.dialog.build_request("INFO")
        info.add("Content-Type", "application/dtmf-relay")
        info.body = f"Signal={digit}\r\nDuration=160\r\n"
        response = await self._agent.request(info, self.dialog.next_hop())
        if response.status >= 300:
            raise RequestRefusedError("INFO", response.status)

    async def transfer(
        self, target: str, replaces: CallDialog | None = None, timeout: float = TRANSFER_SECONDS
    ) -> int:
        """Ask the other side to call `target` (a SIP URI); return the last status it notified.

        With `replaces`, the transfer is attended: the target's call with us is taken over (RFC 3891).
        Raises RequestRefusedError when the REFER itself is refused, TimeoutError without a final NOTIFY.
        """
        if replaces is not None:
            dialog = replaces.dialog
            value = f"{dialog.call_id};to-tag={dialog.remote_tag};from-tag={dialog.local_tag}"
            target += f"?Replaces={quote(value, safe='')}"

        def build() -> SipMessage:
            refer = self._with_sdp(self.dialog.build_request("REFER"), "")
            refer.headers += [("Refer-To", f"<{target}>"), ("Referred-By", f"<{self.line.uri}>")]
            return refer

        self._refer_status = None
        hop = self.dialog.next_hop()
        response = await self._agent.request_with_credentials(build, hop, self.line.user, self.line.password)
        if response.status >= 300:
            raise RequestRefusedError("REFER", response.status)
        async with asyncio.timeout(timeout):
            while not self.ended and (self._refer_status is None or self._refer_status < 200):
                await self._changed.wait()
        return self._refer_status or response.status
