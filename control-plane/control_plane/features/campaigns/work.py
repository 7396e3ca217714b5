"""What agents do with leads after a call: say what came of it, agree on another."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from callmodel.campaigns.document import Campaign, Disposition, Then
from callmodel.campaigns.leads import Lead
from callmodel.campaigns.results import AttemptResult
from callmodel.flows.calendars import zone_of
from callmodel.ids import AgentId, CampaignId, LeadId, TenantId
from callmodel.privacy import mask_number
from control_plane.features.campaigns import service
from control_plane.features.campaigns.again import call_again, dialled
from control_plane.features.campaigns.desk import FormField, problem_of
from control_plane.features.campaigns.owing import pay
from control_plane.features.campaigns.store import CampaignRecord
from control_plane.features.campaigns.work_schemas import (
    CallBackOrder,
    CallBackView,
    DisposeOrder,
    LeadView,
)
from control_plane.leads.dncstore import DncEntry
from control_plane.leads.forbidding import forbid
from control_plane.leads.numberfates import NumberFates
from control_plane.leads.states import LeadRecord, LeadStates
from control_plane.leads.store import LeadStore
from control_plane.people.permissions import Permission, Reach
from control_plane.people.reach import OutOfReachError
from control_plane.times import DAY_MS, day_begins_ms
from control_plane.timezones import check_time_zone
from control_plane.web import Context, InvalidRequestError, NotFoundError
from hotstate.dnc import tenant_scope


class DispositionNotSoundError(InvalidRequestError):
    """`errors`: a list of {where, message}."""

    error_id = "disposition-not-sound"
    title = "The campaign does not take this disposition"


async def dispose(
    context: Context, tenant_id: TenantId, campaign_id: CampaignId, lead_id: LeadId, order: DisposeOrder
) -> LeadView:
    """Keep what an agent says of a lead, and do what follows from it.

    Raises NotFoundError, ArchivedError, OutOfReachError, DispositionNotSoundError, TimeZoneUnknownError, and redis
    errors.
    """
    record = await served(context, tenant_id, campaign_id)
    chosen = _chosen(record, order)
    state = await state_of(context, tenant_id, campaign_id, lead_id)
    lead = await dialled(context, record, lead_id)
    if lead is None:
        raise NotFoundError()
    due_ms, agent_id = None, None
    if chosen.then is Then.RETRY:
        due_ms = context.now_ms() + chosen.retry_seconds * 1000
    elif chosen.then is Then.CALL_BACK and order.call_back is not None:
        due_ms = _moment(context, order.call_back, lead, record.campaign)
        agent_id = AgentId(context.principal.user_id) if order.call_back.for_me else None
    await _of_number(context, tenant_id, chosen, lead, order.call_id)
    form = json.dumps(order.form, ensure_ascii=False).encode()
    await call_again(
        context,
        record,
        lead_id,
        **of_run(record, state),
        due_ms=due_ms,
        agent_id=agent_id,
        call_back=chosen.then is Then.CALL_BACK,
        disposition=chosen.disposition_id,
        disposed_by=context.principal.username,
        disposed_ms=context.now_ms(),
        disposed_call_id=order.call_id,
        form_sealed=context.cipher.encrypt(tenant_id, form, f"lead.form/{campaign_id}/{lead_id}"),
    )
    await pay(context, record, lead_id)
    return await lead_view(context, record, lead_id)


async def shown_lead(context: Context, tenant_id: TenantId, campaign_id: CampaignId, lead_id: LeadId) -> LeadView:
    """Return a lead of a campaign.  Raises NotFoundError, ArchivedError, OutOfReachError."""
    return await lead_view(context, await served(context, tenant_id, campaign_id), lead_id)


async def call_backs(
    context: Context, tenant_id: TenantId, campaign_id: CampaignId, day: str, limit: int
) -> list[CallBackView]:
    """Return what was agreed for a UTC day, in order.  Raises NotFoundError, ArchivedError, OutOfReachError."""
    record = await served(context, tenant_id, campaign_id)
    states, since_ms = LeadStates(context.store), day_begins_ms(day)
    found = []
    for due_ms, lead_id in await states.due(tenant_id, campaign_id, since_ms, since_ms + DAY_MS, limit):
        state = await states.one(tenant_id, campaign_id, lead_id)
        if state is None or not state.call_back or state.due_ms != due_ms:
            continue
        lead = await dialled(context, record, lead_id)
        if lead is not None:
            local_time = _local_time(lead, due_ms)
            found.append(
                CallBackView(
                    lead_id=lead_id,
                    number=mask_number(lead.number),
                    due_ms=due_ms,
                    local_time=local_time,
                    user_id=lead.agent_id,
                )
            )
    return found


async def state_of(context: Context, tenant_id: TenantId, campaign_id: CampaignId, lead_id: LeadId) -> LeadRecord:
    """Return what became of a lead so far."""
    return await LeadStates(context.store).one(tenant_id, campaign_id, lead_id) or LeadRecord(lead_id)


async def lead_view(context: Context, record: CampaignRecord, lead_id: LeadId) -> LeadView:
    """Return a lead as an agent sees it.  Raises NotFoundError for one of no list of the campaign."""
    campaign = record.campaign
    stored = await LeadStore(context.store, context.cipher).lead(campaign.tenant_id, lead_id)
    lead = await dialled(context, record, lead_id)
    if stored is None or lead is None or stored.list_id not in {each.list_id for each in campaign.lists}:
        raise NotFoundError()
    state = await state_of(context, campaign.tenant_id, campaign.campaign_id, lead_id)
    return LeadView(
        lead_id=lead_id,
        list_id=stored.list_id,
        number=mask_number(stored.number),
        region=stored.region,
        line_type=stored.line_type,
        province=stored.province,
        city=stored.city,
        carrier=stored.carrier,
        local_time=_local_time(lead, context.now_ms()),
        cells=dict(stored.cells),
        attempts=lead.attempts,
        results=lead.results,
        disposition=state.disposition,
        due_ms=lead.due_ms or None,
        call_back=lead.call_back,
        user_id=lead.agent_id,
    )


async def served(context: Context, tenant_id: TenantId, campaign_id: CampaignId) -> CampaignRecord:
    """Return a campaign that the user works for.  Raises NotFoundError, ArchivedError, OutOfReachError."""
    record = await service.find_living(context, tenant_id, campaign_id)
    campaign = record.campaign
    reach = context.principal.reach(Permission.LEADS_WORK, tenant_id)
    mine = context.principal.teams.get(tenant_id, frozenset())
    for_all = not campaign.teams and not campaign.agents
    if reach is Reach.TENANT or for_all or mine & set(campaign.teams):
        return record
    if AgentId(context.principal.user_id) not in campaign.agents:
        raise OutOfReachError()
    return record


def _chosen(record: CampaignRecord, order: DisposeOrder) -> Disposition:
    """Return the disposition, with everything there that it needs.  Raises DispositionNotSoundError."""
    by_id = {each.disposition_id: each for each in record.campaign.dispositions}
    chosen = by_id.get(order.disposition)
    if chosen is None:
        raise _not_sound("disposition", f"the campaign has no disposition {order.disposition}")
    if any(each.parent == chosen.disposition_id for each in record.campaign.dispositions):
        raise _not_sound("disposition", f"{chosen.name} only groups others: choose one of those")
    if (chosen.then is Then.CALL_BACK) is not (order.call_back is not None):
        raise _not_sound("call_back", "say when for a call-back, and for nothing else")
    fields = {each["name"]: FormField.model_validate(each) for each in record.desk["form"]}
    for name, value in order.form.items():
        if name not in fields:
            raise _not_sound("form", f"the form has no field {name}")
        if problem := problem_of(fields[name], value):
            raise _not_sound("form", problem)
    needed = {*chosen.needs, *(name for name, field in fields.items() if field.required)}
    missing = sorted(name for name in needed if order.form.get(name) in (None, ""))
    if missing:
        raise _not_sound("form", f"fill in: {', '.join(fields[name].label for name in missing)}")
    return chosen


def _not_sound(where: str, message: str) -> DispositionNotSoundError:
    return DispositionNotSoundError(message, errors=[{"where": f"body.{where}", "message": message}])


async def _of_number(
    context: Context, tenant_id: TenantId, chosen: Disposition, lead: Lead, call_id: str | None
) -> None:
    if chosen.then is Then.DO_NOT_CALL:
        entry = DncEntry(lead.number, "agent", context.principal.username, context.now_ms(), call_id)
        await forbid(context, tenant_scope(tenant_id), entry)
    elif chosen.then is Then.DEAD:
        fates = NumberFates(context.store, context.cipher)
        await fates.note(tenant_id, lead.number, AttemptResult.DEAD, context.now_ms())


def _moment(context: Context, order: CallBackOrder, lead: Lead, campaign: Campaign) -> int:
    """Return when a call-back is, milliseconds since 1970.  Raises DispositionNotSoundError, TimeZoneUnknownError."""
    if order.time_zone is not None:
        check_time_zone(order.time_zone)
    zone: ZoneInfo = zone_of(order.time_zone or next(iter(lead.time_zones), campaign.time_zone))
    try:
        at_ms = int(datetime.fromisoformat(order.at).replace(tzinfo=zone).timestamp() * 1000)
    except ValueError:
        raise _not_sound("call_back.at", "there is no such time") from None
    if not context.now_ms() - 60_000 <= at_ms <= context.now_ms() + 366 * DAY_MS:
        raise _not_sound("call_back.at", "choose a time within a year from now")
    return at_ms


def _local_time(lead: Lead, at_ms: int) -> str | None:
    zones = lead.time_zones
    # Of several zones nobody knows which is the customer's.
    return None if len(zones) != 1 else f"{datetime.fromtimestamp(at_ms / 1000, zone_of(zones[0])):%FT%R}"


def of_run(record: CampaignRecord, state: LeadRecord) -> dict[str, Any]:
    """Return the counts of a lead in this run: what an earlier run counted begins anew."""
    if state.run == record.campaign.runs:
        return {}
    return {"attempts": 0, "results": {}, "result": None}
