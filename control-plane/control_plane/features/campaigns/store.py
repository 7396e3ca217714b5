"""Campaigns in the durable store: one row a campaign, its settings as one document."""

from dataclasses import dataclass, field
from typing import Any

from callmodel.campaigns.document import Campaign
from callmodel.campaigns.sharing import Share
from callmodel.codec import from_wire, to_wire
from callmodel.ids import ListId, TenantId
from control_plane.inventory.archive import ARCHIVED
from control_plane.inventory.rows import TenantRows
from servicekit.stores import ColumnType, Row, TableSpec

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


class CampaignStore(TenantRows[CampaignRecord]):
    """Campaigns."""

    table = CAMPAIGNS

    def to_row(self, record: CampaignRecord) -> dict[str, Any]:
        """Return a campaign's columns."""
        return {
            "campaign_id": record.campaign.campaign_id,
            "settings": to_wire(record.campaign),
            "desk": record.desk,
            "shares": record.shares,
            "created_ms": record.created_ms,
        }

    def to_record(self, row: Row) -> CampaignRecord:
        """Return the campaign in a row."""
        settings = row["settings"]
        campaign = from_wire(Campaign, settings)
        return CampaignRecord(campaign, row["desk"], row["created_ms"], row["shares"] or {}, row[ARCHIVED], settings)

    async def change(
        self, tenant_id: TenantId, before: CampaignRecord, after: Campaign, desk: dict[str, Any] | None = None
    ) -> bool:
        """Write the settings; False, and nothing is written, where they are no longer as they were before."""
        changes = {"settings": to_wire(after)} | ({} if desk is None else {"desk": desk})
        return await self.replace(tenant_id, after.campaign_id, {"settings": before.stored}, changes)

    async def set_shares(self, tenant_id: TenantId, before: CampaignRecord, shares: dict[str, Any]) -> bool:
        """Write how leads are shared out; False where that was changed since `before` was read."""
        key = self._key(tenant_id, before.campaign.campaign_id)
        return await self._store.replace_if(CAMPAIGNS.name, key, {"shares": before.shares}, {"shares": shares})


def shares_of(record: CampaignRecord) -> dict[ListId, Share]:
    """Return how the leads of each list are shared out; a list that is not there is anybody's."""
    return {ListId(name): from_wire(Share, share) for name, share in record.shares.items() if name != LEAVERS}
