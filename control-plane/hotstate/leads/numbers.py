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
        history = await self.history(key, callers, at_ms)
        return {caller: tallies_in(slots, at_ms) for caller, slots in history.items()}

    async def history(self, key: CampaignKey, callers: Collection[E164], at_ms: int) -> dict[E164, dict[int, Tally]]:
        """Return how each did in the four hours that began at a time, of the last days; those without calls lack."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for caller in callers:
                pipeline.hgetall(_health(key, caller))
            counted = await pipeline.execute()
        return {caller: _slots_in(fields, at_ms // SLOT_MS) for caller, fields in zip(callers, counted, strict=True)}

    async def resting(self, key: CampaignKey, at_ms: int) -> dict[E164, tuple[int, Ailment]]:
        """Return which rest, until when, and why."""
        found = await self._redis.hgetall(f"{tenant_key(key)}:resting")
        told = {E164(caller): value.partition(":")[::2] for caller, value in found.items()}
        return {caller: (int(until), Ailment(why)) for caller, (until, why) in told.items() if int(until) > at_ms}

    async def rest(self, key: CampaignKey, caller: E164, until_ms: int, ailment: Ailment) -> None:
        """Have a number be shown to nobody until then."""
        await self._redis.hset(f"{tenant_key(key)}:resting", caller, f"{until_ms}:{ailment.value}")

    async def wake(self, key: CampaignKey, caller: E164, at_ms: int) -> None:
        """Have a number be shown again.  What made it rest is forgotten: it would rest again within a minute."""
        name = _health(key, caller)
        lately = {at_ms // SLOT_MS - age for age in range(RECENT_SLOTS)}
        counted = await self._redis.hkeys(name)
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.hdel(f"{tenant_key(key)}:resting", caller)
            for field in counted:
                if int(field.partition(":")[0]) in lately:
                    pipeline.hdel(name, field)
            await pipeline.execute()


def _health(key: CampaignKey, caller: E164) -> str:
    return f"{tenant_key(key)}:health:{caller}"


def _slots_in(fields: dict[str, str], now_slot: int) -> dict[int, Tally]:
    found: dict[int, dict[str, int]] = {}
    for field, count in fields.items():
        slot, _, what = field.partition(":")
        if 0 <= now_slot - int(slot) < RECENT_SLOTS + BASELINE_SLOTS:
            found.setdefault(int(slot), {})[what] = int(count)
    return {slot * SLOT_MS: Tally(**counts) for slot, counts in sorted(found.items())}


def tallies_in(slots: dict[int, Tally], at_ms: int) -> tuple[Tally, Tally]:
    """Return from a number's history how it did lately, and in the days before."""
    recent, before = Tally(), Tally()
    for began_ms, tally in slots.items():
        if at_ms // SLOT_MS - began_ms // SLOT_MS < RECENT_SLOTS:
            recent = _sum(recent, tally)
        else:
            before = _sum(before, tally)
    return recent, before


def _sum(a: Tally, b: Tally) -> Tally:
    return Tally(a.attempts + b.attempts, a.answered + b.answered, a.short + b.short)
