"""Routes of calendars."""

from callmodel.codec import to_wire
from control_plane.features.calendars import service
from control_plane.features.calendars.schemas import (
    CalendarPatch,
    CalendarStateView,
    CalendarView,
    MomentQuery,
    NewCalendar,
)
from control_plane.features.calendars.store import CalendarRecord, CalendarStore
from control_plane.fields import CalendarIdText, TenantIdText
from control_plane.inventory.archive import ArchivedError, archiving
from control_plane.inventory.references import require_tenant
from control_plane.people.permissions import Permission
from control_plane.timezones import TimeZoneUnknownError
from control_plane.web import Context, PageOf, Route, ThingsQuery


async def create(context: Context, tenant_id: TenantIdText, body: NewCalendar) -> CalendarView:
    """Create a calendar.  Flows branch by it, queues open by it, and a number may have one."""
    return to_view(await service.create(context, tenant_id, body))


async def listing(context: Context, tenant_id: TenantIdText, query: ThingsQuery) -> PageOf[CalendarView]:
    """The tenant's calendars, by id."""
    await require_tenant(context.store, tenant_id)
    store = CalendarStore(context.store)
    records, after = await store.page(tenant_id, query.limit, query.after, archived=query.archived)
    return PageOf[CalendarView](items=[to_view(record) for record in records], next=after)


async def one(context: Context, tenant_id: TenantIdText, calendar_id: CalendarIdText) -> CalendarView:
    """A calendar."""
    return to_view(await service.find(context, tenant_id, calendar_id))


async def state(
    context: Context, tenant_id: TenantIdText, calendar_id: CalendarIdText, query: MomentQuery
) -> CalendarStateView:
    """Whether the calendar is open now, or at another moment, and when that changes."""
    return await service.see(context, tenant_id, calendar_id, query.at_ms)


async def change(
    context: Context, tenant_id: TenantIdText, calendar_id: CalendarIdText, body: CalendarPatch
) -> CalendarView:
    """Change a calendar; it counts within seconds."""
    return to_view(await service.change(context, tenant_id, calendar_id, body))


async def archive(context: Context, tenant_id: TenantIdText, calendar_id: CalendarIdText) -> None:
    """Archive a calendar that no number and no published flow names.  Doing it again is fine."""
    await service.archive(context, tenant_id, calendar_id)


async def restore(context: Context, tenant_id: TenantIdText, calendar_id: CalendarIdText) -> CalendarView:
    """Take an archived calendar back into use."""
    return to_view(await service.restore(context, tenant_id, calendar_id))


def to_view(record: CalendarRecord) -> CalendarView:
    """Return the calendar as the API shows it."""
    settings = {name: value for name, value in to_wire(record.calendar).items() if name != "tenant_id"}
    said = {**settings, "created_ms": record.created_ms, "archived_ms": record.archived_ms}
    return CalendarView.model_validate(said)


_TAGS = ("calendars",)
_ALL = "/tenants/{tenant_id}/calendars"
_ONE = "/tenants/{tenant_id}/calendars/{calendar_id}"
_READ, _WRITE = Permission.FLOWS_READ, Permission.FLOWS_WRITE
_FAULTS = (service.CalendarNotSoundError, TimeZoneUnknownError)
_DAY = ["09:00-12:00", "13:00-18:00"]
_OFFICE = {
    "calendar_id": "office",
    "name": "Office hours",
    "time_zone": "Asia/Shanghai",
    "hours": {"mon": _DAY, "tue": _DAY, "wed": _DAY, "thu": _DAY, "fri": ["09:00-16:00"]},
    "days": [
        {"date": "10-01", "until": "10-07", "name": "National Day"},
        {"date": "2026-11-20", "closed": ["13:00-24:00"], "name": "Company outing"},
    ],
}

routes = [
    Route(
        "POST",
        _ALL,
        create,
        _WRITE,
        "Create a calendar",
        _TAGS,
        status=201,
        errors=(service.CalendarExistsError, *_FAULTS),
        configures=True,
        examples={"office": _OFFICE},
        shows=one,
        names=("calendar_id",),
    ),
    Route("GET", _ALL, listing, _READ, "List calendars", _TAGS),
    Route("GET", _ONE, one, _READ, "Get a calendar", _TAGS),
    Route("GET", f"{_ONE}/state", state, _READ, "See whether a calendar is open", _TAGS),
    Route(
        "PATCH",
        _ONE,
        change,
        _WRITE,
        "Change a calendar",
        _TAGS,
        errors=(service.CalendarChangedError, ArchivedError, *_FAULTS),
        configures=True,
        examples={"closed": {"days": [{"date": "2026-12-31", "closed": ["12:00-24:00"]}]}},
        shows=one,
    ),
    *archiving(_ONE, archive, restore, _WRITE, "a calendar", _TAGS, shows=one),
]
