"""The clock, and the UTC day that partitions are named by."""

import time
from datetime import UTC, datetime


def now_ms() -> int:
    """Return milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def day_of(at_ms: int) -> str:
    """Return the UTC day of a time as `YYYY-MM-DD`."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d")
