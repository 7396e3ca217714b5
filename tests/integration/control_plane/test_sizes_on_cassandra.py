"""What a row takes on a real node's disk is what docs/capacity.md reckons with."""

import asyncio
import secrets
from dataclasses import replace
from pathlib import Path

import pytest

from callmodel.ids import CallId, RecordingId, uuid7
from control_plane import audit
from control_plane.features.calls.store import CALLS_BY, CDRS, CallStore
from control_plane.features.recordings.ledger import CallOver, FileArchived, FileExpired, FileSpooled, RecordingOwed
from control_plane.features.recordings.store import CLAIMS, GAPS, LEDGER, LedgerStore, _key_of
from control_plane.migrations import MIGRATIONS
from devstack.cassandra import Nodes
from servicekit.crypto import TenantCipher
from servicekit.stores import Store, open_store
from servicekit.stores.cassandra_address import read_address
from servicekit.stores.cassandra_session import CassandraSession
from tests.unit.control_plane.test_capacity import AT_MS, TENANT, a_cdr, an_audit_row, an_entry, reckoned
from trunkline.conditions import until

CALLS, EXPIRED = 200, 20
ROWS = {
    CDRS.name: CALLS,
    CALLS_BY.name: 2 * CALLS,
    LEDGER.name: CALLS,
    GAPS.name: CALLS,
    CLAIMS.name: EXPIRED,
    audit.AUDIT.name: CALLS,
}


async def write_rows(store: Store) -> None:
    """Write rows of one partition each, by the ways that they are written by."""
    calls, ledger = CallStore(store, TenantCipher(bytes(32))), LedgerStore(store)
    ids = [CallId(uuid7(AT_MS, secrets.randbits(74))) for _ in range(CALLS)]

    async def enter(call_id: CallId) -> None:
        recording_id, entry = RecordingId(f"{call_id}-r1"), an_entry()
        archived = FileArchived(85.0, str(entry.object_key), str(entry.sha256), 400_000, str(entry.format), AT_MS)
        for fact in (
            RecordingOwed(AT_MS),
            CallOver(85.0, AT_MS),
            FileSpooled(str(entry.spool_path), 85.0, AT_MS),
            archived,
        ):
            await ledger.advance(TENANT, recording_id, call_id, fact)

    async def look(call_id: CallId) -> None:
        row = an_audit_row() | {"subject": {"call_ids": [call_id] * 10}, "request_id": call_id}
        given = {name: row[name] for name in ("at_ms", "actor", "action", "subject", "address", "request_id")}
        await audit.record(store, TENANT, **given)

    await calls.write(
        TENANT, [replace(a_cdr(), call_id=each, recording_id=RecordingId(f"{each}-r1")) for each in ids]
    )
    await asyncio.gather(*(calls.dispose(TENANT, each, "call-back", "x" * 80, "ana", AT_MS) for each in ids))
    await asyncio.gather(*map(look, ids))
    await asyncio.gather(*map(enter, ids))
    for call_id in ids[:EXPIRED]:
        # One by one: transactions of a partition stand in each other's way, and here all are in one.
        await ledger.advance(TENANT, RecordingId(f"{call_id}-r1"), call_id, FileExpired(AT_MS))
    await store.upsert_many(GAPS.name, [_key_of(TENANT, RecordingId(f"{each}-r1")) for each in ids])


def bytes_on_disk(folder: Path, table: str) -> int:
    """Return what the table's files take, 0 until the first is whole."""
    whole = [toc.with_name(toc.name.replace("TOC.txt", "Data.db")) for toc in folder.glob(f"{table}-*/*-TOC.txt")]
    return sum(path.stat().st_size for path in whole)


@pytest.mark.timeout(180)
async def test_a_row_takes_what_the_document_reckons_with(cassandra: Nodes):
    keyspace = f"sizes_{secrets.token_hex(4)}"
    url = cassandra.url(keyspace, timeout_seconds=20)  # the machine is shared
    store = await asyncio.to_thread(open_store, url, MIGRATIONS)
    await write_rows(store)
    await store.close()
    session = await asyncio.to_thread(CassandraSession, read_address(url.removeprefix("cassandra://")), "", "")
    for table in ROWS:
        # Nothing was written to disk yet: all of it goes there now, and as it is.
        how = "memtable_flush_period_in_ms = 500 AND compression = {'enabled': 'false'}"
        await asyncio.to_thread(session.apply, f"ALTER TABLE {keyspace}.{table} WITH {how}")
    folder = cassandra.data_of(cassandra.hosts[0], keyspace)

    async def flushed() -> bool:
        return all(bytes_on_disk(folder, table) for table in ROWS)

    assert await until(flushed, 60)
    session.abandon()
    measured = {table: bytes_on_disk(folder, table) / rows for table, rows in ROWS.items()}
    print(", ".join(f"{table} {size:.0f} B a row" for table, size in measured.items()))
    assert {table: pytest.approx(size, rel=0.2) for table, size in reckoned().items()} == measured
