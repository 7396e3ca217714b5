"""Campaigns in the durable store: one row a campaign, its settings as one document."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from callmodel.campaigns.document import Campaign
from callmodel.campaigns.sharing import Share
from callmodel.codec import from_wire, to_wire
from callmodel.ids import CampaignId, ListId, TenantId
from control_plane.inventory.archive import ARCHIVED, page_of_rows
from control_plane.inventory.listing import every
from servicekit.stores import ColumnType, Row, Store, TableSpec

CAMPAIGNS = TableSpec(
    name="campaigns",
    partition=("tenant_id",),
    clustering=("campaign_id",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "campaign_id": ColumnType.TEXT,
        "settings": ColumnType.JSON,
        "desk": ColumnType.JSON,
        "shares": ColumnType.JSON,
        "created_ms": ColumnType.INT,
        ARCHIVED: ColumnType.INT,
    },
    guarded=True,
)
TABLES = (CAMPAIGNS,)
PAGE_ROWS = 500
LEAVERS = "*leavers"
"""In `shares`, beside lists: who left, and has no call-backs of their own any more."""


@dataclass(frozen=True)
class CampaignRecord:
    """A campaign.

    desk: `script` and `form`.  shares: by list, how its leads are shared out.  stored: settings as the row holds
    them; who changes them compares with it.
    """

    campaign: Campaign
    desk: dict[str, Any]
    created_ms: int
    shares: dict[str, Any] = field(default_factory=dict)
    archived_ms: int | None = None
    stored: Any = field(default=None, repr=False, compare=False)


class CampaignStore:
    """Campaigns.  Every method raises StoreUnavailableError when the store can not serve."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, tenant_id: TenantId, record: CampaignRecord) -> bool:
        """Keep a new campaign; False when the tenant has one with this id, archived or not."""
        row = {"settings": to_wire(record.campaign), "desk": record.desk, "shares": record.shares}
        key = _key(tenant_id, record.campaign.campaign_id)
        return await self._store.claim(CAMPAIGNS.name, {**key, **row, "created_ms": record.created_ms})

    async def one(self, tenant_id: TenantId, campaign_id: CampaignId) -> CampaignRecord | None:
        """Return a campaign, archived or not."""
        row = await self._store.get(CAMPAIGNS.name, _key(tenant_id, campaign_id))
        return None if row is None else _to_record(row)

    async def change(
        self, tenant_id: TenantId, before: CampaignRecord, after: Campaign, desk: dict[str, Any] | None = None
    ) -> bool:
        """Write the settings; False, and nothing is written, where they are no longer as they were before."""
        changes = {"settings": to_wire(after)} | ({} if desk is None else {"desk": desk})
        expected = {"settings": before.stored, ARCHIVED: None}
        return await self._store.replace_if(CAMPAIGNS.name, _key(tenant_id, after.campaign_id), expected, changes)

    async def set_shares(self, tenant_id: TenantId, before: CampaignRecord, shares: dict[str, Any]) -> bool:
        """Write how leads are shared out; False where that was changed since `before` was read."""
        key = _key(tenant_id, before.campaign.campaign_id)
        return await self._store.replace_if(CAMPAIGNS.name, key, {"shares": before.shares}, {"shares": shares})

    async def set_archived(self, tenant_id: TenantId, campaign_id: CampaignId, at_ms: int | None) -> None:
        """Take a campaign out of use at a time, or back into use for None."""
        await self._store.upsert(CAMPAIGNS.name, {**_key(tenant_id, campaign_id), ARCHIVED: at_ms})

    async def page(
        self, tenant_id: TenantId, limit: int, after: str | None = None, *, archived: bool = False
    ) -> tuple[list[CampaignRecord], str | None]:
        """Return campaigns by id, and the token of the next page.  Raises InvalidPageTokenError."""
        partition = {"tenant_id": tenant_id}
        found = await page_of_rows(self._store, CAMPAIGNS.name, partition, limit, after, archived=archived)
        return [_to_record(row) for row in found.rows], found.next_token

    def each(self, tenant_id: TenantId) -> AsyncIterator[CampaignRecord]:
        """Yield every campaign of the tenant that is not archived."""
        return every(lambda limit, after: self.page(tenant_id, limit, after), PAGE_ROWS)


def _key(tenant_id: TenantId, campaign_id: CampaignId) -> dict[str, str]:
    return {"tenant_id": tenant_id, "campaign_id": campaign_id}


def _to_record(row: Row) -> CampaignRecord:
    settings = row["settings"]
    campaign = from_wire(Campaign, settings)
    return CampaignRecord(campaign, row["desk"], row["created_ms"], row["shares"] or {}, row[ARCHIVED], settings)


def shares_of(record: CampaignRecord) -> dict[ListId, Share]:
    """Return how the leads of each list are shared out; a list that is not there is anybody's."""
    return {ListId(name): from_wire(Share, share) for name, share in record.shares.items() if name != LEAVERS}
