"""Numbers that are not to be called, by their keyed hashes: those of the last weeks, as the store has them all."""

from typing import Any

from redis.asyncio import Redis

KEPT_MS = 35 * 86_400_000
"""What is entered later was compared with the lists in the store."""


async def forbid(redis: Redis, owner: str, token: str, at_ms: int) -> None:
    """Have a number not be called from now on by a tenant or a campaign, named by its key.  Raises redis errors."""
    async with redis.pipeline(transaction=False) as pipeline:
        pipeline.zadd(_name(owner), {token: at_ms})
        pipeline.zremrangebyscore(_name(owner), "-inf", at_ms - KEPT_MS)
        await pipeline.execute()


async def allow(redis: Redis, owner: str, token: str) -> None:
    """Take back what `forbid` did.  Raises redis errors."""
    client: Any = redis
    await client.zrem(_name(owner), token)


def _name(owner: str) -> str:
    return f"{owner}:forbidden"
