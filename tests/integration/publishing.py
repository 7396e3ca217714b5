"""Publishes a whole directory or edge snapshot, in parts as the control plane does."""

from typing import Any

from redis.asyncio import Redis

from callmodel import directory, edgesnapshot, keys
from callmodel.campaigns.document import Campaign
from callmodel.codec import from_wire
from callmodel.directory import Did, Directory, Site, Station, Tenant, Trunk
from callmodel.edgesnapshot import EdgeSnapshot, EdgeStation, EdgeTrunk
from callmodel.entries import PLATFORM_PART, Tables, tenant_part
from callmodel.flows.calendars import Calendar
from callmodel.flows.document import Flow
from callmodel.numbers import DiallingPlan
from callmodel.prompts import PromptFile
from callmodel.queues import Queue
from callmodel.vips import Vip
from servicekit.snapshots import Published


async def publish(redis: Redis, known: Directory | EdgeSnapshot) -> int:
    """Have all that is published under the value's name be this; return the version."""
    is_directory = isinstance(known, Directory)
    parts = parts_of_directory(known) if is_directory else parts_of_edge(known)
    published = Published(redis, keys.DIRECTORY if is_directory else keys.EDGE)
    gone = dict.fromkeys(set(await published.names()) - parts.keys())
    version = await published.publish(await published.begin(), {**parts, **gone})
    await published.finish()
    return version


async def read(redis: Redis, name: str) -> Directory | EdgeSnapshot:
    """Return all that is published under a name, put together again."""
    published = Published(redis, name)
    names = await published.names()
    parts = [part for part in (await published.documents(*names) if names else []) if part is not None]

    def values(kind: str, shape: type[Any]) -> tuple[Any, ...]:
        return tuple(from_wire(shape, value) for part in parts for value in part.get(kind, {}).values())

    def keys_of(kind: str) -> tuple[Any, ...]:
        return tuple(key for part in parts for key in part.get(kind, {}))

    def plans_of(kind: str) -> dict[Any, DiallingPlan]:
        entries = (entry for part in parts for entry in part.get(kind, {}).items())
        return {key: from_wire(DiallingPlan, value["dialling"]) for key, value in entries}

    if name == keys.DIRECTORY:
        tenants, stations = values(directory.TENANT, Tenant), values(directory.STATION, Station)
        trunks, numbers = values(directory.TRUNK, Trunk), values(directory.NUMBER, Did)
        sites, queues = values(directory.SITE, Site), values(directory.QUEUE, Queue)
        flows, vips = values(directory.FLOW, Flow), values(directory.VIP, Vip)
        prompts = values(directory.PROMPT, PromptFile)
        calendars = values(directory.CALENDAR, Calendar)
        return Directory(
            tenants, stations, trunks, numbers, sites, queues,
            flows=flows, calendars=calendars, vips=vips, prompts=prompts,
            campaigns=values(directory.CAMPAIGN, Campaign),
        )  # fmt: skip
    domains = [entry for part in parts for entry in part.get(edgesnapshot.DOMAIN, {}).items()]
    return EdgeSnapshot(
        domains={domain: value["tenant_id"] for domain, value in domains},
        stations=values(edgesnapshot.STATION, EdgeStation),
        trunks=values(edgesnapshot.TRUNK, EdgeTrunk),
        numbers=keys_of(edgesnapshot.NUMBER),
        branches=keys_of(edgesnapshot.BRANCH),
        dialling=plans_of(edgesnapshot.TENANT),
        site_dialling=plans_of(edgesnapshot.SITE),
    )


def parts_of_directory(known: Directory) -> dict[str, Tables]:
    parts = {PLATFORM_PART: directory.tables_of(Directory(trunks=known.trunks, sites=known.sites))}
    for tenant in known.tenants:
        stations = tuple(each for each in known.stations if each.tenant_id == tenant.tenant_id)
        numbers = tuple(each for each in known.numbers if each.tenant_id == tenant.tenant_id)
        inbound: dict[str, Any] = {
            name: tuple(each for each in getattr(known, name) if each.tenant_id == tenant.tenant_id)
            for name in ("queues", "flows", "calendars", "vips", "prompts", "agents", "campaigns")
        }
        mine = Directory((tenant,), stations, (), numbers, **inbound)
        parts[tenant_part(tenant.tenant_id)] = directory.tables_of(mine)
    return parts


def parts_of_edge(known: EdgeSnapshot) -> dict[str, Tables]:
    platform = EdgeSnapshot(
        trunks=known.trunks, numbers=known.numbers, branches=known.branches, site_dialling=known.site_dialling
    )
    parts = {PLATFORM_PART: edgesnapshot.tables_of(platform)}
    for domain, tenant_id in (known.domains or {}).items():
        stations = tuple(each for each in known.stations if each.tenant_id == tenant_id)
        parts[tenant_part(tenant_id)] = edgesnapshot.tables_of(
            EdgeSnapshot(domains={domain: tenant_id}, stations=stations, dialling=known.dialling)
        )
    return parts
