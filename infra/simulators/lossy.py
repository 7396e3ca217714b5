"""A bad network between a phone and the rest: drops messages by a seeded chance or by a test's choice."""

from __future__ import annotations

import random
from collections.abc import Callable

from .transport import Endpoint, Receive, Transport

Verdict = Callable[[bytes, str], bool]


def drop_share(share: float, seed: int = 1) -> Verdict:
    """Drop this share of the messages in both directions, the same ones in every run."""
    chance = random.Random(seed)
    return lambda data, direction: chance.random() < share


def drop_first(count: int, direction: str, start: bytes) -> Verdict:
    """Drop the first `count` messages "sent" or "received" that begin with `start`."""
    left = [count]

    def verdict(data: bytes, going: str) -> bool:
        if going == direction and data.startswith(start) and left[0] > 0:
            left[0] -= 1
            return True
        return False

    return verdict


class LossyTransport:
    """Wraps a transport; `drops` is asked for each message with "sent" or "received"."""

    def __init__(self, inner: Transport, drops: Verdict) -> None:
        self.inner = inner
        self.drops = drops
        self.dropped = 0
        self.name = inner.name
        self.reliable = inner.reliable
        self.lost_listeners = inner.lost_listeners

    @property
    def local(self) -> Endpoint:
        return self.inner.local

    async def start(self, receive: Receive) -> None:
        def receive_some(data: bytes, source: Endpoint) -> None:
            if self._loses(data, "received"):
                return
            receive(data, source)

        await self.inner.start(receive_some)

    async def connect(self, to: Endpoint) -> None:
        await self.inner.connect(to)

    def send(self, data: bytes, to: Endpoint) -> None:
        if not self._loses(data, "sent"):
            self.inner.send(data, to)

    async def close(self) -> None:
        await self.inner.close()

    def _loses(self, data: bytes, direction: str) -> bool:
        lost = self.drops(data, direction)
        self.dropped += lost
        return lost
