"""Migrations on both engines: what adds is applied under running programs, what takes away after the last old one."""

import asyncio
import multiprocessing
import secrets
from pathlib import Path

import pytest
from store_contract import CALLS, OWNERS

from servicekit.stores import (
    AddColumn,
    ColumnType,
    CreateTable,
    DropColumn,
    DropTable,
    Migration,
    Phase,
    SchemaError,
    migrate,
    open_store,
)

V1 = Migration(1, "begin", [CreateTable(OWNERS)])
V2 = Migration(2, "note", [AddColumn("owners", "note", ColumnType.TEXT), CreateTable(CALLS)])
V3 = Migration(3, "details are gone", [DropColumn("owners", "details"), DropTable("calls")], Phase.POST)
V4 = Migration(4, "colour", [AddColumn("owners", "colour", ColumnType.TEXT)])
OLD, NEW = [V1], [V1, V2, V3, V4]


@pytest.fixture(params=["sqlite", "cassandra"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store on either engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return str(request.getfixturevalue("cassandra").url(f"migrations_{secrets.token_hex(4)}"))


async def test_old_and_new_version_run_at_once(url: str):
    old = open_store(url, OLD)
    await old.upsert("owners", {"name": "a", "owner": "old", "details": [1]})
    stop = asyncio.Event()
    written = 0

    async def keep_writing() -> None:
        nonlocal written
        while not stop.is_set():
            await old.upsert("owners", {"name": f"old-{written}", "owner": "old"})
            assert await old.claim("owners", {"name": f"claim-{written}", "owner": "old"})
            written += 1
            await asyncio.sleep(0.01)

    async with asyncio.TaskGroup() as group:
        group.create_task(keep_writing())
        applied = await migrate(url, NEW, Phase.PRE)
        new = await asyncio.to_thread(open_store, url, NEW)
        await new.upsert("owners", {"name": "b", "owner": "new", "note": "hello", "colour": "red"})
        await old.upsert("owners", {"name": "b", "owner": "old"})
        await new.upsert("owners", {"name": "a", "note": "seen"})
        stop.set()

    assert [migration.version for migration in applied] == [2, 4]
    assert await old.get("owners", {"name": "b"}) == {"name": "b", "owner": "old", "details": None}
    assert await new.get("owners", {"name": "b"}) == {"name": "b", "owner": "old", "note": "hello", "colour": "red"}
    assert await old.get("owners", {"name": "a"}) == {"name": "a", "owner": "old", "details": [1]}
    rows = await new.get_many("owners", [{"name": f"old-{n}"} for n in range(written)])
    assert written > 0 and all(row is not None and row["owner"] == "old" for row in rows)
    # A process of the old version that starts now finds its place, too.
    again = await asyncio.to_thread(open_store, url, OLD)
    assert not await again.claim("owners", {"name": "b", "owner": "again"})
    for store in (old, new, again):
        await store.close()


async def test_what_takes_away_waits_for_its_phase(url: str):
    old = open_store(url, [V1, V2])
    await old.upsert("owners", {"name": "x", "owner": "me", "details": [1]})
    await old.close()

    await (await asyncio.to_thread(open_store, url, NEW)).close()
    old = open_store(url, [V1, V2])
    assert (await old.get("owners", {"name": "x"}) or {})["details"] == [1]
    await old.close()
    assert await migrate(url, NEW, Phase.POST) == [V3]
    assert await migrate(url, NEW, Phase.POST) == []

    new = await asyncio.to_thread(open_store, url, NEW)
    assert await new.get("owners", {"name": "x"}) == {"name": "x", "owner": "me", "note": None, "colour": None}
    await new.close()
    with pytest.raises(SchemaError, match="lacks column"):
        await asyncio.to_thread(open_store, url, [V1, V2])


async def test_changed_migration_is_refused(url: str):
    await open_store(url, [V1]).close()
    with pytest.raises(SchemaError, match=r"migration 1 \(begin\) was changed"):
        await asyncio.to_thread(open_store, url, [Migration(1, "begin", [CreateTable(CALLS)])])


def migrate_once(url: str) -> list[int]:
    return [migration.version for migration in asyncio.run(migrate(url, NEW, Phase.POST))]


def test_processes_that_migrate_at_once_agree(url: str):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        applied = pool.map(migrate_once, [url] * 4, chunksize=1)

    assert sorted(applied) == [[], [], [], [1, 2, 3, 4]]
