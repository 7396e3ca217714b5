"""The clock, and the UTC days and slots that partitions are named by."""

import time
from datetime import UTC, datetime

DAY_MS = 86_400_000
SLOT_MINUTES = 30
"""How long a partition of what every call leaves is: docs/capacity.md has the arithmetic."""


def now_ms() -> int:
    """Return milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def day_of(at_ms: int) -> str:
    """Return the UTC day of a time as `YYYY-MM-DD`."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d")


def slot_of(at_ms: int) -> str:
    """Return the UTC slot of a time as `YYYY-MM-DDTHH:MM`, named by its beginning."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{at:%Y-%m-%dT%H}:{at.minute // SLOT_MINUTES * SLOT_MINUTES:02}"


def slot_ends_ms(at_ms: int) -> int:
    """Return when the slot of a time is over."""
    return (at_ms // (SLOT_MINUTES * 60_000) + 1) * SLOT_MINUTES * 60_000


def slots_of(day: str) -> list[str]:
    """Return a UTC day's slots, the last one first."""
    minutes = range(24 * 60 - SLOT_MINUTES, -1, -SLOT_MINUTES)
    return [f"{day}T{minute // 60:02}:{minute % 60:02}" for minute in minutes]


def slots_between(since_ms: int, until_ms: int) -> list[str]:
    """Return the slots that the times from since (inclusive) until until (exclusive) lie in, the last one first."""
    length = SLOT_MINUTES * 60_000
    last = (until_ms - 1) // length
    return [slot_of(number * length) for number in range(last, since_ms // length - 1, -1)]


def slot_begins_ms(slot: str) -> int:
    """Return when a slot begins."""
    return _to_ms(datetime.strptime(slot, "%Y-%m-%dT%H:%M"))


def day_begins_ms(day: str) -> int:
    """Return when a UTC day begins.  Raises ValueError for a day that is in no calendar."""
    return _to_ms(datetime.strptime(day, "%Y-%m-%d"))


def month_of(at_ms: int) -> str:
    """Return the UTC month of a time as `YYYY-MM`."""
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m}"


def month_begins_ms(month: str) -> int:
    """Return when a UTC month begins."""
    return _to_ms(datetime.strptime(month, "%Y-%m"))


def months_between(since_ms: int, until_ms: int) -> list[str]:
    """Return the months that the times from since (inclusive) until until (exclusive) lie in, the last one first."""
    months = []
    while until_ms > since_ms:
        months.append(month_of(until_ms - 1))
        until_ms = month_begins_ms(months[-1])
    return months


def _to_ms(at: datetime) -> int:
    return int(at.replace(tzinfo=UTC).timestamp() * 1000)
