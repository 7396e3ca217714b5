"""Intervals of a report in a tenant's time zone.  Pure."""

from datetime import UTC, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

HOUR_MS = 3_600_000


class Interval(Enum):
    """`QUARTER` is one of an hour.  Every zone of today differs from UTC by whole quarters of an hour."""

    QUARTER = "quarter"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


def begin_of(interval: Interval, at_ms: int, zone: ZoneInfo) -> int:
    """Return when the interval begins in which a moment lies.  A week begins on Monday."""
    if interval is Interval.QUARTER:
        return at_ms // (HOUR_MS // 4) * (HOUR_MS // 4)
    local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone)
    if interval is Interval.HOUR:
        ahead_ms = int((local.utcoffset() or timedelta()).total_seconds()) * 1000
        return (at_ms + ahead_ms) // HOUR_MS * HOUR_MS - ahead_ms
    day = local.date() - timedelta(days=local.weekday() if interval is Interval.WEEK else 0)
    # Where a clock is put on at midnight the day begins at the moment after.
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def next_of(interval: Interval, begin_ms: int, zone: ZoneInfo) -> int:
    """Return when the interval after one begins."""
    length = {Interval.QUARTER: HOUR_MS // 4, Interval.HOUR: HOUR_MS}.get(interval)
    if length is not None:
        return begin_ms + length
    days = 7 if interval is Interval.WEEK else 1
    # A day has 23 to 25 hours.
    return begin_of(interval, begin_ms + days * 24 * HOUR_MS + 2 * HOUR_MS, zone)
