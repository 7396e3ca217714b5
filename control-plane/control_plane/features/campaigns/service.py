"""Campaigns come, change, run and rest.  Calls are the dialler's: here it is only said what it may do."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from callmodel.campaigns.document import Campaign, CampaignState
from callmodel.codec import from_wire, to_wire
from callmodel.ids import CampaignId, TenantId, UserId
from control_plane.features.campaigns.desk import FormField
from control_plane.features.campaigns.marks import mark_key
from control_plane.features.campaigns.schemas import CampaignPatch, NewCampaign
from control_plane.features.campaigns.soundness import faults_of, lacks_of
from control_plane.features.campaigns.store import CampaignRecord, CampaignStore
from control_plane.inventory.archive import Use, refuse_used
from control_plane.inventory.named import (
    require_agent,
    require_calendar,
    require_flow,
    require_list,
    require_prompt,
    require_queue,
)
from control_plane.inventory.references import holder_of, list_state_of, require_tenant
from control_plane.timezones import check_time_zone
from control_plane.web import ConflictError, Context, InvalidRequestError
from hotstate.leads.shapes import key_of

DESK = ("script", "form")
SETTLED = (CampaignState.DRAFT, CampaignState.STOPPED)
READY = "ready"


class CampaignExistsError(ConflictError):
    error_id = "campaign-exists"
    title = "The tenant has a campaign with this id"


class CampaignChangedError(ConflictError):
    error_id = "campaign-changed"
    title = "Somebody else changed the campaign at the same time; look at it and try again"


class CampaignNotSoundError(InvalidRequestError):
    """`errors`: a list of {where, message}, one for each setting that does not fit the others."""

    error_id = "campaign-not-sound"
    title = "The campaign's settings do not fit together"


class CampaignRunsError(ConflictError):
    error_id = "campaign-runs"
    title = "Stop the campaign first"


class CampaignNotReadyError(ConflictError):
    """`errors`: a list of {where, message}: what it lacks."""

    error_id = "campaign-not-ready"
    title = "The campaign can not be started yet"


class CampaignStateError(ConflictError):
    error_id = "campaign-state"
    title = "The campaign is not in a state for this"


class CallerNumberUnknownError(InvalidRequestError):
    error_id = "caller-number-unknown"
    title = "The tenant has no such number"


async def create(context: Context, tenant_id: TenantId, new: NewCampaign) -> CampaignRecord:
    """Keep a new campaign, as a draft.  Raises NotFoundError, CampaignExistsError, and as `change` does."""
    await require_tenant(context.store, tenant_id)
    settings = new.model_dump(exclude={"campaign_id", *DESK})
    campaign = await _checked(context, tenant_id, new.campaign_id, settings, new.form)
    desk = new.model_dump(include=set(DESK))
    record = CampaignRecord(campaign, desk, context.now_ms())
    if not await CampaignStore(context.store).add(tenant_id, record):
        raise CampaignExistsError()
    return record


async def find(context: Context, tenant_id: TenantId, campaign_id: CampaignId) -> CampaignRecord:
    """Return a campaign, archived or not.  Raises NotFoundError."""
    return await CampaignStore(context.store).find(tenant_id, campaign_id)


async def find_living(context: Context, tenant_id: TenantId, campaign_id: CampaignId) -> CampaignRecord:
    """Return a campaign that is not archived.  Raises NotFoundError, ArchivedError."""
    return await CampaignStore(context.store).find_living(tenant_id, campaign_id)


async def change(
    context: Context, tenant_id: TenantId, campaign_id: CampaignId, patch: CampaignPatch
) -> CampaignRecord:
    """Change a campaign's settings; within seconds for what is dialled from then on.

    Raises NotFoundError, ArchivedError, CampaignNotSoundError, CampaignRunsError, CampaignChangedError, and an error
    for what it names and there is not.
    """
    before = await find_living(context, tenant_id, campaign_id)
    settings = patch.over({**to_wire(before.campaign), **before.desk})
    form = [FormField.model_validate(each) for each in settings["form"]]
    desk = {name: settings.pop(name) for name in DESK}
    after = await _checked(context, tenant_id, campaign_id, settings, form)
    fixed = (before.campaign.kind, before.campaign.queue_id) != (after.kind, after.queue_id)
    if fixed and before.campaign.state not in SETTLED:
        # Its leads lie under the pool's keys, and its agents are the queue's.
        raise CampaignRunsError("kind and queue stay while it runs: stop it first")
    if after.state is CampaignState.RUNNING:
        await _require_ready(context, tenant_id, after)
    return await _write(context, tenant_id, before, after, desk)


async def start(context: Context, tenant_id: TenantId, campaign_id: CampaignId, *, anew: bool) -> CampaignRecord:
    """Let the dialler run a campaign; one that runs goes on.

    Raises NotFoundError, ArchivedError, CampaignNotReadyError, CampaignRunsError for a new run of one that runs.
    """
    before = await find_living(context, tenant_id, campaign_id)
    running = before.campaign.state in (CampaignState.RUNNING, CampaignState.PAUSED)
    if anew and running:
        raise CampaignRunsError("stop it before all leads are called again")
    if before.campaign.state is CampaignState.RUNNING:
        return before
    await _require_ready(context, tenant_id, before.campaign)
    runs = before.campaign.runs + (anew or not before.campaign.runs)
    after = replace(before.campaign, state=CampaignState.RUNNING, started_ms=context.now_ms(), runs=runs)
    return await _write(context, tenant_id, before, after)


async def pause(context: Context, tenant_id: TenantId, campaign_id: CampaignId) -> CampaignRecord:
    """Dial nothing more until it is started again.  Raises NotFoundError, ArchivedError, CampaignStateError."""
    return await _become(context, tenant_id, campaign_id, CampaignState.PAUSED, lambda was: was not in SETTLED)


async def stop(context: Context, tenant_id: TenantId, campaign_id: CampaignId) -> CampaignRecord:
    """End a campaign: calls go on, its leads leave hot state, and what came of them stays.

    Raises NotFoundError, ArchivedError, CampaignStateError, redis errors.
    """
    record = await _become(
        context, tenant_id, campaign_id, CampaignState.STOPPED, lambda was: was is not CampaignState.DRAFT
    )
    await context.redis.delete(mark_key(tenant_id, campaign_id))
    await context.leads.clear(key_of(record.campaign), context.now_ms())
    return record


async def archive(context: Context, tenant_id: TenantId, campaign_id: CampaignId) -> None:
    """Take a campaign out of use; doing it again is fine.  Raises NotFoundError, InUseError while it runs."""
    record = await find(context, tenant_id, campaign_id)
    if record.archived_ms is None:
        if record.campaign.state not in SETTLED:
            refuse_used([Use("campaign", campaign_id, tenant_id)])
        await CampaignStore(context.store).set_archived(tenant_id, campaign_id, context.now_ms())


async def restore(context: Context, tenant_id: TenantId, campaign_id: CampaignId) -> CampaignRecord:
    """Take a campaign back into use.  Raises NotFoundError."""
    return await CampaignStore(context.store).restore(tenant_id, campaign_id)


async def _become(
    context: Context,
    tenant_id: TenantId,
    campaign_id: CampaignId,
    state: CampaignState,
    may: Callable[[CampaignState], bool],
) -> CampaignRecord:
    before = await find_living(context, tenant_id, campaign_id)
    if not may(before.campaign.state):
        raise CampaignStateError(f"the campaign is {before.campaign.state.value}")
    return await _write(context, tenant_id, before, replace(before.campaign, state=state))


async def _write(
    context: Context, tenant_id: TenantId, before: CampaignRecord, after: Campaign, desk: dict[str, Any] | None = None
) -> CampaignRecord:
    if not await CampaignStore(context.store).change(tenant_id, before, after, desk):
        raise CampaignChangedError()
    return await find(context, tenant_id, after.campaign_id)


async def _checked(
    context: Context, tenant_id: TenantId, campaign_id: CampaignId, settings: dict[str, Any], form: list[FormField]
) -> Campaign:
    pool = None
    if settings["queue_id"] is not None:
        pool = await require_queue(context.store, tenant_id, settings["queue_id"])
    if settings["time_zone"] is None:
        settings["time_zone"] = (await require_tenant(context.store, tenant_id)).time_zone
    named = {"tenant_id": tenant_id, "campaign_id": campaign_id}
    campaign = from_wire(Campaign, {**settings, **named} | ({} if pool is None else {"pool": pool}))
    if faults := faults_of(campaign, form):
        raise CampaignNotSoundError(f"{faults[0]['where']}: {faults[0]['message']}", errors=faults)
    await _require_named(context, tenant_id, campaign)
    return campaign


async def _require_named(context: Context, tenant_id: TenantId, campaign: Campaign) -> None:
    for zone in {campaign.time_zone, *(each.time_zone or "UTC" for each in campaign.regions)}:
        check_time_zone(zone)
    if campaign.flow_id is not None:
        await require_flow(context.store, tenant_id, campaign.flow_id)
    if campaign.calendar_id is not None:
        await require_calendar(context.store, tenant_id, campaign.calendar_id)
    for prompt in (campaign.pacing.abandon_message, campaign.pacing.machines.message):
        if prompt is not None:
            await require_prompt(context.store, tenant_id, prompt)
    for agent_id in campaign.agents:
        await require_agent(context.store, tenant_id, UserId(agent_id))
    for each in campaign.lists:
        await require_list(context.store, tenant_id, each.list_id)
    for number in {*campaign.callers.numbers, *(one for some in campaign.callers.regions.values() for one in some)}:
        if await holder_of(context.store, number) != tenant_id:
            raise CallerNumberUnknownError(f"{number} is not lent to the tenant")


async def _require_ready(context: Context, tenant_id: TenantId, campaign: Campaign) -> None:
    lacks = lacks_of(campaign)
    for place, each in enumerate(campaign.lists):
        state = await list_state_of(context.store, tenant_id, each.list_id)
        if state != READY:
            lacks.append({"where": f"lists.{place}", "message": f"the list is {state}: import it first"})
    if lacks:
        raise CampaignNotReadyError(f"{lacks[0]['where']}: {lacks[0]['message']}", errors=lacks)
