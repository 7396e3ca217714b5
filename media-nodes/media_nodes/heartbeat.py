"""Tells the edges each second that this node lives and how full it is; silence takes it out of the rotation."""

import asyncio
import logging
from collections.abc import Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from callmodel.edgesnapshot import NodeHealth
from hotstate.nodes import report

INTERVAL_SECONDS = 1.0

logger = logging.getLogger(__name__)


async def beat(redis: Redis, health: Callable[[], NodeHealth | None]) -> None:
    """Publish what `health` returns until cancelled; None (nothing to decide by yet) lets the heartbeat lapse."""
    away = False
    while True:
        now = health()
        try:
            if now is not None:
                async with asyncio.timeout(INTERVAL_SECONDS * 2):
                    await report(redis, now)
            away = False
        except (RedisError, OSError, TimeoutError) as error:
            if not away:
                logger.warning("heartbeat not published", extra={"error": type(error).__name__})
            away = True
        await asyncio.sleep(INTERVAL_SECONDS)
