"""Raw bytes to an edge over each transport, and what came back: for what no decent phone sends."""

import asyncio
import contextlib
import re
import ssl
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

SOL_SOCKET, SO_LINGER = 1, 13
AT_ONCE = struct.pack("ii", 1, 0)
TRUSTS_ANYBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TRUSTS_ANYBODY.check_hostname, TRUSTS_ANYBODY.verify_mode = False, ssl.CERT_NONE
TEXT_FRAME, MASKED = 0x81, 0x80
UPGRADED = b"HTTP/1.1 101 "
_STATUS = re.compile(rb"SIP/2\.0 ([1-7]\d\d) [^\r\n]*\r\n(.*?)\r\n\r\n", re.DOTALL)
_CSEQ = re.compile(rb"^CSeq\s*:\s*\S+\s+(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Target:
    """An edge's ports, and a page that it takes WebSockets from."""

    host: str
    sip_port: int = 5060
    tls_port: int = 5061
    ws_port: int = 8088
    origin: str = "https://desk.example"

    def port(self, transport: str) -> int:
        return {"tls": self.tls_port, "ws": self.ws_port}.get(transport, self.sip_port)


@dataclass
class Answers:
    """What came back: `finals` counts (method in CSeq, status)."""

    finals: dict[tuple[str, int], int] = field(default_factory=dict)

    def read(self, data: bytes) -> None:
        for found in _STATUS.finditer(data):
            method = _CSEQ.search(found[2])
            key = (method[1].decode("latin-1") if method else "", int(found[1]))
            self.finals[key] = self.finals.get(key, 0) + 1

    def add(self, other: "Answers") -> None:
        for key, count in other.finals.items():
            self.finals[key] = self.finals.get(key, 0) + count

    def by_status(self) -> dict[int, int]:
        """Return how often each status came."""
        return {code: sum(n for (_, each), n in self.finals.items() if each == code) for code in sorted(self.codes)}

    @property
    def codes(self) -> set[int]:
        return {code for (_, code) in self.finals if code >= 200}

    @property
    def wrong(self) -> dict[tuple[str, int], int]:
        """Successes that a stranger must never get: anything but the edge's own OPTIONS."""
        return {key: count for key, count in self.finals.items() if 200 <= key[1] < 300 and key[0] != "OPTIONS"}


class UdpWire(asyncio.DatagramProtocol):
    """One socket at an address; answers are read as they come."""

    def __init__(self, target: Target, answers: Answers) -> None:
        self._target = (target.host, target.sip_port)
        self.answers = answers
        self.heard = asyncio.Event()

    @classmethod
    async def open(cls, bind: str, port: int, target: Target, answers: Answers) -> "UdpWire":
        loop = asyncio.get_running_loop()
        transport, wire = await loop.create_datagram_endpoint(lambda: cls(target, answers), local_addr=(bind, port))
        wire.transport = transport
        return wire

    def datagram_received(self, data: bytes, _addr: object) -> None:
        self.answers.read(data)
        self.heard.set()

    def error_received(self, _error: Exception) -> None:
        """What is too long for a datagram, or refused, is no concern of the attacker."""

    def send(self, data: bytes) -> None:
        self.transport.sendto(data[:65_000], self._target)

    def close(self) -> None:
        self.transport.close()


async def over_stream(
    target: Target,
    data: Iterable[bytes],
    answers: Answers,
    *,
    transport: str = "tcp",
    bind: str = "",
    wait_seconds: float = 0.2,
) -> None:
    """Send messages over one connection (tcp, tls, ws), read what comes until the edge falls silent or closes, and
    let go.
    """
    try:
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection(
                target.host,
                target.port(transport),
                ssl=TRUSTS_ANYBODY if transport == "tls" else None,
                local_addr=(bind, 0) if bind else None,
            )
    except (OSError, TimeoutError):
        # Too many at once are turned away; whether the edge still lives is asked elsewhere.
        return
    # No TIME_WAIT: tens of thousands of connections would use up the machine's ports.
    writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, AT_ONCE)
    got = b""
    try:
        if transport == "ws":
            await _upgrade(reader, writer, target)
            data = map(frame, data)
        for each in data:
            writer.write(each)
        await writer.drain()
        while True:
            async with asyncio.timeout(wait_seconds):
                more = await reader.read(65_536)
            if not more:
                break
            got += more
    except (OSError, TimeoutError, ssl.SSLError):
        pass
    finally:
        writer.transport.abort()
    # Frames from a server are not masked: their heads are only noise between the answers.
    answers.read(got)


async def _upgrade(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: Target) -> None:
    """Raises OSError when the edge makes no WebSocket of the connection, TimeoutError."""
    writer.write(
        f"GET / HTTP/1.1\r\nHost: {target.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dHJ1bmtsaW5lLWF0dGFjaw==\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: sip\r\nOrigin: {target.origin}\r\n\r\n".encode()
    )
    head = b""
    with contextlib.suppress(asyncio.IncompleteReadError):
        async with asyncio.timeout(10):
            head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(UPGRADED):
        raise ConnectionError("no WebSocket")


def frame(message: bytes) -> bytes:
    """Return a message as one frame of a client (RFC 6455, 5.2), under a mask that changes nothing."""
    size = len(message)
    if size < 126:
        head = struct.pack("!BB", TEXT_FRAME, MASKED | size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", TEXT_FRAME, MASKED | 126, size)
    else:
        head = struct.pack("!BBQ", TEXT_FRAME, MASKED | 127, size)
    return head + bytes(4) + message
