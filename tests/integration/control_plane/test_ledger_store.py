"""The ledger under several writers at once, on SQLite and on a real Cassandra node."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import reduce
from pathlib import Path

import pytest

from callmodel.ids import CallId, RecordingId, TenantId, uuid7
from control_plane.features.recordings.ledger import (
    CallOver,
    Entry,
    EntryState,
    FileArchived,
    FileExpired,
    FileFact,
    FileLost,
    FileSpooled,
    HoldEnded,
    HoldOrdered,
    RecordingOwed,
    RemovalRefused,
    advance_entry,
    day_of,
)
from control_plane.features.recordings.store import LedgerStore
from control_plane.migrations import MIGRATIONS
from devstack.cassandra import Nodes
from servicekit.stores import Store, open_store

ACME, GLOBEX = TenantId("acme"), TenantId("globex")
AT_MS = 1_790_000_000_000
KEYSPACE = f"ledger_{secrets.token_hex(4)}"
"""One for all tests of a run: making tables takes longer than a test."""

WRITERS, RECORDINGS, CLAIMED = 3, 20, 6
SPOOLED = FileSpooled("/spool/a.wav", 6.1, 9100)
ARCHIVED = FileArchived(6.1, "acme/recordings/x.ogg", "ab" * 32, 4000, "ogg-opus", 9500)
NEWS: list[FileFact] = [RecordingOwed(1000), CallOver(6.0, 9000), FileLost("node died", 9050), SPOOLED]
LATER: list[FileFact] = [FileLost("no audio", 9200), FileSpooled("/spool/b.wav", 5.0, 9300)]


def new_recording() -> tuple[CallId, RecordingId]:
    call_id = CallId(uuid7(AT_MS, secrets.randbits(74)))
    return call_id, RecordingId(f"{call_id}-r1")


def come_to(call_id: CallId, recording_id: RecordingId, facts: list[FileFact]) -> Entry:
    return reduce(advance_entry, facts, Entry(ACME, recording_id, call_id))


class LedgerContract:
    """What every store has to make of it; `url` is a fixture of the store's own."""

    @pytest.fixture
    async def stores(self, url: str) -> AsyncIterator[list[Store]]:
        """One for each process that writes the ledger."""
        opened = [await asyncio.to_thread(open_store, url, MIGRATIONS) for _ in range(WRITERS)]
        yield opened
        for store in opened:
            await store.close()

    async def test_writers_who_are_told_in_any_order_and_twice_agree(self, stores: list[Store]):
        recordings = [new_recording() for _ in range(RECORDINGS)]

        async def write(store: Store) -> None:
            told = [(recording_id, call_id, fact) for call_id, recording_id in recordings for fact in NEWS * 2]
            random.shuffle(told)
            parts = [told[first : first + 20] for first in range(0, len(told), 20)]
            await asyncio.gather(*(LedgerStore(store).enter(ACME, part) for part in parts))

        await asyncio.gather(*map(write, stores))

        ledger = LedgerStore(stores[0])
        for call_id, recording_id in recordings:
            assert await ledger.one(ACME, recording_id) == come_to(call_id, recording_id, NEWS)
        owed, _ = await ledger.gaps(ACME, day_of(recordings[0][1]), 1000)
        states = {entry.recording_id: entry.state for entry in owed}
        assert {states[recording_id] for _, recording_id in recordings} == {EntryState.SPOOLED}
        assert await ledger.one(GLOBEX, recordings[0][1]) is None

    async def test_of_two_files_or_losses_the_one_told_later_counts(self, stores: list[Store]):
        for _ in range(CLAIMED):
            call_id, recording_id = new_recording()
            for fact in random.sample((NEWS + LATER) * 2, 2 * len(NEWS + LATER)):
                await LedgerStore(random.choice(stores)).enter(ACME, [(recording_id, call_id, fact)])

            entry = await LedgerStore(stores[0]).one(ACME, recording_id)
            assert entry == come_to(call_id, recording_id, NEWS + LATER)
            assert (entry.state, entry.spool_path) == (EntryState.SPOOLED, "/spool/b.wav")

    async def test_what_is_archived_owes_nothing_whoever_else_writes(self, stores: list[Store]):
        recordings = [new_recording() for _ in range(RECORDINGS)]
        consumer, worker, other = map(LedgerStore, stores)
        for call_id, recording_id in recordings:
            await asyncio.gather(
                consumer.enter(ACME, [(recording_id, call_id, fact) for fact in NEWS]),
                worker.advance(ACME, recording_id, call_id, ARCHIVED),
                other.enter(ACME, [(recording_id, call_id, fact) for fact in reversed(NEWS)]),
            )

        day = day_of(recordings[0][1])
        listed = {entry.recording_id: entry.state for entry in (await other.page(ACME, day, 1000))[0]}
        owed = {entry.recording_id for entry in (await other.gaps(ACME, day, 1000))[0]}
        for _, recording_id in recordings:
            assert listed[recording_id] is EntryState.ARCHIVED and recording_id not in owed

    async def test_of_a_hold_and_the_rule_at_once_one_has_the_file(self, stores: list[Store]):
        recordings = [new_recording() for _ in range(CLAIMED)]
        manager, rule, another = map(LedgerStore, stores)
        for call_id, recording_id in recordings:
            await manager.advance(ACME, recording_id, call_id, ARCHIVED)

        async def race(call_id: CallId, recording_id: RecordingId) -> tuple[bool, bool]:
            held, expired, again = await asyncio.gather(
                manager.advance(ACME, recording_id, call_id, HoldOrdered(20_000)),
                rule.advance(ACME, recording_id, call_id, FileExpired(20_000)),
                another.advance(ACME, recording_id, call_id, HoldOrdered(20_001)),
            )
            # What each is told is what it may act on: the manager holds the object, the rule removes it.
            holds = held[0].state is EntryState.ARCHIVED, again[0].state is EntryState.ARCHIVED
            assert holds[0] == holds[1]
            return holds[0], expired[0].state is EntryState.EXPIRED

        results = [await race(*recording) for recording in recordings]
        assert all(holds != removes for holds, removes in results)
        for (call_id, recording_id), (holds, _) in zip(recordings, results, strict=True):
            # News of any kind changes nothing of it.
            await rule.enter(ACME, [(recording_id, call_id, fact) for fact in NEWS])
            entry = await another.one(ACME, recording_id)
            assert entry is not None and (entry.held_ms is not None, entry.expired_ms is not None) == (
                holds,
                not holds,
            )
        day = day_of(recordings[0][1])
        sums = await manager.sums(ACME, day)
        assert sums[EntryState.ARCHIVED].held >= sum(holds for holds, _ in results)
        assert sums[EntryState.EXPIRED].recordings >= sum(removes for _, removes in results)

    async def test_a_hold_ends_and_a_refused_removal_leaves_the_file_to_others(self, stores: list[Store]):
        call_id, recording_id = new_recording()
        ledger = LedgerStore(stores[0])
        await ledger.advance(ACME, recording_id, call_id, SPOOLED)
        held, is_news = await ledger.advance(ACME, recording_id, call_id, HoldOrdered(9000))
        assert (held.held_ms, is_news) == (9000, True)
        # Ordered before there was a file: who archives it is told.
        archived, _ = await ledger.advance(ACME, recording_id, call_id, ARCHIVED)
        assert (archived.state, archived.held_ms) == (EntryState.ARCHIVED, 9000)
        assert not (await ledger.advance(ACME, recording_id, call_id, FileExpired(9900)))[1]

        freed, is_news = await ledger.advance(ACME, recording_id, call_id, HoldEnded())
        assert (freed, is_news) == (replace(archived, held_ms=None), True)
        assert (await ledger.advance(ACME, recording_id, call_id, FileExpired(9900)))[0].state is EntryState.EXPIRED
        assert (await ledger.advance(ACME, recording_id, call_id, RemovalRefused()))[0].state is EntryState.ARCHIVED
        assert not (await ledger.advance(ACME, recording_id, call_id, RemovalRefused()))[1]
        assert (await ledger.advance(ACME, recording_id, call_id, HoldOrdered(9999)))[0].held_ms == 9999


class TestLedgerOnSqlite(LedgerContract):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'store.db'}"


class TestLedgerOnCassandra(LedgerContract):
    @pytest.fixture
    def url(self, cassandra: Nodes) -> str:
        return cassandra.url(KEYSPACE)
