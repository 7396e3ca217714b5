"""Tells each second that this node lives, how full it is, and which calls it holds.

Silence takes it out of the edges' rotation; a call that it does not name any more goes out of the live picture.
"""

import asyncio
import logging
from collections.abc import Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from callmodel.edgesnapshot import NodeHealth
from callmodel.wire import HeldCalls
from hotstate.nodes import report

INTERVAL_SECONDS = 1.0

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
                    await report(redis, now, held())
            away = False
        except (RedisError, OSError, TimeoutError) as error:
            if not away:
                logger.warning("heartbeat not published", extra={"error": type(error).__name__})
            away = True
        await asyncio.sleep(INTERVAL_SECONDS)
