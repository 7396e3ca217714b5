"""The media node's own calls, to a phone and to a carrier, whose answers are twisted."""

import contextlib
import random
import re
from dataclasses import dataclass, field

from tests.attack.ledger import Ledger, Recorder, Stranger
from tests.attack.scenes import SDP, EdgeSilentError, Wire, register, response, signed, token_of

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
        token, known = token_of(0), self.stranger
        self.wire.send(register(self.wire, extension, domain, token, 1))
        await self.wire.until(lambda: 0 in known.challenges, "a REGISTER is challenged")
        credentials = signed(known.challenges.pop(0), "REGISTER", f"sip:{domain}", extension)
        self.wire.send(register(self.wire, extension, domain, token, 2, credentials))
        await self.wire.until(lambda: 0 in known.answers, "a REGISTER is answered")


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
        for _ in range(0, count, CALLS_AT_ONCE * ANSWERS_A_CALL):
            await self._calls(callee, [f"fork{self.made + each}" for each in range(CALLS_AT_ONCE)])
            self.made += CALLS_AT_ONCE

    async def _calls(self, callee: Callee, calls: list[str]) -> None:
        numbers: dict[bytes, list[int]] = {call.encode(): [] for call in calls}
        for call in calls:
            self.node.send(self._invite(callee, call))
        await callee.wire.until(lambda: numbers.keys() <= callee.invites.keys(), "a call reaches whom it is for")
        for call, sent in numbers.items():
            sent += self._answer(callee, callee.invites.pop(call))

        def ended() -> bool:
            return all(self._ended(*each) for each in numbers.items())

        with contextlib.suppress(EdgeSilentError):
            await self.node.until(ended, "calls end")
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
