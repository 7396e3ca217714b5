"""What the differential fuzz has sent, and the recorder in the media node's place that takes what passed."""

import itertools
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.attack.differential import Passage
from tests.attack.scenes import Wire, ack_of, line, lines, number_in, response
from tests.attack.twists import twisted

KEPT = 2_560
"""So many messages may be on their way until the first is forgotten."""
LONGEST_BYTES = 60_000


@dataclass(frozen=True)
class Sent:
    scene: str
    twists: str
    decent: bytes
    came: bytes
    changed: tuple[str, ...]
    vouched: str


@dataclass
class Ledger:
    """What was sent, by number, and what of it passed."""

    seed: str
    sent: dict[int, Sent] = field(default_factory=dict)
    passed: list[Passage] = field(default_factory=list)
    strays: list[bytes] = field(default_factory=list)
    repeated: list[bytes] = field(default_factory=list)
    """Requests that the edge sent again: it did not take the answer."""
    total: Counter[str] = field(default_factory=Counter)
    through: Counter[str] = field(default_factory=Counter)
    """By scene: how many were sent, and how many passed."""
    decent: Counter[str] = field(default_factory=Counter)
    """By scene, of messages without a twist: those that have not passed (yet)."""
    _seen: set[tuple[int, bytes]] = field(default_factory=set)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def number(self) -> int:
        return next(self._numbers)

    def send(
        self, wire: Wire, number: int, scene: str, decent: bytes, changed: tuple[str, ...], vouched: str
    ) -> None:
        twists, came = twisted(f"{self.seed}/{number}", decent)
        came = came[:LONGEST_BYTES]
        self.sent[number] = Sent(scene, twists, decent, came, changed, vouched)
        self.sent.pop(number - KEPT, None)
        self.total[scene] += 1
        self.decent[scene] += came == decent
        wire.send(came)

    def arrived(self, left: bytes, branch: bytes) -> Sent | None:
        """Take note of what the edge sent on; return what it was, None for what nobody has sent."""
        number = number_in(left)
        sent = self.sent.get(number or 0)
        if number is None or sent is None:
            # What the edge repeats for seconds outlives our memory of it.
            (self.strays if number is None or number > max(self.sent, default=0) else self.repeated).append(left)
            return None
        if (number, branch) in self._seen:
            self.repeated.append(left)
        else:
            self._seen.add((number, branch))
            self.count(sent)
            self.passed.append(
                Passage(sent.scene, sent.twists, sent.decent, sent.came, left, sent.changed, sent.vouched)
            )
        return sent

    def count(self, sent: Sent) -> None:
        self.through[sent.scene] += 1
        self.decent[sent.scene] -= sent.came == sent.decent

    def taken(self) -> list[Passage]:
        """Return what passed since it was asked last."""
        passed, self.passed = self.passed, []
        return passed


class Recorder:
    """In the media node's place: keeps what comes, and answers each so that the edge can forget it."""

    def __init__(self, ledger: Ledger, edge: str) -> None:
        self._ledger = ledger
        self._own_via = re.compile(rb"[\r\n]Via: (SIP/2\.0/UDP " + edge.encode() + rb"(?::\d+)?;[^\r\n]*)")
        self.ended: set[bytes] = set()
        self.ended_by: set[int] = set()
        """The node's own calls that had a final answer, and the messages that were one."""

    def take(self, wire: Wire, data: bytes) -> None:
        if data.startswith(b"OPTIONS ") and number_in(data) is None:
            wire.send(response(data, "200 OK"))
        elif data.startswith(b"SIP/2.0 "):
            self._take_response(wire, data)
        elif data.startswith(b"ACK "):
            pass
        else:
            self._take_request(wire, data)

    def _take_response(self, wire: Wire, data: bytes) -> None:
        if b" INVITE\r\n" in data and re.match(rb"SIP/2\.0 [3-6]", data):
            wire.send(ack_of(data, "sip:acknowledged"))
        if ended := re.match(rb"SIP/2\.0 [2-6].*?\r\nCall-ID: (fork\d+)@", data, re.DOTALL):
            self.ended.add(ended[1])
        number = number_in(data)
        if number is not None and number in self._ledger.sent:
            self._ledger.arrived(data, data[:12])
            if re.match(rb"SIP/2\.0 [2-6]", data):
                self.ended_by.add(number)

    def _take_request(self, wire: Wire, data: bytes) -> None:
        own = self._own_via.search(data)
        branch = own[1] if own else b""
        sent = self._ledger.arrived(data, branch)
        if sent is None or not own:
            return
        via = [b"Via: " + branch, *lines(sent.decent, b"Via")]
        method = data.split(None, 1)[0]
        request = sent.decent.replace(line(sent.decent, b"CSeq"), b"CSeq: 1 " + method)
        if sent.scene == "dialog set-up":
            routes = re.findall(rb"\r\n(Record-Route:[^\r\n]*)", data)
            contact = f"Contact: <sip:node@{wire.host}:{wire.port}>".encode()
            wire.send(response(request, "200 OK", *routes, contact, tag="node", vias=via))
        else:
            status = "486 Busy Here" if method == b"INVITE" else "481 Call Does Not Exist"
            wire.send(response(request, status, tag="node", vias=via))


class Stranger:
    """Answers to a stranger's requests: each final one to an INVITE is acknowledged."""

    def __init__(self) -> None:
        self.challenges: dict[int, bytes] = {}
        self.answers: dict[int, bytes] = {}
        self.on_request: Callable[[Wire, bytes], None] | None = None

    def take(self, wire: Wire, data: bytes) -> None:
        if not data.startswith(b"SIP/2.0 "):
            if self.on_request:
                self.on_request(wire, data)
            return
        if re.match(rb"SIP/2\.0 [3-6]", data) and re.search(rb"\r\nCSeq:[^\r\n]*INVITE", data):
            wire.send(ack_of(data, "sip:acknowledged"))
        number = number_in(data)
        if number is None:
            return
        if data.startswith((b"SIP/2.0 401", b"SIP/2.0 407")):
            self.challenges[number] = data
        elif not data.startswith(b"SIP/2.0 1"):
            self.answers[number] = data
