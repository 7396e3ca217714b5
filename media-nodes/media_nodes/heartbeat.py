"""Tells each second that this node lives, how full it is, and which calls it holds.

Silence takes it out of the edges' rotation; a call that it does not name any more goes out of the live picture.
"""

import asyncio
import json
import logging
from collections.abc import Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from callmodel import keys
from callmodel.codec import to_wire
from callmodel.edgesnapshot import NodeHealth
from callmodel.wire import HeldCalls

INTERVAL_SECONDS = 1.0
LIFE_SECONDS = 5

logger = logging.getLogger(__name__)


async def beat(
    redis: Redis, health: Callable[[], NodeHealth | None], held: Callable[[], HeldCalls | None] = lambda: None
) -> None:
    """Publish what `health` and `held` return until cancelled.

    None (nothing to decide by yet) lets the one or the other lapse.
    """
    away = False
    while True:
        now = health()
        try:
            if now is not None:
                async with asyncio.timeout(INTERVAL_SECONDS * 2):
                    await publish(redis, now, held())
            away = False
        except (RedisError, OSError, TimeoutError) as error:
            if not away:
                logger.warning("heartbeat not published", extra={"error": type(error).__name__})
            away = True
        await asyncio.sleep(INTERVAL_SECONDS)


async def publish(redis: Redis, health: NodeHealth, held: HeldCalls | None = None) -> None:
    """Write one heartbeat.  Raises RedisError."""
    async with redis.pipeline(transaction=False) as pipeline:
        pipeline.set(keys.heartbeat(health.node_id), json.dumps(to_wire(health)), ex=LIFE_SECONDS)
        pipeline.sadd(keys.NODES, health.node_id)
        if held is not None:
            pipeline.set(keys.held_calls(held.node_id), json.dumps(to_wire(held)), ex=LIFE_SECONDS)
        await pipeline.execute()
