"""Agents who see a lead before it is dialled: look at the next, dial it, or pass it over."""

import secrets
from typing import Any

from callmodel import keys
from callmodel.agents import AgentState, AgentView
from callmodel.campaigns.called import CallingAgent
from callmodel.campaigns.document import Campaign, CampaignState
from callmodel.campaigns.launching import BY_AGENTS
from callmodel.campaigns.leads import Lead
from callmodel.ids import AgentId, CampaignId, LeadId, TenantId
from control_plane.features.campaigns import work
from control_plane.features.campaigns.again import call_again
from control_plane.features.campaigns.owing import Owed, owe, owed_by
from control_plane.features.campaigns.store import CampaignRecord
from control_plane.features.campaigns.work_schemas import DialledView, LeadView, OwedView, PreviewView, SkipOrder
from control_plane.web import ConflictError, Context, InvalidRequestError, UnavailableError
from hotstate.leads import Asked, LeadAsks, NotDialled
from hotstate.leads.shapes import key_of

LOOKED_AT = 200
"""Leads in front of the queue, of which the first that is the agent's is shown."""
KEPT_MS = 300_000
"""How long a lead is kept for an agent who looks at it, in a campaign without a limit of its own."""
LATE_MS = 10_000
"""How long it is kept beyond: desks dial by themselves at the limit, and networks take their time."""
ASKED_SECONDS = 120
_IN_A_CALL = (AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING)
_WHY = {
    NotDialled.GONE: "the lead is not to be called now any more",
    NotDialled.FORBIDDEN: "the number is on a do-not-call list",
    NotDialled.BUSY: "the number is in another call",
    NotDialled.CAPPED: "the number has been called as often as it may be",
    NotDialled.HOURS: "it is not time to call where the customer is",
    NotDialled.NO_CALLER: "no number of ours may be shown now",
    NotDialled.NO_NODE: "no media node takes the call",
}


class CampaignNotForPreviewError(ConflictError):
    error_id = "campaign-not-for-preview"
    title = "The campaign runs not, or its leads are not shown before the call"


class SkipNotAllowedError(InvalidRequestError):
    error_id = "skip-not-allowed"
    title = "Leads of this campaign are not passed over for this reason"


class LeadNotShownError(ConflictError):
    error_id = "lead-not-shown"
    title = "The lead is not in front of this agent, or the time to look at it is over"


class DispositionOwedError(ConflictError):
    """`lead_id`, `call_id`: of which call."""

    error_id = "disposition-owed"
    title = "Say first what came of the last call"


class AgentNotFreeError(ConflictError):
    error_id = "agent-not-free"
    title = "Sign in at a phone, and end the call that goes on"


class LeadNotDialledError(ConflictError):
    """`reason`: `gone`, `forbidden`, `busy`, `capped`, `hours`, `no-caller` or `no-node`.  `next_ms`: when it may be
    tried again, 0 where nobody knows."""

    error_id = "lead-not-dialled"
    title = "The lead may not be dialled now"


async def preview(context: Context, tenant_id: TenantId, campaign_id: CampaignId) -> PreviewView:
    """Show the next lead and keep it for the agent: nobody else is shown it meanwhile.

    None while the agent owes a word on the last call.

    Raises NotFoundError, ArchivedError, OutOfReachError, CampaignNotForPreviewError, redis errors.
    """
    record = await work.served(context, tenant_id, campaign_id)
    campaign = _previewed(record)
    owed = await owed_by(context, record)
    if owed is not None:
        return _view(record, owed=owed)
    seconds = campaign.preview.look_seconds
    look_ms = KEPT_MS if seconds is None else seconds * 1000
    agent_id = context.principal.user_id
    for lead in await context.leads.look(key_of(campaign), context.now_ms(), LOOKED_AT):
        if not _is_for(campaign, lead, context, tenant_id):
            continue
        name = _shown_key(campaign, lead.lead_id)
        taken: Any = await context.redis.set(name, agent_id, px=look_ms + LATE_MS, nx=True, get=True)
        if taken in (None, agent_id):
            # Whoever looks again has the time that is left.
            left_ms = look_ms if taken is None else max(await context.redis.pttl(name) - LATE_MS, 0)
            shown = await work.lead_view(context, record, lead.lead_id)
            return _view(record, lead=shown, until_ms=context.now_ms() + left_ms)
    return _view(record)


async def skip(
    context: Context, tenant_id: TenantId, campaign_id: CampaignId, lead_id: LeadId, order: SkipOrder
) -> LeadView:
    """Pass a lead over; it comes again later.  Raises as `preview` does, and SkipNotAllowedError."""
    record = await work.served(context, tenant_id, campaign_id)
    if order.reason not in record.campaign.preview.skip_reasons:
        raise SkipNotAllowedError(f"choose one of: {', '.join(record.campaign.preview.skip_reasons)}")
    state = await work.state_of(context, tenant_id, campaign_id, lead_id)
    due_ms = context.now_ms() + order.again_seconds * 1000
    await call_again(context, record, lead_id, **work.of_run(record, state), due_ms=due_ms, skips=state.skips + 1)
    return await work.lead_view(context, record, lead_id)


async def dial(context: Context, tenant_id: TenantId, campaign_id: CampaignId, lead_id: LeadId) -> DialledView:
    """Dial the lead that is in front of the agent: their phone rings first.

    The claim, its hours, caps and do-not-call lists are the dialler's, who is asked.  Raises as `preview` does, and
    LeadNotShownError, DispositionOwedError, AgentNotFreeError, LeadNotDialledError, UnavailableError.
    """
    record = await work.served(context, tenant_id, campaign_id)
    campaign = _previewed(record)
    owed = await owed_by(context, record)
    if owed is not None:
        raise DispositionOwedError(lead_id=owed.lead_id, call_id=owed.call_id)
    agent_id = AgentId(context.principal.user_id)
    shown_to: Any = await context.redis.get(_shown_key(campaign, lead_id))
    if shown_to != agent_id:
        raise LeadNotShownError()
    view = await _free_agent(context, campaign, agent_id)
    asks, key = LeadAsks(context.redis), key_of(campaign)
    if not await asks.is_paced(key):
        raise UnavailableError("no dialler runs")
    agent = CallingAgent(agent_id, view.seat, campaign.queue_id)
    told = await asks.ask(key, Asked(secrets.token_hex(8), lead_id, agent, context.now_ms()))
    if told is None:
        raise UnavailableError("no dialler answers")
    if told.call_id is None:
        refused = told.refused or NotDialled.GONE
        raise LeadNotDialledError(_WHY[refused], reason=refused.value, next_ms=told.next_ms)
    await owe(context, record, Owed(lead_id, told.call_id))
    # So that it can be ended before there is news of it.
    asked_at = keys.call_asked_at(tenant_id, told.call_id)
    await context.redis.set(asked_at, view.seat.extension, ex=ASKED_SECONDS)
    return DialledView(call_id=told.call_id, lead_id=lead_id)


def _previewed(record: CampaignRecord) -> Campaign:
    campaign = record.campaign
    if campaign.kind not in BY_AGENTS or campaign.state is not CampaignState.RUNNING:
        raise CampaignNotForPreviewError(f"a {campaign.kind.value} campaign that is {campaign.state.value}")
    return campaign


def _view(
    record: CampaignRecord, lead: LeadView | None = None, until_ms: int | None = None, owed: Owed | None = None
) -> PreviewView:
    preview = record.campaign.preview
    return PreviewView(
        lead=lead,
        until_ms=until_ms,
        dials_by_itself=preview.dials_by_itself,
        skip_reasons=list(preview.skip_reasons),
        owes=None if owed is None else OwedView(lead_id=owed.lead_id, call_id=owed.call_id),
        script=record.desk["script"],
    )


async def _free_agent(context: Context, campaign: Campaign, agent_id: AgentId) -> AgentView:
    view = await context.acd.agent(campaign.pool, agent_id)
    if view is None or view.state in _IN_A_CALL:
        raise AgentNotFreeError("sign in first" if view is None else f"the agent is {view.state.value}")
    return view


def _shown_key(campaign: Campaign, lead_id: LeadId) -> str:
    return f"{{{campaign.tenant_id}}}:campaign:{campaign.campaign_id}:shown:{lead_id}"


def _is_for(campaign: Campaign, lead: Lead, context: Context, tenant_id: TenantId) -> bool:
    """Say whether the agent may be shown a lead: nobody else's, and where the campaign says so their own only."""
    if lead.agent_id is not None:
        return lead.agent_id == AgentId(context.principal.user_id)
    if lead.team is not None:
        return lead.team in context.principal.teams.get(tenant_id, frozenset())
    return not campaign.own_leads_only
