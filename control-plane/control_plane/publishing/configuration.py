"""Configuration in the store, read part by part as it is published: for media nodes, and for HQ's edges."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from callmodel import directory, edgesnapshot
from callmodel.codec import ShapeError
from callmodel.directory import Did, Directory, Site, Station, Tenant
from callmodel.edgesnapshot import EdgeSnapshot, EdgeStation, MediaProtection
from callmodel.entries import Tables
from callmodel.flows.document import Flow
from callmodel.ids import TenantId
from control_plane.features.calendars.store import CalendarStore
from control_plane.features.campaigns.store import CampaignStore
from control_plane.features.flows.store import FlowStore
from control_plane.features.numbers.store import NumberRecord, NumberStore
from control_plane.features.prompts.store import PromptStore
from control_plane.features.queues.store import QueueStore
from control_plane.features.sites.store import Site as SiteRow
from control_plane.features.sites.store import SiteStore
from control_plane.features.stations.store import StationRecord, StationStore
from control_plane.features.tenants.store import TenantStore
from control_plane.features.trunks.store import TrunkStore
from control_plane.features.vips.store import VipStore
from control_plane.inventory.listing import every
from control_plane.keyring.numberkeys import number_key_of
from control_plane.people.agents import seated_agents
from control_plane.publishing.flowchecks import flow_of
from servicekit.crypto import TenantCipher
from servicekit.stores import Store

logger = logging.getLogger(__name__)

NUMBER_ROWS = 500


@dataclass(frozen=True)
class PartTables:
    """One part: what media nodes get of it, and what edges do."""

    for_nodes: Tables
    for_edges: Tables


class ConfigurationStore:
    """All that is published.  Every method raises StoreUnavailableError when the store can not serve."""

    def __init__(self, store: Store, cipher: TenantCipher) -> None:
        self._tenants = TenantStore(store)
        self._stations = StationStore(store, cipher)
        self._trunks = TrunkStore(store, cipher)
        self._numbers = NumberStore(store)
        self._sites = SiteStore(store)
        self._queues = QueueStore(store)
        self._flows = FlowStore(store)
        self._calendars = CalendarStore(store)
        self._prompts = PromptStore(store)
        self._campaigns = CampaignStore(store)
        self._vips = VipStore(store, cipher)
        self._store, self._cipher = store, cipher

    async def tenants(self) -> list[TenantId]:
        """Return whose parts there are."""
        return [record.tenant.tenant_id async for record in self._tenants.each()]

    async def platform(self) -> PartTables:
        """Return what is no tenant's: trunks, and sites with those whose branches may connect."""
        trunks = [record async for record in self._trunks.each()]
        sites = [site async for site in self._sites.each()]
        branches = tuple(site.site_id for site in sites if site.kind == "branch" and site.enabled)
        # A disabled trunk is unknown to the edge: calls from it are let in no more either.
        peerings = tuple(record.peering for record in trunks if record.trunk.enabled)
        return PartTables(
            directory.tables_of(
                Directory(
                    trunks=tuple(record.trunk for record in trunks),
                    sites=tuple([await self._site(site) for site in sites]),
                )
            ),
            edgesnapshot.tables_of(
                EdgeSnapshot(
                    trunks=peerings,
                    branches=branches,
                    site_dialling={site.site_id: site.dialling for site in sites if site.dialling is not None},
                )
            ),
        )

    async def _site(self, site: SiteRow) -> Site:
        number = None if site.emergency_caller is None else await self._numbers.one(site.emergency_caller)
        accepting = () if number is None else number.trunk_ids
        return Site(site.site_id, site.time_zone, site.dialling, site.emergency_caller, accepting, site.location)

    async def of_tenant(self, tenant_id: TenantId) -> PartTables | None:
        """Return a tenant, its stations, queues and the numbers lent to it; None for none, and an archived one."""
        record = await self._tenants.one(tenant_id)
        if record is None or record.archived_ms is not None:
            return None
        stations = [station async for station in self._stations.each(tenant_id)]
        numbers = [
            number
            async for number in every(
                lambda limit, after: self._numbers.page_of_tenant(tenant_id, limit, after), NUMBER_ROWS
            )
        ]
        seats = {each.extension: each.user_id for each in stations if each.user_id is not None}
        inbound = Directory(
            queues=tuple([each.queue async for each in self._queues.each(tenant_id)]),
            flows=tuple([flow async for flow in self._published_flows(tenant_id)]),
            calendars=tuple([each.calendar async for each in self._calendars.each(tenant_id)]),
            prompts=tuple([each.to_file() async for each in self._prompts.each(tenant_id)]),
            vips=tuple([each.vip async for each in self._vips.each(tenant_id)]),
            campaigns=tuple([each.campaign async for each in self._campaigns.each(tenant_id)]),
            agents=tuple(await seated_agents(self._store, tenant_id, seats)),
        )
        tenant = replace(record.tenant, number_key=number_key_of(self._cipher, tenant_id))
        # A tenant may have thousands of stations: requests are served meanwhile.
        return await asyncio.to_thread(_tables, tenant, stations, numbers, inbound)

    async def _published_flows(self, tenant_id: TenantId) -> AsyncIterator[Flow]:
        async for flow_id, version in self._flows.published(tenant_id):
            try:
                yield flow_of(tenant_id, flow_id, version.version, version.document)
            except ShapeError:
                # It was sound for another version of this program.  The other flows are.
                logger.exception("flow not readable", extra={"tenant_id": tenant_id, "flow_id": flow_id})


def _tables(
    tenant: Tenant, stations: list[StationRecord], numbers: list[NumberRecord], inbound: Directory
) -> PartTables:
    tenant_id = tenant.tenant_id
    known = replace(
        inbound,
        tenants=(tenant,),
        stations=tuple(Station(tenant_id, each.extension, each.site_id, each.display_name) for each in stations),
        numbers=tuple(_did(tenant_id, each) for each in numbers),
    )
    return PartTables(
        directory.tables_of(known),
        edgesnapshot.tables_of(
            EdgeSnapshot(
                domains={tenant.domain: tenant.tenant_id},
                dialling={tenant.tenant_id: tenant.dialling},
                stations=tuple(_edge_station(tenant.domain, each) for each in stations),
                numbers=tuple(each.number for each in numbers),
            )
        ),
    )


def _did(tenant_id: TenantId, number: NumberRecord) -> Did:
    return Did(
        number.number,
        tenant_id,
        number.route_to,
        number.trunk_ids,
        number.flow_id,
        number.language,
        number.calendar_id,
        number.notice,
    )


def _edge_station(domain: str, station: StationRecord) -> EdgeStation:
    media = MediaProtection(station.media)
    return EdgeStation(station.tenant_id, domain, station.extension, station.ha1, station.site_id, media)
