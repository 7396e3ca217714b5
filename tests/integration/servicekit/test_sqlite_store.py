"""The SQLite adapter: the contract, and what only a file on disk can do wrong."""

import asyncio
import os
import sqlite3
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from store_contract import ACME, CALLS, OWNERS, TABLES, StoreContract, call, pages

from servicekit.stores import (
    AddColumn,
    ColumnType,
    CreateTable,
    Migration,
    SchemaError,
    StoreUnavailableError,
    TableSpec,
    open_store,
)
from servicekit.stores.sqlite import SqliteStore

V1 = Migration(1, "begin", [CreateTable(OWNERS)])
V2 = Migration(2, "note", [AddColumn("owners", "note", ColumnType.TEXT), CreateTable(CALLS)])


class TestSqliteStore(StoreContract):
    @pytest.fixture
    def store_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'data' / 'store.db'}"


def url_of(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.db'}"


async def test_store_without_a_path_leaves_nothing_behind():
    store = SqliteStore(None, TABLES)
    folder = store._path.parent
    await store.upsert("owners", {"name": "x"})
    assert folder.exists()
    await store.close()
    assert not folder.exists()


async def test_nobody_else_may_read_the_files(tmp_path: Path):
    store = open_store(url_of(tmp_path), TABLES)
    await store.upsert("owners", {"name": "x"})
    await store.get("owners", {"name": "x"})

    modes = {entry.name: oct(entry.stat().st_mode & 0o777) for entry in os.scandir(tmp_path)}
    await store.close()

    assert modes == dict.fromkeys(("store.db", "store.db-wal", "store.db-shm"), "0o600")


async def test_locked_file_fails_all_who_wait_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("servicekit.stores.sqlite.BUSY_SECONDS", 0.3)
    store = open_store(url_of(tmp_path), TABLES)
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()

    writes = [store.upsert("owners", {"name": str(number)}) for number in range(40)]
    failed = await asyncio.gather(*writes, return_exceptions=True)

    # The first alone, and those who came meanwhile together; one after the other would take 12 s.
    assert {type(error) for error in failed} == {StoreUnavailableError} and time.monotonic() - began < 3
    other.execute("ROLLBACK")
    await store.upsert("owners", {"name": "0"})
    assert await store.get("owners", {"name": "0"})
    other.close()
    await store.close()


@pytest.mark.parametrize("url", ["postgres://host/db", "store.db", "", "sqlite://store.db"])
def test_other_addresses_are_refused_with_the_supported_ones(url: str):
    with pytest.raises(ValueError, match=r"sqlite|SQLite"):
        open_store(url, TABLES)


def test_folder_that_can_not_be_made_is_unavailable(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailableError):
        open_store(f"sqlite:///{tmp_path}/file/store.db", TABLES)


def test_file_that_is_no_database_is_unavailable(tmp_path: Path):
    (tmp_path / "store.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreUnavailableError):
        open_store(url_of(tmp_path), TABLES)


async def test_migrations_go_forward_and_keep_the_rows(tmp_path: Path):
    store = open_store(url_of(tmp_path), [V1])
    await store.upsert("owners", {"name": "x", "owner": "me"})
    await store.close()

    store = open_store(url_of(tmp_path), [V1, V2])
    await store.upsert("owners", {"name": "x", "note": "hello"})
    row = await store.get("owners", {"name": "x"})
    await store.close()

    assert row == {"name": "x", "owner": "me", "details": None, "note": "hello"}


async def test_older_program_runs_beside_a_newer_store(tmp_path: Path):
    await open_store(url_of(tmp_path), [V1, V2]).close()
    store = open_store(url_of(tmp_path), [V1])
    await store.upsert("owners", {"name": "x", "owner": "me"})
    assert await store.get("owners", {"name": "x"}) == {"name": "x", "owner": "me", "details": None}
    await store.close()


async def test_migration_that_fails_leaves_the_store_as_it_was(tmp_path: Path):
    await open_store(url_of(tmp_path), [V1]).close()
    with sqlite3.connect(tmp_path / "store.db") as connection:
        connection.execute("ALTER TABLE owners ADD COLUMN note TEXT")
    later = Migration(2, "two steps", [CreateTable(CALLS), AddColumn("owners", "note", ColumnType.TEXT)])
    with pytest.raises(StoreUnavailableError):
        open_store(url_of(tmp_path), [V1, later])
    with sqlite3.connect(tmp_path / "store.db") as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert "calls" not in names


async def test_table_that_lacks_a_column_is_refused(tmp_path: Path):
    await open_store(url_of(tmp_path), [OWNERS]).close()
    wider = TableSpec("owners", ("name",), (), {**OWNERS.columns, "note": ColumnType.TEXT})
    with pytest.raises(SchemaError, match="lacks column note"):
        open_store(url_of(tmp_path), [wider])


async def test_waiting_writes_share_a_transaction(tmp_path: Path):
    store = SqliteStore(tmp_path / "store.db", TABLES)
    commits: list[str] = []
    store._writer._connection.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    outsider = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    outsider.execute("BEGIN IMMEDIATE")
    writes = asyncio.gather(*(store.upsert("calls", call(n)) for n in range(200)))
    await asyncio.sleep(0)
    outsider.execute("COMMIT")
    await writes
    # One group that met the lock, and one with all that waited behind it.
    assert 1 <= len(commits) <= 3
    assert len(await pages(store, "calls", ACME)) == 200
    outsider.close()
    await store.close()


async def test_locked_store_is_unavailable_and_recovers(tmp_path: Path):
    store = SqliteStore(tmp_path / "store.db", TABLES)
    store._writer._connection.execute("PRAGMA busy_timeout = 50")
    outsider = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    outsider.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailableError):
        await store.upsert("owners", {"name": "x"})
    assert await store.get("owners", {"name": "x"}) is None
    outsider.execute("COMMIT")
    await store.upsert("owners", {"name": "x"})
    outsider.close()
    await store.close()


async def test_rows_past_their_ttl_are_purged(tmp_path: Path):
    store = SqliteStore(tmp_path / "store.db", TABLES)
    await store.upsert_many("calls", [call(n) for n in range(20)], ttl_seconds=0)
    await store.upsert("calls", call(30), ttl_seconds=3600)
    assert await store.purge() == 20
    with sqlite3.connect(tmp_path / "store.db") as connection:
        assert connection.execute("SELECT count(*) FROM calls").fetchone() == (1,)
    await store.close()


async def test_closed_store_says_so(tmp_path: Path):
    store = open_store(url_of(tmp_path), TABLES)
    await store.close()
    with pytest.raises(StoreUnavailableError):
        await store.get("owners", {"name": "x"})
    with pytest.raises(StoreUnavailableError):
        await store.upsert("owners", {"name": "x"})


async def test_close_finishes_what_was_accepted(tmp_path: Path):
    store = open_store(url_of(tmp_path), TABLES)
    async with asyncio.TaskGroup() as group:
        writes = [group.create_task(store.upsert("calls", call(n))) for n in range(100)]
        await asyncio.sleep(0)
        await store.close()
    assert all(write.done() for write in writes)
    again = open_store(url_of(tmp_path), TABLES)
    assert len(await pages(again, "calls", ACME)) == 100
    await again.close()


async def test_killed_writer_loses_nothing_accepted_and_leaves_no_half_batch(tmp_path: Path):
    script = str(Path(__file__).with_name("store_worker.py"))
    worker = await asyncio.create_subprocess_exec(
        sys.executable, script, url_of(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert worker.stdout is not None
    accepted = [int(await asyncio.wait_for(worker.stdout.readline(), 20)) for _ in range(30)]
    worker.kill()
    accepted += [int(line) for line in (await worker.stdout.read()).splitlines()]
    await worker.wait()

    store = open_store(url_of(tmp_path), TABLES)
    rows = await pages(store, "calls", ACME)
    await store.close()

    batches = Counter(row["seconds"] for row in rows)
    assert set(accepted) <= set(batches)
    assert set(batches.values()) == {10}


def test_forked_child_is_told_instead_of_hanging(tmp_path: Path):
    store = open_store(url_of(tmp_path), TABLES)
    pid = os.fork()
    if pid == 0:
        try:
            asyncio.run(store.upsert("owners", {"name": "x"}))
        except StoreUnavailableError:
            os._exit(7)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    asyncio.run(store.close())


async def test_page_is_read_by_key_and_not_by_scan(tmp_path: Path):
    store = SqliteStore(tmp_path / "store.db", TABLES)
    _, statements = store._tables["calls"]
    with sqlite3.connect(tmp_path / "store.db") as connection:
        sql = statements.page(True, True, True, True)
        plan = " ".join(str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", [None] * 10))
    assert "SEARCH calls USING PRIMARY KEY" in plan and "TEMP B-TREE" not in plan
    await store.close()
