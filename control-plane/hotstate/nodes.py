"""Media nodes as they report themselves: a key for each node, which lapses when the node falls silent."""

import json
import logging
from typing import Any

from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import ShapeError, from_wire, to_wire
from callmodel.edgesnapshot import NodeHealth
from callmodel.ids import NodeId

LIFE_SECONDS = 5

logger = logging.getLogger(__name__)


async def report(redis: Redis, health: NodeHealth) -> None:
    """Write a node's heartbeat.  Raises redis errors when Redis is away."""
    async with redis.pipeline(transaction=False) as pipeline:
        pipeline.set(keys.heartbeat(health.node_id), json.dumps(to_wire(health)), ex=LIFE_SECONDS)
        pipeline.sadd(keys.NODES, health.node_id)
        await pipeline.execute()


async def node_ids(redis: Redis) -> list[NodeId]:
    """Return every node that ever reported.  Raises redis errors when Redis is away."""
    client: Any = redis
    return [NodeId(name) for name in sorted(await client.smembers(keys.NODES))]


async def health_of_nodes(redis: Redis) -> dict[NodeId, NodeHealth | None]:
    """Return the last report of every node, None of one that is silent.  Raises redis errors when Redis is away."""
    names = await node_ids(redis)
    # One GET each, not MGET: in a cluster the heartbeats lie on different shards.
    async with redis.pipeline(transaction=False) as pipeline:
        for node_id in names:
            pipeline.get(keys.heartbeat(node_id))
        texts = await pipeline.execute() if names else []
    return {node_id: _read(node_id, text) for node_id, text in zip(names, texts, strict=True)}


async def living_nodes(redis: Redis) -> list[NodeHealth]:
    """Return the last report of every node that is not silent.  Raises redis errors when Redis is away."""
    return [health for health in (await health_of_nodes(redis)).values() if health is not None]


async def is_living(redis: Redis, node_id: NodeId) -> bool:
    """Say whether a node reported lately.  Raises redis errors when Redis is away."""
    return bool(await redis.exists(keys.heartbeat(node_id)))


def _read(node_id: NodeId, text: str | None) -> NodeHealth | None:
    try:
        return None if text is None else from_wire(NodeHealth, json.loads(text))
    except (ShapeError, ValueError):
        logger.error("heartbeat not readable", extra={"node_id": node_id})
        return None
