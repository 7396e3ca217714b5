"""The differential fuzz itself: strangers' twisted messages through an edge, and the recorder that takes what passes."""

import itertools
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from simulators.digest import answer_challenge
from simulators.sip_message import parse_message
from tests.attack.differential import Judge, Passage
from tests.attack.scenes import SDP, Wire, ack_of, line, lines, number_in, response, token_of
from tests.attack.twists import twisted

AT_ONCE = 32
CHUNK = 640
KEPT = 4 * CHUNK
"""So long may a message be on its way until its sender has forgotten it."""
FROM_DIALOG = 25


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
    total: dict[str, int] = field(default_factory=dict)
    through: dict[str, int] = field(default_factory=dict)
    _seen: set[tuple[int, bytes]] = field(default_factory=set)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def number(self) -> int:
        return next(self._numbers)

    def send(self, wire: Wire, number: int, scene: str, decent: bytes, changed: tuple[str, ...], vouched: str) -> None:
        twists, came = twisted(f"{self.seed}/{number}", decent)
        came = came[:60_000]
        self.sent[number] = Sent(scene, twists, decent, came, changed, vouched)
        self.sent.pop(number - KEPT, None)
        self.total[scene] = self.total.get(scene, 0) + 1
        wire.send(came)

    def arrived(self, left: bytes, branch: bytes) -> Sent | None:
        """Take note of what the edge sent on; return what it was, None for what nobody has sent."""
        number = number_in(left)
        sent = self.sent.get(number or 0)
        if number is None or sent is None:
            self.strays.append(left)
            return None
        if (number, branch) in self._seen:
            self.repeated.append(left)
        else:
            self._seen.add((number, branch))
            self.through[sent.scene] = self.through.get(sent.scene, 0) + 1
            self.passed.append(
                Passage(sent.scene, sent.twists, sent.decent, sent.came, left, sent.changed, sent.vouched)
            )
        return sent

    def taken(self) -> list[Passage]:
        passed, self.passed = self.passed, []
        return passed


class Recorder:
    """In the media node's place: keeps what comes, and answers each so that the edge can forget it."""

    def __init__(self, ledger: Ledger, edge: str) -> None:
        self._ledger = ledger
        self._own_via = re.compile(rb"[\r\n]Via: (SIP/2\.0/UDP " + edge.encode() + rb"(?::\d+)?;[^\r\n]*)")
        self.ended: set[bytes] = set()
        """The node's own calls that had a final answer."""

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


@dataclass
class Fuzz:
    """An edge under fuzz.  node, stranger: sockets of the recorder, and of a stranger by scene."""

    ledger: Ledger
    judge: Judge
    domain: str
    did: str
    carrier: Wire
    phone: Wire
    phone_answers: Stranger

    async def run(self, count: int, progress: Callable[[str], None] = lambda _: None) -> None:
        shares = {"carrier": 0.6, "station": 0.25, "dialog": 0.15}
        scenes = {"carrier": self._carrier, "station": self._station, "dialog": self._dialog}
        for name, share in shares.items():
            left = int(count * share)
            while left > 0:
                part = min(CHUNK, left)
                await scenes[name](part)
                await self.judge.judge(self.ledger.taken())
                left -= part
            progress(f"{name}: {self.ledger.through} of {self.ledger.total}, {len(self.judge.findings)} kinds")
        await self.judge.judge(self.ledger.taken())

    async def _carrier(self, count: int) -> None:
        for start in range(0, count, AT_ONCE):
            for _ in range(min(AT_ONCE, count - start)):
                number = self.ledger.number()
                with_sdp = number % 4 == 0
                decent = self._invite(self.carrier, number, f"sip:{self.did}@{self.carrier.peer}", "+8613812345678", with_sdp)
                changed = ("uri", "sender", "routes", "vouched", *(("body",) if with_sdp else ()))
                self.ledger.send(self.carrier, number, "carrier", decent, changed, "origin=trunk;trunk=trunk-1")
            await self.carrier.still_answered()

    def _invite(
        self, wire: Wire, number: int, uri: str, user: str, with_sdp: bool, *more: str, host: str = ""
    ) -> bytes:
        token = token_of(number)
        body = SDP.format(host=wire.host) if with_sdp else ""
        head = [
            f"INVITE {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {wire.host}:{wire.port};rport;branch=z9hG4bK{token}",
            "Max-Forwards: 70",
            f"From: <sip:{user}@{host or wire.host}>;tag={token}",
            f"To: <{uri}>",
            f"Call-ID: {token}@fuzz",
            "CSeq: 1 INVITE",
            f"Contact: <sip:{user}@{wire.host}:{wire.port}>",
            "User-Agent: phone",
            *more,
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return ("\r\n".join(head) + "\r\n\r\n" + body).encode()

    async def _challenged(self, numbers: list[int]) -> dict[int, bytes]:
        """Return a challenge for each number: a nonce serves once."""
        for number in numbers:
            token = token_of(number)
            self.phone.send(
                f"REGISTER sip:{self.domain} SIP/2.0\r\nVia: SIP/2.0/UDP {self.phone.host}:{self.phone.port};branch=z9hG4bKr{token}\r\n"
                f"From: <sip:1001@{self.domain}>;tag={token}\r\nTo: <sip:1001@{self.domain}>\r\nCall-ID: r{token}\r\nCSeq: 1 REGISTER\r\n"
                f"Max-Forwards: 70\r\nContact: <sip:1001@{self.phone.host}:{self.phone.port}>\r\nContent-Length: 0\r\n\r\n".encode()
            )
        known = self.phone_answers.challenges
        await self.phone.until(lambda: all(number in known for number in numbers), "REGISTER is challenged")
        return {number: known.pop(number) for number in numbers}

    def _signed(self, number: int, challenge: bytes, with_sdp: bool) -> bytes:
        uri = f"sip:13812345678@{self.domain}"
        _, value = answer_challenge(parse_message(challenge), "INVITE", uri, "1001", "pw-1001")
        return self._invite(
            self.phone, number, uri, "1001", with_sdp, f"Proxy-Authorization: {value}", host=self.domain
        )

    async def _station(self, count: int) -> None:
        for start in range(0, count, AT_ONCE):
            numbers = [self.ledger.number() for _ in range(min(AT_ONCE, count - start))]
            for number, challenge in (await self._challenged(numbers)).items():
                with_sdp = number % 4 == 0
                changed = ("uri", "routes", "vouched", *(("body",) if with_sdp else ()))
                self.ledger.send(
                    self.phone, number, "station", self._signed(number, challenge, with_sdp), changed,
                    "origin=station;tenant=acme;station=1001",
                )  # fmt: skip
            await self.phone.still_answered()

    async def _dialog(self, count: int) -> None:
        for start in range(0, count, FROM_DIALOG):
            answer = await self._set_up()
            for sequence in range(2, 2 + min(FROM_DIALOG, count - start)):
                number = self.ledger.number()
                decent = self._within(answer, number, sequence)
                self.ledger.send(self.phone, number, "dialog", decent, ("routes", "vouched", "body"), "")
            await self.phone.still_answered()

    async def _set_up(self) -> bytes:
        number = self.ledger.number()
        challenge = (await self._challenged([number]))[number]
        decent = self._signed(number, challenge, True)
        self.ledger.sent[number] = Sent("dialog set-up", "", decent, decent, ("uri", "routes", "vouched", "body"), "origin=station")
        self.phone.send(decent)
        known = self.phone_answers.answers
        await self.phone.until(lambda: number in known, "a call is answered")
        answer = known.pop(number)
        self.phone.send(self._request(answer, number, 1, "ACK"))
        return answer

    def _within(self, answer: bytes, number: int, sequence: int) -> bytes:
        method = random.Random(number).choice(("INFO", "INVITE", "BYE", "INFO"))
        return self._request(answer, number, sequence, method)

    def _request(self, answer: bytes, number: int, sequence: int, method: str) -> bytes:
        """Return a request of the caller within the dialog that an answer has made."""
        contact = re.search(rb"\r\nContact: <([^>]*)>", answer)
        sender = line(answer, b"From").partition(b": ")[2].decode()
        routes = [each.decode().replace("Record-Route", "Route") for each in reversed(lines(answer, b"Record-Route"))]
        head = [
            f"{method} {contact[1].decode() if contact else 'sip:node'} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.phone.host}:{self.phone.port};rport;branch=z9hG4bK{token_of(number)}",
            "Max-Forwards: 70",
            *routes,
            f'From: "{token_of(number)}" {sender}',
            line(answer, b"To").decode(),
            line(answer, b"Call-ID").decode(),
            f"CSeq: {sequence} {method}",
            f"Contact: <sip:1001@{self.phone.host}:{self.phone.port}>",
            "Content-Length: 0",
        ]
        return ("\r\n".join(head) + "\r\n\r\n").encode()
