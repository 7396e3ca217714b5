"""How a campaign stands: what came of its calls, and how many leads are left."""

from typing import Any

from callmodel.campaigns.results import AttemptResult
from callmodel.ids import CampaignId, TenantId
from control_plane.features.campaigns import service
from control_plane.features.campaigns.marks import mark_key
from control_plane.features.campaigns.work_schemas import FiguresView, ListLeft
from control_plane.inventory.references import list_counts
from control_plane.leads.states import Cursor, LeadStates
from control_plane.web import Context
from hotstate.leads.shapes import key_of

ANSWERED = (AttemptResult.CONNECTED, AttemptResult.ABANDONED)
NOBODY_S = (AttemptResult.FAILED, AttemptResult.CANCELLED)
"""Results of attempts at which no phone rang."""


async def figures_of(context: Context, tenant_id: TenantId, campaign_id: CampaignId) -> FiguresView:
    """Return the figures of a campaign.  Raises NotFoundError, redis errors."""
    record = await service.find(context, tenant_id, campaign_id)
    campaign = record.campaign
    hot = await context.leads.figures(key_of(campaign))
    mark = f"{campaign.runs}.{await _mark(context, tenant_id, campaign_id)}"
    lists = []
    for each in campaign.lists:
        leads = await list_counts(context.store, tenant_id, each.list_id)
        cursor = await LeadStates(context.store).cursor(tenant_id, campaign_id, each.list_id)
        if cursor is None or cursor.mark != mark:
            cursor = Cursor(mark)
        entered = leads.accepted if cursor.block >= leads.blocks else min(leads.accepted, cursor.ordinal)
        lists.append(
            ListLeft(
                list_id=each.list_id,
                leads=leads.accepted,
                left=leads.accepted - entered,
                left_out=dict(cursor.left_out),
                exhausted=cursor.block >= leads.blocks,
            )
        )
    counts = {AttemptResult(name): count for name, count in hot.results.items()}
    answered = sum(counts.get(each, 0) for each in ANSWERED)
    abandoned = counts.get(AttemptResult.ABANDONED, 0)
    return FiguresView(
        state=campaign.state.value,
        runs=campaign.runs,
        ready=hot.ready,
        waiting=hot.waiting,
        calls=hot.calls,
        attempts=sum(count for result, count in counts.items() if result not in NOBODY_S),
        connected=counts.get(AttemptResult.CONNECTED, 0),
        abandoned=abandoned,
        abandonment=round(abandoned / answered, 4) if answered else None,
        results=hot.results,
        lists=lists,
        exhausted=bool(lists) and all(each.exhausted for each in lists) and not hot.ready + hot.waiting + hot.calls,
    )


async def _mark(context: Context, tenant_id: TenantId, campaign_id: CampaignId) -> str | None:
    found: Any = await context.redis.get(mark_key(tenant_id, campaign_id))
    return None if found is None else str(found)
