"""The clock, and the UTC days and slots that partitions are named by."""

import time
from datetime import UTC, datetime

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
