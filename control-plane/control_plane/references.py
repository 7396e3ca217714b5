"""Look-ups across features: does this tenant, site, station, trunk exist.  Features meet here, not in each other."""

from dataclasses import dataclass

from callmodel.codec import from_wire
from callmodel.ids import E164, Extension, SiteId, TenantId, TrunkId
from callmodel.numbers import DiallingPlan
from control_plane.scope import SCOPE
from control_plane.web.problems import NotFoundError
from servicekit.stores import Store


@dataclass(frozen=True)
class TenantReference:
    """What other features need to know of a tenant.  `country_code` without plus."""

    tenant_id: TenantId
    domain: str
    country_code: str
    dialling: DiallingPlan


async def require_tenant(store: Store, tenant_id: TenantId) -> TenantReference:
    """Return the tenant.  Raises NotFoundError: for an HQ administrator too there may be none."""
    row = await store.get("tenants", {"scope": SCOPE, "tenant_id": tenant_id})
    if row is None:
        raise NotFoundError()
    return TenantReference(tenant_id, row["domain"], row["country_code"], from_wire(DiallingPlan, row["dialling"]))


async def tenant_exists(store: Store, tenant_id: TenantId) -> bool:
    """Say whether there is such a tenant."""
    return await store.get("tenants", {"scope": SCOPE, "tenant_id": tenant_id}) is not None


async def dialling_at(store: Store, tenant: TenantReference, site_id: SiteId) -> DiallingPlan:
    """Return how people dial at a site: its own way, or the tenant's."""
    row = await store.get("sites", {"scope": SCOPE, "site_id": site_id})
    own = row["dialling"] if row is not None else None
    return tenant.dialling if own is None else from_wire(DiallingPlan, own)


async def site_exists(store: Store, site_id: SiteId) -> bool:
    """Say whether there is such a site."""
    return await store.get("sites", {"scope": SCOPE, "site_id": site_id}) is not None


async def trunk_exists(store: Store, trunk_id: TrunkId) -> bool:
    """Say whether there is such a trunk."""
    return await store.get("trunks", {"scope": SCOPE, "trunk_id": trunk_id}) is not None


async def station_exists(store: Store, tenant_id: TenantId, extension: Extension) -> bool:
    """Say whether the tenant has a station with this extension."""
    return await store.get("stations", {"tenant_id": tenant_id, "extension": extension}) is not None


async def has_stations(store: Store, tenant_id: TenantId) -> bool:
    """Say whether the tenant has any station."""
    return bool((await store.page("stations", {"tenant_id": tenant_id}, limit=1)).rows)


async def number_exists(store: Store, number: E164) -> bool:
    """Say whether HQ has this number."""
    return await store.get("numbers", {"scope": SCOPE, "number": number}) is not None


async def holder_of(store: Store, number: E164) -> TenantId | None:
    """Return the tenant that a number is lent to; None for a number that is nobody's, or not HQ's."""
    row = await store.get("numbers", {"scope": SCOPE, "number": number})
    return None if row is None or not row["tenant_id"] else TenantId(row["tenant_id"])
