"""What inbound calls are set up with, kept by each store: SQLite and a real Cassandra node make the same of it."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from callmodel.ids import ProviderId, QueueId, TenantId, UserId
from callmodel.queues import Queue, Relaxation, SkillNeed, Strategy
from control_plane.accounts import Account, account_of, add_account, save_agent
from control_plane.features.queues.store import QueueRecord, QueueStore
from control_plane.migrations import MIGRATIONS
from control_plane.permissions import Role
from servicekit.stores import Store, open_store
from trunkline.cassandra import Nodes

ACME, BOLT = TenantId("acme"), TenantId("bolt")
KEYSPACE = f"inbound_{secrets.token_hex(4)}"


def a_queue(name: str, **settings) -> QueueRecord:
    return QueueRecord(Queue(ACME, QueueId(name), **settings), 7)


class InboundContract:
    """`url` is a fixture of the store's own."""

    @pytest.fixture
    async def store(self, url: str) -> AsyncIterator[Store]:
        opened = await asyncio.to_thread(open_store, url, MIGRATIONS)
        yield opened
        await opened.close()

    async def test_a_queue_comes_back_as_it_was_kept(self, store: Store):
        queues, name = QueueStore(store), secrets.token_hex(4)
        whole = a_queue(
            name,
            pool=ProviderId("owls"),
            strategy=Strategy.RING_ALL,
            needs=(SkillNeed("english", 5),),
            relaxations=(Relaxation(10, (SkillNeed("english", 2),)), Relaxation(20)),
            most_waiting=5,
        )

        assert await queues.add(ACME, whole)
        assert not await queues.add(ACME, replace(whole, created_ms=8))
        assert await queues.one(ACME, QueueId(name)) == whole
        assert await queues.one(BOLT, QueueId(name)) is None

    async def test_of_two_changes_to_a_queue_at_once_one_is_told(self, store: Store):
        queues, name = QueueStore(store), QueueId(secrets.token_hex(4))
        await queues.add(ACME, a_queue(name))
        seen = await queues.one(ACME, name)
        assert seen is not None

        told = await asyncio.gather(
            *(queues.change(ACME, seen, replace(seen.queue, wrap_up_seconds=each)) for each in (1, 2))
        )

        after = await queues.one(ACME, name)
        assert sorted(told) == [False, True] and after is not None
        assert after.queue.wrap_up_seconds == (1 if told[0] else 2)
        await queues.set_archived(ACME, name, 9)
        assert not await queues.change(ACME, after, replace(after.queue, wrap_up_seconds=3))

    async def test_archived_queues_are_in_a_list_of_their_own(self, store: Store):
        queues, kept, gone = QueueStore(store), secrets.token_hex(4), secrets.token_hex(4)
        tenant_id = TenantId(f"t-{secrets.token_hex(4)}")
        for name in (kept, gone):
            await queues.add(tenant_id, QueueRecord(Queue(tenant_id, QueueId(name)), 7))
        await queues.set_archived(tenant_id, QueueId(gone), 9)

        living, archived = [(await queues.page(tenant_id, 10, archived=each))[0] for each in (False, True)]
        assert [record.queue.queue_id async for record in queues.each(tenant_id)] == [kept]
        assert [record.queue.queue_id for record in living] == [kept]
        assert [(record.queue.queue_id, record.archived_ms) for record in archived] == [(gone, 9)]

    async def test_of_two_who_give_an_agent_queues_at_once_one_is_told(self, store: Store):
        user_id, name = UserId(secrets.token_hex(8)), secrets.token_hex(8)
        roles = {tenant_id: frozenset({Role.AGENT}) for tenant_id in (ACME, BOLT)}
        seen = Account(user_id, name, "Ana", "-", "provider:owls", False, roles, True, 0, 1)
        await add_account(store, seen)

        given = [replace(seen, queues={tenant_id: (QueueId("sales"),)}) for tenant_id in roles]
        told = await asyncio.gather(*(save_agent(store, seen, after) for after in given))

        assert sorted(told) == [False, True]
        now = await account_of(store, user_id)
        assert now == given[told.index(True)]
        assert await save_agent(store, now, replace(now, skills={"english": 3}, queues={}))
        assert await account_of(store, user_id) == replace(seen, skills={"english": 3})


class TestInboundOnSqlite(InboundContract):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'store.db'}"


class TestInboundOnCassandra(InboundContract):
    @pytest.fixture
    def url(self, cassandra: Nodes) -> str:
        return cassandra.url(KEYSPACE)
