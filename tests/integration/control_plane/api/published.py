"""Waiting for what is published to be as wanted."""

import asyncio
from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis

from tests.integration.publishing import read


async def published(redis: Redis, key: str, wanted: Callable[[Any], object]) -> Any:
    """Return the directory or the edge snapshot, put together again, once it is as wanted."""
    async with asyncio.timeout(5):
        while True:
            snapshot = await read(redis, key)
            if wanted(snapshot):
                return snapshot
            await asyncio.sleep(0.02)
