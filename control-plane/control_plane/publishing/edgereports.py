"""What HQ's edges tell of the carriers, as it stands in Redis."""

import ipaddress
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import ShapeError, from_wire
from callmodel.edgecarriers import EdgeCarriers
from callmodel.edgesnapshot import EdgeTrunk


@dataclass(frozen=True)
class RefusedMedia:
    """An address that a carrier named for its media, in calls that edges refused.  at_ms: the last of them."""

    address: str
    at_ms: int
    edges: tuple[str, ...]


async def carriers_as_seen(redis: Redis) -> list[EdgeCarriers]:
    """Return the reports of all edges whose agents live.  Raises redis errors."""
    names = sorted(str(name) for name in await redis.smembers(keys.EDGES))
    found = []
    for name in names:
        said = await redis.get(keys.edge_carriers(name))
        try:
            found += [] if said is None else [from_wire(EdgeCarriers, json.loads(str(said)))]
        except (ShapeError, ValueError):
            continue
    return found


def refused_media(peering: EdgeTrunk, reports: Sequence[EdgeCarriers]) -> list[RefusedMedia]:
    """Return where a trunk's carrier named its media and may not yet have it, the newest first.  Pure."""
    sightings: dict[str, RefusedMedia] = {}
    for report in reports:
        for stray in report.stray_media:
            if stray.trunk_id == peering.trunk_id and not _is_allowed(peering, stray.address):
                before = sightings.get(stray.address, RefusedMedia(stray.address, 0, ()))
                edges = (*before.edges, report.edge_id)
                sightings[stray.address] = RefusedMedia(stray.address, max(before.at_ms, stray.at_ms), edges)
    return sorted(sightings.values(), key=lambda each: (-each.at_ms, each.address))


def name_troubles(peering: EdgeTrunk, reports: Iterable[EdgeCarriers]) -> list[str]:
    """Return what edges tell of the names of a trunk's gateways, each once.  Pure."""
    hosts = {gateway.host for gateway in peering.gateways}
    told = (trouble for report in reports for trouble in report.name_troubles if trouble.host in hosts)
    return list(dict.fromkeys(f"{trouble.host}: {trouble.words}" for trouble in told))


def _is_allowed(peering: EdgeTrunk, address: str) -> bool:
    try:
        ip = ipaddress.ip_address(address)
        allowed = (*(peering.media_networks or peering.sources), *peering.media_learnt)
        return any(ip in ipaddress.ip_network(network, strict=False) for network in allowed)
    except ValueError:
        return False
