"""How each of HQ's edges does, as its agent tells through Redis."""

import json
from typing import Any, TypeVar

from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import ShapeError, from_wire
from callmodel.edgebans import EdgeBans
from callmodel.edgecarriers import EdgeCarriers
from control_plane.features.platform.schemas import EdgeView

T = TypeVar("T")


async def edge_views(redis: Redis) -> list[EdgeView]:
    """Return every edge that ever told anything, by id.  Raises redis errors."""
    names = sorted(str(name) for name in await redis.smembers(keys.EDGES))
    return [
        view_of(
            name,
            _read(EdgeBans, await redis.get(keys.edge_bans(name))),
            _read(EdgeCarriers, await redis.get(keys.edge_carriers(name))),
        )
        for name in names
    ]


def view_of(edge_id: str, bans: EdgeBans | None, carriers: EdgeCarriers | None) -> EdgeView:
    """Return how an edge does from what stands of its reports.  Pure."""
    told = [report.at_ms for report in (bans, carriers) if report is not None]
    return EdgeView(
        edge_id=edge_id,
        alive=bool(told),
        at_ms=max(told, default=None),
        bans=None if bans is None else len(bans.bans),
        registrations=None if carriers is None else sum(each.registered for each in carriers.registrations),
    )


def _read(shape: type[T], said: Any) -> T | None:
    try:
        return None if said is None else from_wire(shape, json.loads(str(said)))
    except (ShapeError, ValueError):
        return None
