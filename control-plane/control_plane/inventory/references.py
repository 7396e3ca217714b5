"""Look-ups across features: does this tenant, site, station, trunk exist.  Features meet here, not in each other."""

from dataclasses import dataclass

from callmodel.codec import from_wire
from callmodel.directory import DEFAULT_TIME_ZONE
from callmodel.ids import (
    E164,
    CalendarId,
    CampaignId,
    Extension,
    FlowId,
    ListId,
    PromptId,
    ProviderId,
    QueueId,
    SiteId,
    TenantId,
    TrunkId,
)
from callmodel.numbers import DiallingPlan
from control_plane.inventory.archive import is_living, living_rows
from control_plane.inventory.scope import SCOPE
from hotstate.leads import CampaignKey
from servicekit.problems import NotFoundError
from servicekit.stores import Store


@dataclass(frozen=True)
class TenantReference:
    """What other features need to know of a tenant.  `country_code` without plus."""

    tenant_id: TenantId
    domain: str
    country_code: str
    dialling: DiallingPlan
    provider_id: ProviderId
    archived: bool = False
    time_zone: str = DEFAULT_TIME_ZONE


async def find_tenant(store: Store, tenant_id: TenantId) -> TenantReference | None:
    """Return the tenant, archived or not."""
    row = await store.get("tenants", {"scope": SCOPE, "tenant_id": tenant_id})
    if row is None:
        return None
    plan = from_wire(DiallingPlan, row["dialling"])
    provider_id = ProviderId(row["provider"])
    zone = row["time_zone"] or DEFAULT_TIME_ZONE
    return TenantReference(tenant_id, row["domain"], row["country_code"], plan, provider_id, not is_living(row), zone)


async def require_tenant(store: Store, tenant_id: TenantId) -> TenantReference:
    """Return the tenant, archived or not.  Raises NotFoundError."""
    tenant = await find_tenant(store, tenant_id)
    if tenant is None:
        raise NotFoundError()
    return tenant


async def every_tenant(store: Store) -> list[TenantId]:
    """Return the ids of all tenants, archived ones too: what they left behind is looked after as before."""
    found, after = [], None
    while True:
        page = await store.page("tenants", {"scope": SCOPE}, limit=1000, after=after)
        found += [TenantId(row["tenant_id"]) for row in page.rows]
        after = page.next_token
        if after is None:
            return found


async def tenant_exists(store: Store, tenant_id: TenantId) -> bool:
    """Say whether there is such a tenant, and it is not archived."""
    return is_living(await store.get("tenants", {"scope": SCOPE, "tenant_id": tenant_id}))


async def dialling_at(store: Store, tenant: TenantReference, site_id: SiteId) -> DiallingPlan:
    """Return how people dial at a site: its own way, or the tenant's."""
    row = await store.get("sites", {"scope": SCOPE, "site_id": site_id})
    own = row["dialling"] if row is not None else None
    return tenant.dialling if own is None else from_wire(DiallingPlan, own)


async def site_exists(store: Store, site_id: SiteId) -> bool:
    """Say whether there is such a site, and it is not archived."""
    return is_living(await store.get("sites", {"scope": SCOPE, "site_id": site_id}))


async def trunk_exists(store: Store, trunk_id: TrunkId) -> bool:
    """Say whether there is such a trunk, and it is not archived."""
    return is_living(await store.get("trunks", {"scope": SCOPE, "trunk_id": trunk_id}))


async def station_exists(store: Store, tenant_id: TenantId, extension: Extension) -> bool:
    """Say whether the tenant has a station with this extension that is not archived."""
    return is_living(await store.get("stations", {"tenant_id": tenant_id, "extension": extension}))


async def pool_of_queue(store: Store, tenant_id: TenantId, queue_id: QueueId) -> ProviderId | None:
    """Return whose agents serve a queue of the tenant; None for one that is not there, or is archived."""
    row = await store.get("queues", {"tenant_id": tenant_id, "queue_id": queue_id})
    return ProviderId(row["settings"]["pool"]) if row is not None and is_living(row) else None


async def flow_exists(store: Store, tenant_id: TenantId, flow_id: FlowId) -> bool:
    """Say whether the tenant has a flow with this id that is not archived."""
    return is_living(await store.get("flows", {"tenant_id": tenant_id, "flow_id": flow_id}))


async def calendar_exists(store: Store, tenant_id: TenantId, calendar_id: CalendarId) -> bool:
    """Say whether the tenant has a calendar with this id that is not archived."""
    return is_living(await store.get("calendars", {"tenant_id": tenant_id, "calendar_id": calendar_id}))


async def prompt_exists(store: Store, tenant_id: TenantId, prompt_id: PromptId) -> bool:
    """Say whether the tenant has a prompt with this id that is not archived."""
    return is_living(await store.get("prompts", {"tenant_id": tenant_id, "prompt_id": prompt_id}))


async def list_state_of(store: Store, tenant_id: TenantId, list_id: ListId) -> str | None:
    """Return how far a list of the tenant is; None for one that is not there, or is archived."""
    row = await store.get("lists", {"tenant_id": tenant_id, "list_id": list_id})
    return str(row["state"]) if row is not None and is_living(row) else None


async def campaign_keys(store: Store, tenant_id: TenantId) -> list[CampaignKey]:
    """Return by what hot state knows the tenant's campaigns, archived ones too."""
    found, after = [], None
    while True:
        page = await store.page("campaigns", {"tenant_id": tenant_id}, limit=500, after=after)
        found += [
            CampaignKey(tenant_id, CampaignId(row["campaign_id"]), ProviderId(row["settings"]["pool"]))
            for row in page.rows
        ]
        after = page.next_token
        if after is None:
            return found


@dataclass(frozen=True)
class ListCounts:
    """How many leads a list has, in how many blocks."""

    accepted: int = 0
    blocks: int = 0


async def list_counts(store: Store, tenant_id: TenantId, list_id: ListId) -> ListCounts:
    """Return how large a list is; nothing for one that can not be dialled."""
    row = await store.get("lists", {"tenant_id": tenant_id, "list_id": list_id})
    if row is None or not is_living(row) or row["state"] != "ready":
        return ListCounts()
    return ListCounts(row["summary"]["accepted"], row["summary"]["blocks"])


async def has_stations(store: Store, tenant_id: TenantId) -> bool:
    """Say whether the tenant has any station that is not archived."""
    async for _ in living_rows(store, "stations", {"tenant_id": tenant_id}):
        return True
    return False


async def number_exists(store: Store, number: E164) -> bool:
    """Say whether HQ has this number."""
    return await store.get("numbers", {"scope": SCOPE, "number": number}) is not None


async def holder_of(store: Store, number: E164) -> TenantId | None:
    """Return the tenant that a number is lent to; None for a number that is nobody's, or not HQ's."""
    row = await store.get("numbers", {"scope": SCOPE, "number": number})
    return None if row is None or not row["tenant_id"] else TenantId(row["tenant_id"])
