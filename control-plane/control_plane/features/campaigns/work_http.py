"""Routes of what is done with a campaign's leads."""

from control_plane.features.campaigns import previewing, service, sharing, work
from control_plane.features.campaigns.figures import figures_of
from control_plane.features.campaigns.work_schemas import (
    CallBacksQuery,
    CallBacksView,
    DialledView,
    DisposeOrder,
    FiguresView,
    LeadView,
    LeaverOrder,
    PreviewView,
    ShareOrder,
    ShareView,
    SkipOrder,
)
from control_plane.fields import CampaignIdText, LeadIdText, ListIdText, TenantIdText
from control_plane.inventory.archive import ArchivedError
from control_plane.inventory.named import AgentUnknownError
from control_plane.people.permissions import Permission
from control_plane.people.reach import OutOfReachError
from control_plane.timezones import TimeZoneUnknownError
from control_plane.web import Context, Route

MOST_CALL_BACKS = 500


async def figures(context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText) -> FiguresView:
    """How a campaign stands: attempts, connects, abandonment, and how many leads are left."""
    return await figures_of(context, tenant_id, campaign_id)


async def share(
    context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText, list_id: ListIdText
) -> ShareView:
    """How a list's leads are shared out."""
    return await sharing.shown(context, tenant_id, campaign_id, list_id)


async def share_out(
    context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText, list_id: ListIdText, body: ShareOrder
) -> ShareView:
    """Share a list's leads out to agents or teams; who had some before keeps them as far as is due."""
    return await sharing.share(context, tenant_id, campaign_id, list_id, body)


async def unshare(
    context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText, list_id: ListIdText
) -> None:
    """Let anybody have a list's leads.  Doing it again is fine."""
    await sharing.unshare(context, tenant_id, campaign_id, list_id)


async def take_back(
    context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText, body: LeaverOrder
) -> None:
    """Take leads and call-backs back from an agent or a team that leaves: the others have them."""
    await sharing.take_back(context, tenant_id, campaign_id, body)


async def preview(context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText) -> PreviewView:
    """Show the next lead of a preview or manual campaign: for its time it is nobody else's to see."""
    return await previewing.preview(context, tenant_id, campaign_id)


async def dial(
    context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText, lead_id: LeadIdText
) -> DialledView:
    """Dial the lead that is in front of the agent, whose phone rings first. Hours, caps and do-not-call are asked.

    Refused with `reason`, and `next_ms` where it may be tried again. What came of the call is to be said after it,
    before the next lead is shown.
    """
    return await previewing.dial(context, tenant_id, campaign_id, lead_id)


async def lead(
    context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText, lead_id: LeadIdText
) -> LeadView:
    """A lead, with a masked number."""
    return await work.shown_lead(context, tenant_id, campaign_id, lead_id)


async def skip(
    context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText, lead_id: LeadIdText, body: SkipOrder
) -> LeadView:
    """Pass a lead over, with a reason; it comes again later."""
    return await previewing.skip(context, tenant_id, campaign_id, lead_id, body)


async def dispose(
    context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText, lead_id: LeadIdText, body: DisposeOrder
) -> LeadView:
    """Say what came of a call: by it the lead is done, called again, called back, or not called any more."""
    return await work.dispose(context, tenant_id, campaign_id, lead_id, body)


async def call_backs(
    context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText, query: CallBacksQuery
) -> CallBacksView:
    """What was agreed with customers for a UTC day, in order; the first 500."""
    found = await work.call_backs(context, tenant_id, campaign_id, query.day, MOST_CALL_BACKS)
    return CallBacksView(items=found)


_TAGS = ("leads",)
_CAMPAIGN = "/tenants/{tenant_id}/campaigns/{campaign_id}"
_SHARE = f"{_CAMPAIGN}/lists/{{list_id}}/share"
_LEAD = f"{_CAMPAIGN}/leads/{{lead_id}}"
_READ, _WRITE, _WORK = Permission.CAMPAIGNS_READ, Permission.CAMPAIGNS_WRITE, Permission.LEADS_WORK
_SHARING = (service.CampaignChangedError, sharing.TakerNotSoundError, AgentUnknownError, ArchivedError)

routes = [
    Route("GET", f"{_CAMPAIGN}/figures", figures, _READ, "A campaign's figures", _TAGS),
    Route("GET", _SHARE, share, _READ, "How a list is shared out", _TAGS),
    Route("PUT", _SHARE, share_out, _WRITE, "Share a list out", _TAGS, errors=_SHARING, shows=share),
    Route(
        "DELETE", _SHARE, unshare, _WRITE, "Let anybody have a list", _TAGS, status=204, errors=_SHARING, shows=share
    ),
    Route(
        "POST",
        f"{_CAMPAIGN}/leavers",
        take_back,
        _WRITE,
        "Take leads back",
        _TAGS,
        status=204,
        errors=(*_SHARING, sharing.NobodyLeftError),
    ),
    Route(
        "POST",
        f"{_CAMPAIGN}/preview",
        preview,
        _WORK,
        "The next lead",
        _TAGS,
        errors=(previewing.CampaignNotForPreviewError, OutOfReachError, ArchivedError),
    ),
    Route(
        "POST",
        f"{_LEAD}/dial",
        dial,
        _WORK,
        "Dial a lead",
        _TAGS,
        status=201,
        errors=(
            previewing.CampaignNotForPreviewError,
            previewing.LeadNotShownError,
            previewing.LeadNotDialledError,
            previewing.DispositionOwedError,
            previewing.AgentNotFreeError,
            OutOfReachError,
            ArchivedError,
        ),
    ),
    Route("GET", _LEAD, lead, _WORK, "Get a lead", _TAGS, errors=(OutOfReachError, ArchivedError)),
    Route(
        "POST",
        f"{_LEAD}/skip",
        skip,
        _WORK,
        "Pass a lead over",
        _TAGS,
        errors=(previewing.SkipNotAllowedError, OutOfReachError, ArchivedError),
    ),
    Route(
        "PUT",
        f"{_LEAD}/disposition",
        dispose,
        _WORK,
        "Say what came of a call",
        _TAGS,
        errors=(work.DispositionNotSoundError, TimeZoneUnknownError, OutOfReachError, ArchivedError),
        examples={"sold": {"disposition": "sold", "form": {"amount": 100}}},
    ),
    Route(
        "GET",
        f"{_CAMPAIGN}/call-backs",
        call_backs,
        _WORK,
        "Call-backs of a day",
        _TAGS,
        errors=(OutOfReachError, ArchivedError),
    ),
]
