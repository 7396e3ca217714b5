"""Call records in the durable store.  Nothing that names a customer lies there in clear (see `sealing`).

A call's id begins with its time (UUID version 7), so the id alone says where the record lies: in the half hour of a
tenant in which the call began.  Whoever has the id needs no other table to find it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from callmodel.cdr import Cdr
from callmodel.ids import CallId, TenantId, unix_ms_of
from control_plane.features.calls.sealing import CallRecord, key_of, record_of, row_of, seal
from control_plane.retention import Kept, Retention
from control_plane.times import now_ms, slot_ends_ms, slots_of
from servicekit.crypto import TenantCipher
from servicekit.stores import AddColumn, ColumnType, Row, Store, TableSpec
from servicekit.stores.spanning import page_over

TEXT, INT = ColumnType.TEXT, ColumnType.INT

CDRS = TableSpec(
    name="cdrs",
    partition=("tenant_id", "slot"),
    clustering=("call_id",),
    columns={
        "tenant_id": TEXT,
        "slot": TEXT,
        "call_id": TEXT,
        "started_ms": INT,
        "node_id": TEXT,
        "direction": TEXT,
        "answered_ms": INT,
        "ended_ms": INT,
        "talk_seconds": ColumnType.DOUBLE,
        "ending": TEXT,
        "ending_class": TEXT,
        "extension": TEXT,
        "site_id": TEXT,
        "dialled_sealed": ColumnType.BLOB,
        "number_sealed": ColumnType.BLOB,
        "number_hash": TEXT,
        "caller_number": TEXT,
        "trunk_id": TEXT,
        "cost_class": TEXT,
        "recording_id": TEXT,
        "asked_by": TEXT,
        "legs": ColumnType.JSON,
        "disposition": TEXT,
        "note_sealed": ColumnType.BLOB,
        "disposed_by": TEXT,
        "disposed_ms": INT,
    },
    descending=("call_id",),
)

TABLES = (CDRS,)

ADDED_COLUMNS = (AddColumn(CDRS.name, "trace_id", TEXT),)


class CallStore:
    """Call records.  Every method raises StoreUnavailableError when the store can not serve.

    retention: the rules by which what is written will end; without them it is kept for ever.
    """

    def __init__(self, store: Store, cipher: TenantCipher, retention: Retention | None = None) -> None:
        self._store = store
        self._cipher = cipher
        self._retention = retention

    async def write(self, tenant_id: TenantId, cdrs: Sequence[Cdr]) -> int:
        """Write the records that are not there yet, and return how many those were.  A call's first one counts.

        Raises ValueError for a call id that is no version 7 UUID.
        """
        first = {cdr.call_id: cdr for cdr in reversed(cdrs)}
        there = await self._store.get_many(CDRS.name, [key_of(tenant_id, call_id) for call_id in first])
        by_slot: dict[str, list[Row]] = defaultdict(list)
        for cdr, row in zip(first.values(), there, strict=True):
            if row is None or row["ending"] is None:
                fresh = row_of(self._cipher, tenant_id, cdr)
                by_slot[fresh["slot"]].append(fresh)
        await asyncio.gather(*(self._write_slot(tenant_id, rows) for rows in by_slot.values()))
        return sum(map(len, by_slot.values()))

    async def page(
        self, tenant_id: TenantId, day: str, limit: int, after: str | None = None
    ) -> tuple[list[CallRecord], str | None]:
        """Return a UTC day's records, newest first, and the token of the next page.

        A page may hold fewer than `limit`: calls that have a disposition and no end yet are passed over.
        Raises InvalidPageTokenError.
        """
        partitions = [{"tenant_id": tenant_id, "slot": slot} for slot in slots_of(day)]
        found = await page_over(self._store, CDRS.name, partitions, limit, after)
        ended = [row for row in found.rows if row["ending"] is not None]
        return [record_of(self._cipher, tenant_id, row) for row in ended], found.next_token

    async def one(self, tenant_id: TenantId, call_id: CallId) -> CallRecord | None:
        """Return the record of an ended call."""
        try:
            row = await self._store.get(CDRS.name, key_of(tenant_id, call_id))
        except ValueError:
            return None  # no id of ours
        return None if row is None or row["ending"] is None else record_of(self._cipher, tenant_id, row)

    async def knows(self, tenant_id: TenantId, call_id: CallId) -> bool:
        """Say whether anything is kept of the call: its record, or an agent's word before it."""
        try:
            return await self._store.get(CDRS.name, key_of(tenant_id, call_id)) is not None
        except ValueError:
            return False  # no id of ours

    async def dispose(
        self, tenant_id: TenantId, call_id: CallId, disposition: str, note: str | None, by: str, at_ms: int
    ) -> None:
        """Write the agent's word on the call, over an earlier one; the call may still be going on.

        Raises ValueError for a call id that is no version 7 UUID.
        """
        said = {
            "disposition": disposition,
            "note_sealed": seal(self._cipher, tenant_id, "note", call_id, note),
            "disposed_by": by,
            "disposed_ms": at_ms,
        }
        left = await self._seconds_left(tenant_id, call_id)
        await self._store.upsert(CDRS.name, {**key_of(tenant_id, call_id), **said}, ttl_seconds=left)

    async def _write_slot(self, tenant_id: TenantId, rows: list[Row]) -> None:
        left = await self._seconds_left(tenant_id, CallId(rows[0]["call_id"]))
        await self._store.upsert_many(CDRS.name, rows, ttl_seconds=left)

    async def _seconds_left(self, tenant_id: TenantId, call_id: CallId) -> float | None:
        """Return how long the record is kept.  What is written of one call at different times ends at once."""
        if self._retention is None:
            return None
        over_ms = slot_ends_ms(unix_ms_of(call_id))
        return await self._retention.seconds_left(tenant_id, Kept.CALLS, over_ms, now_ms())
