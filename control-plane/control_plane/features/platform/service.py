"""What the control plane sees of the platform: its own dependencies, the snapshots, the media nodes."""

import json

from redis.asyncio import Redis
from redis.exceptions import RedisError

from callmodel import keys
from callmodel.codec import ShapeError, from_wire
from callmodel.edgesnapshot import NodeHealth
from callmodel.ids import NodeId
from control_plane.audit import PLATFORM
from control_plane.features.platform.schemas import NodeView, PlatformStatus, SnapshotView
from control_plane.features.platform.store import AuditStore
from control_plane.times import day_of
from control_plane.web import Context
from servicekit.snapshots import Published
from servicekit.stores import StoreUnavailableError

SNAPSHOTS = {"directory": keys.DIRECTORY, "edge": keys.EDGE}


async def status(context: Context) -> PlatformStatus:
    """Return what is alive.  A dependency that is away is part of the answer, no error."""
    store_ok = await _is_store_there(context)
    try:
        snapshots = [
            SnapshotView(name=name, version=await Published(context.redis, key).version())
            for name, key in SNAPSHOTS.items()
        ]
        nodes = await _nodes(context.redis)
    except RedisError:
        return PlatformStatus(store=store_ok, redis=False, snapshots=[], nodes=[])
    return PlatformStatus(store=store_ok, redis=True, snapshots=snapshots, nodes=nodes)


async def _is_store_there(context: Context) -> bool:
    try:
        await AuditStore(context.store).page(PLATFORM, day_of(context.now_ms()), 1)
    except StoreUnavailableError:
        return False
    return True


async def _nodes(redis: Redis) -> list[NodeView]:
    # `connect` decodes every answer, which its types can not say.
    names = sorted(str(name) for name in await redis.smembers(keys.NODES))
    beats = [await redis.get(keys.heartbeat(NodeId(name))) for name in names]
    return [_node_of(name, None if beat is None else str(beat)) for name, beat in zip(names, beats, strict=True)]


def _node_of(name: str, beat: str | None) -> NodeView:
    try:
        health = None if beat is None else from_wire(NodeHealth, json.loads(beat))
    except (ShapeError, ValueError):
        health = None
    if health is None:
        return NodeView(node_id=name, alive=False)
    return NodeView(
        node_id=name,
        alive=True,
        sip=health.sip,
        capacity=health.capacity,
        calls=health.calls,
        draining=health.draining,
        at_ms=health.at_ms,
        spool=health.spool,
        spool_bytes=health.spool_bytes,
        spool_max_bytes=health.spool_max_bytes,
    )
