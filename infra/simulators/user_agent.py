"""A SIP user agent core: one transport, its transactions, and who hears of what arrives.

Softphone and Carrier are built on it.  Nothing that arrives may kill it: what can't be parsed is counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections import deque
from collections.abc import Callable

from .digest import answer_challenge
from .sip_message import MalformedSipError, SipMessage, build_response, parse_message, via_parameters
from .tasks import Tasks
from .transactions import ClientTransaction, OnResponse, ServerTransaction, Timers
from .transport import Endpoint, Transport

OnRequest = Callable[[ServerTransaction], None]
OnAck = Callable[[SipMessage], None]
TRACE_MESSAGES = 20_000
METHODS = "INVITE, ACK, CANCEL, BYE, OPTIONS, REFER, NOTIFY, INFO, UPDATE"
logger = logging.getLogger(__name__)


class UserAgent:
    """Sends requests, hands up requests, and keeps RFC 3261's timers on an unreliable transport.

    `on_request` is called once for every new request but ACK; `on_ack` for every ACK of a 2xx.
    With `trace`, `messages` holds (monotonic seconds, "sent" or "received", text).
    """

    def __init__(
        self,
        transport: Transport,
        on_request: OnRequest,
        on_ack: OnAck = lambda ack: None,
        *,
        user_agent: str = "Trunkline-Simulator",
        nat: Endpoint | None = None,
        timers: Timers | None = None,
        trace: bool = False,
    ) -> None:
        self.transport = transport
        self.timers = timers or Timers()
        self.tasks = Tasks()
        self.name = user_agent
        self.malformed = 0
        self.messages: deque[tuple[float, str, str]] = deque(maxlen=TRACE_MESSAGES if trace else 0)
        self._trace = trace
        self._nat = nat
        self._on_request = on_request
        self._on_ack = on_ack
        self._clients: dict[tuple[str, str], ClientTransaction] = {}
        self._servers: dict[tuple[str, ...], ServerTransaction] = {}
        self._unacknowledged: dict[tuple[str, int], ServerTransaction] = {}
        transport.lost_listeners.append(self._connection_lost)
        self._acks: dict[tuple[str, int, str], tuple[SipMessage, Endpoint]] = {}

    async def start(self) -> None:
        await self.transport.start(self._received)

    async def close(self) -> None:
        for client in self._clients.values():
            client.stop()
        for server in self._servers.values():
            server.stop()
        await self.tasks.close()
        await self.transport.close()

    # -- what we call ourselves

    @property
    def advertised(self) -> Endpoint:
        """The address in Via and Contact: private when the phone is behind a NAT."""
        return self._nat or self.transport.local

    def contact(self, user: str) -> str:
        host, port = self.advertised
        tail = (
            "" if self.transport.name == "UDP" else f";transport={self.transport.name.lower().replace('wss', 'ws')}"
        )
        return f"<sip:{user}@{host}:{port}{tail}>"

    def new_via(self) -> str:
        host, port = self.advertised
        return f"SIP/2.0/{self.transport.name} {host}:{port};rport;branch=z9hG4bK{secrets.token_hex(9)}"

    # -- out

    def send_request(self, request: SipMessage, to: Endpoint, on_response: OnResponse) -> ClientTransaction:
        """Start a client transaction; a Via is put on top.  Streams need `transport.connect` first."""
        request.headers.insert(0, ("Via", self.new_via()))
        request.add("User-Agent", self.name)
        key = (request.branch, request.method)
        client = ClientTransaction(
            request,
            to,
            self._send,
            on_response,
            timers=self.timers,
            reliable=self.transport.reliable,
            forget=lambda: self._forget_client(key),
        )
        self._clients[key] = client
        return client

    async def request(self, request: SipMessage, to: Endpoint) -> SipMessage:
        """Send a request that is no INVITE and return its final response, 408 when there is none."""
        answered: asyncio.Future[SipMessage] = asyncio.get_running_loop().create_future()

        def on_response(response: SipMessage) -> None:
            if response.status >= 200 and not answered.done():
                answered.set_result(response)

        await self.transport.connect(to)
        self.send_request(request, to, on_response)
        return await answered

    async def request_with_credentials(
        self, build: Callable[[], SipMessage], to: Endpoint, user: str, password: str
    ) -> SipMessage:
        """Send what `build` makes, and once more with credentials when that is challenged."""
        first = build()
        response = await self.request(first, to)
        if response.status not in (401, 407) or not password:
            return response
        second = build()
        with contextlib.suppress(ValueError):
            second.add(*answer_challenge(response, second.method, second.uri, user, password))
            response = await self.request(second, to)
        return response

    def send_cancel(self, invite: ClientTransaction) -> None:
        """CANCEL an INVITE hop by hop, in its own transaction with the same branch (section 9.1)."""
        original = invite.request
        cancel = SipMessage(method="CANCEL", uri=original.uri)
        cancel.headers = [("Via", original.get("via"))]
        cancel.headers += [("Route", route) for route in original.all("route")]
        cancel.headers += [(name, original.get(name)) for name in ("From", "To", "Call-ID")]
        cancel.headers += [("CSeq", f"{original.cseq[0]} CANCEL"), ("Max-Forwards", "70")]
        key = (cancel.branch, "CANCEL")
        self._clients[key] = ClientTransaction(
            cancel,
            invite.destination,
            self._send,
            lambda response: None,
            timers=self.timers,
            reliable=self.transport.reliable,
            forget=lambda: self._forget_client(key),
        )

    def send_ack(self, ack: SipMessage, to: Endpoint, remote_tag: str) -> None:
        """ACK a 2xx, and keep it to answer repeats of that 2xx (section 13.2.2.4)."""
        ack.headers.insert(0, ("Via", self.new_via()))
        key = (ack.call_id, ack.cseq[0], remote_tag)
        self._acks[key] = (ack, to)
        asyncio.get_running_loop().call_later(self.timers.give_up, self._acks.pop, key, None)
        self._send(ack, to)

    def respond(
        self,
        server: ServerTransaction,
        status: int,
        *,
        reason: str = "",
        tag: str = "",
        headers: list[tuple[str, str]] | None = None,
        body: str = "",
    ) -> None:
        response = build_response(server.request, status, reason, tag or secrets.token_hex(4))
        response.headers += [*(headers or []), ("Server", self.name)]
        if body:
            response.add("Content-Type", "application/sdp")
            response.body = body
        if server.request.method == "INVITE" and status >= 200:
            key = (server.request.call_id, server.request.cseq[0])
            self._unacknowledged[key] = server
            asyncio.get_running_loop().call_later(self.timers.give_up, self._unacknowledged.pop, key, None)
        server.respond(response)

    def _send(self, message: SipMessage, to: Endpoint) -> None:
        data = message.to_bytes()
        if self._trace:
            self.messages.append((time.monotonic(), "sent", data.decode()))
        self.transport.send(data, to)

    def _connection_lost(self, addresses: set[Endpoint]) -> None:
        for client in [item for item in self._clients.values() if item.destination in addresses]:
            client.connection_lost()

    def _forget_client(self, key: tuple[str, str]) -> None:
        self._clients.pop(key, None)

    def _forget_server(self, key: tuple[str, ...]) -> None:
        self._servers.pop(key, None)

    def ignore(self, server: ServerTransaction) -> None:
        """Never reply: repeats of the request are swallowed, then it is forgotten."""
        key = self._server_key(server.request)
        asyncio.get_running_loop().call_later(self.timers.give_up, self._forget_server, key)

    # -- in

    def _received(self, data: bytes, source: Endpoint) -> None:
        if not data.strip(b"\r\n\0 "):
            return
        if self._trace:
            self.messages.append((time.monotonic(), "received", data.decode("utf-8", "replace")))
        try:
            message = parse_message(data)
        except MalformedSipError:
            self.malformed += 1
            return
        try:
            if message.is_request:
                self._received_request(message, source)
            else:
                self._received_response(message, source)
        except MalformedSipError:
            self.malformed += 1
            logger.info("message could not be handled")

    def _received_response(self, response: SipMessage, source: Endpoint) -> None:
        number, method = response.cseq
        if method == "INVITE" and 200 <= response.status < 300:
            known = self._acks.get((response.call_id, number, response.to_address.tag))
            if known is not None:
                self._send(*known)
                return
        client = self._clients.get((response.branch, method))
        if client is not None:
            client.received(response)

    def _received_request(self, request: SipMessage, source: Endpoint) -> None:
        if request.method == "ACK":
            waiting = self._unacknowledged.pop((request.call_id, request.cseq[0]), None)
            if waiting is not None:
                waiting.acknowledged()
                self._on_ack(request)
            return
        key = self._server_key(request)
        known = self._servers.get(key)
        if known is not None:
            known.repeat()
            return
        self._mark_top_via(request, source)
        server = ServerTransaction(
            request,
            source,
            self._reply_address(request, source),
            self._send,
            timers=self.timers,
            reliable=self.transport.reliable,
            forget=lambda: self._forget_server(key),
        )
        self._servers[key] = server
        self._on_request(server)

    def invite_of_cancel(self, cancel: SipMessage) -> ServerTransaction | None:
        """Return the INVITE transaction that a CANCEL means: same branch, same sent-by."""
        key = self._server_key(cancel)
        return self._servers.get((*key[:-1], "INVITE"))

    @staticmethod
    def _server_key(request: SipMessage) -> tuple[str, ...]:
        via = via_parameters(request.get("via"))
        return (via.get("branch", ""), via["sent-by"], request.call_id, str(request.cseq[0]), request.method)

    def _mark_top_via(self, request: SipMessage, source: Endpoint) -> None:
        """Fill in received and rport, as RFC 3581 wants them in every response."""
        vias = request.all("via")
        parts = [part for part in vias[0].split(";") if not part.strip().lower().startswith(("received=", "rport"))]
        parts.append(f"received={source[0]}")
        if "rport" in via_parameters(vias[0]):
            parts.append(f"rport={source[1]}")
        others = [(name, value) for name, value in request.headers if name.lower() not in ("via", "v")]
        request.headers = [("Via", ";".join(parts)), *(("Via", via) for via in vias[1:]), *others]

    def _reply_address(self, request: SipMessage, source: Endpoint) -> Endpoint:
        via = via_parameters(request.get("via"))
        if self.transport.reliable or "rport" in via:
            return source
        _, _, port = via["sent-by"].rpartition(":")
        return source[0], int(port) if port.isdigit() else 5060
