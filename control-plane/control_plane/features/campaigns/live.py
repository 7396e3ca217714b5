"""How a campaign runs now: its lines, its agents, abandonment over both windows, and calls by the hour."""

from collections import Counter
from collections.abc import Iterable, Sequence

from callmodel.campaigns.history import HourCount
from callmodel.campaigns.progress import LeadState
from callmodel.campaigns.results import AttemptResult
from callmodel.campaigns.watching import agents_of
from callmodel.ids import CampaignId, TenantId
from control_plane.features.campaigns import service
from control_plane.features.campaigns.live_schemas import HourView, LinesView, LiveView, WindowView
from control_plane.web import Context
from hotstate.leads import LeadAsks, LeadCall
from hotstate.leads.shapes import key_of

HOUR_MS = 3_600_000
DAY_HOURS, MONTH_HOURS = 24, 720
"""The windows over which the dialler keeps the cap."""


async def live_of(context: Context, tenant_id: TenantId, campaign_id: CampaignId) -> LiveView:
    """Return how a campaign runs.  Raises NotFoundError, redis errors."""
    campaign = (await service.find(context, tenant_id, campaign_id)).campaign
    key, at_ms = key_of(campaign), context.now_ms()
    hours = await context.leads.outcomes(key, at_ms)
    agents = agents_of(campaign, await context.acd.agents(campaign.pool)) if campaign.queue_id is not None else {}
    return LiveView(
        at_ms=at_ms,
        is_paced=await LeadAsks(context.redis).is_paced(key),
        lines=lines_of(await context.leads.calls(key, at_ms)),
        agents=dict(Counter(view.state.value for view in agents.values())),
        agent_ids=sorted(agents),
        cap=campaign.pacing.cap,
        windows=[window_of(hours, at_ms, hours_back) for hours_back in (DAY_HOURS, MONTH_HOURS)],
        hours=[_hour_view(each) for each in hours if each.at_ms > at_ms - DAY_HOURS * HOUR_MS],
    )


def lines_of(calls: Iterable[LeadCall]) -> LinesView:
    """Return how many of the calls ring, wait and talk."""
    counts = Counter(_line_of(call) for call in calls)
    return LinesView.model_validate({name: counts[name] for name in LinesView.model_fields})


def window_of(hours: Sequence[HourCount], at_ms: int, hours_back: int) -> WindowView:
    """Return abandonment over the last hours, the one that goes on among them."""
    since_ms = at_ms - hours_back * HOUR_MS
    counted = [each for each in hours if each.at_ms > since_ms]
    answered, abandoned = sum(each.answered for each in counted), sum(each.abandoned for each in counted)
    share = round(abandoned / answered, 4) if answered else None
    return WindowView(hours=hours_back, answered=answered, abandoned=abandoned, abandonment=share)


def _line_of(call: LeadCall) -> str:
    if call.state is LeadState.ENDED or call.result is AttemptResult.MACHINE:
        return "ending"
    if call.state is LeadState.CONNECTED:
        return "talking"
    if call.state is LeadState.ANSWERED:
        return "waiting" if call.result is None else "ending"
    return "ringing"


def _hour_view(hour: HourCount) -> HourView:
    return HourView.model_validate({name: getattr(hour, name) for name in HourView.model_fields})
