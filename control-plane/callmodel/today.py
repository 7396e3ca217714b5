"""What befell a queue's callers on this calendar day: the day is the tenant's, and each call counts once."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import Enum

from callmodel.flows.calendars import zone_of
from callmodel.ids import CallId


class Fate(Enum):
    """What befell a caller: waits; was answered within the queue's target, or later; gave up, or was lost; went
    elsewhere, as a flow has it."""

    WAITING = "waiting"
    IN_TIME = "in-time"
    LATE = "late"
    ABANDONED = "abandoned"
    LEFT = "left"


ANSWERED = (Fate.IN_TIME, Fate.LATE)


@dataclass(frozen=True)
class Today:
    """Callers of the day: `offered` came into the line, `in_time` of those `answered` within the target."""

    offered: int = 0
    answered: int = 0
    in_time: int = 0
    abandoned: int = 0

    @property
    def service_level(self) -> float | None:
        """Percent answered in time, of those who were answered or gave up; None before the first of them."""
        decided = self.answered + self.abandoned
        return round(100 * self.in_time / decided, 1) if decided else None


@dataclass
class DayBook:
    """A day's calls, until `ends_ms`.  The next day begins with the first call after that."""

    ends_ms: int = 0
    fates: dict[CallId, Fate] = field(default_factory=dict)

    def offered(self, call_id: CallId, ends_ms: int, at_ms: int) -> None:
        """Note a caller who came into the line; ends_ms: when the day ends of which the call is."""
        if at_ms >= self.ends_ms:
            self.ends_ms, self.fates = ends_ms, {}
        self.fates.setdefault(call_id, Fate.WAITING)
        self.befell(call_id, Fate.WAITING)

    def befell(self, call_id: CallId, fate: Fate) -> None:
        """Note what befell a caller of the day.  Who was answered stays so."""
        if self.fates.get(call_id, Fate.LATE) not in ANSWERED:
            self.fates[call_id] = fate

    def view(self, at_ms: int) -> Today:
        """Return the day's figures; a day that is over has none."""
        if at_ms >= self.ends_ms:
            return Today()
        fates = list(self.fates.values())
        in_time = fates.count(Fate.IN_TIME)
        return Today(len(fates), in_time + fates.count(Fate.LATE), in_time, fates.count(Fate.ABANDONED))


def day_ends_ms(at_ms: int, time_zone: str) -> int:
    """Return when the calendar day ends in a time zone: milliseconds since 1970, after `at_ms`."""
    zone = zone_of(time_zone)
    tomorrow = datetime.fromtimestamp(at_ms / 1000, zone).date() + timedelta(days=1)
    return int(datetime.combine(tomorrow, time(), zone).timestamp() * 1000)
