"""Finds the call that a request belongs to, and answers what belongs to none."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from .call import PhoneCall
from .sip_message import MalformedSipError, SipMessage
from .transactions import ServerTransaction
from .user_agent import METHODS, UserAgent

CLOSE_SECONDS = 2.0
EXTENSIONS = ("replaces",)


class CallTable:
    """The calls of one user agent, by Call-ID and local tag.

    `on_invite` gets each INVITE that opens a call; `on_register` each REGISTER, when there is a registrar.
    """

    def __init__(
        self,
        on_invite: Callable[[ServerTransaction], None],
        on_register: Callable[[ServerTransaction], None] | None = None,
    ) -> None:
        self.calls: dict[tuple[str, str], PhoneCall] = {}
        self._on_invite = on_invite
        self._on_register = on_register
        self._agent: UserAgent | None = None

    def serve(self, agent: UserAgent) -> None:
        self._agent = agent

    def add(self, call: PhoneCall) -> None:
        self.calls[call.dialog.call_id, call.dialog.local_tag] = call
        call.on_ended = lambda: self._forget_later(call)

    @property
    def active(self) -> list[PhoneCall]:
        return [call for call in self.calls.values() if not call.ended]

    def on_ack(self, ack: SipMessage) -> None:
        call = self.calls.get((ack.call_id, ack.to_address.tag))
        if call is not None:
            call.receive_ack(ack)

    def on_request(self, server: ServerTransaction) -> None:
        assert self._agent is not None
        request = server.request
        tag = request.to_address.tag
        call = self.calls.get((request.call_id, tag)) if tag else None
        if request.method == "CANCEL":
            self._cancel(server)
        elif call is not None:
            call.receive(server)
        elif tag:
            self._agent.respond(server, 481)
        else:
            self._open(server)

    def _open(self, server: ServerTransaction) -> None:
        assert self._agent is not None
        required = {word.strip() for word in server.request.get("require").split(",")} - {"", *EXTENSIONS}
        match server.request.method:
            case "INVITE" if required:
                self._agent.respond(server, 420, headers=[("Unsupported", ", ".join(sorted(required)))])
            case "INVITE" if server.request.all("contact"):
                self._open_call(server)
            case "INVITE":
                self._agent.respond(server, 400, reason="Missing Contact")
            case "OPTIONS" | "NOTIFY" | "MESSAGE" | "INFO":
                self._agent.respond(server, 200, headers=[("Allow", METHODS)])
            case "REGISTER" if self._on_register is not None:
                self._on_register(server)
            case "BYE" | "UPDATE" | "REFER":
                self._agent.respond(server, 481)
            case _:
                self._agent.respond(server, 405, headers=[("Allow", METHODS)])

    def _open_call(self, server: ServerTransaction) -> None:
        assert self._agent is not None
        try:
            self._on_invite(server)
        except MalformedSipError:
            self._agent.respond(server, 400)

    def _cancel(self, server: ServerTransaction) -> None:
        assert self._agent is not None
        invite = self._agent.invite_of_cancel(server.request)
        if invite is None:
            self._agent.respond(server, 481)
            return
        self._agent.respond(server, 200)
        for call in self.calls.values():
            if call.invite is invite.request:
                call.receive_cancel(server.request)

    def _forget_later(self, call: PhoneCall) -> None:
        """Keep an ended call as long as repeats of its last requests may come, then let go of it."""
        assert self._agent is not None
        key = (call.dialog.call_id, call.dialog.local_tag)
        asyncio.get_running_loop().call_later(self._agent.timers.give_up, self.calls.pop, key, None)

    async def close(self, timeout: float = CLOSE_SECONDS) -> None:
        """Hang up every call; those that do not end in time are let go."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await asyncio.gather(*(call.hang_up() for call in self.active), return_exceptions=True)
        for call in self.active:
            call.media.close()
