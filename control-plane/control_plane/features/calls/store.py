"""Call records in the durable store.  Nothing that names a customer lies there in clear (see `sealing`).

A call's id begins with its time (UUID version 7), so the id alone says where the record lies: in the half hour of a
tenant in which the call began.  Whoever has the id needs no other table to find it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from callmodel.cdr import Cdr
from callmodel.ids import CallId, TenantId, unix_ms_of
from control_plane.features.calls.sealing import (
    CallRecord,
    customer_token,
    key_of,
    record_of,
    row_of,
    seal,
    with_word,
)
from control_plane.retention import Kept, Retention
from control_plane.times import month_of, now_ms, slot_ends_ms
from servicekit.crypto import TenantCipher
from servicekit.stores import ColumnType, Row, Store, TableSpec

TEXT = ColumnType.TEXT

CDRS = TableSpec(
    name="cdrs",
    partition=("tenant_id", "slot"),
    clustering=("call_id",),
    columns={
        "tenant_id": TEXT,
        "slot": TEXT,
        "call_id": TEXT,
        "record": ColumnType.JSON,
        "sealed": ColumnType.BLOB,
        "disposition": TEXT,
        "note_sealed": ColumnType.BLOB,
        "disposed_by": TEXT,
        "disposed_ms": ColumnType.INT,
    },
    descending=("call_id",),
)
"""A call a row: `record` is its CDR without what `sealed` keeps, and the rest is the agent's word."""

CALLS_BY = TableSpec(
    name="calls_by",
    partition=("tenant_id", "term", "month"),
    clustering=("call_id",),
    columns={"tenant_id": TEXT, "term": TEXT, "month": TEXT, "call_id": TEXT},
    descending=("call_id",),
)
"""Which calls a customer or a station had; the term says whose, and the call's record says all else."""

TABLES = (CDRS, CALLS_BY)


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
        records: dict[str, list[Row]] = defaultdict(list)
        terms: dict[str, list[Row]] = defaultdict(list)
        count = 0
        for cdr, row in zip(first.values(), there, strict=True):
            slot = key_of(tenant_id, cdr.call_id)["slot"]
            # Of those that are there too: whoever wrote one may have died before its terms.
            terms[slot] += terms_of(self._cipher, tenant_id, cdr)
            if row is None or row["record"] is None:
                records[slot].append(row_of(self._cipher, tenant_id, cdr))
                count += 1
        await asyncio.gather(
            *(self._write(tenant_id, CDRS.name, rows) for rows in records.values()),
            *(self._write(tenant_id, CALLS_BY.name, rows) for rows in terms.values()),
        )
        return count

    async def one(self, tenant_id: TenantId, call_id: CallId) -> CallRecord | None:
        """Return the record of an ended call."""
        try:
            row = await self._store.get(CDRS.name, key_of(tenant_id, call_id))
        except ValueError:
            return None  # no id of ours
        return None if row is None or row["record"] is None else record_of(self._cipher, tenant_id, row)

    async def with_word(self, tenant_id: TenantId, live: Cdr) -> CallRecord:
        """Return a call in progress with what an agent has said of it already."""
        row = await self._store.get(CDRS.name, key_of(tenant_id, live.call_id))
        return CallRecord(live) if row is None else with_word(self._cipher, tenant_id, row, live)

    async def knows(self, tenant_id: TenantId, call_id: CallId) -> bool:
        """Say whether anything is kept of the call: its record, or an agent's word before it."""
        try:
            return await self._store.get(CDRS.name, key_of(tenant_id, call_id)) is not None
        except ValueError:
            return False  # no id of ours

    async def dispose(
        self, tenant_id: TenantId, call_id: CallId, disposition: str | None, note: str | None, by: str, at_ms: int
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
        await self._write(tenant_id, CDRS.name, [{**key_of(tenant_id, call_id), **said}])

    async def _write(self, tenant_id: TenantId, table: str, rows: list[Row]) -> None:
        """Write rows of calls of one half hour, which end at once: so does what is written of them later."""
        left = None
        if rows and self._retention is not None:
            over_ms = slot_ends_ms(unix_ms_of(rows[0]["call_id"]))
            left = await self._retention.seconds_left(tenant_id, Kept.CALLS, over_ms, now_ms())
        if rows:
            await self._store.upsert_many(table, rows, ttl_seconds=left)


def terms_of(cipher: TenantCipher, tenant_id: TenantId, cdr: Cdr) -> list[Row]:
    """Return the rows of `calls_by` by which a call is found: its customer, and every station that was in it."""
    extensions = {cdr.extension, *(leg.extension for leg in cdr.legs)}
    terms = {extension_term(extension) for extension in extensions if extension is not None}
    if cdr.number is not None:
        terms.add(customer_term(customer_token(cipher, tenant_id, cdr.number)))
    month = month_of(unix_ms_of(cdr.call_id))
    return [{"tenant_id": tenant_id, "term": term, "month": month, "call_id": cdr.call_id} for term in sorted(terms)]


def extension_term(extension: str) -> str:
    return f"extension:{extension}"


def customer_term(token: str) -> str:
    return f"customer:{token}"
