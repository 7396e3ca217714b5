"""Words to calls that live at other media nodes: by the stream from which a node takes its orders."""

import asyncio
import json
import logging

from redis.asyncio import Redis
from redis.exceptions import RedisError

from callmodel import keys
from callmodel.codec import to_wire
from callmodel.ids import NodeId
from callmodel.wire import CallOrder
from servicekit.streams import append

TELL_SECONDS = 1.0
STREAM_LENGTH, STREAM_SECONDS = 10_000, 86_400

logger = logging.getLogger(__name__)


class RedisNeighbours:
    """The other nodes, and this one too: it reads what it tells itself like anybody."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def tell(self, node_id: NodeId, message: CallOrder) -> None:
        stream, text = keys.node_orders(node_id), json.dumps(to_wire(message))
        try:
            async with asyncio.timeout(TELL_SECONDS):
                await append(self._redis, stream, {"m": text}, STREAM_LENGTH)
                # Words to a node that never comes back name numbers too.
                await self._redis.expire(stream, STREAM_SECONDS)
        except (RedisError, OSError, TimeoutError) as error:
            logger.warning("neighbour not told", extra={"node_id": node_id, "error": type(error).__name__})
