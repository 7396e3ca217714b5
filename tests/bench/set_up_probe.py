"""How long an edge takes to bring an INVITE from a carrier to a media node, and the answer back: sockets that block,
one call at a time, so that little but the edge is in it.
"""

import re
import secrets
import socket
import time
from typing import Self

WAIT_SECONDS = 2.0
_COPIED = re.compile(r"^(?:Via|Record-Route|From|Call-ID|CSeq):[^\n]*\n", re.MULTILINE)
_TO = re.compile(r"^To: ([^\r\n]*)", re.MULTILINE)
_ROUTE = re.compile(r"^Record-Route: ([^\r\n]*)", re.MULTILINE)
_SDP = "v=0\r\no=u 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio {port} RTP/AVP 0 101\r\n"
_SDP += "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"


class SetUpProbe:
    """A carrier's and a media node's socket.  number: the one that is dialled."""

    def __init__(self, carrier: str, node: str, number: str) -> None:
        self._carrier, self._node, self._number = _bound(carrier), _bound(node), number
        self._hosts = carrier, node

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._carrier.close()
        self._node.close()

    def set_up_seconds(self, edge: str) -> float:
        """Place a call through an edge and end it; return how long INVITE and answer took to get through.

        Raises TimeoutError when either does not.
        """
        carrier, node = self._hosts
        call = secrets.token_hex(8)
        began = time.perf_counter()
        self._say("INVITE", edge, call, f"<sip:{self._number}@{edge}>", 1, sdp=_SDP.format(host=carrier, port=31000))
        invite, sender = _next(self._node, "INVITE ", call)
        came = time.perf_counter()
        to = _TO.search(invite)
        assert to is not None, invite
        tagged = f"{to[1].strip()};tag=n{call}"
        body = _SDP.format(host=node, port=31002)
        head = f"SIP/2.0 200 OK\r\n{''.join(_COPIED.findall(invite))}To: {tagged}\r\nContact: <sip:{node}:5060>\r\n"
        head += f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n"
        answered = time.perf_counter()
        self._node.sendto((head + body).encode(), sender)
        answer, _ = _next(self._carrier, "SIP/2.0 200", call)
        took = came - began + time.perf_counter() - answered
        routes = "".join(f"Route: {each}\r\n" for each in reversed(_ROUTE.findall(answer)))
        self._say("ACK", edge, call, tagged, 1, routes)
        _next(self._node, "ACK ", call)
        self._say("BYE", edge, call, tagged, 2, routes)
        bye, sender = _next(self._node, "BYE ", call)
        ended = f"SIP/2.0 200 OK\r\n{''.join(_COPIED.findall(bye))}To: {tagged}\r\nContent-Length: 0\r\n\r\n"
        self._node.sendto(ended.encode(), sender)
        _next(self._carrier, "SIP/2.0 200", call)
        return took

    def _say(self, method: str, edge: str, call: str, to: str, number: int, routes: str = "", sdp: str = "") -> None:
        carrier, node = self._hosts
        uri = f"sip:{self._number}@{edge}" if method == "INVITE" else f"sip:{node}:5060"
        lines = f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {carrier}:5060;branch=z9hG4bK{secrets.token_hex(8)}\r\n"
        lines += f"{routes}From: <sip:013912345678@{carrier}>;tag=c{call}\r\nTo: {to}\r\nCall-ID: {call}\r\n"
        lines += f"CSeq: {number} {method}\r\nContact: <sip:c@{carrier}:5060>\r\nMax-Forwards: 70\r\n"
        lines += "Content-Type: application/sdp\r\n" if sdp else ""
        self._carrier.sendto(f"{lines}Content-Length: {len(sdp)}\r\n\r\n{sdp}".encode(), (edge, 5060))


def _bound(host: str) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind((host, 5060))
    made.settimeout(WAIT_SECONDS)
    return made


def _next(place: socket.socket, beginning: str, call: str) -> tuple[str, tuple[str, int]]:
    while True:
        data, sender = place.recvfrom(65535)
        text = data.decode()
        if text.startswith(beginning) and call in text:
            return text, sender
