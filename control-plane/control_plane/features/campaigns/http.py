"""Routes of campaigns: set up, start, pause and stop."""

from callmodel.codec import to_wire
from control_plane.features.campaigns import service
from control_plane.features.campaigns.schemas import CampaignPatch, CampaignView, NewCampaign, StartOrder
from control_plane.features.campaigns.store import CampaignRecord, CampaignStore
from control_plane.fields import CampaignIdText, TenantIdText
from control_plane.inventory.archive import ArchivedError, archiving
from control_plane.inventory.named import (
    AgentUnknownError,
    CalendarUnknownError,
    FlowUnknownError,
    ListUnknownError,
    PromptUnknownError,
    QueueUnknownError,
)
from control_plane.inventory.references import require_tenant
from control_plane.people.permissions import Permission
from control_plane.timezones import TimeZoneUnknownError
from control_plane.web import Context, PageOf, Route, ThingsQuery


async def create(context: Context, tenant_id: TenantIdText, body: NewCampaign) -> CampaignView:
    """Create a campaign, as a draft.  It dials nobody until it is started."""
    return to_view(await service.create(context, tenant_id, body))


async def listing(context: Context, tenant_id: TenantIdText, query: ThingsQuery) -> PageOf[CampaignView]:
    """The tenant's campaigns, by id."""
    await require_tenant(context.store, tenant_id)
    store = CampaignStore(context.store)
    records, after = await store.page(tenant_id, query.limit, query.after, archived=query.archived)
    return PageOf[CampaignView](items=[to_view(record) for record in records], next=after)


async def one(context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText) -> CampaignView:
    """A campaign with its settings."""
    return to_view(await service.find(context, tenant_id, campaign_id))


async def change(
    context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText, body: CampaignPatch
) -> CampaignView:
    """Change a campaign's settings, within seconds for calls from then on.  Kind and queue stay while it runs."""
    return to_view(await service.change(context, tenant_id, campaign_id, body))


async def start(
    context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText, body: StartOrder
) -> CampaignView:
    """Start a campaign, or let one that pauses go on.  What it lacks is said, each with its place."""
    return to_view(await service.start(context, tenant_id, campaign_id, anew=body.anew))


async def pause(context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText) -> CampaignView:
    """Dial nobody until it is started again; calls go on."""
    return to_view(await service.pause(context, tenant_id, campaign_id))


async def stop(context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText) -> CampaignView:
    """Stop a campaign: calls go on, and what came of its leads stays."""
    return to_view(await service.stop(context, tenant_id, campaign_id))


async def archive(context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText) -> None:
    """Archive a campaign that does not run.  Doing it again is fine."""
    await service.archive(context, tenant_id, campaign_id)


async def restore(context: Context, tenant_id: TenantIdText, campaign_id: CampaignIdText) -> CampaignView:
    """Take an archived campaign back into use, as it was."""
    return to_view(await service.restore(context, tenant_id, campaign_id))


def to_view(record: CampaignRecord) -> CampaignView:
    """Return the campaign as the API shows it."""
    told = to_wire(record.campaign) | record.desk
    told |= {"created_ms": record.created_ms, "archived_ms": record.archived_ms}
    return CampaignView.model_validate({name: told[name] for name in CampaignView.model_fields})


_TAGS = ("campaigns",)
_ALL = "/tenants/{tenant_id}/campaigns"
_ONE = f"{_ALL}/{{campaign_id}}"
_READ, _WRITE = Permission.CAMPAIGNS_READ, Permission.CAMPAIGNS_WRITE
_NAMED = (
    AgentUnknownError,
    CalendarUnknownError,
    FlowUnknownError,
    ListUnknownError,
    PromptUnknownError,
    QueueUnknownError,
    TimeZoneUnknownError,
    service.CallerNumberUnknownError,
    service.CampaignNotSoundError,
)
_EXAMPLE = {
    "campaign_id": "spring",
    "kind": "predictive",
    "hours": {"hours": {"mon": ["09:00-20:00"]}, "rest": ["12:00-14:00"]},
    "retries": [{"after": ["busy", "no-answer"], "times": 3, "gap_seconds": [600, 7200]}],
    "caps": [{"most": 3, "scope": "person", "window": "sliding", "seconds": 86400}],
    "dispositions": [{"disposition_id": "sold", "name": "Sold", "success": True}],
}

routes = [
    Route(
        "POST",
        _ALL,
        create,
        _WRITE,
        "Create a campaign",
        _TAGS,
        status=201,
        errors=(service.CampaignExistsError, *_NAMED),
        configures=True,
        examples={"spring": _EXAMPLE},
        shows=one,
        names=("campaign_id",),
    ),
    Route("GET", _ALL, listing, _READ, "List campaigns", _TAGS),
    Route("GET", _ONE, one, _READ, "Get a campaign", _TAGS),
    Route(
        "PATCH",
        _ONE,
        change,
        _WRITE,
        "Change a campaign",
        _TAGS,
        errors=(
            service.CampaignChangedError,
            service.CampaignRunsError,
            service.CampaignNotReadyError,
            ArchivedError,
            *_NAMED,
        ),
        configures=True,
        shows=one,
    ),
    Route(
        "POST",
        f"{_ONE}/start",
        start,
        _WRITE,
        "Start a campaign",
        _TAGS,
        errors=(
            service.CampaignNotReadyError,
            service.CampaignRunsError,
            service.CampaignChangedError,
            ArchivedError,
        ),
        configures=True,
        shows=one,
    ),
    *(
        Route(
            "POST",
            f"{_ONE}/{name}",
            handler,
            _WRITE,
            f"{name.title()} a campaign",
            _TAGS,
            errors=(service.CampaignStateError, service.CampaignChangedError, ArchivedError),
            configures=True,
            shows=one,
        )
        for name, handler in (("pause", pause), ("stop", stop))
    ),
    *archiving(_ONE, archive, restore, _WRITE, "a campaign", _TAGS, shows=one),
]
