"""Trunk channels, claimed in Redis by one script: no two nodes take the last channel.

While Redis is away a node goes by the snapshot alone and counts what it holds itself: a trunk may then carry more
than its limit over all nodes, which the carrier answers with 503, and that beats calling nobody.  Such claims, and
those that a dying master may have taken along, are entered as soon as Redis takes them.  Only the first calls wait
for a Redis that does not answer: until it does again, the node asks no more.
"""

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from callmodel import keys
from callmodel.ids import CallId, TenantId, TrunkId
from callmodel.orders import ClaimTrunk
from media_nodes.ports import Full, Grant
from servicekit import meters
from servicekit.redisio import ALONE, LuaScripts, Replicas, execute

LEASE_MS = 60_000
RENEW_SECONDS = 20.0
RENEW_AGAIN_SECONDS = 0.5
RENEW_WAIT_SECONDS = 2.0
CLAIM_SECONDS = 1.0

CLAIMS = meters.Counter("trunkline.claims", "{claim}", "trunk channels asked for")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Held:
    tenant_id: TenantId
    trunk_id: TrunkId


class RedisClaims:
    """Claims of this node's calls.  `run` renews them; a node that dies loses its claims after LEASE_MS."""

    def __init__(self, redis: Redis, replicas: Replicas = ALONE) -> None:
        self._redis = redis
        self._replicas = replicas
        self._unsure = asyncio.Event()
        self._alone = False
        # Given back without Redis, and until when: what was sent before the release may still arrive after it.
        self._gone: dict[CallId, tuple[Held, int]] = {}
        self._scripts = LuaScripts(redis)
        self._scripts.register("claim", (Path(__file__).with_name("claims.lua")).read_text(encoding="utf-8"))
        self._held: dict[CallId, Held] = {}
        self._turns: dict[TenantId, int] = {}

    @property
    def held(self) -> int:
        """How many channels calls of this node hold."""
        return len(self._held)

    async def claim(self, tenant_id: TenantId, call_id: CallId, order: ClaimTrunk) -> Grant | Full:
        """Return the grant, or what is full.  Never raises for Redis: see above."""
        answer = None if self._alone else await self._ask(tenant_id, call_id, order)
        (place, turn), sure = answer or (self._claim_alone(tenant_id, order), False)
        source = "alone" if answer is None else "redis"
        if place <= 0:
            CLAIMS.add(result="tenant-full" if place < 0 else "trunks-full", source=source)
            return Full(tenant_full=place < 0)
        CLAIMS.add(result="granted", source=source)
        trunk_id = order.offers[place - 1].trunk_id
        self._held[call_id] = Held(tenant_id, trunk_id)
        if not sure:
            self._unsure.set()
        return Grant(trunk_id, turn)

    async def _ask(
        self, tenant_id: TenantId, call_id: CallId, order: ClaimTrunk
    ) -> tuple[tuple[int, int], bool] | None:
        """Return Redis's answer and whether enough replicas have it; None while Redis does not answer."""
        names = [keys.tenant_channels(tenant_id), keys.rotation(tenant_id)]
        names += [keys.trunk_channels(offer.trunk_id) for offer in order.offers]
        limits = [order.tenant_max_channels, *(offer.max_channels for offer in order.offers)]
        values: list[str | int | float] = [call_id, _now_ms(), LEASE_MS, *limits]
        try:
            async with asyncio.timeout(CLAIM_SECONDS):
                (place, turn), sure = await self._scripts.run_replicated("claim", names, values, self._replicas)
                return (place, turn), sure
        except (RedisError, OSError, TimeoutError) as error:
            logger.warning("trunks are claimed without redis", extra={"error": type(error).__name__})
            self._alone = True
            self._unsure.set()
            return None

    def adopt(self, tenant_id: TenantId, call_id: CallId, trunk_id: TrunkId) -> None:
        """Renew from now on what a former conductor claimed."""
        self._held[call_id] = Held(tenant_id, trunk_id)

    async def release(self, tenant_id: TenantId, call_id: CallId, trunk_id: TrunkId) -> None:
        if self._held.get(call_id) == Held(tenant_id, trunk_id):
            del self._held[call_id]
        try:
            async with asyncio.timeout(CLAIM_SECONDS), self._redis.pipeline(transaction=False) as pipeline:
                pipeline.zrem(keys.trunk_channels(trunk_id), call_id)
                pipeline.zrem(keys.tenant_channels(tenant_id), call_id)
                await pipeline.execute()
        except (RedisError, OSError, TimeoutError) as error:
            # It would lapse by itself; the next renewal takes it out.
            self._gone[call_id] = Held(tenant_id, trunk_id), _now_ms() + LEASE_MS
            self._unsure.set()
            logger.warning("trunk not released", extra={"trunk_id": trunk_id, "error": type(error).__name__})

    async def run(self) -> None:
        """Renew until cancelled: now and then, and again and again while Redis may lack a claim."""
        away = False
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RENEW_SECONDS):
                    await self._unsure.wait()
            self._unsure.clear()
            try:
                async with asyncio.timeout(RENEW_WAIT_SECONDS):
                    await self.renew()
            except (RedisError, OSError, TimeoutError) as error:
                if not away:
                    logger.warning("claims not renewed", extra={"error": type(error).__name__})
                away = True
                self._unsure.set()
                await asyncio.sleep(RENEW_AGAIN_SECONDS)
                continue
            if self._alone:
                logger.info("trunks are claimed in redis again", extra={"held_count": len(self._held)})
                # Once more, after whatever was on its way all the while.
                self._unsure.set()
                await asyncio.sleep(RENEW_AGAIN_SECONDS)
            away = self._alone = False

    async def renew(self) -> None:
        """Move the lapse of every claim held here to LEASE_MS from now, and take out the gone.  Raises RedisError."""
        now = _now_ms()
        lapse = now + LEASE_MS
        self._gone = {call_id: gone for call_id, gone in self._gone.items() if gone[1] > now}
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.ping()
            for call_id, (held, _) in self._gone.items():
                pipeline.zrem(keys.trunk_channels(held.trunk_id), call_id)
                pipeline.zrem(keys.tenant_channels(held.tenant_id), call_id)
            for call_id, held in self._held.items():
                pipeline.zadd(keys.trunk_channels(held.trunk_id), {call_id: lapse})
                pipeline.zadd(keys.tenant_channels(held.tenant_id), {call_id: lapse})
            await execute(pipeline, self._replicas if self._held else ALONE)

    def _claim_alone(self, tenant_id: TenantId, order: ClaimTrunk) -> tuple[int, int]:
        held = list(self._held.values())
        if sum(each.tenant_id == tenant_id for each in held) >= order.tenant_max_channels:
            return -1, 0
        for place, offer in enumerate(order.offers, start=1):
            if sum(each.trunk_id == offer.trunk_id for each in held) < offer.max_channels:
                turn = self._turns[tenant_id] = self._turns.get(tenant_id, -1) + 1
                return place, turn
        return 0, 0


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
