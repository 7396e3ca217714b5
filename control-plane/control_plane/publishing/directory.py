"""The published directory as the control plane asks it: one tenant at a time, or who the tenants are."""

import logging

from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import ShapeError
from callmodel.entries import PLATFORM_PART, TableEntries, tenant_of_part, tenant_part
from callmodel.ids import TenantId
from callmodel.storeddirectory import StoredDirectory, trunks_in
from servicekit.snapshots import Published

logger = logging.getLogger(__name__)


async def directory_of(redis: Redis, tenant_id: TenantId) -> StoredDirectory | None:
    """Return what media nodes decide a tenant's calls on now; None while nothing was published.

    Raises redis errors when Redis is away.
    """
    parts = await Published(redis, keys.DIRECTORY).documents(PLATFORM_PART, tenant_part(tenant_id))
    if parts[0] is None:
        return None
    entries = TableEntries(*(part for part in parts if part is not None))
    return StoredDirectory(entries, tuple(trunks_in(entries, _tell)), _tell)


async def tenants_in(redis: Redis) -> list[TenantId]:
    """Return the tenants that are published.  Raises redis errors when Redis is away."""
    names = await Published(redis, keys.DIRECTORY).names()
    return [tenant_id for name in names if (tenant_id := tenant_of_part(name)) is not None]


def _tell(error: ShapeError) -> None:
    logger.error("directory entry not readable", extra={"error": str(error)})
