"""What inbound calls are set up with, kept by each store: SQLite and a real Cassandra node make the same of it."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from callmodel.callstate import CallState, Direction
from callmodel.cdr import Cdr
from callmodel.flows.calendars import Calendar, SpecialDay
from callmodel.ids import (
    E164,
    CalendarId,
    CallId,
    FlowId,
    NodeId,
    PromptId,
    ProviderId,
    QueueId,
    TenantId,
    UserId,
    uuid7,
)
from callmodel.queues import Queue, Relaxation, SkillNeed, Strategy
from callmodel.vips import Vip
from control_plane.features.calendars.store import CalendarRecord, CalendarStore
from control_plane.features.calls.followups import FollowUpKind, Reason
from control_plane.features.calls.followups_store import FollowUpStore
from control_plane.features.flows.store import FlowRecord, FlowStore
from control_plane.features.prompts.store import PromptRecord, PromptStore
from control_plane.features.queues.store import QueueRecord, QueueStore
from control_plane.features.vips.store import VipRecord, VipStore
from control_plane.migrations import MIGRATIONS
from control_plane.people.accounts import Account, account_of, add_account, save_agent
from control_plane.people.permissions import Role
from control_plane.times import day_of, now_ms
from devstack.cassandra import Nodes
from servicekit.crypto import TenantCipher
from servicekit.stores import Store, open_store

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

    async def test_of_two_who_save_or_publish_a_flow_at_once_one_is_told(self, store: Store):
        flows, name = FlowStore(store), FlowId(secrets.token_hex(4))
        assert await flows.add(ACME, FlowRecord(name, {"start": "a"}, 1, None, 0, "ana", 5, 5))

        saved = await asyncio.gather(
            *(flows.save_draft(ACME, name, 1, {"start": each}, "bo", 6) for each in ("b", "c"))
        )
        seen = await flows.one(ACME, name)
        assert sorted(saved) == [False, True] and seen is not None
        assert (seen.edit, seen.draft["start"]) == (2, "b" if saved[0] else "c")

        published = await asyncio.gather(*(flows.publish(ACME, seen, each, each, 7) for each in ("x", "y")))
        after = await flows.one(ACME, name)
        assert sorted(published) == [False, True] and after is not None
        assert (after.published, after.latest) == (1, 1)
        [version], _ = await flows.versions(ACME, name, 10)
        assert (version.note, version.document) == ("x" if published[0] else "y", seen.draft)
        # Whoever saw it before this publication goes back to nothing.
        assert not await flows.roll_back(ACME, seen, 1)
        assert [each async for each in flows.published(ACME) if each[0] == name] == [(name, version)]

    async def test_a_flow_whose_publisher_died_is_published_by_the_next(self, store: Store):
        flows, name = FlowStore(store), FlowId(secrets.token_hex(4))
        record = FlowRecord(name, {"start": "a"}, 1, None, 0, "ana", 5, 5)
        await flows.add(ACME, record)
        # It took the number, and wrote nothing under it.
        key = {"tenant_id": ACME, "flow_id": name}
        assert await store.replace_if("flows", key, {"latest": 0}, {"latest": 1})

        seen = await flows.one(ACME, name)
        assert seen is not None and await flows.publish(ACME, seen, "", "bo", 8)

        assert [(each[1].version) async for each in flows.published(ACME) if each[0] == name] == [2]

    async def test_a_calendar_and_a_prompt_come_back_as_they_were_kept(self, store: Store):
        calendars, prompts, name = CalendarStore(store), PromptStore(store), secrets.token_hex(4)
        hours = {"mon": ("09:00-12:00", "13:00-18:00")}
        calendar = CalendarRecord(
            Calendar(CalendarId(name), "Asia/Shanghai", hours, (SpecialDay("12-25"),), tenant_id=ACME), 7
        )
        prompt = PromptRecord(ACME, PromptId(name), "Welcome", {}, 7)
        assert await calendars.add(ACME, calendar) and await prompts.add(ACME, prompt)
        assert await calendars.one(ACME, CalendarId(name)) == calendar
        seen, kept = await prompts.one(ACME, PromptId(name)), await calendars.one(ACME, CalendarId(name))
        assert seen == prompt and kept is not None

        audio = [{each: {"object_key": f"acme/{each}", "sha256": "0", "seconds": 1.5}} for each in ("en", "zh-CN")]
        told = await asyncio.gather(*(prompts.set_audio(ACME, prompt, each) for each in audio))
        changed = await asyncio.gather(
            *(calendars.change(ACME, kept, replace(calendar.calendar, name=each)) for each in ("a", "b"))
        )

        assert sorted(told) == sorted(changed) == [False, True]
        after = await prompts.one(ACME, PromptId(name))
        assert after is not None and after.audio == audio[told.index(True)]

    async def test_of_two_who_change_a_vip_at_once_one_is_told(self, store: Store):
        vips = VipStore(store, TenantCipher(bytes(32)))
        number = E164(f"+86138{secrets.randbelow(10**8):08}")
        vip_id = vips.id_of(ACME, number)
        record = VipRecord(Vip(ACME, vip_id, mobile=E164("+8613911112222")), number, "Ms Li", 7)
        assert await vips.add(ACME, record)
        assert await vips.one(ACME, vip_id) == record
        assert await vips.one(BOLT, vip_id) is None and vips.id_of(BOLT, number) != vip_id

        told = await asyncio.gather(
            *(vips.change(ACME, record, replace(record, vip=replace(record.vip, level=each))) for each in (2, 3))
        )
        assert sorted(told) == [False, True]
        await vips.remove(ACME, vip_id)
        assert await vips.one(ACME, vip_id) is None

    async def test_of_two_who_follow_up_a_call_at_once_one_does(self, store: Store):
        follow_ups = FollowUpStore(store, NoRules())  # type: ignore[arg-type]
        call = a_missed_call()
        for _ in range(2):
            await follow_ups.add(ACME, call, Reason(FollowUpKind.MISSED, "waited"))
        seen = await follow_ups.one(ACME, call.call_id)
        assert seen is not None and (seen.kind, seen.reason) == (FollowUpKind.MISSED, "waited")

        told = await asyncio.gather(*(follow_ups.take(ACME, seen, each, 9) for each in ("ana", "bo")))

        assert sorted(told) == [False, True]
        assert await follow_ups.finish(ACME, call.call_id, "ana", 10)
        assert not await follow_ups.finish(ACME, call.call_id, "bo", 11)
        # Told once more by a fact that comes late, it stays done.
        await follow_ups.add(ACME, call, Reason(FollowUpKind.MISSED, "waited"))
        page, _ = await follow_ups.page(ACME, day_of(call.started_ms), 500)
        [after] = [each for each in page if each.call_id == call.call_id]
        assert (after.done_by, after.called_by) == ("ana", "ana" if told[0] else "bo")


class NoRules:
    """Keeps everything for a day: the end of a row is set with it, and is the same again."""

    async def seconds_left(self, *_: object) -> float:
        return 86_400.0


def a_missed_call() -> Cdr:
    at_ms = now_ms()
    call_id = CallId(uuid7(at_ms, secrets.randbits(74)))
    return Cdr(call_id, ACME, NodeId("node-1"), 3, Direction.INBOUND, CallState.ENDED, "+862155550100", at_ms)


class TestInboundOnSqlite(InboundContract):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'store.db'}"


class TestInboundOnCassandra(InboundContract):
    @pytest.fixture
    def url(self, cassandra: Nodes) -> str:
        return cassandra.url(KEYSPACE)
