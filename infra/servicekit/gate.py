"""The gate of an HTTP listener: lets connections in, times them, and cuts those that have to go.

Who has to go is decided in `visitors`; what brings connections here is `listener`.
"""

import asyncio
import logging
from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler

from servicekit import meters
from servicekit.visitors import Reason, Visitor, Visitors, source_of

TELL_SECONDS = 10.0

CUT = meters.Counter("trunkline.listener.cut", "{connection}", "HTTP connections that were cut, and why")

logger = logging.getLogger(__name__)


def vouch(request: web.Request) -> None:
    """Take note that a request has proved who sends it: its connection is no stranger's any more."""
    gate = request.config_dict.get(GATE)
    if gate is not None and request.transport is not None:
        gate.vouch(request.transport)


def client_address(request: web.Request, proxies: frozenset[str]) -> str:
    """Return the address a request comes from; the last X-Forwarded-For entry when one of our proxies sent it."""
    remote = request.remote or ""
    forwarded = request.headers.getall("X-Forwarded-For", [])
    if forwarded and remote in proxies:
        return forwarded[-1].rsplit(",", 1)[-1].strip()
    return remote


def address_of(transport: asyncio.BaseTransport) -> str:
    """Return the address at the other end, empty where it has gone already."""
    peer = transport.get_extra_info("peername")
    return str(peer[0]) if peer else ""


class Gate:
    """Lets connections in, times them, and cuts those that have to go."""

    def __init__(
        self, visitors: Visitors, head_seconds: float, stranger_seconds: float, proxies: frozenset[str]
    ) -> None:
        self._visitors = visitors
        self._head_seconds = head_seconds
        self._stranger_seconds = stranger_seconds
        self._proxies = proxies
        self._cutters: dict[Visitor, Callable[[], None]] = {}
        self._timers: dict[Visitor, asyncio.TimerHandle] = {}
        self._of: dict[asyncio.BaseTransport, Visitor] = {}
        self._told = float("-inf")

    def enter(self, address: str, cut: Callable[[], None]) -> Visitor | None:
        """Let a connection in; None where there is no place for it."""
        visitor = Visitor(source_of(address), exempt=address in self._proxies)
        victims = self._visitors.enter(visitor)
        self._cut(victims)
        if any(victim is visitor for victim, _ in victims):
            return None
        self._cutters[visitor] = cut
        self._give_seconds(visitor, self._head_seconds)
        return visitor

    def speaks_through(self, visitor: Visitor, transport: asyncio.BaseTransport, cut: Callable[[], None]) -> None:
        """Take note of the transport that a connection's requests know, and of how it is cut."""
        self._of[transport] = visitor
        self._cutters[visitor] = cut

    def leave(self, visitor: Visitor, transport: asyncio.BaseTransport | None = None) -> None:
        """Forget a connection."""
        self._visitors.leave(visitor)
        self._cutters.pop(visitor, None)
        self._stop_timer(visitor)
        if transport is not None:
            self._of.pop(transport, None)

    def vouch(self, transport: asyncio.BaseTransport) -> None:
        """Take note that a connection has said who it is."""
        if transport in self._of:
            self._visitors.prove(self._of[transport])

    async def stop(self, _app: web.Application) -> None:
        """Cut those that are not with aiohttp yet, which closes the others."""
        for visitor in self._cutters.keys() - self._of.values():
            self._cutters[visitor]()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        visitor = self._of.get(request.transport) if request.transport is not None else None
        if visitor is None:
            return await handler(request)
        self._stop_timer(visitor)
        self._visitors.turn(visitor, busy=True)
        if request.remote in self._proxies:
            self._cut(self._visitors.belongs_to(visitor, source_of(client_address(request, self._proxies))))
        try:
            return await handler(request)
        finally:
            if visitor in self._cutters:
                self._visitors.turn(visitor, busy=False)
                if not visitor.proven:
                    self._give_seconds(visitor, self._stranger_seconds)

    def _give_seconds(self, visitor: Visitor, seconds: float) -> None:
        late: list[tuple[Visitor, Reason]] = [(visitor, "late")]
        self._timers[visitor] = asyncio.get_running_loop().call_later(seconds, self._cut, late)

    def _stop_timer(self, visitor: Visitor) -> None:
        timer = self._timers.pop(visitor, None)
        if timer is not None:
            timer.cancel()

    def _cut(self, victims: list[tuple[Visitor, Reason]]) -> None:
        for visitor, reason in victims:
            cut = self._cutters.get(visitor)
            self.leave(visitor)
            if cut is not None:
                cut()
            CUT.add(reason=reason)
            self._tell(visitor, reason)

    def _tell(self, visitor: Visitor, reason: Reason) -> None:
        # Now and then, and not for each connection: whoever opens thousands shall not fill the log as well.
        now = asyncio.get_running_loop().time()
        if reason != "late" and now - self._told >= TELL_SECONDS:
            self._told = now
            extra = {"connections_count": len(self._visitors), "reason": reason, "source": visitor.source}
            logger.warning("connections cut", extra=extra)


GATE = web.AppKey("servicekit.gate", Gate)
