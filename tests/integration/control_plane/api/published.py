"""Waiting for a snapshot to be as wanted."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import from_wire
from callmodel.directory import Directory
from callmodel.edgesnapshot import EdgeSnapshot


async def published(redis: Redis, key: str, wanted: Callable[[Any], object]) -> Any:
    """Return the snapshot once it is as wanted."""
    kind = Directory if key == keys.DIRECTORY else EdgeSnapshot
    async with asyncio.timeout(5):
        while True:
            text = await redis.get(key)
            snapshot = from_wire(kind, json.loads(text)["document"]) if text else None
            if snapshot is not None and wanted(snapshot):
                return snapshot
            await asyncio.sleep(0.02)
