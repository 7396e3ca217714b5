"""What bounds the damage of a stolen identity: where a tenant's calls may go, what they may cost, how fast they come.

Money is counted in millionths of the currency that the rates are in, so that sums are exact.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from callmodel.ids import E164

MICROS = 1_000_000
NEAR_SHARE = 0.8

PLATFORM_BLOCKED = ("+870", "+878", "+881", "+882", "+883", "+979", "+1900")
"""What toll fraud lives on and hardly anybody else calls, by the codes of ITU-T E.164: Inmarsat, universal personal
numbers, global satellite systems, international networks (two codes), international premium rate; and North America's
premium rate (900, by its numbering plan)."""


@dataclass(frozen=True)
class Limits:
    """A tenant's.  None is no limit.  Prefixes are E.164 with the plus sign; `+` alone is anywhere."""

    allowed_prefixes: tuple[str, ...] = ()
    blocked_prefixes: tuple[str, ...] = ()
    spend_per_day: float | None = None
    """In the currency of the rates, for the calls that begin on one UTC day."""
    hard_stop: float = 1.5
    """At this multiple of `spend_per_day` running calls are ended too."""
    calls_per_minute: int | None = None
    station_calls_per_minute: int | None = None
    longest_call_minutes: int | None = None
    """A call to the outside that has been answered so long ago is ended: somebody has forgotten it, or worse."""

    @property
    def spend_micros(self) -> int | None:
        return None if self.spend_per_day is None else to_micros(self.spend_per_day)


class SpendLevel(Enum):
    """How far the day's spend has come: `NEAR` is four fifths of the limit, `STOPPED` the hard stop."""

    FREE = "free"
    NEAR = "near"
    REACHED = "reached"
    STOPPED = "stopped"


def is_allowed(limits: Limits, number: E164) -> bool:
    """Say whether the tenant's calls may go to a number.

    The longest prefix decides, the tenant's own before the platform's of the same length; what has none is allowed.
    """
    allowed = _longest(limits.allowed_prefixes, number)
    blocked = _longest(limits.blocked_prefixes, number)
    if allowed == blocked == 0:
        return _longest(PLATFORM_BLOCKED, number) == 0
    return allowed > blocked and allowed >= _longest(PLATFORM_BLOCKED, number)


def level_of(limits: Limits, spent_micros: int) -> SpendLevel:
    """Return how far the day's spend has come."""
    limit = limits.spend_micros
    if limit is None:
        return SpendLevel.FREE
    if spent_micros >= limit * limits.hard_stop:
        return SpendLevel.STOPPED
    if spent_micros >= limit:
        return SpendLevel.REACHED
    return SpendLevel.NEAR if spent_micros >= limit * NEAR_SHARE else SpendLevel.FREE


def to_micros(amount: float) -> int:
    """Return an amount of money in millionths."""
    return round(amount * MICROS)


def cost_micros(cost_per_minute: float, talked_ms: int) -> int:
    """Return what so much talk costs: a sixtieth of the minute's price for every second that has begun."""
    seconds = -(-max(talked_ms, 0) // 1000)
    return -(-to_micros(cost_per_minute) * seconds // 60)


def spend_day_of(started_ms: int) -> str:
    """Return the UTC day that a call counts for, `YYYY-MM-DD`: that of its beginning, however long it lasts."""
    return datetime.fromtimestamp(started_ms / 1000, UTC).strftime("%Y-%m-%d")


def _longest(prefixes: tuple[str, ...], number: E164) -> int:
    return max((len(prefix) for prefix in prefixes if number.startswith(prefix)), default=0)
