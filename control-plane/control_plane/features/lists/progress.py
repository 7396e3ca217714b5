"""How far an import is, in Redis: told often, and lost without harm."""

from dataclasses import asdict, dataclass
from typing import Any

from redis.asyncio import Redis

from callmodel.ids import ListId, TenantId

LIFE_SECONDS = 86_400


@dataclass(frozen=True)
class Progress:
    """Rows read and accepted; bytes read, of so many."""

    rows: int = 0
    accepted: int = 0
    bytes: int = 0
    size: int = 0


async def tell(redis: Redis, tenant_id: TenantId, list_id: ListId, progress: Progress) -> None:
    """Say how far an import is.  Raises redis errors."""
    told: Any = asdict(progress)
    async with redis.pipeline(transaction=False) as pipeline:
        pipeline.hset(_key(tenant_id, list_id), mapping=told)
        pipeline.expire(_key(tenant_id, list_id), LIFE_SECONDS)
        await pipeline.execute()


async def progress_of(redis: Redis, tenant_id: TenantId, list_id: ListId) -> Progress | None:
    """Return how far an import is; None where nothing was told.  Raises redis errors."""
    client: Any = redis
    told = await client.hgetall(_key(tenant_id, list_id))
    return Progress(**{name: int(value) for name, value in told.items()}) if told else None


def _key(tenant_id: TenantId, list_id: ListId) -> str:
    return f"{{{tenant_id}}}:list:{list_id}:progress"
