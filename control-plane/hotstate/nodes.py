"""Media nodes as they report themselves, and the calls they hold: keys that lapse when the node falls silent."""

import json
import logging
from collections.abc import Iterable
from typing import Any

from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import ShapeError, from_wire, to_wire
from callmodel.edgesnapshot import NodeHealth
from callmodel.ids import NodeId
from callmodel.wire import HeldCalls
from servicekit.redisio import get_each

LIFE_SECONDS = 5

logger = logging.getLogger(__name__)


async def report(redis: Redis, health: NodeHealth, held: HeldCalls | None = None) -> None:
    """Write a node's heartbeat, and which calls it holds where it knows.  Raises redis errors."""
    async with redis.pipeline(transaction=False) as pipeline:
        pipeline.set(keys.heartbeat(health.node_id), json.dumps(to_wire(health)), ex=LIFE_SECONDS)
        pipeline.sadd(keys.NODES, health.node_id)
        if held is not None:
            pipeline.set(keys.held_calls(held.node_id), json.dumps(to_wire(held)), ex=LIFE_SECONDS)
        await pipeline.execute()


async def node_ids(redis: Redis) -> list[NodeId]:
    """Return every node that ever reported.  Raises redis errors."""
    client: Any = redis
    return [NodeId(name) for name in sorted(await client.smembers(keys.NODES))]


async def known_nodes(redis: Redis) -> dict[NodeId, NodeHealth | None]:
    """Return every node that ever reported, with its health; None for a silent one.  Raises redis errors."""
    known = await node_ids(redis)
    texts = await get_each(redis, [keys.heartbeat(node_id) for node_id in known])
    return {node_id: _health_in(node_id, text) for node_id, text in zip(known, texts, strict=True)}


async def living_nodes(redis: Redis) -> list[NodeHealth]:
    """Return the health of every node with a heartbeat.  Raises redis errors."""
    return [health for health in (await known_nodes(redis)).values() if health is not None]


async def is_living(redis: Redis, node_id: NodeId) -> bool:
    """Say whether a node reported lately.  Raises redis errors."""
    return bool(await redis.exists(keys.heartbeat(node_id)))


async def held_calls(redis: Redis, nodes: Iterable[NodeId]) -> dict[NodeId, HeldCalls]:
    """Return what these nodes say of the calls they hold; one that says nothing is left out.  Raises redis errors."""
    texts = await get_each(redis, [keys.held_calls(node_id) for node_id in nodes])
    said = [held for text in texts if text is not None and (held := _held_in(text)) is not None]
    return {held.node_id: held for held in said}


def _health_in(node_id: NodeId, text: str | None) -> NodeHealth | None:
    try:
        return None if text is None else from_wire(NodeHealth, json.loads(text))
    except (ShapeError, ValueError):
        logger.error("heartbeat not readable", extra={"node_id": node_id})
        return None


def _held_in(text: str) -> HeldCalls | None:
    try:
        return from_wire(HeldCalls, json.loads(text))
    except (ShapeError, ValueError):
        return None
