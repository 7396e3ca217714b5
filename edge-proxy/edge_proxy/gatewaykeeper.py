"""Keeps what carriers' names lead to: looked up anew as their answers run out, kept where no better is known.

A name server is not trusted: where it leads is bounded (`hops.Bounds`), and what it says badly changes nothing.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from callmodel.edgecarriers import NameTrouble
from callmodel.edgesnapshot import EdgeTrunk, Gateway
from edge_proxy.dnslookup import Answer, LookupFailedError
from edge_proxy.hops import Bounds, Found, Hop, Places, is_name

SHORTEST_SECONDS, LONGEST_SECONDS = 30.0, 3600.0
"""How long an answer is good at least and at most, whatever its TTL says."""
FORMER_SECONDS = 12 * 3600.0
"""As long as a call may last: who was the carrier when it began is so until it ends."""
MOST_FORMER = 32
AT_ONCE = 8

logger = logging.getLogger(__name__)


class Lookup(Protocol):
    """What asks name servers."""

    async def look_up(self, gateway: Gateway) -> Answer:
        """Return where a gateway is.  Raises LookupFailedError."""


@dataclass(frozen=True)
class Judged:
    """An answer after it was looked at: the hops that may be used, and what was refused, with the reason."""

    hops: tuple[Hop, ...]
    refused: tuple[str, ...] = ()


def judge(answer: Answer, before: Iterable[Hop], bounds: Bounds) -> Judged:
    """Return what of an answer is used.  before: the hops known so far, which stand in for targets that were lost."""
    lost = {target.target for target in answer.lost}
    hops = [*answer.hops, *(hop for hop in before if hop.target in lost)]
    said = [(hop, bounds.refusal(hop.address)) for hop in hops]
    refused = tuple(dict.fromkeys(f"{hop.address} ({why})" for hop, why in said if why is not None))
    return Judged(tuple(hop for hop, why in said if why is None), refused)


def good_for_seconds(ttl_seconds: int) -> float:
    """Return when an answer is asked for again."""
    return min(max(float(ttl_seconds), SHORTEST_SECONDS), LONGEST_SECONDS)


class GatewayKeeper:
    """The names of a set of gateways.

    keep: hands new places to the SIP workers, and says whether that was done.
    """

    def __init__(
        self,
        lookup: Lookup,
        bounds: Callable[[], Bounds],
        keep: Callable[[Places], Awaitable[bool]],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lookup, self._bounds, self._keep, self._now = lookup, bounds, keep, now
        self._places: dict[Gateway, Found] = {}
        self._due: dict[Gateway, float] = {}
        self._left: dict[tuple[Gateway, str], float] = {}
        self._troubles: dict[Gateway, str] = {}
        self._wanted: frozenset[Gateway] = frozenset()
        self._asked = asyncio.Event()

    def remember(self, places: Places) -> None:
        """Begin with what was known before."""
        self._places = dict(places)

    def want(self, trunks: Iterable[EdgeTrunk]) -> None:
        """Take the names of all trunks' gateways; others are forgotten."""
        self._wanted = frozenset(gateway for trunk in trunks for gateway in trunk.gateways if is_name(gateway.host))
        self._asked.set()

    @property
    def troubles(self) -> tuple[NameTrouble, ...]:
        """What is wrong just now, by name."""
        return tuple(sorted((NameTrouble(gateway.host, words) for gateway, words in self._troubles.items()), key=str))

    async def run(self) -> None:
        """Look up what is due, for ever."""
        while True:
            due = [self._due.get(gateway, 0.0) for gateway in self._wanted]
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(min(due) - self._now(), 0.0) if due else None):
                    await self._asked.wait()
            self._asked.clear()
            await self.look()

    async def look(self) -> None:
        """Look up once what is due."""
        now, wanted = self._now(), self._wanted
        due = [gateway for gateway in wanted if self._due.get(gateway, 0.0) <= now]
        room = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            found = [tasks.create_task(self._look_up(gateway, room)) for gateway in sorted(due, key=str)]
        places = {gateway: place for gateway, place in self._places.items() if gateway in wanted}
        places |= {gateway: place for each in found for gateway, place in each.result().items()}
        self._troubles = {gateway: words for gateway, words in self._troubles.items() if gateway in wanted}
        self._due = {gateway: at for gateway, at in self._due.items() if gateway in wanted}
        if places == self._places:
            return
        if await self._keep(places):
            self._places = places
        else:
            self._due |= dict.fromkeys(due, now + SHORTEST_SECONDS)

    async def _look_up(self, gateway: Gateway, room: asyncio.Semaphore) -> dict[Gateway, Found]:
        """Return where a gateway is now; nothing where that is not known."""
        before = self._places.get(gateway, Found(gateway, ()))
        try:
            async with room:
                answer = await self._lookup.look_up(gateway)
        except LookupFailedError as error:
            self._due[gateway] = self._now() + SHORTEST_SECONDS
            self._tell(gateway, f"not looked up ({error})")
            return {gateway: self._kept(before, before.hops)} if before.hops else {}
        judged = judge(answer, before.hops, self._bounds())
        self._due[gateway] = self._now() + good_for_seconds(answer.ttl_seconds if judged.hops else 0)
        if judged.refused:
            self._tell(gateway, f"refused: {', '.join(judged.refused)}")
        elif not judged.hops:
            self._tell(gateway, "leads nowhere")
        else:
            self._troubles.pop(gateway, None)
        hops = judged.hops or before.hops
        return {gateway: self._kept(before, tuple(sorted(hops, key=str)))} if hops else {}

    def _kept(self, before: Found, hops: tuple[Hop, ...]) -> Found:
        """Return where a gateway is, with where it was lately."""
        gateway, now = before.gateway, self._now()
        current = {hop.address for hop in hops}
        for address in before.addresses:
            if address in current:
                self._left.pop((gateway, address), None)
            else:
                self._left.setdefault((gateway, address), now)
        former = [address for address in before.addresses if address not in current]
        former = [address for address in former if now - self._left[gateway, address] < FORMER_SECONDS]
        former.sort(key=lambda address: self._left[gateway, address], reverse=True)
        gone = {key for key in self._left if key[0] == gateway and key[1] not in former}
        self._left = {key: at for key, at in self._left.items() if key not in gone}
        return Found(gateway, hops, tuple(former[:MOST_FORMER]))

    def _tell(self, gateway: Gateway, words: str) -> None:
        """Say once what is wrong with a name."""
        if self._troubles.get(gateway) != words:
            self._troubles[gateway] = words
            extra = {"gateway": gateway.host, "error": words, "alarm": "carrier-name"}
            logger.error("carrier's name not followed", extra=extra)
