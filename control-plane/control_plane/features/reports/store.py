"""Sums of half hours in the durable store: a row a half hour and kind, so that a report never reads calls twice.

A row is as good as the moment at which its calls were read.  What is told late of an old half hour is marked there;
sums that are older than the mark are made anew.  So sums may be made by anybody at any time, twice too.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from callmodel.ids import TenantId
from control_plane.features.reports.counting import Document, Kind, Subjects
from control_plane.retention import Kept, Retention
from control_plane.times import slot_begins_ms, slot_ends_ms
from servicekit.stores import ColumnType, Store, TableSpec

TEXT, INT = ColumnType.TEXT, ColumnType.INT

REPORT_SUMS = TableSpec(
    name="report_sums",
    partition=("tenant_id", "kind", "day"),
    clustering=("slot",),
    columns={
        "tenant_id": TEXT,
        "kind": TEXT,
        "day": TEXT,
        "slot": TEXT,
        "sums": ColumnType.JSON,
        "summed_ms": INT,
        "late_ms": INT,
    },
)
"""sums: by quarter of an hour (milliseconds since 1970, as text) and subject.  summed_ms: when calls were read for
them.  late_ms: when a call was told of long after its half hour."""
TABLES = (REPORT_SUMS,)

CLOCKS_MS = 60_000
"""By how much the clocks of two processes may differ."""
DAY_ROWS = 100
READ_AT_ONCE = 8
CALL_ROWS = 500


@dataclass(frozen=True)
class Summed:
    """Sums of a half hour.  quarters: by the beginning of each."""

    slot: str
    quarters: Mapping[int, Subjects]
    summed_ms: int

    def is_settled(self, settle_ms: int) -> bool:
        """Say whether all calls of its time were over for long when they were read."""
        return self.summed_ms >= slot_ends_ms(slot_begins_ms(self.slot)) + settle_ms


class SumStore:
    """Sums, and the calls that they are made of.  Every method raises StoreUnavailableError."""

    def __init__(self, store: Store, retention: Retention) -> None:
        self._store = store
        self._retention = retention

    async def kept(self, tenant_id: TenantId, kind: Kind, slots: Sequence[str]) -> dict[str, Summed]:
        """Return the sums of these half hours that are there, and not older than what was told late."""
        wanted, days = set(slots), sorted({slot[:10] for slot in slots})
        found: dict[str, Summed] = {}
        for first in range(0, len(days), READ_AT_ONCE):
            parts = [
                {"tenant_id": tenant_id, "kind": kind.value, "day": day} for day in days[first : first + READ_AT_ONCE]
            ]
            pages = await asyncio.gather(
                *(self._store.page(REPORT_SUMS.name, part, limit=DAY_ROWS) for part in parts)
            )
            for row in (row for page in pages for row in page.rows if row["slot"] in wanted):
                late_ms, summed_ms = row["late_ms"], row["summed_ms"]
                if summed_ms is None or (late_ms is not None and summed_ms <= late_ms + CLOCKS_MS):
                    continue
                quarters = {int(quarter): subjects for quarter, subjects in (row["sums"] or {}).items()}
                found[row["slot"]] = Summed(row["slot"], quarters, summed_ms)
        return found

    async def keep(
        self, tenant_id: TenantId, slot: str, counted: Mapping[Kind, Mapping[int, Subjects]], read_ms: int
    ) -> None:
        """Keep the sums of a half hour, of all kinds.  read_ms: a moment before its calls were read."""
        rows = [
            {
                **_key(tenant_id, kind, slot),
                "sums": {str(quarter): subjects for quarter, subjects in counted[kind].items()},
                "summed_ms": read_ms,
            }
            for kind in Kind
        ]
        await self._write(tenant_id, slot, rows, read_ms)

    async def mark_late(self, tenant_id: TenantId, slot: str, at_ms: int) -> None:
        """Note that a call of the half hour was kept just before this moment."""
        rows: list[Document] = [{**_key(tenant_id, kind, slot), "late_ms": at_ms} for kind in Kind]
        await self._write(tenant_id, slot, rows, at_ms)

    async def records(self, tenant_id: TenantId, slot: str) -> AsyncIterator[list[Document]]:
        """Yield the records of a half hour's calls, page by page, as `counting.count` takes them."""
        after: str | None = None
        while True:
            part = {"tenant_id": tenant_id, "slot": slot}
            page = await self._store.page("cdrs", part, limit=CALL_ROWS, after=after)
            yield [{**row["record"], "call_id": row["call_id"]} for row in page.rows if row["record"] is not None]
            after = page.next_token
            if after is None:
                return

    async def targets(self, tenant_id: TenantId) -> dict[str, int]:
        """Return within how many seconds each queue's callers should be answered."""
        settings = await self._queues(tenant_id)
        return {queue_id: int(each.get("answer_target_seconds", 20)) for queue_id, each in settings.items()}

    async def queue_names(self, tenant_id: TenantId) -> dict[str, str]:
        """Return what the tenant's queues are called, archived ones too."""
        settings = await self._queues(tenant_id)
        return {queue_id: each.get("name") or queue_id for queue_id, each in settings.items()}

    async def _queues(self, tenant_id: TenantId) -> dict[str, Document]:
        found: dict[str, Document] = defaultdict(dict)
        after: str | None = None
        while True:
            page = await self._store.page("queues", {"tenant_id": tenant_id}, limit=CALL_ROWS, after=after)
            found.update({row["queue_id"]: row["settings"] for row in page.rows})
            after = page.next_token
            if after is None:
                return found

    async def _write(self, tenant_id: TenantId, slot: str, rows: list[Document], at_ms: int) -> None:
        """Write rows that end as the calls of their half hour do."""
        over_ms = slot_ends_ms(slot_begins_ms(slot))
        left = await self._retention.seconds_left(tenant_id, Kept.CALLS, over_ms, at_ms)
        if left is None or left > 0:
            for row in rows:
                # One at a time: those of a thousand agents are more than is written in one go.
                await self._store.upsert(REPORT_SUMS.name, row, ttl_seconds=left)


def _key(tenant_id: TenantId, kind: Kind, slot: str) -> dict[str, str]:
    return {"tenant_id": tenant_id, "kind": kind.value, "day": slot[:10], "slot": slot}
