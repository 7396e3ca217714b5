"""What the node knows of each tenant's spend: Redis's word when it last had one, and its own bookings since.

Here are the alarms as a day's limit comes near, and which running calls have to be ended.  The decisions themselves
are `callmodel.limits`.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from callmodel.callstate import Call
from callmodel.directory import Directory
from callmodel.ids import LegId, TenantId, TrunkId
from callmodel.limits import MICROS, Limits, SpendLevel, level_of, spend_day_of
from callmodel.spend import Bill
from servicekit import meters

ALARM_SECONDS = 3600.0
DAYS_KNOWN = 2

SHARE = meters.Gauge("trunkline.spend.share", "{share}", "how much of its day's spend limit a tenant has used")

logger = logging.getLogger(__name__)

Claim = tuple[LegId, TrunkId]


@dataclass
class Day:
    """One tenant's spend of a day in millionths, and what of it is booked for claims of this node."""

    total: int = 0
    booked: dict[Claim, int] = field(default_factory=dict)


class Spending:
    """Days are kept while they are today's or yesterday's; longer calls than that start from nothing."""

    def __init__(self, directory: Callable[[], Directory | None]) -> None:
        self._directory = directory
        self._days: dict[tuple[str, TenantId], Day] = {}
        self._alarmed: dict[tuple[TenantId, str, SpendLevel], float] = {}
        SHARE.observe(lambda: list(self._shares()))

    def known(self, tenant_id: TenantId, day: str) -> int:
        """Return what the tenant's calls of a day have cost, as far as this node knows."""
        known = self._days.get((day, tenant_id))
        return known.total if known is not None else 0

    def book(self, tenant_id: TenantId, claim: Claim, bill: Bill) -> None:
        """Note what a claim costs so far, in place of what was noted before."""
        day = self._day(tenant_id, bill.day)
        day.total += bill.micros - day.booked.get(claim, 0)
        day.booked[claim] = bill.micros

    def settle(self, tenant_id: TenantId, claim: Claim, bill: Bill) -> None:
        """Note what a claim that is given back cost.  Twice is harmless: one that is not booked changes nothing."""
        day = self._day(tenant_id, bill.day)
        booked = day.booked.pop(claim, None)
        if booked is not None:
            day.total += bill.micros - booked

    def hear(self, tenant_id: TenantId, day: str, total: int) -> None:
        """Take Redis's word for a day's total, and raise the alarm where it is due."""
        self._day(tenant_id, day).total = total
        self.warn(tenant_id, day, self.level(tenant_id, day))

    def warn(self, tenant_id: TenantId, day: str, level: SpendLevel) -> None:
        """Log an alarm, once an hour for each level, when the limit is near, reached or far behind."""
        now = time.monotonic()
        last = self._alarmed.get((tenant_id, day, level))
        if level is SpendLevel.FREE or (last is not None and now - last < ALARM_SECONDS):
            return
        self._alarmed[(tenant_id, day, level)] = now
        spent = self.known(tenant_id, day) / MICROS
        extra = {"alarm": "spend-limit", "tenant_id": tenant_id, "day": day, "level": level.value, "spent": spent}
        logger.warning("spend limit is near or reached", extra=extra)

    def level(self, tenant_id: TenantId, day: str) -> SpendLevel:
        """Return how far a day's spend has come, by the tenant's limits as they are now."""
        limits = self._limits(tenant_id)
        return SpendLevel.FREE if limits is None else level_of(limits, self.known(tenant_id, day))

    def to_stop(self, calls: Iterable[Call]) -> list[Call]:
        """Return the calls over trunks whose tenants' hard stop is reached."""
        return [
            call
            for call in calls
            if call.trunk_held and self.level(call.tenant_id, spend_day_of(call.started_ms)) is SpendLevel.STOPPED
        ]

    def _day(self, tenant_id: TenantId, day: str) -> Day:
        found = self._days.get((day, tenant_id))
        if found is None:
            kept = sorted({day, *(each for each, _ in self._days)})[-DAYS_KNOWN:]
            self._days = {key: value for key, value in self._days.items() if key[0] in kept}
            self._alarmed = {key: at for key, at in self._alarmed.items() if key[1] in kept}
            found = self._days[(day, tenant_id)] = Day()
        return found

    def _limits(self, tenant_id: TenantId) -> Limits | None:
        directory = self._directory()
        tenant = directory.tenant_of(tenant_id) if directory is not None else None
        return tenant.limits if tenant is not None else None

    def _shares(self) -> Iterator[tuple[float, dict[str, meters.Value]]]:
        latest = max((day for day, _ in list(self._days)), default="")
        for (day, tenant_id), known in list(self._days.items()):
            limits = self._limits(tenant_id)
            if day == latest and limits is not None and limits.spend_micros:
                yield known.total / limits.spend_micros, {"tenant_id": tenant_id}
