"""The part of the edges' configuration that a branch may have, and waiting until it is another."""

import asyncio
import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import to_wire
from callmodel.edgesnapshot import BRANCH, DOMAIN, SITE, STATION, TENANT, EdgeSnapshot
from callmodel.entries import Tables
from callmodel.ids import SiteId
from servicekit.snapshotcopy import Part
from servicekit.snapshots import Change, follow

Stations = list[dict[str, Any]]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SitePart:
    """One site's part.  `mark` is the SHA-256 of its content: platform versions pass, the mark stays."""

    version: int
    mark: str
    document: dict[str, Any]


@dataclass(frozen=True)
class _Piece:
    """What branches may know of one published part."""

    version: int
    branches: frozenset[str]
    domains: dict[str, str]
    stations: dict[str, Stations]
    """By site."""
    dialling: dict[str, Any]
    """How each tenant's people dial."""
    site_dialling: dict[str, Any]


class SitePieces:
    """What is published for edges, cut by site (`snapshots.Copy`); `touched`: sites whose part may be another."""

    def __init__(self) -> None:
        self._pieces: dict[str, _Piece] = {}
        self.touched: set[str] = set()
        self.whole = False

    def versions(self) -> dict[str, int]:
        return {name: piece.version for name, piece in self._pieces.items()}

    def take(self, parts: list[Part]) -> None:
        for part in parts:
            if part.text is None:
                self._put(part.name, None)
                continue
            try:
                self._put(part.name, _piece_of(part.version, json.loads(part.text)))
            except (ValueError, KeyError, TypeError, AttributeError):
                # What there was of it stays, under the new version: it is not asked for again.
                logger.exception("snapshot part refused", extra={"part": part.name})
                before = self._pieces.get(part.name, _Piece(0, frozenset(), {}, {}, {}, {}))
                self._pieces[part.name] = replace(before, version=part.version)

    def finish(self, names: Collection[str]) -> set[str]:
        gone = self._pieces.keys() - set(names)
        for name in gone:
            self._put(name, None)
        self.whole = True
        return gone

    def _put(self, name: str, piece: _Piece | None) -> None:
        before = self._pieces.pop(name, None)
        if piece is not None:
            self._pieces[name] = piece
        for each in (before, piece):
            if each is not None:
                self.touched |= each.branches | each.stations.keys()

    def has(self, site_id: SiteId) -> bool:
        """Whether the site's gateway may connect at all."""
        return any(site_id in piece.branches for piece in list(self._pieces.values()))

    def document_of(self, site_id: SiteId) -> dict[str, Any]:
        """Return an `EdgeSnapshot` as JSON: the site's own stations and their domains; no trunk, no number."""
        mine = [piece for piece in list(self._pieces.values()) if site_id in piece.stations]
        stations = [station for piece in mine for station in piece.stations[site_id]]
        used = {station["domain"].lower() for station in stations}
        known = {domain: tenant_id for piece in mine for domain, tenant_id in piece.domains.items() if domain in used}
        tenants = set(known.values())
        plans = {tenant_id: plan for piece in mine for tenant_id, plan in piece.dialling.items()}
        dialling = {tenant_id: plan for tenant_id, plan in plans.items() if tenant_id in tenants}
        sites = {site: plan for piece in list(self._pieces.values()) for site, plan in piece.site_dialling.items()}
        at_site = {site_id: sites[site_id]} if site_id in sites else {}
        branches = (site_id,) if self.has(site_id) else ()
        stations.sort(key=lambda station: (station["tenant_id"], station["extension"]))
        own = {"domains": known, "stations": stations, "dialling": dialling, "site_dialling": at_site}
        return {**to_wire(EdgeSnapshot(branches=branches)), **own}


def _piece_of(version: int, tables: Tables) -> _Piece:
    stations: dict[str, Stations] = defaultdict(list)
    for station in tables.get(STATION, {}).values():
        stations[station["site_id"]].append(station)
    domains = {domain: value["tenant_id"] for domain, value in tables.get(DOMAIN, {}).items()}
    # An older writer told nothing of it.
    tenants = tables.get(TENANT, {}).items()
    dialling = {tenant_id: value["dialling"] for tenant_id, value in tenants if "dialling" in value}
    at_sites = {site_id: value["dialling"] for site_id, value in tables.get(SITE, {}).items()}
    return _Piece(version, frozenset(tables.get(BRANCH, {})), domains, dict(stations), dialling, at_sites)


class SnapshotWatch:
    """What each site gets; `run` follows what is published for as long as the process lives."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self.pieces = SitePieces()
        self._version = 0
        self._parts: dict[SiteId, SitePart] = {}
        self._changed = asyncio.Event()
        self._closed = False

    async def run(self) -> None:
        """Follow for ever; Redis may go away and come back."""
        await follow(self._redis, keys.EDGE, self.pieces, self.serve)

    async def serve(self, change: Change) -> None:
        """Serve what the pieces are now, and wake those who wait for something else than they had."""
        self._version = change.version
        touched, self.pieces.touched = self.pieces.touched, set()
        for site_id in touched:
            self._parts.pop(SiteId(site_id), None)
        self._changed.set()
        self._changed = asyncio.Event()

    def close(self) -> None:
        """Let all who wait go, with what there is: the process stops, and they find another one."""
        self._closed = True
        self._changed.set()

    def has(self, site_id: SiteId) -> bool:
        """Whether the site's gateway may connect at all."""
        return self.pieces.has(site_id)

    def part_of(self, site_id: SiteId) -> SitePart | None:
        """Return a site's part as it was changed last; None while not everything was seen once."""
        if not self.pieces.whole or not self._version:
            return None
        part = self._parts.get(site_id)
        if part is None:
            document = self.pieces.document_of(site_id)
            part = SitePart(self._version, _mark_of(document), document | {"version": self._version})
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
