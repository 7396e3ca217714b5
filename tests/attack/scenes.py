"""Who speaks to whom in the differential fuzz: strangers on one side of the edge, a recorder in the node's place."""

import asyncio
import re
from collections.abc import Callable

from simulators.digest import answer_challenge
from simulators.sip_message import parse_message
from tests.attack.wires import Answers

NUMBER = re.compile(rb"fz(\d+)x(\d\d)q")
CHECK = 89
PATIENCE_SECONDS = 5.0
SDP = (
    "v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"
    "a=rtpmap:8 PCMA/8000\r\n"
)


class EdgeSilentError(RuntimeError):
    """The edge no longer answers a decent question."""


def token_of(number: int) -> str:
    """Return how a message's number stands in it; a twist in its digits is seen."""
    return f"fz{number}x{number % CHECK:02}q"


def number_in(message: bytes) -> int | None:
    """Return the latest number: a request in a dialog also names the call that made it."""
    known = ((int(number), int(check)) for number, check in NUMBER.findall(message))
    return max((number for number, check in known if number % CHECK == check), default=None)


def line(message: bytes, name: bytes) -> bytes:
    """Return a header's line of a well-formed message, without its end; empty for none."""
    found = re.search(rb"\r\n(" + name + rb":[^\r\n]*)", message)
    return found[1] if found else b""


def lines(message: bytes, name: bytes) -> list[bytes]:
    return re.findall(rb"\r\n(" + name + rb":[^\r\n]*)", message)


def response(
    request: bytes, status: str, *more: bytes, tag: str = "", vias: list[bytes] | None = None, sdp: bytes = b""
) -> bytes:
    """Return an answer to a well-formed request."""
    to = line(request, b"To")
    head = [
        f"SIP/2.0 {status}".encode(),
        *(lines(request, b"Via") if vias is None else vias),
        *lines(request, b"Record-Route"),
        line(request, b"From"),
        to + (f";tag={tag}".encode() if tag and b";tag=" not in to else b""),
        line(request, b"Call-ID"),
        line(request, b"CSeq"),
        *more,
        *([b"Content-Type: application/sdp"] if sdp else []),
    ]
    return b"\r\n".join([*head, b"Content-Length: %d" % len(sdp), b"", sdp])


def ack_of(answer: bytes, target: str) -> bytes:
    """Return what acknowledges a final answer that is no success."""
    number = line(answer, b"CSeq").partition(b":")[2].split()[:1] or [b"1"]
    head = [f"ACK {target} SIP/2.0".encode(), *lines(answer, b"Via")[:1]]
    head += [line(answer, name) for name in (b"From", b"To", b"Call-ID")]
    return b"\r\n".join([*head, b"CSeq: " + number[0] + b" ACK", b"Max-Forwards: 70", b"Content-Length: 0", b"", b""])


class Wire(asyncio.DatagramProtocol):
    """A socket on one side of the edge.  `take` is given all that comes; it answers what has to be answered."""

    def __init__(self, to: tuple[str, int], take: Callable[["Wire", bytes], None]) -> None:
        self._to, self.peer = to, to[0]
        self._take = take
        self.answers = Answers()
        self.heard = asyncio.Event()
        self._asked = 0

    @classmethod
    async def open(cls, bind: str, port: int, to: tuple[str, int], take: Callable[["Wire", bytes], None]) -> "Wire":
        loop = asyncio.get_running_loop()
        transport, wire = await loop.create_datagram_endpoint(lambda: cls(to, take), local_addr=(bind, port))
        wire._transport = transport
        wire.host, wire.port = transport.get_extra_info("sockname")
        return wire

    host: str
    port: int

    def datagram_received(self, data: bytes, _addr: object) -> None:
        self.answers.read(data)
        self._take(self, data)
        self.heard.set()

    def send(self, data: bytes) -> None:
        self._transport.sendto(data[:65_000], self._to)

    def close(self) -> None:
        self._transport.close()

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until something that came makes a condition true.  Raises EdgeSilentError."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not condition():
                    self.heard.clear()
                    await self.heard.wait()
        except TimeoutError:
            raise EdgeSilentError(what) from None

    async def still_answered(self) -> None:
        """Ask for a 200, and so wait until the edge has taken all that was sent before."""
        self._asked += 1
        token = f"decent{self._asked}"
        before = self.answers.finals.get(("OPTIONS", 200), 0)
        self.send(
            f"OPTIONS sip:{self._to[0]} SIP/2.0\r\nVia: SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bK{token}\r\n"
            f"From: <sip:decent@{self.host}>;tag={token}\r\nTo: <sip:{self._to[0]}>\r\nCall-ID: {token}\r\n"
            "CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n".encode()
        )
        await self.until(
            lambda: self.answers.finals.get(("OPTIONS", 200), 0) > before, "a decent OPTIONS is answered"
        )


def register(wire: Wire, extension: str, domain: str, token: str, sequence: int, *more: str) -> bytes:
    """Return a REGISTER of a phone at a wire."""
    head = [
        f"REGISTER sip:{domain} SIP/2.0",
        f"Via: SIP/2.0/UDP {wire.host}:{wire.port};rport;branch=z9hG4bK{sequence}{token}",
        "Max-Forwards: 70",
        f"From: <sip:{extension}@{domain}>;tag={token}",
        f"To: <sip:{extension}@{domain}>",
        f"Call-ID: {token}@fuzz",
        f"CSeq: {sequence} REGISTER",
        f"Contact: <sip:{extension}@{wire.host}:{wire.port}>",
        "Expires: 3600",
        "User-Agent: phone",
        *more,
        "Content-Length: 0",
    ]
    return ("\r\n".join(head) + "\r\n\r\n").encode()


def signed(challenge: bytes, method: str, uri: str, extension: str) -> str:
    """Return the header that answers a challenge: a station's password follows from its extension in tests."""
    return ": ".join(answer_challenge(parse_message(challenge), method, uri, extension, f"pw-{extension}"))
