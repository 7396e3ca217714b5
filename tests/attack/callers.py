"""Strangers who call: their requests, outside of dialogs and within, twisted."""

import random
import re
from dataclasses import dataclass

from tests.attack.ledger import Ledger, Sent, Stranger
from tests.attack.scenes import SDP, Wire, line, lines, register, signed, token_of

AT_ONCE = 32
OF_ONE_DIALOG = 25
WITH_SDP = 4
"""One in so many calls offers a session: each costs rtpengine a pair of ports."""


@dataclass
class Callers:
    """A carrier, and a phone of station 1001, who send twisted requests; `phone_answers` hears for the phone."""

    ledger: Ledger
    domain: str
    did: str
    carrier: Wire
    phone: Wire
    phone_answers: Stranger

    async def of_carrier(self, count: int) -> None:
        """Calls to a number of ours, from a carrier's address."""
        for start in range(0, count, AT_ONCE):
            for _ in range(min(AT_ONCE, count - start)):
                number = self.ledger.number()
                with_sdp = number % WITH_SDP == 0
                decent = self._invite(
                    self.carrier, number, f"sip:{self.did}@{self.carrier.peer}", "+8613812345678", with_sdp
                )
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
            self.phone.send(register(self.phone, "1001", self.domain, token_of(number), 1))
        known = self.phone_answers.challenges
        await self.phone.until(lambda: all(number in known for number in numbers), "REGISTER is challenged")
        return {number: known.pop(number) for number in numbers}

    def _signed(self, number: int, challenge: bytes, with_sdp: bool) -> bytes:
        uri = f"sip:13812345678@{self.domain}"
        credentials = signed(challenge, "INVITE", uri, "1001").replace("Authorization", "Proxy-Authorization", 1)
        return self._invite(self.phone, number, uri, "1001", with_sdp, credentials, host=self.domain)

    async def of_station(self, count: int) -> None:
        """Calls of a phone that knows its password: the digest is right, and what is twisted lies around it."""
        for start in range(0, count, AT_ONCE):
            numbers = [self.ledger.number() for _ in range(min(AT_ONCE, count - start))]
            for number, challenge in (await self._challenged(numbers)).items():
                with_sdp = number % WITH_SDP == 0
                changed = ("uri", "routes", "vouched", *(("body",) if with_sdp else ()))
                self.ledger.send(
                    self.phone, number, "station", self._signed(number, challenge, with_sdp), changed,
                    "origin=station;tenant=acme;station=1001",
                )  # fmt: skip
            await self.phone.still_answered()

    async def within_dialogs(self, count: int) -> None:
        """Requests of the phone within calls that are answered."""
        for start in range(0, count, OF_ONE_DIALOG):
            answer = await self._set_up()
            for sequence in range(2, 2 + min(OF_ONE_DIALOG, count - start)):
                number = self.ledger.number()
                decent = self._within(answer, number, sequence)
                self.ledger.send(self.phone, number, "dialog", decent, ("routes", "vouched", "body"), "")
            await self.phone.still_answered()

    async def _set_up(self) -> bytes:
        number = self.ledger.number()
        challenge = (await self._challenged([number]))[number]
        decent = self._signed(number, challenge, True)
        self.ledger.sent[number] = Sent(
            "dialog set-up", "", decent, decent, ("uri", "routes", "vouched", "body"), "origin=station"
        )
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
