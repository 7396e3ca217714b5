"""What the control plane sees of the platform: its own dependencies, the snapshots, the media nodes."""

from redis.exceptions import RedisError

from callmodel import keys
from callmodel.edgesnapshot import NodeHealth
from control_plane.audit import PLATFORM
from control_plane.features.platform.edges import edge_views
from control_plane.features.platform.schemas import NodeView, PlatformStatus, SnapshotView
from control_plane.features.platform.store import AuditStore
from control_plane.features.platform.trunks import trunk_health
from control_plane.times import day_of
from control_plane.web import Context
from hotstate.nodes import known_nodes
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
        nodes = [_node_of(node_id, health) for node_id, health in (await known_nodes(context.redis)).items()]
        edges = await edge_views(context.redis)
        trunks = await trunk_health(context) if store_ok else []
    except RedisError:
        return PlatformStatus(store=store_ok, redis=False, snapshots=[], edges=[], nodes=[], trunks=[])
    return PlatformStatus(store=store_ok, redis=True, snapshots=snapshots, edges=edges, nodes=nodes, trunks=trunks)


async def _is_store_there(context: Context) -> bool:
    try:
        await AuditStore(context.store).page(PLATFORM, day_of(context.now_ms()), 1)
    except StoreUnavailableError:
        return False
    return True


def _node_of(name: str, health: NodeHealth | None) -> NodeView:
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
