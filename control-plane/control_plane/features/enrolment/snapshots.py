"""The part of the edge snapshot that a branch may have, and waiting until it is another."""

import asyncio
import hashlib
import json
import logging
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import ShapeError, from_wire, to_wire
from callmodel.edgesnapshot import EdgeSnapshot, EdgeStation
from callmodel.ids import SiteId
from servicekit.snapshots import follow

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SitePart:
    """One site's part.  `mark` is the SHA-256 of its content: platform versions pass, the mark stays."""

    version: int
    mark: str
    document: dict[str, Any]


def edge_snapshot_for_site(snapshot: EdgeSnapshot, site_id: SiteId) -> EdgeSnapshot:
    """Return what a branch may know: its own stations and the domains they register in; no trunk, no number."""
    stations = tuple(station for station in snapshot.stations if station.site_id == site_id)
    used = {station.domain for station in stations}
    domains = {domain: tenant for domain, tenant in (snapshot.domains or {}).items() if domain in used}
    tenants = set(domains.values())
    return EdgeSnapshot(
        version=snapshot.version,
        domains=domains,
        stations=stations,
        branches=(site_id,) if site_id in snapshot.branches else (),
        dialling={tenant: plan for tenant, plan in snapshot.dialling.items() if tenant in tenants},
        site_dialling={site: plan for site, plan in snapshot.site_dialling.items() if site == site_id},
    )


class SnapshotWatch:
    """The published edge snapshot, cut by site; `run` follows it for as long as the process lives."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._snapshot: EdgeSnapshot | None = None
        self._stations: dict[SiteId, list[EdgeStation]] = {}
        self._parts: dict[SiteId, SitePart] = {}
        self._changed = asyncio.Event()
        self._closed = False

    async def run(self) -> None:
        """Follow for ever; Redis may go away and come back."""
        async for version, document in follow(self._redis, keys.EDGE):
            try:
                self.take(version, from_wire(EdgeSnapshot, document))
            except ShapeError:
                logger.exception("edge snapshot has another shape")

    def take(self, version: int, snapshot: EdgeSnapshot) -> None:
        """Serve this snapshot from now on, and wake those who wait for one."""
        self._snapshot = replace(snapshot, version=version)
        stations = defaultdict(list)
        for station in snapshot.stations:
            stations[station.site_id].append(station)
        self._stations = dict(stations)
        self._parts.clear()
        self._changed.set()
        self._changed = asyncio.Event()

    def close(self) -> None:
        """Let all who wait go, with what there is: the process stops, and they find another one."""
        self._closed = True
        self._changed.set()

    def has(self, site_id: SiteId) -> bool:
        """Whether the site's gateway may connect at all."""
        return self._snapshot is not None and site_id in self._snapshot.branches

    def part_of(self, site_id: SiteId) -> SitePart | None:
        """Return a site's part; None while no snapshot was seen."""
        if self._snapshot is None:
            return None
        part = self._parts.get(site_id)
        if part is None:
            # Only its own stations go in: a thousand branches that wake at once must not each walk all stations.
            mine = replace(self._snapshot, stations=tuple(self._stations.get(site_id, ())))
            document = to_wire(edge_snapshot_for_site(mine, site_id))
            part = SitePart(self._snapshot.version, _mark_of(document), document)
            self._parts[site_id] = part
        return part

    async def wait(self, site_id: SiteId, version: int | None, mark: str | None, seconds: float) -> SitePart | None:
        """Return the site's part once it is not the one the branch has, or as it is when the time is over."""
        try:
            async with asyncio.timeout(seconds):
                while not self._closed and self._has_already(site_id, version, mark):
                    await self._changed.wait()
        except TimeoutError:
            pass
        return self.part_of(site_id)

    def _has_already(self, site_id: SiteId, version: int | None, mark: str | None) -> bool:
        part = self.part_of(site_id)
        return part is None or same(part, version, mark)


def same(part: SitePart, version: int | None, mark: str | None) -> bool:
    """Whether a branch that named this version or mark has the part already."""
    return part.mark == mark if mark is not None else part.version == version


def _mark_of(document: dict[str, Any]) -> str:
    content = {name: value for name, value in document.items() if name != "version"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
