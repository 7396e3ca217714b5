"""The Cassandra adapter: the contract on a real node, and what only a cluster can do wrong."""

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from store_contract import ACME, CALLS, TABLES, StoreContract, call, key_of

from devstack.cassandra import Nodes
from servicekit.stores import StoreUnavailableError, open_store
from servicekit.stores.cassandra import CassandraStore
from servicekit.stores.cassandra_address import read_address
from servicekit.stores.cassandra_session import CassandraSession
from tests.loopback import free_port


@pytest.fixture(scope="module")
def contract_keyspace(cassandra: Nodes) -> Iterator[tuple[str, CassandraSession]]:
    """The address of a keyspace, and a connection of the tests' own to look behind the store."""
    url = cassandra.url(f"contract_{secrets.token_hex(4)}")
    session = CassandraSession(read_address(url.removeprefix("cassandra://")), "", "")
    yield url, session
    session.abandon()


@pytest.fixture
def keyspace_url(contract_keyspace: tuple[str, CassandraSession]) -> str:
    """One keyspace, emptied for each test: making tables takes longer than a test."""
    url, session = contract_keyspace
    keyspace = session.address.keyspace
    made = session.apply("SELECT table_name FROM system_schema.tables WHERE keyspace_name = %s", [keyspace])
    for spec in TABLES if made else ():
        if session.apply(f"SELECT * FROM {keyspace}.{spec.name} LIMIT 1"):
            session.apply(f"TRUNCATE {keyspace}.{spec.name}")
    return url


class TestCassandraStore(StoreContract):
    @pytest.fixture
    def store_url(self, keyspace_url: str) -> str:
        return keyspace_url


@pytest.fixture
async def store(keyspace_url: str) -> AsyncIterator[CassandraStore]:
    opened = open_store(keyspace_url, TABLES)
    assert isinstance(opened, CassandraStore)
    yield opened
    await opened.close()


def lose_answers(store: CassandraStore, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the next conditional write reach the cluster, and its answer nobody; return what was lost."""
    lost: list[str] = []
    ask = store._session.ask

    async def deaf(cql: str, values: Any, **how: Any) -> Any:
        rows = await ask(cql, values, **how)
        if how.get("conditional") and not lost:
            lost.append(cql.split()[0])
            raise StoreUnavailableError("the answer was lost")
        return rows

    monkeypatch.setattr(store._session, "ask", deaf)
    return lost


async def test_claim_whose_answer_was_lost_is_settled_by_reading(
    store: CassandraStore, monkeypatch: pytest.MonkeyPatch
):
    lost = lose_answers(store, monkeypatch)
    assert await store.claim("owners", {"name": "x", "owner": "me"})
    assert lost == ["INSERT"]
    assert not await store.claim("owners", {"name": "x", "owner": "you"})

    lost.clear()
    assert await store.replace_if("owners", {"name": "x"}, {"owner": "me"}, {"owner": "you"})
    assert lost == ["UPDATE"]

    lost.clear()
    assert await store.delete_if("owners", {"name": "x"}, {"owner": "you"})
    assert lost == ["DELETE"]


async def test_change_whose_outcome_nobody_can_tell_says_so(store: CassandraStore, monkeypatch: pytest.MonkeyPatch):
    await store.upsert("owners", {"name": "x", "owner": "me"})
    ask, told = store._session.ask, []

    async def overtaken(cql: str, values: Any, **how: Any) -> Any:
        rows = await ask(cql, values, **how)
        if how.get("conditional") and not told:
            told.append(cql)
            await store.upsert("owners", {"name": "x", "owner": "another"})
            raise StoreUnavailableError("the answer was lost")
        return rows

    monkeypatch.setattr(store._session, "ask", overtaken)
    with pytest.raises(StoreUnavailableError, match="can not be told"):
        await store.replace_if("owners", {"name": "x"}, {"owner": "me"}, {"owner": "you"})


async def test_writer_whose_clock_is_ahead_hides_nothing_that_is_written_after_it(
    store: CassandraStore, keyspace_url: str
):
    ahead = open_store(keyspace_url, TABLES)
    assert isinstance(ahead, CassandraStore)
    ahead._session._cluster.timestamp_generator = lambda: (time.time_ns() + 300 * 10**9) // 1000
    await ahead.upsert_many("calls", [call(1, ending="by-the-clock"), call(2)])
    await ahead.close()

    await store.upsert("calls", call(1, ending="later"))
    await store.delete("calls", key_of(call(2)))

    [row] = (await store.page("calls", ACME, limit=10)).rows
    assert row["ending"] == "later"


async def test_more_requests_than_may_be_on_the_way_wait(keyspace_url: str):
    store = open_store(f"{keyspace_url}&in_flight=4", TABLES)
    assert isinstance(store, CassandraStore)
    on_the_way = most = 0
    execute = store._session._session.execute_async

    def counting(statement: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal on_the_way, most
        future = execute(statement, *args, **kwargs)
        on_the_way += 1
        most = max(most, on_the_way)

        def less(*_: Any) -> None:
            nonlocal on_the_way
            on_the_way -= 1

        future.add_callbacks(less, less)
        return future

    store._session._session.execute_async = counting
    await asyncio.gather(*(store.upsert("calls", call(n)) for n in range(60)))
    found = await store.page("calls", ACME, limit=100)
    await store.close()
    assert len(found.rows) == 60 and 1 <= most <= 4


async def test_closed_store_says_so_and_finishes_what_it_took(keyspace_url: str):
    store = open_store(keyspace_url, TABLES)
    async with asyncio.TaskGroup() as group:
        writes = [group.create_task(store.upsert("calls", call(n))) for n in range(50)]
        await asyncio.wait(writes, return_when=asyncio.FIRST_COMPLETED)
        await store.close()
    with pytest.raises(StoreUnavailableError):
        await store.get("owners", {"name": "x"})
    again = open_store(keyspace_url, TABLES)
    assert len((await again.page("calls", ACME, limit=100)).rows) == 50
    await again.close()


def test_forked_child_is_told_instead_of_hanging(keyspace_url: str):
    store = open_store(keyspace_url, TABLES)
    pid = os.fork()
    if pid == 0:
        try:
            asyncio.run(store.upsert("owners", {"name": "x"}))
        except StoreUnavailableError:
            os._exit(7)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    asyncio.run(store.upsert("owners", {"name": "x"}))
    asyncio.run(store.close())


def test_cluster_that_is_not_there_is_unavailable():
    with pytest.raises(StoreUnavailableError):
        open_store(f"cassandra://127.0.0.1:{free_port()}/nothing", TABLES)


@pytest.mark.timeout(300)  # three nodes take half a minute to start, longer on a busy machine
async def test_one_node_of_three_dies_during_writes_and_nothing_is_lost(cassandras: Nodes):
    url = cassandras.url(f"three_{secrets.token_hex(4)}", timeout_seconds=60)
    store = await asyncio.to_thread(open_store, url, TABLES)
    killed = asyncio.Event()
    written: list[int] = []

    async def write(start: int) -> None:
        for n in range(start, 200, 12):
            await store.upsert("calls", call(n, ending="completed"))
            if n % 5 == 0:
                assert await store.claim("owners", {"name": f"owner-{n}", "owner": "me"})
            written.append(n)
            if len(written) == 70:
                await asyncio.to_thread(cassandras.kill, cassandras.hosts[2])
                killed.set()

    try:
        await asyncio.gather(*(write(start) for start in range(12)))
        assert killed.is_set() and sorted(written) == list(range(200))
        rows = await store.get_many("owners", [{"name": f"owner-{n}"} for n in range(0, 200, 5)])
        assert all(rows)
        found = await store.page("calls", ACME, limit=1000)
        assert sorted(row["call_id"] for row in found.rows) == [call(n)["call_id"] for n in range(200)]
        assert await store.get("calls", key_of(call(1))) == {
            **dict.fromkeys(CALLS.columns), **call(1, ending="completed")
        }  # fmt: skip
    finally:
        await store.close()
