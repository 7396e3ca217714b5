"""Facts become CDRs exactly once and a live picture, whatever dies and whatever comes twice."""

import asyncio
import json
import os
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from facts_house import ACME, DIRECTORY, GLOBEX, House, cdr, live_call, new_call_id, records, until

from callmodel import keys
from callmodel.callstate import LegRole, LegState
from callmodel.cdr import Cdr, CdrLeg
from callmodel.directory import Tenant
from callmodel.ids import CallId, LegId, TenantId
from control_plane.facts.gathering import Gathering
from control_plane.facts.livecalls import LiveCalls
from control_plane.facts.streamlag import LagWatch
from control_plane.features.calls.store import CallStore
from control_plane.retention import Kept
from control_plane.times import now_ms
from tests.integration.publishing import publish


async def pending(house: House, group: str, tenant_id: TenantId = ACME) -> int:
    """Return what a group has not handled yet."""
    groups: Any = await house.redis.xinfo_groups(keys.facts(tenant_id))
    return sum((found["lag"] or 0) + found["pending"] for found in groups if found["name"] == group)


async def test_a_killed_consumer_and_facts_that_come_twice_make_each_record_once(house: House):
    call_ids = [new_call_id() for _ in range(400)]
    for call_id in call_ids:
        await house.tell("call.started", live_call(call_id))
        for _ in range(2):
            await house.tell("call.ended", cdr(call_id))
    house.start("facts", "control_plane.consumers:main")
    await until(lambda: records(house))
    house.kill("facts")
    assert await pending(house, "cdr") > 0, "killed in the middle"

    await house.start_facts("facts-2")

    async def all_handled() -> bool:
        return await pending(house, "cdr") == 0

    await until(all_handled, 40)
    counted = Counter(record.cdr.call_id for record in await records(house))
    assert counted == Counter(call_ids)


async def holds_on(house: House) -> bool:
    """Whether messages stay pending for half a second in which nothing new is told."""
    for _ in range(5):
        if not await pending(house, "cdr"):
            return False
        await asyncio.sleep(0.1)
    return True


async def test_one_of_two_consumers_is_killed_under_load_and_the_other_makes_it_good(house: House):
    """100 calls a second through one group; the killed one's messages are taken over, and the lag goes."""
    await house.start_facts("facts-1")
    await house.start_facts("facts-2")
    told: list[CallId] = []

    async def tell(seconds: float) -> None:
        started = time.monotonic()
        for number in range(int(seconds * 100)):
            await asyncio.sleep(max(0.0, started + number / 100 - time.monotonic()))
            told.append(new_call_id())
            await house.tell("call.started", live_call(told[-1]))
            await house.tell("call.ended", cdr(told[-1]))

    await tell(1.5)
    stream = keys.facts(ACME)
    consumers: Any = await house.redis.xinfo_consumers(stream, "cdr")
    # Stopped while it holds messages, and killed like that: the other one holds none for long.
    group = house.processes["facts-1"].pid
    while True:
        os.killpg(group, signal.SIGSTOP)
        await tell(0.3)
        held: Any = await house.redis.xinfo_consumers(stream, "cdr")
        if await holds_on(house):
            break
        os.killpg(group, signal.SIGCONT)
        await tell(0.1)
    house.kill("facts-1")
    killed = time.monotonic()
    await tell(2)

    async def caught_up() -> bool:
        return await pending(house, "cdr") == 0

    await until(caught_up, 30)
    print(
        f"{sum(each['pending'] for each in held)} pending at the kill, no lag {time.monotonic() - killed:.1f} s after"
    )

    assert len(consumers) == 2, "each has a name of its own"
    assert Counter(record.cdr.call_id for record in await records(house)) == Counter(told)
    taken = [line for line in house.log_of("facts-2") if line["message"] == "pending messages taken over"]
    assert taken


async def test_the_first_record_of_a_call_counts_and_a_disposition_is_kept(house: House):
    calls = CallStore(house.resources.store, house.resources.cipher)
    call_id = new_call_id()
    first = cdr(call_id)
    assert not await calls.knows(ACME, call_id)

    await calls.dispose(ACME, call_id, "sold", "call back 13812345678", "sue", 5)
    assert await calls.knows(ACME, call_id)
    assert await records(house) == [] and await calls.one(ACME, call_id) is None
    assert await calls.write(ACME, [first, first]) == 1
    # Another beginning and another end for the same call: two nodes told of it.  It stays one record.
    assert await calls.write(ACME, [cdr(call_id, started_ms=first.started_ms + 777, talk_seconds=1.0)]) == 0

    [record] = await records(house)
    assert (record.cdr, record.disposition, record.note) == (first, "sold", "call back 13812345678")
    assert record == await calls.one(ACME, call_id)
    assert await calls.one(GLOBEX, call_id) is None


async def test_nothing_of_a_customers_number_is_in_the_files_of_the_store(house: House):
    await house.start_facts()
    call_id = new_call_id()
    await house.tell("call.started", live_call(call_id))
    await house.tell("call.ended", cdr(call_id))
    await until(lambda: records(house))

    content = b"".join(path.read_bytes() for path in house.folder.glob("store.db*"))

    assert str(call_id).encode() in content
    assert b"13812345678" not in content
    assert "13812345678" not in (house.folder / "facts.log").read_text()


async def test_consumers_go_on_after_redis_was_killed(house: House):
    await house.start_facts()
    before, after = new_call_id(), new_call_id()
    await house.tell("call.ended", cdr(before))
    await until(lambda: records(house))

    house.kill("redis")
    house.start_redis()
    await until(house._redis_answers)
    await house.tell("call.ended", cdr(after))

    async def both() -> bool:
        return {record.cdr.call_id for record in await records(house)} == {before, after}

    await until(both, 30)


async def test_a_message_that_nobody_can_read_holds_up_no_other(house: House):
    await house.start_facts()
    good = new_call_id()
    await house.redis.xadd(keys.facts(ACME), {"m": "{"})
    await house.tell("call.ended", {"call_id": "no CDR at all"})
    # A tenant's stream is no way into another tenant's records.
    foreign = {"fact_id": "f", "kind": "call.ended", "tenant_id": GLOBEX, "node_id": "n", "at_ms": 1, "body": {}}
    await house.redis.xadd(keys.facts(ACME), {"m": json.dumps(foreign)})
    await house.tell("call.ended", cdr(good))

    async def the_others_wait() -> bool:
        return await pending(house, "cdr") == 3

    await until(lambda: records(house))
    await until(the_others_wait)

    assert [record.cdr.call_id for record in await records(house)] == [good]
    assert await records(house, GLOBEX) == []
    assert house.processes["facts"].poll() is None


async def test_a_tenant_that_comes_at_run_time_is_read(house: House):
    await house.start_facts()
    initech = TenantId("initech")
    call_id = new_call_id()
    await house.tell("call.ended", cdr(call_id, initech), initech)

    tenants = (*DIRECTORY.tenants, Tenant(initech, "Initech", "initech.trunkline.test"))
    await publish(house.redis, replace(DIRECTORY, tenants=tenants))

    await until(lambda: records(house, initech))


async def test_the_live_picture_follows_a_call_and_lets_no_late_news_bring_it_back(house: House):
    await house.start_facts()
    live = LiveCalls(house.redis)
    call_id = new_call_id()

    async def state() -> str | None:
        call = await live.one(ACME, call_id)
        return call.state.value if call else None

    async def shows(wanted: str | None) -> bool:
        return await state() == wanted

    await house.beat_heart()
    await house.tell("call.ringing", live_call(call_id, "ringing"))
    await until(lambda: shows("ringing"))
    await house.tell("call.started", live_call(call_id, "claiming"))
    await house.tell("call.answered", live_call(call_id, "talking"))
    await until(lambda: shows("talking"))
    await house.tell("call.ended", cdr(call_id))
    await until(lambda: shows(None))
    await house.tell("call.answered", live_call(call_id, "talking"))
    other = new_call_id()
    await house.tell("call.started", live_call(other))
    await until(lambda: live.one(ACME, other))

    assert [call.call_id async for call in live.each(ACME)] == [other]
    assert [call async for call in live.each(GLOBEX)] == []


async def test_the_live_picture_takes_the_later_version_and_shows_each_leg(house: House):
    live = LiveCalls(house.redis)
    call_id = new_call_id()
    talking = live_call(call_id, "talking", version=3)
    agent = CdrLeg(LegId(f"{call_id}-1"), LegRole.AGENT, LegState.ANSWERED, 1000, answered_ms=2000)
    held = replace(talking, version=4, legs=(replace(agent, held=True, held_since_ms=5000),))
    await house.start_facts()

    await house.tell("call.changed", held)
    await house.tell("call.answered", replace(talking, legs=(agent,)))
    await house.tell("call.changed", replace(held, version=5, legs=(agent,)))
    await house.tell("call.changed", held)
    # One that was refused has ended at once: it never was in progress.
    refused = cdr(new_call_id())
    await house.tell("call.started", refused)
    other = new_call_id()
    await house.tell("call.started", live_call(other))
    await until(lambda: live.one(ACME, other))

    assert (await live.one(ACME, call_id)) == replace(held, version=5, legs=(agent,))
    assert [call.call_id async for call in live.each(ACME)] == [call_id, other]


async def test_a_call_that_its_living_node_does_not_hold_is_taken_out(house: House):
    live = LiveCalls(house.redis)
    ghost, held = new_call_id(), new_call_id()
    await house.beat_heart()
    await house.start_facts()
    for call_id in (ghost, held):
        await house.tell("call.started", live_call(call_id))
    await until(lambda: live.one(ACME, held))

    await house.beat_heart(held=[held])

    async def gone() -> bool:
        return await live.one(ACME, ghost) is None

    await until(gone)
    assert await live.one(ACME, held) is not None
    removed = [line["call_id"] for line in house.log_of("facts") if line["message"] == "stale call removed"]
    assert removed == [ghost]
    # News of it, should there be any after all, bring it back.
    await house.tell("call.answered", live_call(ghost, "talking"))
    await until(lambda: live.one(ACME, ghost))


async def test_a_call_of_which_there_is_newer_news_is_not_taken_out(house: House):
    live = LiveCalls(house.redis)
    call_id = new_call_id()
    await live.show(ACME, live_call(call_id, "talking", version=4))

    assert not await live.forget(ACME, live_call(call_id, version=3))
    assert await live.forget(ACME, live_call(call_id, version=4))
    assert await live.page(ACME, 10) == []


async def test_calls_of_a_node_that_fell_silent_are_taken_out(house: House):
    live = LiveCalls(house.redis)
    call_id = new_call_id()
    await house.beat_heart()
    await house.start_facts()
    await house.tell("call.started", live_call(call_id))
    await until(lambda: live.one(ACME, call_id))

    await house.redis.delete(keys.heartbeat(live_call(call_id).node_id))

    async def gone() -> bool:
        return await live.one(ACME, call_id) is None

    async def told() -> bool:
        return any(line["message"] == "stale call removed" for line in house.log_of("facts"))

    await until(gone)
    await until(told)


async def test_many_facts_at_once_are_written_in_few_batches(house: House):
    calls = CallStore(house.resources.store, house.resources.cipher)
    sizes: list[int] = []

    async def write(tenant_id: TenantId, cdrs: Sequence[Cdr]) -> None:
        sizes.append(len(cdrs))
        await calls.write(tenant_id, cdrs)

    records_to_come = Gathering(write)
    await asyncio.gather(*(records_to_come.add(ACME, cdr(new_call_id())) for _ in range(100)))

    assert sum(sizes) == 100 and len(sizes) <= 3
    assert len(await records(house)) == 100


async def test_what_waits_and_what_was_buried_shows(house: House, caplog: pytest.LogCaptureFixture):
    watch = LagWatch(house.redis, ["cdr"], lambda: [keys.facts(ACME), keys.facts(GLOBEX)], most=2)
    await house.redis.xgroup_create(keys.facts(ACME), "cdr", id="0", mkstream=True)
    for _ in range(3):
        await house.tell("call.ended", cdr(new_call_id()))
    assert await watch.keeps_up("cdr")

    await watch.look()
    assert (watch.behind, await watch.keeps_up("cdr")) == ({"cdr": 3}, False)
    await house.redis.xadd(f"{keys.facts(ACME)}:dead", {"m": "{"})
    await watch.look()
    await watch.look()

    alarms = [record for record in caplog.records if getattr(record, "alarm", None) == "poison"]
    assert len(alarms) == 1
    # As after a fail-over: all is delivered, and Redis counts less.
    await house.redis.execute_command("XGROUP", "SETID", keys.facts(ACME), "cdr", "$", "ENTRIESREAD", 1)
    await watch.look()
    assert watch.behind == {"cdr": 0}


async def test_facts_stay_in_redis_until_every_group_has_handled_them(house: House):
    stream = keys.facts(ACME)
    watch = LagWatch(house.redis, ["cdr", "live"], lambda: [stream], most=10, kept_seconds=0)
    for _ in range(4):
        await house.tell("call.ended", cdr(new_call_id()))
    await house.redis.xgroup_create(stream, "cdr", id="0")
    read: Any = await house.redis.xreadgroup("cdr", "one", {stream: ">"})
    ids = [message_id for message_id, _ in read[0][1]]
    await house.redis.xack(stream, "cdr", *ids)
    await watch.look()
    assert await house.redis.xlen(stream) == 4, "the other group has not begun"

    await house.redis.xgroup_create(stream, "live", id="0")
    await house.redis.xreadgroup("live", "one", {stream: ">"})
    await house.redis.xack(stream, "live", ids[0], ids[1], ids[3])
    await watch.look()
    left: Any = await house.redis.xrange(stream)
    assert [message_id for message_id, _ in left] == ids[2:], "one is pending, and what follows it waits"

    await house.redis.xack(stream, "live", ids[2])
    await LagWatch(house.redis, ["cdr", "live"], lambda: [stream], most=10).look()
    assert await house.redis.xlen(stream) == 2, "too young"
    await watch.look()
    assert (watch.behind, await house.redis.xlen(stream)) == ({"cdr": 0, "live": 0}, 0)


async def test_records_end_by_the_tenants_rule_and_what_is_said_later_ends_with_them(house: House):
    store, day_ms = house.resources.store, 86_400_000
    rule = {"scope": "platform", "tenant_id": ACME, "keep_calls_days": 2}
    await store.upsert("tenants", rule)
    calls = CallStore(store, house.resources.cipher, house.resources.retention)
    kept, over, others = (
        new_call_id(now_ms() - day_ms),
        new_call_id(now_ms() - 3 * day_ms),
        new_call_id(1_700_000_000_000),
    )

    await calls.write(ACME, [cdr(kept), cdr(over)])
    await calls.write(GLOBEX, [cdr(others, GLOBEX)])
    await calls.dispose(ACME, over, "sold", None, "sue", now_ms())
    await calls.dispose(ACME, kept, "sold", None, "sue", now_ms())

    assert await calls.one(ACME, over) is None and not await calls.knows(ACME, over)
    assert (await calls.one(ACME, kept) or pytest.fail("gone")).disposition == "sold"
    assert await calls.one(GLOBEX, others) is not None
    left = await house.resources.retention.seconds_left(ACME, Kept.CALLS, now_ms(), now_ms())
    assert left is not None and 2 * 86_400 - 1 < left <= 2 * 86_400
    assert await house.resources.retention.seconds_left(GLOBEX, Kept.CALLS, now_ms(), now_ms()) is None
