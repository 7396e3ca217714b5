"""Call records in the durable store.  Nothing that names a customer lies there in clear (see `sealing`).

A tenant's day is a partition: 100 agents at 500 calls a day make 50,000 rows of about 1 kB, 50 MB, which is the upper
end of a healthy Cassandra partition; a tenant with more agents needs the day cut into hours, by a new table.
"""

import asyncio
from collections.abc import Sequence

from callmodel.cdr import Cdr
from callmodel.ids import CallId, TenantId
from control_plane.features.calls.sealing import CallRecord, record_of, row_of, seal
from control_plane.times import day_of
from servicekit.crypto import TenantCipher
from servicekit.stores import AddColumn, ColumnType, Row, Store, TableSpec

TEXT, INT = ColumnType.TEXT, ColumnType.INT

CDRS = TableSpec(
    name="cdrs",
    partition=("tenant_id", "day"),
    clustering=("started_ms", "call_id"),
    columns={
        "tenant_id": TEXT,
        "day": TEXT,
        "started_ms": INT,
        "call_id": TEXT,
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
    descending=("started_ms",),
)

CALLS_BY_ID = TableSpec(
    name="calls_by_id",
    partition=("tenant_id", "call_id"),
    columns={"tenant_id": TEXT, "call_id": TEXT, "day": TEXT, "started_ms": INT, "ended_ms": INT},
)

TABLES = (CDRS, CALLS_BY_ID)

ADDED_COLUMNS = (AddColumn(CDRS.name, "trace_id", TEXT),)


class CallStore:
    """Call records.  Every method raises StoreUnavailableError when the store can not serve."""

    def __init__(self, store: Store, cipher: TenantCipher) -> None:
        self._store = store
        self._cipher = cipher

    async def note_started(self, tenant_id: TenantId, call_id: CallId, started_ms: int) -> None:
        """Remember where the call's record will be, so that a disposition finds it before the call has ended."""
        place = {"tenant_id": tenant_id, "call_id": call_id, "day": day_of(started_ms), "started_ms": started_ms}
        await self._store.claim(CALLS_BY_ID.name, place)

    async def write(self, tenant_id: TenantId, cdrs: Sequence[Cdr]) -> int:
        """Write the records that are not there yet, and return how many those were.  A call's first one counts."""
        first = {cdr.call_id: cdr for cdr in reversed(cdrs)}
        # The place before the record, the end after it: whoever dies in between writes it again under the same key.
        places = await asyncio.gather(*(self._settled_place(tenant_id, cdr) for cdr in first.values()))
        fresh = [
            (cdr, place["started_ms"])
            for cdr, place in zip(first.values(), places, strict=True)
            if place["ended_ms"] is None
        ]
        if not fresh:
            return 0
        rows = [row_of(self._cipher, tenant_id, cdr, started_ms) for cdr, started_ms in fresh]
        await self._store.upsert_many(CDRS.name, rows)
        names = ("tenant_id", "call_id", "day", "started_ms", "ended_ms")
        await self._store.upsert_many(CALLS_BY_ID.name, [{name: row[name] for name in names} for row in rows])
        return len(fresh)

    async def page(
        self, tenant_id: TenantId, day: str, limit: int, after: str | None = None
    ) -> tuple[list[CallRecord], str | None]:
        """Return a UTC day's records, newest first, and the token of the next page.

        A page may hold fewer than `limit`: calls that have a disposition and no end yet are passed over.
        Raises InvalidPageTokenError.
        """
        found = await self._store.page(CDRS.name, {"tenant_id": tenant_id, "day": day}, limit=limit, after=after)
        ended = [row for row in found.rows if row["ending"] is not None]
        return [record_of(self._cipher, tenant_id, row) for row in ended], found.next_token

    async def one(self, tenant_id: TenantId, call_id: CallId) -> CallRecord | None:
        """Return the record of an ended call."""
        place = await self._place_of(tenant_id, call_id)
        if place is None or place["ended_ms"] is None:
            return None
        key = {name: place[name] for name in CDRS.key}
        row = await self._store.get(CDRS.name, key)
        return None if row is None else record_of(self._cipher, tenant_id, row)

    async def dispose(
        self, tenant_id: TenantId, call_id: CallId, disposition: str, note: str | None, by: str, at_ms: int
    ) -> bool:
        """Write the agent's word on the call, over an earlier one; False for a call that nobody knows of."""
        place = await self._place_of(tenant_id, call_id)
        if place is None:
            return False
        said = {
            "disposition": disposition,
            "note_sealed": seal(self._cipher, tenant_id, "note", call_id, note),
            "disposed_by": by,
            "disposed_ms": at_ms,
        }
        await self._store.upsert(CDRS.name, {**{name: place[name] for name in CDRS.key}, **said})
        return True

    async def _settled_place(self, tenant_id: TenantId, cdr: Cdr) -> Row:
        """Return where the call's record goes: where somebody said first, for two nodes may tell two beginnings."""
        while (place := await self._place_of(tenant_id, cdr.call_id)) is None:
            await self.note_started(tenant_id, cdr.call_id, cdr.started_ms)
        return place

    async def _place_of(self, tenant_id: TenantId, call_id: CallId) -> Row | None:
        return await self._store.get(CALLS_BY_ID.name, {"tenant_id": tenant_id, "call_id": call_id})
