"""Media nodes as their heartbeats show them, and the calls that they hold."""

import json
from collections.abc import Iterable
from typing import Any

from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import ShapeError, from_wire
from callmodel.edgesnapshot import NodeHealth, health_of
from callmodel.ids import NodeId
from callmodel.wire import HeldCalls
from servicekit.redisio import get_each


async def known_nodes(redis: Redis) -> dict[NodeId, NodeHealth | None]:
    """Return every node that ever reported, with its health; None for a silent one.  Raises redis errors."""
    client: Any = redis
    known = [NodeId(name) for name in sorted(await client.smembers(keys.NODES))]
    texts = await get_each(redis, [keys.heartbeat(node_id) for node_id in known])
    return {node_id: health_of(text) for node_id, text in zip(known, texts, strict=True)}


async def living_nodes(redis: Redis) -> list[NodeHealth]:
    """Return the health of every node with a heartbeat.  Raises redis errors."""
    return [health for health in (await known_nodes(redis)).values() if health is not None]


async def held_calls(redis: Redis, nodes: Iterable[NodeId]) -> dict[NodeId, HeldCalls]:
    """Return what these nodes say of the calls they hold; one that says nothing is left out.  Raises redis errors."""
    texts = await get_each(redis, [keys.held_calls(node_id) for node_id in nodes])
    said = [held for text in texts if text is not None and (held := _read(text)) is not None]
    return {held.node_id: held for held in said}


def _read(text: str) -> HeldCalls | None:
    try:
        return from_wire(HeldCalls, json.loads(text))
    except (ShapeError, ValueError):
        return None
