"""Publishes a whole directory or edge snapshot, in parts as the control plane does."""

from redis.asyncio import Redis

from callmodel import directory, edgesnapshot, keys
from callmodel.directory import Directory
from callmodel.edgesnapshot import EdgeSnapshot
from callmodel.entries import PLATFORM_PART, Tables, tenant_part
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


def parts_of_directory(known: Directory) -> dict[str, Tables]:
    parts = {PLATFORM_PART: directory.tables_of(Directory(trunks=known.trunks))}
    for tenant in known.tenants:
        stations = tuple(each for each in known.stations if each.tenant_id == tenant.tenant_id)
        numbers = tuple(each for each in known.numbers if each.tenant_id == tenant.tenant_id)
        parts[tenant_part(tenant.tenant_id)] = directory.tables_of(Directory((tenant,), stations, (), numbers))
    return parts


def parts_of_edge(known: EdgeSnapshot) -> dict[str, Tables]:
    platform = EdgeSnapshot(trunks=known.trunks, numbers=known.numbers, branches=known.branches)
    parts = {PLATFORM_PART: edgesnapshot.tables_of(platform)}
    for domain, tenant_id in (known.domains or {}).items():
        stations = tuple(each for each in known.stations if each.tenant_id == tenant_id)
        parts[tenant_part(tenant_id)] = edgesnapshot.tables_of(
            EdgeSnapshot(domains={domain: tenant_id}, stations=stations)
        )
    return parts
