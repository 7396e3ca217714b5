"""Strangers' packets into calls, and phones behind a NAT that changes ports: for tests and for the attack in full."""

import asyncio
import contextlib
import re
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any

from simulators.call import CallEndedError, PhoneCall
from simulators.call_media import CallMedia, MediaSettings
from simulators.phone import Softphone

SSRC = 0x57A4_63A7
"""Of whatever a stranger sends."""
PAUSE_SECONDS, MOST_A_SECOND = 0.01, 3_000
ATTACK_SECONDS = 8
"""Longer than rtpengine learns where left to itself."""
_HEADER = struct.Struct("!BBHII")
_VOICE = bytes(range(0, 160))
PRIVATE = "192.168.77.5"


class Rewritten(CallMedia):
    """A phone's audio whose session descriptions are changed on their way out."""

    def __init__(self, settings: MediaSettings, rewrite: Callable[[str], str]) -> None:
        super().__init__(settings)
        self.rewrite = rewrite

    def offer(self, direction: str = "sendrecv") -> str:
        return self.rewrite(super().offer(direction))

    def answer(self, offer_text: str) -> str:
        return self.rewrite(super().answer(offer_text))


def rewriting(rewrite: Callable[[str], str]) -> Callable[[MediaSettings], CallMedia]:
    """Return what opens a phone's audio so."""
    return lambda settings: Rewritten(settings, rewrite)


def behind_nat(text: str) -> str:
    """A private address, and a port that is another than the NAT's: nobody listens there."""
    text = re.sub(r"IN IP4 \S+", f"IN IP4 {PRIVATE}", text)
    return re.sub(r"m=audio (\d+)", lambda found: f"m=audio {int(found[1]) // 2 + 1}", text)


class Stranger:
    """Somebody at an address of his own who sends voice to ports, and hears what comes."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self._socket.setblocking(False)
        self.address = self._socket.getsockname()
        self.sent = 0

    def send(self, host: str, ports: Iterable[int]) -> None:
        for port in ports:
            self.sent += 1
            packet = _HEADER.pack(0x80, 0, self.sent & 0xFFFF, (160 * self.sent) & 0xFFFFFFFF, SSRC) + _VOICE
            self._socket.sendto(packet, (host, port))

    def received(self) -> int:
        """Return how many packets have come to him since he was last asked."""
        count = 0
        with contextlib.suppress(BlockingIOError):
            while self._socket.recv(2048):
                count += 1
        return count

    @contextlib.asynccontextmanager
    async def sending(self, host: str, find: Callable[[], Awaitable[list[int]]]) -> AsyncIterator["Stranger"]:
        """Send to all ports that are found, again and again, as long as the block lasts."""
        ports: list[int] = []

        async def look() -> None:
            while True:
                ports[:] = await find()
                await asyncio.sleep(2 * PAUSE_SECONDS)

        async def go_on() -> None:
            while True:
                self.send(host, ports)
                await asyncio.sleep(max(PAUSE_SECONDS, len(ports) / MOST_A_SECOND))

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each()) for each in (look, go_on)]
            try:
                yield self
            finally:
                for task in tasks:
                    task.cancel()

    def close(self) -> None:
        self._socket.close()


async def all_ports(ng: Callable[..., Awaitable[dict[str, Any]]]) -> list[int]:
    """Return the ports of all calls of an edge, which is more than any stranger knows.  ng: asks its rtpengine."""
    calls = (await ng("list")).get("calls", [])
    return [port for call in calls for port in ports_of(await ng("query", call))]


def ports_of(query: dict[str, Any]) -> list[int]:
    """Return all ports that rtpengine holds for a call, from its answer to a query."""
    return [
        stream["local port"]
        for side in query.get("tags", {}).values()
        for media in side["medias"]
        for stream in media["streams"]
        if "local port" in stream
    ]


async def calls_among_strangers(
    phones: list[Softphone], node: Softphone, stranger: Stranger, host: str, find: Callable[[], Awaitable[list[int]]]
) -> dict[str, int]:
    """Have each phone call through a media node, all at a time, while a stranger sends to every port.

    Phone and node sound 440 and 700 Hz.  Returns how many calls were heard both ways, and what the stranger got.
    """
    talking: list[tuple[PhoneCall, PhoneCall]] = []
    heard_both_ways = 0
    async with stranger.sending(host, find):
        for phone in phones:
            call = await phone.dial("13812345678")
            at_node = await node.wait_for_call()
            await call.wait_for("answered")
            talking.append((call, at_node))
        await asyncio.sleep(ATTACK_SECONDS)
        for call, at_node in talking:
            with contextlib.suppress(TimeoutError, CallEndedError):
                await call.wait_for_tones({700}, {440, 700})
                await at_node.wait_for_tones({440}, {440, 700})
                heard_both_ways += 1
    result = {
        "calls": len(talking),
        "heard_both_ways": heard_both_ways,
        "stranger_sent": stranger.sent,
        "strangers_packets_heard": sum(heard_from_strangers(side) for pair in talking for side in pair),
        "packets_to_the_stranger": stranger.received(),
    }
    for call, _ in talking:
        await call.hang_up()
    return result


def heard_from_strangers(call: PhoneCall) -> int:
    """Return how many of a stranger's packets a side has heard, whatever became of their SSRC."""
    packets = call.media.endpoint.reception.packets.copy()
    return sum(packet.ssrc == SSRC or packet.payload == _VOICE for packet in packets)
