"""Our own numbers as customers see them: how often each was shown and answered, and which rest."""

from collections.abc import Collection
from typing import Any

from redis.asyncio import Redis

from callmodel.campaigns.health import BASELINE_SLOTS, RECENT_SLOTS, SLOT_MS, Ailment, Tally
from callmodel.ids import E164
from hotstate.leads.running import tenant_key
from hotstate.leads.shapes import CampaignKey


class CallerNumbers:
    """A tenant's numbers, over all its campaigns.  All methods raise redis.exceptions.RedisError."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Any = redis

    async def shown(self, key: CampaignKey, callers: Collection[E164], since_ms: int) -> dict[E164, int]:
        """Return how often each was shown since a moment."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for caller in callers:
                pipeline.zcount(f"{tenant_key(key)}:shown:{caller}", since_ms, "+inf")
            counts = await pipeline.execute()
        return dict(zip(callers, map(int, counts), strict=True))

    async def tallies(
        self, key: CampaignKey, callers: Collection[E164], at_ms: int
    ) -> dict[E164, tuple[Tally, Tally]]:
        """Return how each did lately, and in the days before."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for caller in callers:
                pipeline.hgetall(f"{tenant_key(key)}:health:{caller}")
            counted = await pipeline.execute()
        return {
            caller: _tallies_in(fields, at_ms // SLOT_MS) for caller, fields in zip(callers, counted, strict=True)
        }

    async def resting(self, key: CampaignKey, at_ms: int) -> dict[E164, tuple[int, Ailment]]:
        """Return which rest, until when, and why."""
        found = await self._redis.hgetall(f"{tenant_key(key)}:resting")
        told = {E164(caller): value.partition(":")[::2] for caller, value in found.items()}
        return {caller: (int(until), Ailment(why)) for caller, (until, why) in told.items() if int(until) > at_ms}

    async def rest(self, key: CampaignKey, caller: E164, until_ms: int, ailment: Ailment) -> None:
        """Have a number be shown to nobody until then."""
        await self._redis.hset(f"{tenant_key(key)}:resting", caller, f"{until_ms}:{ailment.value}")

    async def wake(self, key: CampaignKey, caller: E164) -> None:
        """Have a number be shown again."""
        await self._redis.hdel(f"{tenant_key(key)}:resting", caller)


def _tallies_in(fields: dict[str, str], now_slot: int) -> tuple[Tally, Tally]:
    recent, before = dict[str, int](), dict[str, int]()
    for field, count in fields.items():
        slot, _, what = field.partition(":")
        age = now_slot - int(slot)
        if 0 <= age < RECENT_SLOTS + BASELINE_SLOTS:
            tally = recent if age < RECENT_SLOTS else before
            tally[what] = tally.get(what, 0) + int(count)
    return Tally(**recent), Tally(**before)
