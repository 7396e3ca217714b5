"""The recording ledger in the durable store, and the list of what it still owes.

`recording_ledger` keeps every entry; `recording_gaps` only those that are owed (neither archived nor empty), so that
looking for gaps reads what is missing and never a whole day; `recording_claims` says who has an archived file.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from callmodel.codec import from_wire, to_wire
from callmodel.ids import CallId, RecordingId, TenantId
from control_plane.features.recordings.ledger import (
    CLOSED,
    ClaimFact,
    Entry,
    EntryState,
    FileFact,
    LedgerFact,
    Sums,
    advance_entry,
    began_ms_of,
    is_known_loss,
    is_short,
)
from control_plane.inventory.listing import every
from control_plane.times import slot_of, slots_of
from servicekit.stores import AddColumn, ColumnType, CreateTable, Row, Store, StoreUnavailableError, TableSpec
from servicekit.stores.ports import Key
from servicekit.stores.spanning import page_over

TEXT, INT, DOUBLE = ColumnType.TEXT, ColumnType.INT, ColumnType.DOUBLE
ATTEMPTS = 20
SUMMED_ROWS = 500

LEDGER = TableSpec(
    name="recording_ledger",
    partition=("tenant_id", "slot"),
    clustering=("recording_id",),
    columns={
        "tenant_id": TEXT,
        "slot": TEXT,
        "recording_id": TEXT,
        "call_id": TEXT,
        "owed_ms": INT,
        "call_ended_ms": INT,
        "expected_seconds": DOUBLE,
        "spooled_ms": INT,
        "spool_path": TEXT,
        "spooled_seconds": DOUBLE,
        "archived_ms": INT,
        "archived_seconds": DOUBLE,
        "object_key": TEXT,
        "sha256": TEXT,
        "size_bytes": INT,
        "format": TEXT,
        "lost_ms": INT,
        "reason": TEXT,
    },
    descending=("recording_id",),
)
"""Each fact has columns of its own here and writes no others: writers need no turns."""

GAPS = TableSpec(
    name="recording_gaps",
    partition=("tenant_id", "slot"),
    clustering=("recording_id",),
    columns={"tenant_id": TEXT, "slot": TEXT, "recording_id": TEXT},
    # One that is back after it was struck off is struck off again by whoever reads it.
    churning=True,
)

CLAIMS = TableSpec(
    name="recording_claims",
    partition=("tenant_id", "slot"),
    clustering=("recording_id",),
    columns={"tenant_id": TEXT, "slot": TEXT, "recording_id": TEXT, "held_ms": INT, "expired_ms": INT},
    guarded=True,
)
"""A row for each recording that a hold has, or that has gone by the tenant's rule: one of both, whoever was first."""

TABLES = (LEDGER, GAPS)
ADDED = (AddColumn(LEDGER.name, "queue", TEXT), CreateTable(CLAIMS))
"""What came after the first tables."""

TRACE_COLUMN = AddColumn(LEDGER.name, "traceparent", TEXT)
VOICE_COLUMNS = (
    AddColumn(LEDGER.name, "customer_voice_seconds", DOUBLE),
    AddColumn(LEDGER.name, "agent_voice_seconds", DOUBLE),
    AddColumn(LEDGER.name, "sent_by", TEXT),
)

logger = logging.getLogger(__name__)


class LedgerStore:
    """Entries.  Every method raises StoreUnavailableError when the store can not serve."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def advance(
        self, tenant_id: TenantId, recording_id: RecordingId, call_id: CallId, fact: LedgerFact
    ) -> tuple[Entry, bool]:
        """Bring the fact into the entry; return the entry as it is now, and whether the fact changed it.

        Raises ValueError for a recording id whose day can not be told.
        """
        if isinstance(fact, ClaimFact):
            is_news = await self._claim(Entry(tenant_id, recording_id, call_id), fact)
        else:
            is_news = await self.enter(tenant_id, [(recording_id, call_id, fact)]) == 1
        # Read only now: of two who archive a file and order a hold at once, one sees the other.
        entry = await self.one(tenant_id, recording_id)
        return entry or Entry(tenant_id, recording_id, call_id), is_news

    async def enter(self, tenant_id: TenantId, told: Sequence[tuple[RecordingId, CallId, FileFact]]) -> int:
        """Bring facts into their entries, many by few requests; return how many entries that changed.

        Consumers and workers do this at once: each writes the columns of what it was told, and no others.
        Raises ValueError for a recording id whose day can not be told.
        """
        keys = {recording_id: _key_of(tenant_id, recording_id) for recording_id, _, _ in told}
        before = await self._found(keys.values())
        after = dict(before)
        for recording_id, call_id, fact in told:
            after[recording_id] = advance_entry(
                after.get(recording_id, Entry(tenant_id, recording_id, call_id)), fact
            )
        changes = {each: columns for each, entry in after.items() if (columns := _changes(before.get(each), entry))}
        await self._write(LEDGER, [{**keys[each], **columns} for each, columns in changes.items()])
        # What others wrote beside us counts too.
        after |= await self._found([keys[each] for each in changes])
        # Listed after it is written, and whenever it is told: a crash between the two is mended by telling it again.
        await self._write(GAPS, [keys[each] for each, entry in after.items() if entry.state not in CLOSED])
        for each in changes:
            earlier = before.get(each)
            if after[each].state in CLOSED and (earlier is None or earlier.state not in CLOSED):
                await self._store.delete(GAPS.name, keys[each])
            _raise_alarms(keys[each], earlier, after[each])
        return len(changes)

    async def one(self, tenant_id: TenantId, recording_id: RecordingId) -> Entry | None:
        """Return an entry.  Raises ValueError for an id whose day can not be told."""
        row = await self._store.get(LEDGER.name, _key_of(tenant_id, recording_id))
        return None if row is None else (await self._entries([row]))[0]

    async def page(
        self, tenant_id: TenantId, day: str, limit: int, after: str | None = None
    ) -> tuple[list[Entry], str | None]:
        """Return a UTC day's entries, newest first, and the next page's token.  Raises InvalidPageTokenError."""
        found = await page_over(self._store, LEDGER.name, _slots_of(tenant_id, day), limit, after)
        return await self._entries(found.rows), found.next_token

    async def gaps(
        self, tenant_id: TenantId, day: str, limit: int, after: str | None = None
    ) -> tuple[list[Entry], str | None]:
        """Return a UTC day's entries that are owed and did not come (yet), and the next page's token."""
        found = await page_over(self._store, GAPS.name, _slots_of(tenant_id, day), limit, after)
        return await self._owed(found.rows), found.next_token

    async def gaps_in(
        self, tenant_id: TenantId, slot: str, limit: int, after: str | None = None
    ) -> tuple[list[Entry], str | None]:
        """Return what `gaps` does, of one slot of the day."""
        found = await self._store.page(GAPS.name, {"tenant_id": tenant_id, "slot": slot}, limit=limit, after=after)
        return await self._owed(found.rows), found.next_token

    async def sums(self, tenant_id: TenantId, day: str) -> dict[EntryState, Sums]:
        """Return what a UTC day's entries come to, by state.  Reads all of the day's, a page at a time."""
        sums = {state: Sums() for state in EntryState}
        for partition in _slots_of(tenant_id, day):
            async for entry in every(partial(self._page_of, partition), SUMMED_ROWS):
                seconds = entry.actual_seconds or entry.expected_seconds or 0.0
                sums[entry.state].add(seconds, entry.size_bytes or 0, is_held=entry.held_ms is not None)
        return sums

    async def _page_of(self, partition: Key, limit: int, after: str | None) -> tuple[list[Entry], str | None]:
        found = await self._store.page(LEDGER.name, partition, limit=limit, after=after)
        return await self._entries(found.rows), found.next_token

    async def _owed(self, gaps: list[Row]) -> list[Entry]:
        rows = await self._store.get_many(LEDGER.name, gaps)
        entries = await self._entries([row for row in rows if row is not None])
        for entry in entries:
            if entry.state in CLOSED:
                # Whoever closed it died before striking it off.
                await self._store.delete(GAPS.name, _key_of(entry.tenant_id, entry.recording_id))
        return [entry for entry in entries if entry.state not in CLOSED]

    async def _entries(self, rows: Sequence[Row]) -> list[Entry]:
        """Return the rows with who has their files."""
        claims = await self._store.get_many(CLAIMS.name, [{name: row[name] for name in CLAIMS.key} for row in rows])
        return [from_wire(Entry, {**(claim or {}), **row}) for row, claim in zip(rows, claims, strict=True)]

    async def _found(self, keys: Iterable[Key]) -> dict[RecordingId, Entry]:
        """Return what is there of these entries, less who has their files."""
        rows = await self._store.get_many(LEDGER.name, list(keys))
        return {row["recording_id"]: from_wire(Entry, row) for row in rows if row is not None}

    async def _write(self, table: TableSpec, rows: Iterable[Key]) -> None:
        by_slot: dict[str, list[Key]] = defaultdict(list)
        for row in rows:
            by_slot[row["slot"]].append(row)
        await asyncio.gather(*(self._store.upsert_many(table.name, some) for some in by_slot.values()))

    async def _claim(self, unknown: Entry, fact: ClaimFact) -> bool:
        """Let a hold or the rule have the file, or let go of it; False where that changes nothing."""
        key = _key_of(unknown.tenant_id, unknown.recording_id)
        for _ in range(ATTEMPTS):
            entry = await self.one(unknown.tenant_id, unknown.recording_id) or unknown
            after = advance_entry(entry, fact)
            if after == entry:
                return False
            if after.held_ms is None and after.expired_ms is None:
                done = await self._store.delete_if(CLAIMS.name, key, _claim_of(entry))
            else:
                done = await self._store.claim(CLAIMS.name, {**key, **_claim_of(after)})
            if done:
                return True
        raise StoreUnavailableError("who has the recording changes faster than it can be written")


def _raise_alarms(key: Key, before: Entry | None, after: Entry) -> None:
    """Log what has gone wrong with this step: once, or twice where two steps were taken at the same time."""
    if is_short(after) and not (before and is_short(before)):
        extra = {"expected_seconds": after.expected_seconds, "actual_seconds": after.actual_seconds}
        logger.error("recording is short", extra={**key, **extra, "alarm": "recording-short"})
    if after.empty_channels and not (before and before.empty_channels):
        told = {"channels": list(after.empty_channels), "call_id": after.call_id, "alarm": "recording-channel-empty"}
        logger.error("a channel of a recording is empty", extra={**key, **told})
    if is_known_loss(after) and not (before and is_known_loss(before)):
        logger.error("recording lost", extra={**key, "reason": after.reason, "alarm": "recording-lost"})


def _key_of(tenant_id: TenantId, recording_id: RecordingId) -> dict[str, Any]:
    return {"tenant_id": tenant_id, "slot": slot_of(began_ms_of(recording_id)), "recording_id": recording_id}


def _slots_of(tenant_id: TenantId, day: str) -> list[dict[str, Any]]:
    return [{"tenant_id": tenant_id, "slot": slot} for slot in slots_of(day)]


def _changes(before: Entry | None, after: Entry) -> dict[str, Any]:
    """Return the columns in which an entry differs, all that it has for one that was not there."""
    columns: dict[str, Any] = to_wire(after)
    known: dict[str, Any] = {} if before is None else to_wire(before)
    return {name: value for name, value in columns.items() if name not in CLAIMS.columns and value != known.get(name)}


def _claim_of(entry: Entry) -> dict[str, Any]:
    return {"held_ms": entry.held_ms, "expired_ms": entry.expired_ms}
