"""The route of what a campaign would come to."""

from control_plane.features.campaigns import whatif
from control_plane.features.campaigns.whatif_schemas import WhatIfOrder, WhatIfView
from control_plane.fields import CampaignIdText, TenantIdText
from control_plane.people.permissions import Permission
from control_plane.web import Context, Route
from servicekit.problems import TooManyRequestsError


async def what_if(
    context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText, body: WhatIfOrder
) -> WhatIfView:
    """Simulate a campaign that the dialler paces, in virtual time: by its own pacing, hours, caps and retry rules.

    With the team that is assumed, and a larger one, on the same calls. Nothing is dialled and nothing changed. It
    computes for eight seconds at most, and says how far it came.
    """
    return await whatif.simulated(context, tenant_id, campaign_id, body)


routes = [
    Route(
        "POST",
        "/tenants/{tenant_id}/campaigns/{campaign_id}/what-if",
        what_if,
        Permission.CAMPAIGNS_READ,
        "What a campaign would come to",
        ("campaigns",),
        errors=(whatif.CampaignNotPacedError, TooManyRequestsError),
        timeout_seconds=25.0,
        examples={"two more agents": {"days": 1}, "a better list": {"answer_rate": 0.4, "leads": 20000}},
    )
]
