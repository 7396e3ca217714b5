"""Calendars come, change and go."""

from callmodel.codec import to_wire
from callmodel.flows.calendars import Calendar, is_open, next_change, problems_of
from callmodel.ids import CalendarId, TenantId
from control_plane.features.calendars.schemas import CalendarPatch, CalendarStateView, NewCalendar, to_calendar
from control_plane.features.calendars.store import CalendarRecord, CalendarStore
from control_plane.inventory.references import require_tenant
from control_plane.inventory.uses import require_unused_calendar
from control_plane.timezones import check_time_zone
from control_plane.web import ConflictError, Context, InvalidRequestError


class CalendarExistsError(ConflictError):
    error_id = "calendar-exists"
    title = "The tenant has a calendar with this id"


class CalendarChangedError(ConflictError):
    error_id = "calendar-changed"
    title = "Somebody else changed the calendar at the same time; look at it and try again"


class CalendarNotSoundError(InvalidRequestError):
    """`errors`: a list of {where, message}, one for each thing that is wrong."""

    error_id = "calendar-not-sound"
    title = "The calendar has faults"


async def create(context: Context, tenant_id: TenantId, new: NewCalendar) -> CalendarRecord:
    """Keep a new calendar.

    Raises NotFoundError, CalendarExistsError, CalendarNotSoundError, TimeZoneUnknownError.
    """
    await require_tenant(context.store, tenant_id)
    calendar = _sound(to_calendar(tenant_id, new.calendar_id, new.model_dump(exclude={"calendar_id"})))
    record = CalendarRecord(calendar, context.now_ms())
    if not await CalendarStore(context.store).add(tenant_id, record):
        raise CalendarExistsError()
    return record


async def find(context: Context, tenant_id: TenantId, calendar_id: CalendarId) -> CalendarRecord:
    """Return a calendar, archived or not.  Raises NotFoundError."""
    return await CalendarStore(context.store).find(tenant_id, calendar_id)


async def see(context: Context, tenant_id: TenantId, calendar_id: CalendarId, at_ms: int | None) -> CalendarStateView:
    """Return whether a calendar is open at a moment, by default now.  Raises NotFoundError."""
    calendar = (await find(context, tenant_id, calendar_id)).calendar
    moment = context.now_ms() if at_ms is None else at_ms
    return CalendarStateView(
        at_ms=moment, open=is_open(calendar, moment), next_change_ms=next_change(calendar, moment)
    )


async def change(
    context: Context, tenant_id: TenantId, calendar_id: CalendarId, patch: CalendarPatch
) -> CalendarRecord:
    """Change a calendar.

    Raises NotFoundError, ArchivedError, CalendarNotSoundError, TimeZoneUnknownError, CalendarChangedError.
    """
    before = await CalendarStore(context.store).find_living(tenant_id, calendar_id)
    after = _sound(to_calendar(tenant_id, calendar_id, patch.over(to_wire(before.calendar))))
    if not await CalendarStore(context.store).change(tenant_id, before, after):
        raise CalendarChangedError()
    return await find(context, tenant_id, calendar_id)


async def archive(context: Context, tenant_id: TenantId, calendar_id: CalendarId) -> None:
    """Take a calendar out of use; doing it again is fine.  Raises NotFoundError, InUseError."""
    if (await find(context, tenant_id, calendar_id)).archived_ms is None:
        await require_unused_calendar(context, tenant_id, calendar_id)
        await CalendarStore(context.store).set_archived(tenant_id, calendar_id, context.now_ms())


async def restore(context: Context, tenant_id: TenantId, calendar_id: CalendarId) -> CalendarRecord:
    """Take a calendar back into use.  Raises NotFoundError."""
    return await CalendarStore(context.store).restore(tenant_id, calendar_id)


def _sound(calendar: Calendar) -> Calendar:
    check_time_zone(calendar.time_zone)
    problems = problems_of(calendar)
    if problems:
        raise CalendarNotSoundError(problems[0], errors=[{"where": "body", "message": each} for each in problems])
    return calendar
