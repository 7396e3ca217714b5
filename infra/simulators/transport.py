"""SIP over UDP, TCP and TLS, bound to one local address (RFC 3261 section 18).

A transport moves whole messages: stream framing by Content-Length and CRLF keep-alives happen here.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import socket
import ssl
from collections.abc import Callable
from typing import Protocol

from .sip_message import MAX_MESSAGE_BYTES

Endpoint = tuple[str, int]
Receive = Callable[[bytes, Endpoint], None]
Lost = Callable[[set[Endpoint]], None]

CONNECT_SECONDS = 5.0
logger = logging.getLogger(__name__)
_LENGTH = re.compile(rb"^(?:content-length|l)[ \t]*:[ \t]*(\d+)", re.IGNORECASE | re.MULTILINE)


class Transport(Protocol):
    """What a user agent needs from the network.

    `lost_listeners` hear which addresses a connection led to when it is lost; UDP loses none.
    """

    name: str
    reliable: bool
    lost_listeners: list[Lost]

    @property
    def local(self) -> Endpoint:
        """The address bound to; a phone's stream has that of its newest connection."""

    async def start(self, receive: Receive) -> None:
        """Bind; raises OSError when the address is taken."""

    async def connect(self, to: Endpoint) -> None:
        """Make sure that `to` can be sent to; raises OSError or TimeoutError."""

    def send(self, data: bytes, to: Endpoint) -> None:
        """Send one message; what can't be sent is lost, as on a network."""

    async def close(self) -> None: ...


class UdpTransport(asyncio.DatagramProtocol):
    """One UDP socket."""

    name = "UDP"
    reliable = False

    def __init__(self, local: Endpoint) -> None:
        self.local = local
        self.lost_listeners: list[Lost] = []
        self._socket: asyncio.DatagramTransport | None = None
        self._receive: Receive = lambda data, source: None

    async def start(self, receive: Receive) -> None:
        self._receive = receive
        loop = asyncio.get_running_loop()
        self._socket, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=self.local)
        raw = self._socket.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)
        self.local = raw.getsockname()[:2]

    async def connect(self, to: Endpoint) -> None:
        return None

    def send(self, data: bytes, to: Endpoint) -> None:
        if self._socket is not None and not self._socket.is_closing():
            # A port that no machine has comes from a forged Via or Contact.
            with contextlib.suppress(OverflowError):
                self._socket.sendto(data, to)

    def datagram_received(self, data: bytes, addr: Endpoint) -> None:
        self._receive(data, (addr[0], addr[1]))

    def error_received(self, exc: Exception) -> None:
        # ICMP port unreachable: retransmission timers decide, as RFC 3261 leaves it open.
        logger.debug("udp error", extra={"error": str(exc)})

    async def close(self) -> None:
        if self._socket is not None:
            self._socket.close()


def take_messages(buffer: bytearray) -> list[bytes]:
    """Cut whole messages off the front of a stream buffer (RFC 3261 section 18.3).

    Raises ValueError when the stream can't be SIP: the connection is then beyond repair.
    """
    messages: list[bytes] = []
    while True:
        while buffer[:2] == b"\r\n":
            del buffer[:2]
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(buffer) > MAX_MESSAGE_BYTES:
                raise ValueError("headers too large")
            return messages
        match = _LENGTH.search(buffer, 0, end + 2)
        whole = end + 4 + (int(match[1]) if match else 0)
        if whole > MAX_MESSAGE_BYTES:
            raise ValueError("message too large")
        if len(buffer) < whole:
            return messages
        messages.append(bytes(buffer[:whole]))
        del buffer[:whole]


class _Connection(asyncio.Protocol):
    def __init__(self, owner: StreamTransport) -> None:
        self._owner = owner
        self._buffer = bytearray()
        self.peer: Endpoint = ("", 0)
        self.stream: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.stream = transport
        self.peer = transport.get_extra_info("peername")[:2]
        self._owner.connections[self.peer] = self

    def data_received(self, data: bytes) -> None:
        # A double CRLF between messages is a ping; the pong is a single one (RFC 5626 section 4.4.1).
        if not self._buffer and data == b"\r\n\r\n" and self.stream is not None:
            self.stream.write(b"\r\n")
            return
        self._buffer += data
        try:
            messages = take_messages(self._buffer)
        except ValueError:
            logger.info("stream is not SIP, closing")
            if self.stream is not None:
                self.stream.abort()
            return
        for message in messages:
            self._owner.received(message, self.peer)

    def connection_lost(self, exc: Exception | None) -> None:
        self._owner.forget(self)


class StreamTransport:
    """TCP or TLS: listens when asked to, connects on demand, and reuses connections both ways.

    Without `listen`, `local` is the address of the newest connection made: a phone puts that into its
    Contact, so that a registrar finds the connection again (RFC 5923).
    """

    reliable = True

    def __init__(
        self,
        local: Endpoint,
        *,
        listen: bool = False,
        client_tls: ssl.SSLContext | None = None,
        server_tls: ssl.SSLContext | None = None,
        server_hostname: str | None = None,
    ) -> None:
        self.name = "TLS" if client_tls or server_tls else "TCP"
        self.local = local
        self.connections: dict[Endpoint, _Connection] = {}
        self._bind_host = local[0]
        self._listen = listen
        self._client_tls = client_tls
        self._server_tls = server_tls
        self._server_hostname = server_hostname
        self._server: asyncio.Server | None = None
        self._receive: Receive = lambda data, source: None
        self.lost_listeners: list[Lost] = []

    def received(self, data: bytes, source: Endpoint) -> None:
        self._receive(data, source)

    def forget(self, connection: _Connection) -> None:
        addresses = {key for key, value in self.connections.items() if value is connection}
        for address in addresses:
            del self.connections[address]
        for listener in self.lost_listeners:
            listener(addresses)

    async def start(self, receive: Receive) -> None:
        self._receive = receive
        if self._listen:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(
                lambda: _Connection(self), *self.local, ssl=self._server_tls, reuse_address=True
            )
            self.local = self._server.sockets[0].getsockname()[:2]

    async def connect(self, to: Endpoint) -> None:
        open_one = self.connections.get(to)
        if open_one is not None and open_one.stream is not None and not open_one.stream.is_closing():
            return
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(CONNECT_SECONDS):
            stream, connection = await loop.create_connection(
                lambda: _Connection(self),
                *to,
                ssl=self._client_tls,
                server_hostname=(self._server_hostname or to[0]) if self._client_tls else None,
                local_addr=(self._bind_host, 0),
            )
        # A host name was dialled, an address answers: the connection is found under both.
        self.connections[to] = connection
        if not self._listen:
            self.local = stream.get_extra_info("sockname")[:2]

    def send(self, data: bytes, to: Endpoint) -> None:
        connection = self.connections.get(to)
        if connection is None or connection.stream is None or connection.stream.is_closing():
            self.connections.pop(to, None)
            logger.debug("no connection, message dropped")
            return
        connection.stream.write(data)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for connection in list(self.connections.values()):
            if connection.stream is not None:
                connection.stream.close()
        self.connections.clear()


def client_tls_context(ca: str | None = None, certificate: tuple[str, str] | None = None) -> ssl.SSLContext:
    """Build the context of a phone: verifies against the CA file, or trusts anybody when there is none.

    `certificate` is (certificate file, key file) for mutual TLS.
    """
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=ca)
    if ca is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if certificate is not None:
        context.load_cert_chain(*certificate)
    return context


def server_tls_context(certificate: tuple[str, str], client_ca: str | None = None) -> ssl.SSLContext:
    """Build a server's context; with `client_ca`, clients must show a certificate that it signed."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=client_ca)
    context.load_cert_chain(*certificate)
    if client_ca is not None:
        context.verify_mode = ssl.CERT_REQUIRED
    return context
