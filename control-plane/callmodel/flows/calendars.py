"""Calendars: when a tenant's people are there, by local time, with holidays and whatever else is different.

A day's hours are its weekday's, less what special days close, with what they open.  All of it is wall-clock time: an
hour that summer time skips is open for nobody, and one that comes twice is open twice.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from callmodel.ids import CalendarId, TenantId

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WHOLE_DAY = "00:00-24:00"
DAYS_AHEAD = 2 * 366
"""How far `next_change` looks: over every yearly day at least once."""
_DAY_MINUTES = 24 * 60
_SPAN = re.compile("([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")

Span = tuple[int, int]
"""From and until, minutes since local midnight."""


@dataclass(frozen=True)
class SpecialDay:
    """A day, or days up to and with `until`, unlike others of their weekday.

    date, until: `2026-12-25`, or `12-25` for each year.  closed, open: hours such as `13:00-24:00`; what is opened
    counts more than what is closed, by whichever special day.
    """

    date: str
    until: str | None = None
    closed: tuple[str, ...] = (WHOLE_DAY,)
    open: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Calendar:
    """Opening hours.

    time_zone: by its IANA name.  hours: by weekday (`mon` to `sun`), each with spans such as `09:00-17:30`; a weekday
    that is not named is closed.
    """

    calendar_id: CalendarId
    time_zone: str
    hours: dict[str, tuple[str, ...]] = field(default_factory=dict)
    days: tuple[SpecialDay, ...] = ()
    name: str = ""
    tenant_id: TenantId = TenantId("")


def is_open(calendar: Calendar, at_ms: int) -> bool:
    """Say whether a calendar is open at a moment, milliseconds since 1970."""
    local = datetime.fromtimestamp(at_ms / 1000, zone_of(calendar.time_zone))
    minute = local.hour * 60 + local.minute
    return any(since <= minute < until for since, until in hours_of(calendar, local.date()))


def next_change(calendar: Calendar, at_ms: int) -> int | None:
    """Return the first moment after `at_ms` at which it opens or closes; None where two years bring no change."""
    now = is_open(calendar, at_ms)
    today = datetime.fromtimestamp(at_ms / 1000, zone_of(calendar.time_zone)).date()
    for ahead in range(-1, DAYS_AHEAD):
        for moment in sorted(_moments_of(calendar, today + timedelta(days=ahead))):
            if moment > at_ms and is_open(calendar, moment) is not now:
                return moment
    return None


def hours_of(calendar: Calendar, day: date) -> tuple[Span, ...]:
    """Return the open spans of a day, in order and apart from each other."""
    special = [each for each in calendar.days if _falls_on(each, day)]
    spans = _spans(calendar.hours.get(WEEKDAYS[day.weekday()], ()))
    for closed in _spans(tuple(text for each in special for text in each.closed)):
        spans = [part for span in spans for part in _without(span, closed)]
    return tuple(_joined([*spans, *_spans(tuple(text for each in special for text in each.open))]))


def problems_of(calendar: Calendar) -> list[str]:
    """Return what is wrong with a calendar, a line each."""
    found = [] if _is_zone(calendar.time_zone) else [f"time_zone: `{calendar.time_zone}` is no time zone"]
    found += [f"hours: `{name}` is no weekday, of {', '.join(WEEKDAYS)}" for name in calendar.hours.keys() - WEEKDAYS]
    for weekday, texts in calendar.hours.items():
        found += [f"hours, {weekday}: {problem}" for text in texts if (problem := _span_problem(text))]
    for special in calendar.days:
        texts = (*special.closed, *special.open)
        found += [f"days, {special.date}: {problem}" for text in texts if (problem := _span_problem(text))]
        found += [f"days: {problem}" for problem in _date_problems(special)]
    return found


@cache
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone; UTC for a name that nobody knows, so that a call goes on."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def _is_zone(name: str) -> bool:
    return name == "UTC" or zone_of(name).key == name


def _falls_on(special: SpecialDay, day: date) -> bool:
    until = special.until or special.date
    if len(special.date) == len("12-25"):
        here = f"{day:%m-%d}"
        # From December into January a year ends in between.
        inside = special.date <= here <= until
        return inside if special.date <= until else here >= special.date or here <= until
    return special.date <= day.isoformat() <= until


def _moments_of(calendar: Calendar, day: date) -> Iterator[int]:
    """Yield the moments of a day at which it may open or close: ends of spans, and where the clocks are changed."""
    zone = zone_of(calendar.time_zone)
    minutes = {0, *(minute for span in hours_of(calendar, day) for minute in span)}
    for minute in minutes:
        # `24:00` is the next day's midnight.  An hour that comes twice has two beginnings.
        wall = datetime.combine(day, time()) + timedelta(minutes=minute)
        for fold in (0, 1):
            yield _ms_of(wall.replace(tzinfo=zone, fold=fold))
    first, last = (
        datetime.combine(day + timedelta(days=days), time(), tzinfo=zone).astimezone(UTC) for days in (0, 1)
    )
    if first.astimezone(zone).utcoffset() != last.astimezone(zone).utcoffset():
        yield _clock_change(zone, first, last)


def _clock_change(zone: ZoneInfo, first: datetime, last: datetime) -> int:
    before = first.astimezone(zone).utcoffset()
    low, high = _ms_of(first) // 1000, _ms_of(last) // 1000
    while high - low > 1:
        middle = (low + high) // 2
        same = datetime.fromtimestamp(middle, zone).utcoffset() == before
        low, high = (middle, high) if same else (low, middle)
    return high * 1000


def _ms_of(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000


def _spans(texts: tuple[str, ...]) -> list[Span]:
    return [span for text in texts if (span := _span(text)) is not None]


def _span(text: str) -> Span | None:
    found = _SPAN.fullmatch(text)
    if found is None:
        return None
    since, until = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    return (since, until) if since < until <= _DAY_MINUTES else None


def _span_problem(text: str) -> str | None:
    if _span(text) is not None:
        return None
    return f"`{text}` is no span of a day such as 09:00-17:30 (over midnight, write two)"


def _date_problems(special: SpecialDay) -> Iterator[str]:
    for text in (special.date, special.until or special.date):
        try:
            # A leap year: the 29th of February may be a yearly day.
            date.fromisoformat(text if len(text) != len("12-25") else f"2024-{text}")
        except ValueError:
            yield f"`{text}` is no date such as 2026-12-25 or 12-25"
    if special.until is not None:
        if len(special.until) != len(special.date):
            yield f"{special.date} and {special.until} are a date and a yearly day"
        elif special.until < special.date and len(special.date) != len("12-25"):
            yield f"{special.date} is after {special.until}"


def _without(span: Span, closed: Span) -> Iterator[Span]:
    if span[0] < min(span[1], closed[0]):
        yield span[0], min(span[1], closed[0])
    if max(span[0], closed[1]) < span[1]:
        yield max(span[0], closed[1]), span[1]


def _joined(spans: list[Span]) -> Iterator[Span]:
    since, until = -1, -1
    for span in sorted(spans):
        if span[0] > until:
            if until > since:
                yield since, until
            since, until = span
        until = max(until, span[1])
    if until > since:
        yield since, until
