"""Conductors in small: each holds calls, rings the agents whom it is offered, and proves what it holds."""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from redis.exceptions import RedisError, ResponseError

from callmodel.agents import SeatLeg, SeatUse
from callmodel.ids import AgentId, CallId, LegId, NodeId
from callmodel.offers import Offer, OfferEnd
from callmodel.queues import Waiter
from hotstate.acd import Acd
from servicekit.cancellation import raise_if_cancelled
from tests.integration.hotstate.acd_centre import HQ, QUEUE, waiter

AGAIN_SECONDS = 0.05
BEAT_SECONDS = 0.2


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def insist(ask: Callable[[], Awaitable[Any]]) -> Any:
    """Ask until Redis answers; what it refuses is an error of ours."""
    while True:
        raise_if_cancelled()
        try:
            return await ask()
        except ResponseError:
            raise
        except (RedisError, OSError):
            await asyncio.sleep(AGAIN_SECONDS)


@dataclass
class Phones:
    """What is true: who talks with whom.  `refused`: offers for somebody who was in a call."""

    busy: dict[AgentId, CallId] = field(default_factory=dict)
    refused: int = 0
    answered: list[CallId] = field(default_factory=list)


class Conductor:
    """A media node.  `waiting`: its callers, in line or offered; `legs`: those at agents' stations."""

    def __init__(self, acd: Acd, name: str, phones: Phones, chance: random.Random) -> None:
        self.acd, self.node, self.phones, self.chance = acd, NodeId(name), phones, chance
        self.waiting: dict[CallId, Waiter] = {}
        self.legs: dict[LegId, SeatLeg] = {}
        self.offers: dict[CallId, Offer] = {}

    async def serve(self, calls: int, group: asyncio.TaskGroup) -> None:
        """Let so many callers join, each a little after the other."""
        for number in range(calls):
            now = now_ms()
            caller = waiter(
                f"{self.node}-{number:04d}", now, priority=self.chance.choice([0, 0, 1]), node_id=self.node
            )
            self.waiting[caller.call_id] = caller
            await self.join(caller, group)
            await asyncio.sleep(self.chance.random() * 0.01)

    async def join(self, caller: Waiter, group: asyncio.TaskGroup) -> None:
        answer = await insist(lambda: self.acd.join(caller, QUEUE, now_ms()))
        self.take(answer, group)

    def take(self, answer: object, group: asyncio.TaskGroup) -> None:
        """Ring for an offer, unless it is known or its call is gone; a newer one takes the place of the older."""
        if not isinstance(answer, Offer) or answer.call_id not in self.waiting:
            return
        known = self.offers.get(answer.call_id)
        if known is not None and known.token >= answer.token:
            return
        self.offers[answer.call_id] = answer
        if self.phones.busy.get(answer.agents[0].agent_id) != answer.call_id:
            group.create_task(self.ring(answer, group))

    async def ring(self, offer: Offer, group: asyncio.TaskGroup) -> None:
        given = offer.agents[0]
        if given.agent_id in self.phones.busy:
            self.phones.refused += 1
            self.take(await self.close(offer, OfferEnd.DECLINED), group)
            return
        self.phones.busy[given.agent_id] = offer.call_id
        leg_id = LegId(f"{offer.call_id}-{offer.token}")
        leg = self.legs[leg_id] = SeatLeg(given.seat, offer.call_id, SeatUse.TALKING, now_ms())
        for use in (SeatUse.RINGING, SeatUse.TALKING):
            await self.tell(leg_id, leg, use)
        offer = self.offers[offer.call_id]
        if offer.call_id in self.waiting and offer.agents[0].agent_id == given.agent_id:
            del self.waiting[offer.call_id]
            self.phones.answered.append(offer.call_id)
            await self.close(offer, OfferEnd.ANSWERED)
            await asyncio.sleep(self.chance.random() * 0.02)
        del self.legs[leg_id], self.phones.busy[given.agent_id]
        await self.tell(leg_id, leg, SeatUse.GONE)

    async def tell(self, leg_id: LegId, leg: SeatLeg, use: SeatUse) -> None:
        name = (leg.seat, leg_id, leg.call_id, self.node)
        await insist(lambda: self.acd.seat_busy(HQ, *name, use, now_ms()))

    async def close(self, offer: Offer, end: OfferEnd) -> Any:
        name = (offer.tenant_id, offer.queue_id, offer.call_id, offer.agents[0].agent_id, offer.token)
        return await insist(lambda: self.acd.close_offer(HQ, *name, end, now_ms()))

    async def listen(self, group: asyncio.TaskGroup) -> None:
        """Take the offers that others' scripts made, for ever."""
        while True:
            raise_if_cancelled()
            with contextlib.suppress(RedisError, OSError):
                async for offer in self.acd.offers(HQ, self.node, block_ms=200):
                    self.take(offer, group)
            await asyncio.sleep(AGAIN_SECONDS)

    async def beat(self, group: asyncio.TaskGroup) -> None:
        """Prove what is held, join anew whom Redis lost, and look at the clock, for ever."""
        while True:
            raise_if_cancelled()
            await asyncio.sleep(BEAT_SECONDS)
            held = [(caller.tenant_id, caller.queue_id, call_id) for call_id, caller in self.waiting.items()]
            with contextlib.suppress(RedisError, OSError):
                repairs = await self.acd.prove(HQ, self.node, dict(self.legs), held, now_ms())
                for call_id in repairs.lost:
                    if call_id in self.waiting:
                        await self.join(self.waiting[call_id], group)
                await self.acd.lapse(HQ, now_ms())
