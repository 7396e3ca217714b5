"""The key by which hot state shows that it still has a campaign's leads."""

from callmodel.ids import CampaignId, TenantId


def mark_key(tenant_id: TenantId, campaign_id: CampaignId) -> str:
    """Name the key that is there as long as hot state has a campaign's leads."""
    return f"{{{tenant_id}}}:campaign:{campaign_id}:mark"


NEAR_MS = 900_000
"""Who is called again sooner stays in hot state, or comes to it; who is not waits in the store."""
