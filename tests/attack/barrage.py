"""Mutated requests against an edge over every transport, with a decent question now and then to see that it lives."""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.attack.mutations import mutated
from tests.attack.wires import Answers, Target, UdpWire, over_stream

SHARES = {"udp": 0.55, "tcp": 0.25, "tls": 0.1, "ws": 0.1}
"""Transports and their share of the requests; a handshake costs more than what it carries."""
IN_FLIGHT = 32
CONNECTIONS_AT_ONCE = 24
MESSAGES_A_CONNECTION = 3
"""A broken length swallows what follows: a long connection would carry little that is read as a request."""
ANSWER_SECONDS = 5.0


class EdgeGoneError(AssertionError):
    """The edge does not answer a decent OPTIONS any more."""


@dataclass
class Barrage:
    """`attackers`: addresses to send from, each transport its own."""

    target: Target
    attackers: dict[str, str]
    domain: str
    seed: int
    answers: Answers = field(default_factory=Answers)

    async def run(self, count: int) -> dict[str, int]:
        """Send about so many requests; return how many over each transport.  Raises EdgeGoneError."""
        shares = {name: int(count * share) for name, share in SHARES.items() if name in self.attackers}
        for name, part in shares.items():
            messages = mutated(f"{self.seed}/{name}", part, domain=self.domain, host=self.attackers[name])
            if name == "udp":
                await self._over_udp(messages)
            else:
                await self._over_connections(messages, name)
        return shares

    async def _over_udp(self, messages: Iterator[bytes]) -> None:
        wire = await UdpWire.open(self.attackers["udp"], 0, self.target, self.answers)
        try:
            for number, batch in enumerate(_batches(messages, IN_FLIGHT)):
                for message in batch:
                    wire.send(message)
                await self._still_answers(wire, number)
        finally:
            wire.close()

    async def _still_answers(self, wire: UdpWire, number: int) -> None:
        """Ask for a 200, and so wait until the edge has read what was sent before: no queue overflows unseen."""
        host, port = wire.transport.get_extra_info("sockname")
        token = f"decent{number}"
        question = (
            f"OPTIONS sip:{self.target.host} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {host}:{port};rport;branch=z9hG4bK{token}\r\n"
            f"From: <sip:decent@{host}>;tag={token}\r\nTo: <sip:{self.target.host}>\r\nCall-ID: {token}\r\n"
            "CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        ).encode()
        before = self.answers.finals.get(("OPTIONS", 200), 0)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                wire.send(question)
                while self.answers.finals.get(("OPTIONS", 200), 0) == before:
                    wire.heard.clear()
                    await wire.heard.wait()
        except TimeoutError:
            raise EdgeGoneError(f"no answer after {number * IN_FLIGHT} requests over UDP") from None

    async def _over_connections(self, messages: Iterator[bytes], name: str) -> None:
        batches = _batches(messages, MESSAGES_A_CONNECTION)

        async def worker() -> None:
            for batch in batches:
                await over_stream(
                    self.target, batch, self.answers, transport=name, bind=self.attackers[name], wait_seconds=0.05
                )

        async with asyncio.TaskGroup() as workers:
            for _ in range(CONNECTIONS_AT_ONCE):
                workers.create_task(worker())


def _batches(messages: Iterator[bytes], size: int) -> Iterator[list[bytes]]:
    while batch := list(itertools.islice(messages, size)):
        yield batch
