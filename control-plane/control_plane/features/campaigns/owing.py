"""What an agent still has to say: of the last call that they dialled in a campaign, what came of it."""

import json
from dataclasses import dataclass
from typing import Any

from callmodel.campaigns.results import AttemptResult
from callmodel.ids import CallId, LeadId
from control_plane.features.campaigns.store import CampaignRecord
from control_plane.leads.states import LeadStates
from control_plane.web import Context

KEPT_SECONDS = 86_400


@dataclass(frozen=True)
class Owed:
    """Of which call something is to be said."""

    lead_id: LeadId
    call_id: CallId


async def owe(context: Context, record: CampaignRecord, owed: Owed) -> None:
    """Note that the agent has to say what came of a call; in a campaign without dispositions nobody does."""
    if record.campaign.dispositions:
        value = json.dumps([owed.lead_id, owed.call_id])
        await context.redis.set(_key(context, record), value, ex=KEPT_SECONDS)


async def owed_by(context: Context, record: CampaignRecord) -> Owed | None:
    """Return of which call the agent has to say something, None where there is none.

    Of a call that reached nobody there is nothing to be said: the campaign's rule decides.
    """
    found: Any = await context.redis.get(_key(context, record))
    if found is None:
        return None
    lead_id, call_id = json.loads(found)
    campaign = record.campaign
    state = await LeadStates(context.store).one(campaign.tenant_id, campaign.campaign_id, lead_id)
    if state is not None:
        unreached = state.call_id == call_id and state.result != AttemptResult.CONNECTED.value
        if unreached or state.disposed_call_id == call_id:
            await context.redis.delete(_key(context, record))
            return None
    return Owed(LeadId(lead_id), CallId(call_id))


async def pay(context: Context, record: CampaignRecord, lead_id: LeadId) -> None:
    """Note that the agent has said what came of the call of a lead."""
    found: Any = await context.redis.get(_key(context, record))
    if found is not None and json.loads(found)[0] == lead_id:
        await context.redis.delete(_key(context, record))


def _key(context: Context, record: CampaignRecord) -> str:
    campaign = record.campaign
    return f"{{{campaign.tenant_id}}}:campaign:{campaign.campaign_id}:owes:{context.principal.user_id}"
