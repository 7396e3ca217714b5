"""What edges and media nodes run on, built from the store and published to Redis on every change."""

import asyncio
import logging
from dataclasses import dataclass

from redis.exceptions import RedisError

from callmodel import keys
from callmodel.codec import to_wire
from callmodel.directory import Did, Directory, Site, Station, Tenant, Trunk
from callmodel.edgesnapshot import EdgeSnapshot, EdgeStation, EdgeTrunk, MediaProtection
from callmodel.ids import E164, SiteId
from control_plane.features.numbers.store import NumberStore
from control_plane.features.sites.store import SiteStore
from control_plane.features.stations.store import StationRecord, StationStore
from control_plane.features.tenants.store import TenantStore
from control_plane.features.trunks.store import TrunkStore
from control_plane.web.context import Resources
from servicekit import snapshots
from servicekit.crypto import TenantCipher
from servicekit.stores import Store, StoreUnavailableError

SETTLE_SECONDS = 0.1
"""How long to wait for more changes before building: an import makes thousands."""
RETRY_SECONDS = 1.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Configuration:
    """Everything that is published, read once for both snapshots."""

    tenants: tuple[Tenant, ...]
    stations: tuple[StationRecord, ...]
    trunks: tuple[Trunk, ...]
    peerings: tuple[EdgeTrunk, ...]
    lent: tuple[Did, ...]
    numbers: tuple[E164, ...]
    branches: tuple[SiteId, ...]
    sites: tuple[Site, ...]


async def read_configuration(store: Store, cipher: TenantCipher) -> Configuration:
    """Read it all.  Raises StoreUnavailableError."""
    tenants = [record.tenant async for record in TenantStore(store).each()]
    stations: list[StationRecord] = []
    for tenant in tenants:
        stations += [station async for station in StationStore(store, cipher).each(tenant.tenant_id)]
    trunks = [record async for record in TrunkStore(store, cipher).each()]
    numbers = [record async for record in NumberStore(store).each()]
    accepting = {record.number: record.trunk_ids for record in numbers}
    sites = [site async for site in SiteStore(store).each()]
    return Configuration(
        tenants=tuple(tenants),
        stations=tuple(stations),
        trunks=tuple(record.trunk for record in trunks),
        # A disabled trunk is unknown to the edge: calls from it are let in no more either.
        peerings=tuple(record.peering for record in trunks if record.trunk.enabled),
        lent=tuple(
            Did(record.number, record.tenant_id, record.route_to, record.trunk_ids)
            for record in numbers
            if record.tenant_id is not None
        ),
        numbers=tuple(record.number for record in numbers),
        branches=tuple(site.site_id for site in sites if _is_branch(site.kind, site.enabled)),
        sites=tuple(
            Site(
                site.site_id,
                site.time_zone,
                site.dialling,
                site.emergency_caller,
                accepting.get(site.emergency_caller, ()) if site.emergency_caller is not None else (),
                site.location,
            )
            for site in sites
        ),
    )


def _is_branch(kind: str, enabled: bool) -> bool:
    return kind == "branch" and enabled


def directory_of(configuration: Configuration) -> Directory:
    """Return what media nodes route by."""
    return Directory(
        tenants=configuration.tenants,
        stations=tuple(
            Station(station.tenant_id, station.extension, station.site_id, station.display_name)
            for station in configuration.stations
        ),
        trunks=configuration.trunks,
        numbers=configuration.lent,
        sites=configuration.sites,
    )


def edge_snapshot_of(configuration: Configuration) -> EdgeSnapshot:
    """Return what HQ's edges admit and connect by."""
    domains = {tenant.tenant_id: tenant.domain for tenant in configuration.tenants}
    return EdgeSnapshot(
        domains={domain: tenant_id for tenant_id, domain in domains.items()},
        stations=tuple(
            EdgeStation(
                station.tenant_id,
                domains[station.tenant_id],
                station.extension,
                station.ha1,
                station.site_id,
                MediaProtection(station.media),
            )
            for station in configuration.stations
        ),
        trunks=configuration.peerings,
        numbers=configuration.numbers,
        branches=configuration.branches,
        dialling={tenant.tenant_id: tenant.dialling for tenant in configuration.tenants},
        site_dialling={site.site_id: site.dialling for site in configuration.sites if site.dialling is not None},
    )


class Publisher:
    """Publishes both snapshots at the start, soon after each change, and every `reconcile_seconds` in any case.

    `changed` is set by whoever changed something; several changes in a row become one publication.  Of several API
    processes each publishes what it reads: one that read just before another's change is put right by the next turn.
    """

    def __init__(self, resources: Resources, changed: asyncio.Event) -> None:
        self._resources = resources
        self._changed = changed

    async def publish(self) -> tuple[int, int]:
        """Publish now; return the versions of directory and edge snapshot.

        Raises StoreUnavailableError, RedisError.
        """
        resources = self._resources
        configuration = await read_configuration(resources.store, resources.cipher)
        # Version 0 in the documents: the envelope's version counts, and the same content keeps its version.
        directory = to_wire(directory_of(configuration))
        edge = to_wire(edge_snapshot_of(configuration))
        return (
            await snapshots.publish(resources.redis, keys.DIRECTORY, directory),
            await snapshots.publish(resources.redis, keys.EDGE, edge),
        )

    async def run(self) -> None:
        """Publish for ever.  While store or Redis are away it tries again every second."""
        while True:
            self._changed.clear()
            try:
                versions = await self.publish()
            except (StoreUnavailableError, RedisError) as error:
                logger.warning("snapshots not published", extra={"error": type(error).__name__})
                await asyncio.sleep(RETRY_SECONDS)
                continue
            logger.debug("snapshots published", extra={"directory_version": versions[0], "edge_version": versions[1]})
            await self._wait()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._resources.settings.reconcile_seconds):
                await self._changed.wait()
                await asyncio.sleep(SETTLE_SECONDS)
        except TimeoutError:
            return
