"""Wire shapes of calendars: `callmodel.flows.calendars.Calendar`, field by field."""

from typing import Any, Literal

from pydantic import Field

from callmodel.codec import from_wire
from callmodel.flows.calendars import Calendar
from callmodel.ids import CalendarId, TenantId
from control_plane.fields import CalendarIdText, DayText, DisplayName, HoursText, TimeZone, WeekdayText
from control_plane.web import NestedPatch, Shape

Name = DisplayName | Literal[""]
Hours = list[HoursText]


class SpecialDayShape(Shape):
    """A day, or the days up to and with `until`, unlike others of their weekday: closed, unless `closed` says when.

    What is `open` counts more than what is closed, by whichever special day.
    """

    date: DayText
    until: DayText | None = None
    closed: Hours = Field(default_factory=lambda: ["00:00-24:00"], max_length=10)
    open: Hours = Field(default_factory=list, max_length=10)
    name: Name = ""


class CalendarSettings(Shape):
    """Opening hours by local time. A weekday that is not named is closed; over midnight, write two spans."""

    name: Name = ""
    time_zone: TimeZone
    hours: dict[WeekdayText, Hours] = Field(
        default_factory=dict, max_length=7, examples=[{"mon": ["09:00-12:00", "13:00-18:00"]}]
    )
    days: list[SpecialDayShape] = Field(
        default_factory=list, max_length=400, description="holidays, closures, and days with other hours"
    )


class NewCalendar(CalendarSettings):
    """A calendar to be."""

    calendar_id: CalendarIdText


class CalendarPatch(NestedPatch):
    """What is to change; what is absent stays. Hours and days are replaced whole."""

    name: Name = ""
    time_zone: TimeZone = "UTC"
    hours: dict[WeekdayText, Hours] = Field(default_factory=dict, max_length=7)
    days: list[SpecialDayShape] = Field(default_factory=list, max_length=400)


class CalendarView(CalendarSettings):
    """A calendar as it is."""

    calendar_id: str
    created_ms: int
    archived_ms: int | None


class MomentQuery(Shape):
    """Which moment."""

    at_ms: int | None = Field(None, ge=0, le=4_102_444_800_000, description="milliseconds since 1970; by default now")


class CalendarStateView(Shape):
    """Whether a calendar is open at a moment."""

    at_ms: int
    open: bool
    next_change_ms: int | None = Field(description="when it opens or closes next; null: not within two years")


def to_calendar(tenant_id: TenantId, calendar_id: CalendarId, settings: dict[str, Any]) -> Calendar:
    """Return the domain's value.  settings: what `CalendarSettings` has."""
    return from_wire(Calendar, {**settings, "tenant_id": tenant_id, "calendar_id": calendar_id})
