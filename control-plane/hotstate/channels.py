"""Trunk channels that are free, as media nodes claim them (`media_nodes.claims`)."""

from collections.abc import Sequence

from redis.asyncio import Redis

from callmodel import keys
from callmodel.directory import Tenant, Trunk
from callmodel.ids import TrunkId


async def free_channels(redis: Redis, tenant: Tenant, trunks: Sequence[Trunk], at_ms: int) -> int:
    """Return how many more calls a tenant may have over these trunks.  Raises redis errors."""
    async with redis.pipeline(transaction=False) as pipeline:
        pipeline.zcount(keys.tenant_channels(tenant.tenant_id), at_ms, "+inf")
        for trunk in trunks:
            pipeline.zcount(keys.trunk_channels(trunk.trunk_id), at_ms, "+inf")
        held, *by_trunk = [int(count) for count in await pipeline.execute()]
    free = sum(max(trunk.max_channels - count, 0) for trunk, count in zip(trunks, by_trunk, strict=True))
    return max(min(free, tenant.ordinary_channels - held), 0)


async def channels_in_use(redis: Redis, trunk_id: TrunkId, at_ms: int) -> int:
    """Return how many channels of a trunk are claimed at a time.  Raises redis errors."""
    return int(await redis.zcount(keys.trunk_channels(trunk_id), at_ms, "+inf"))
