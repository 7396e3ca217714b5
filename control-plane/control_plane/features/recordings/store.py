"""The recording ledger in the durable store, and the list of what it still owes.

`recording_ledger` keeps every entry; `recording_gaps` only those that are owed (neither archived nor empty), so that
looking for gaps reads what is missing and never a whole day.
"""

import logging
from functools import partial
from typing import Any

from callmodel.codec import from_wire, to_wire
from callmodel.ids import CallId, RecordingId, TenantId
from control_plane.features.recordings.ledger import (
    CLOSED,
    Entry,
    EntryState,
    LedgerFact,
    Sums,
    advance_entry,
    began_ms_of,
    is_known_loss,
    is_short,
)
from control_plane.listing import every
from control_plane.times import slot_of, slots_of
from servicekit.stores import AddColumn, ColumnType, Row, Store, StoreUnavailableError, TableSpec
from servicekit.stores.spanning import page_over

TEXT, INT, DOUBLE = ColumnType.TEXT, ColumnType.INT, ColumnType.DOUBLE
ATTEMPTS = 20
SUMMED_ROWS = 1000

LEDGER = TableSpec(
    name="recording_ledger",
    partition=("tenant_id", "slot"),
    clustering=("recording_id",),
    columns={
        "tenant_id": TEXT,
        "slot": TEXT,
        "recording_id": TEXT,
        "call_id": TEXT,
        "state": TEXT,
        "owed_ms": INT,
        "call_ended_ms": INT,
        "spooled_ms": INT,
        "archived_ms": INT,
        "lost_ms": INT,
        "expected_seconds": DOUBLE,
        "actual_seconds": DOUBLE,
        "spool_path": TEXT,
        "object_key": TEXT,
        "sha256": TEXT,
        "size_bytes": INT,
        "format": TEXT,
        "reason": TEXT,
        "revision": INT,
    },
    descending=("recording_id",),
    guarded=True,
)

GAPS = TableSpec(
    name="recording_gaps",
    partition=("tenant_id", "slot"),
    clustering=("recording_id",),
    columns={"tenant_id": TEXT, "slot": TEXT, "recording_id": TEXT},
    # One that is back after it was struck off is struck off again by whoever reads it.
    churning=True,
)

TABLES = (LEDGER, GAPS)
ADDED_COLUMNS = (AddColumn(LEDGER.name, "queue", TEXT), AddColumn(LEDGER.name, "held_ms", INT))
"""Columns of the ledger that came after its table."""

EXPIRED_COLUMN = AddColumn(LEDGER.name, "expired_ms", INT)
TRACE_COLUMN = AddColumn(LEDGER.name, "traceparent", TEXT)

logger = logging.getLogger(__name__)


class LedgerStore:
    """Entries.  Every method raises StoreUnavailableError when the store can not serve."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def advance(
        self, tenant_id: TenantId, recording_id: RecordingId, call_id: CallId, fact: LedgerFact
    ) -> tuple[Entry, bool]:
        """Bring the fact into the entry; return the entry as it is now, and whether the fact changed it.

        Consumers and workers do this at once: each writes only over the revision that it has read.
        Raises ValueError for a recording id whose day can not be told.
        """
        key = _key_of(tenant_id, recording_id)
        for _ in range(ATTEMPTS):
            row = await self._store.get(LEDGER.name, key)
            entry = Entry(tenant_id, recording_id, call_id) if row is None else _entry_of(row)
            after = advance_entry(entry, fact)
            if row is not None and after == entry:
                return entry, False
            # The gap is listed before the debt is written and struck after it is paid: a crash leaves one too many.
            if after.state not in CLOSED and (row is None or entry.state in CLOSED):
                await self._store.upsert(GAPS.name, key)
            if await self._swap(key, row, after):
                if after.state in CLOSED and entry.state not in CLOSED:
                    await self._store.delete(GAPS.name, key)
                _raise_alarms(key, entry, after)
                return after, True
        raise StoreUnavailableError("the ledger's entry changes faster than it can be written")

    async def one(self, tenant_id: TenantId, recording_id: RecordingId) -> Entry | None:
        """Return an entry.  Raises ValueError for an id whose day can not be told."""
        row = await self._store.get(LEDGER.name, _key_of(tenant_id, recording_id))
        return None if row is None else _entry_of(row)

    async def page(
        self, tenant_id: TenantId, day: str, limit: int, after: str | None = None
    ) -> tuple[list[Entry], str | None]:
        """Return a UTC day's entries, newest first, and the next page's token.  Raises InvalidPageTokenError."""
        found = await page_over(self._store, LEDGER.name, _slots_of(tenant_id, day), limit, after)
        return [_entry_of(row) for row in found.rows], found.next_token

    async def gaps(
        self, tenant_id: TenantId, day: str, limit: int, after: str | None = None
    ) -> tuple[list[Entry], str | None]:
        """Return a UTC day's entries that are owed and did not come (yet), and the next page's token."""
        found = await page_over(self._store, GAPS.name, _slots_of(tenant_id, day), limit, after)
        return await self._owed(tenant_id, found.rows), found.next_token

    async def gaps_in(
        self, tenant_id: TenantId, slot: str, limit: int, after: str | None = None
    ) -> tuple[list[Entry], str | None]:
        """Return what `gaps` does, of one slot of the day."""
        found = await self._store.page(GAPS.name, {"tenant_id": tenant_id, "slot": slot}, limit=limit, after=after)
        return await self._owed(tenant_id, found.rows), found.next_token

    async def _owed(self, tenant_id: TenantId, rows: list[Row]) -> list[Entry]:
        entries = []
        for row in rows:
            entry = await self.one(tenant_id, RecordingId(row["recording_id"]))
            if entry is not None and entry.state in CLOSED:
                # Whoever closed it died before striking it off.
                await self._store.delete(GAPS.name, _key_of(tenant_id, entry.recording_id))
            elif entry is not None:
                entries.append(entry)
        return entries

    async def sums(self, tenant_id: TenantId, day: str) -> dict[EntryState, Sums]:
        """Return what a UTC day's entries come to, by state.  Reads all of the day's, a page at a time."""
        sums = {state: Sums() for state in EntryState}
        for partition in _slots_of(tenant_id, day):
            async for row in every(partial(self._rows, partition), SUMMED_ROWS):
                seconds = row["actual_seconds"] or row["expected_seconds"] or 0.0
                is_held = row["held_ms"] is not None
                sums[EntryState(row["state"])].add(seconds, row["size_bytes"] or 0, is_held=is_held)
        return sums

    async def _rows(self, partition: dict[str, Any], limit: int, after: str | None) -> tuple[list[Row], str | None]:
        found = await self._store.page(LEDGER.name, partition, limit=limit, after=after)
        return found.rows, found.next_token

    async def _swap(self, key: dict[str, Any], row: Row | None, entry: Entry) -> bool:
        if row is None:
            return await self._store.claim(LEDGER.name, {**key, **_columns_of(entry), "revision": 1})
        revision = row["revision"]
        changes = {**_columns_of(entry), "revision": revision + 1}
        return await self._store.replace_if(LEDGER.name, key, {"revision": revision}, changes)


def _raise_alarms(key: dict[str, Any], before: Entry, after: Entry) -> None:
    """Log what has gone wrong with this step, each once."""
    if is_short(after) and not is_short(before):
        extra = {"expected_seconds": after.expected_seconds, "actual_seconds": after.actual_seconds}
        logger.error("recording is short", extra={**key, **extra, "alarm": "recording-short"})
    if is_known_loss(after) and not is_known_loss(before):
        logger.error("recording lost", extra={**key, "reason": after.reason, "alarm": "recording-lost"})


def _key_of(tenant_id: TenantId, recording_id: RecordingId) -> dict[str, Any]:
    return {"tenant_id": tenant_id, "slot": slot_of(began_ms_of(recording_id)), "recording_id": recording_id}


def _slots_of(tenant_id: TenantId, day: str) -> list[dict[str, Any]]:
    return [{"tenant_id": tenant_id, "slot": slot} for slot in slots_of(day)]


def _columns_of(entry: Entry) -> dict[str, Any]:
    columns: dict[str, Any] = to_wire(entry)
    del columns["tenant_id"], columns["recording_id"]
    return columns


def _entry_of(row: Row) -> Entry:
    return from_wire(Entry, row)
