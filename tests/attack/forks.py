"""The media node's own calls, to a phone and to a carrier, whose answers are twisted."""

import contextlib
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from simulators.digest import answer_challenge
from simulators.sip_message import parse_message
from tests.attack.ledger import Ledger, Recorder, Stranger
from tests.attack.scenes import SDP, EdgeSilentError, Wire, response, token_of

CALLS_AT_ONCE = 4
ANSWERS_A_CALL = 12
PROVISIONAL = ("180 Ringing", "183 Session Progress", "181 Call Is Being Forwarded")
FINAL = ("486 Busy Here", "404 Not Found", "480 Temporarily Unavailable", "603 Decline", "200 OK")
CALL = re.compile(rb"\r\nCall-ID: (fork\d+)@")


@dataclass
class Callee:
    """A stranger who is called.  uri: whom the node calls; order: its X-Trunkline."""

    scene: str
    wire: Wire
    stranger: Stranger
    uri: str
    order: str
    invites: dict[bytes, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stranger.on_request = self._take

    def _take(self, wire: Wire, data: bytes) -> None:
        call = CALL.search(data)
        if data.startswith(b"INVITE ") and call:
            self.invites[call[1]] = data
        elif data.startswith(b"OPTIONS "):
            wire.send(response(data, "200 OK"))

    async def register(self, extension: str, domain: str) -> None:
        """Sign in, so that calls to the extension come here."""
        await self._ask(self._register(extension, domain, 1), lambda: bool(self.stranger.challenges))
        _, challenge = self.stranger.challenges.popitem()
        name, value = answer_challenge(
            parse_message(challenge), "REGISTER", f"sip:{domain}", extension, f"pw-{extension}"
        )
        await self._ask(self._register(extension, domain, 2, f"{name}: {value}"), lambda: bool(self.stranger.answers))

    async def _ask(self, request: bytes, answered: Callable[[], bool]) -> None:
        self.wire.send(request)
        await self.wire.until(answered, "a REGISTER is answered")

    def _register(self, extension: str, domain: str, sequence: int, *more: str) -> bytes:
        head = [
            f"REGISTER sip:{domain} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.wire.host}:{self.wire.port};rport;branch=z9hG4bKreg{sequence}",
            "Max-Forwards: 70",
            f"From: <sip:{extension}@{domain}>;tag={token_of(0)}",
            f"To: <sip:{extension}@{domain}>",
            f"Call-ID: register@{self.wire.host}",
            f"CSeq: {sequence} REGISTER",
            f"Contact: <sip:{extension}@{self.wire.host}:{self.wire.port}>;expires=3600",
            *more,
            "Content-Length: 0",
        ]
        return ("\r\n".join(head) + "\r\n\r\n").encode()


@dataclass
class Forks:
    """Lets the recorder, as the node, call strangers; `unended`: calls that no answer has ended."""

    ledger: Ledger
    node: Wire
    recorder: Recorder
    made: int = 0
    unended: int = 0

    async def run(self, callee: Callee, count: int) -> None:
        """Have so many twisted answers sent."""
        while count > 0:
            numbers = {}
            for _ in range(CALLS_AT_ONCE):
                self.made += 1
                numbers[f"fork{self.made}".encode()] = list[int]()
                self.node.send(self._invite(callee, f"fork{self.made}"))
            await callee.wire.until(lambda: numbers.keys() <= callee.invites.keys(),
            "a call reaches whom it is for")
            for call, sent in numbers.items():
                sent += self._answer(callee, callee.invites.pop(call))
                count -= ANSWERS_A_CALL
            with contextlib.suppress(EdgeSilentError):
                await self.node.until(lambda: all(self._ended(*each) for each in numbers.items()),
                "calls end")
            self.unended += sum(not self._ended(*each) for each in numbers.items())

    def _ended(self, call: bytes, numbers: list[int]) -> bool:
        return call in self.recorder.ended or not self.recorder.ended_by.isdisjoint(numbers)

    def _answer(self, callee: Callee, invite: bytes) -> list[int]:
        numbers = [self.ledger.number() for _ in range(ANSWERS_A_CALL)]
        for number in numbers:
            chance = random.Random(number)
            status = chance.choice(FINAL if number == numbers[-1] else PROVISIONAL)
            sdp = SDP.format(host=callee.wire.host).encode() if status[0] in "12" and chance.random() < 0.25 else b""
            contact = f"Contact: <sip:callee@{callee.wire.host}:{callee.wire.port}>".encode()
            decent = response(invite, status, contact, tag=token_of(number), sdp=sdp)
            # What is no session goes no further, and the response without it.
            changed = ("sender", "target", "vouched", "body")
            self.ledger.send(callee.wire, number, callee.scene, decent, changed, "")
        callee.wire.send(response(invite, "486 Busy Here", tag="last"))
        return numbers

    def _invite(self, callee: Callee, call: str) -> bytes:
        body = SDP.format(host=self.node.host)
        head = [
            f"INVITE {callee.uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.node.host}:{self.node.port};rport;branch=z9hG4bK{call}",
            "Max-Forwards: 70",
            f"From: <sip:+8613812345678@{self.node.host}>;tag={call}",
            f"To: <{callee.uri}>",
            f"Call-ID: {call}@{self.node.host}",
            "CSeq: 1 INVITE",
            f"Contact: <sip:node@{self.node.host}:{self.node.port}>",
            f"X-Trunkline: {callee.order};call={call}",
            "Content-Type: application/sdp",
            f"Content-Length: {len(body)}",
        ]
        return ("\r\n".join(head) + "\r\n\r\n" + body).encode()
