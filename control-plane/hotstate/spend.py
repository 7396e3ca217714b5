"""What a tenant's calls have cost, as media nodes book it (`media_nodes.claims`)."""

from redis.asyncio import Redis

from callmodel import keys
from callmodel.ids import TenantId


async def spent_micros(redis: Redis, tenant_id: TenantId, day: str) -> int:
    """Return a UTC day's spend in millionths; days before yesterday are forgotten.  Raises redis errors."""
    total = await redis.hget(keys.spend(tenant_id, day), "total")
    return int(total or 0)
