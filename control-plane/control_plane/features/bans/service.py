"""What the edges' agents tell of their bans, put together; and the order to lift one."""

import json
from collections.abc import Iterable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from callmodel import keys
from callmodel.codec import ShapeError, from_wire, to_wire
from callmodel.edgebans import EdgeBan, EdgeBans, LiftBan
from control_plane.audit import record
from control_plane.features.bans.schemas import BanList, BanView
from control_plane.web import Context, UnavailableError

LIFTS_KEPT = 1000


async def listing(context: Context) -> BanList:
    """Return the bans of all edges.  Raises UnavailableError while Redis is away."""
    try:
        names = sorted(str(name) for name in await context.redis.smembers(keys.EDGES))
        told = [await _told(context.redis, name) for name in names]
    except RedisError:
        raise UnavailableError("edges tell of their bans through Redis") from None
    silent = [name for name, said in zip(names, told, strict=True) if said is None]
    return BanList(items=together(said for said in told if said is not None), silent_edges=silent)


async def lift(context: Context, order: LiftBan) -> None:
    """Have every edge listen again; audited before it is done.  Raises UnavailableError while Redis is away."""
    await record(
        context.store,
        at_ms=context.now_ms(),
        actor=context.principal.username,
        action="bans.lift-ordered",
        subject={"address": order.address, "account": order.account},
        address=context.address,
        request_id=context.request_id,
        retention=context.retention,
    )
    try:
        await context.redis.xadd(
            keys.BAN_LIFTS, {"order": json.dumps(to_wire(order))}, maxlen=LIFTS_KEPT, approximate=True
        )
    except RedisError:
        raise UnavailableError("edges are told through Redis") from None


def together(told: Iterable[EdgeBans]) -> list[BanView]:
    """Return each ban once, with the edges that hold it, the newest first."""
    holders: dict[tuple[str, str], tuple[EdgeBan, list[str]]] = {}
    for said in told:
        for ban in said.bans:
            holders.setdefault((ban.address, ban.account), (ban, []))[1].append(said.edge_id)
    views = [
        BanView(
            address=ban.address,
            account=ban.account or None,
            reason=ban.reason,
            since_ms=ban.since_ms,
            until_ms=ban.until_ms,
            edges=edges,
        )
        for ban, edges in holders.values()
    ]
    return sorted(views, key=lambda view: (-view.since_ms, view.address, view.account or ""))


async def _told(redis: Redis, edge_id: str) -> EdgeBans | None:
    said = await redis.get(keys.edge_bans(edge_id))
    try:
        return None if said is None else from_wire(EdgeBans, json.loads(str(said)))
    except (ShapeError, ValueError):
        return None
