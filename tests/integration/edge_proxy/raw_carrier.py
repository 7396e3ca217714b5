"""A carrier of raw sockets that answers what a test tells it to, byte by byte, and keeps what came."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from edge_harness import CARRIER

Send = Callable[[bytes], None]
SDP = "v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP {formats}\r\n"
_COPIED = re.compile(rb"^(?:Via|Record-Route|From|Call-ID|CSeq):[^\n]*\n", re.MULTILINE)
_LENGTH = re.compile(rb"^Content-Length:[ ]*([0-9]+)", re.IGNORECASE | re.MULTILINE)


def sdp(formats: str = "0", host: str = CARRIER, port: int = 40_000) -> bytes:
    return SDP.format(host=host, port=port, formats=formats).encode()


class RawCarrier:
    """requests: all that came, as bytes.  on: by method, what is done with one; other methods are answered 200."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.on: dict[str, Callable[[bytes], None]] = {}
        self.connections: list[asyncio.Transport] = []
        self._send: Send | None = None

    def heard(self, method: str) -> list[bytes]:
        return [each for each in self.requests if each.startswith(f"{method} ".encode())]

    def receive(self, data: bytes, send: Send) -> None:
        self._send = send
        if data.startswith(b"SIP/2.0"):
            self.requests.append(data)
            return
        method = data.partition(b" ")[0].decode()
        self.requests.append(data)
        if method in self.on:
            self.on[method](data)
        elif method != "ACK":
            self.answer(data, "200 OK")

    def answer(
        self,
        request: bytes,
        status: str | bytes,
        *lines: str | bytes,
        body: bytes = b"",
        kind: str = "application/sdp",
    ) -> None:
        """Answer with a status line's end, further header lines and a body, each as it is to stand."""
        tag = b"" if b"tag=" in _to(request) or _bytes(status).startswith(b"100") else b";tag=carrier"
        head = [b"SIP/2.0 " + _bytes(status), *(each.rstrip(b"\r\n") for each in _COPIED.findall(request))]
        head += [_to(request) + tag, f"Contact: <sip:{CARRIER}:5060>".encode(), *map(_bytes, lines)]
        head += [f"Content-Type: {kind}".encode()] if body else []
        self.say(b"\r\n".join([*head, f"Content-Length: {len(body)}".encode(), b"", b""]) + body)

    def say(self, data: bytes) -> None:
        """Send bytes to where the last message came from."""
        assert self._send is not None
        self._send(data)


class Carrier(Protocol):
    """Who takes what comes over either transport.  connections: those that are open, over TCP."""

    connections: list[asyncio.Transport]

    def receive(self, data: bytes, send: Send) -> None: ...


@contextlib.asynccontextmanager
async def listening(carrier: Carrier, transport: str) -> AsyncIterator[None]:
    """Take what comes to the carrier's port over a transport, `udp` or `tcp`."""
    loop = asyncio.get_running_loop()
    opened: asyncio.BaseTransport | asyncio.Server
    if transport == "udp":
        opened, _ = await loop.create_datagram_endpoint(lambda: OverUdp(carrier), local_addr=(CARRIER, 5060))
    else:
        opened = await loop.create_server(lambda: OverTcp(carrier), CARRIER, 5060)
    try:
        yield
    finally:
        opened.close()
        for connection in carrier.connections:
            connection.abort()


class OverUdp(asyncio.DatagramProtocol):
    """A carrier's socket."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._carrier.receive(data, lambda text: self._transport.sendto(text, addr))


class OverTcp(asyncio.Protocol):
    """A connection to a carrier."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._read = b""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._carrier.connections.append(transport)

    def data_received(self, data: bytes) -> None:
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, rest = self._read.partition(b"\r\n\r\n")
            found = _LENGTH.search(head)
            length = int(found[1]) if found else 0
            if len(rest) < length:
                return
            self._read = rest[length:]
            self._carrier.receive(head + b"\r\n\r\n" + rest[:length], self._transport.write)


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _to(request: bytes) -> bytes:
    found = re.search(rb"^To:[^\r]*", request, re.MULTILINE)
    assert found is not None
    return found[0]
