"""Media nodes as their heartbeats show them."""

import json
from typing import Any

from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import ShapeError, from_wire
from callmodel.edgesnapshot import NodeHealth
from callmodel.ids import NodeId


async def living_nodes(redis: Redis) -> list[NodeHealth]:
    """Return the health of every node with a heartbeat.  Raises redis errors when Redis is away."""
    client: Any = redis
    known = sorted(await client.smembers(keys.NODES))
    if not known:
        return []
    # One GET each, not MGET: in a cluster the heartbeats lie on different shards.
    async with client.pipeline(transaction=False) as pipeline:
        for node_id in known:
            pipeline.get(keys.heartbeat(NodeId(node_id)))
        texts = await pipeline.execute()
    return [health for text in texts if text is not None and (health := _read(text)) is not None]


def _read(text: str) -> NodeHealth | None:
    try:
        return from_wire(NodeHealth, json.loads(text))
    except (ShapeError, ValueError):
        return None
