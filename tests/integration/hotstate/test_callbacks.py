"""Call backs on a real Redis: one a number, held by one node, made once, and never lost with a node."""

from dataclasses import replace

import pytest
from redis.asyncio import Redis

from callmodel.callbacks import CallBack
from callmodel.ids import E164, CallId, NodeId, ProviderId, QueueId, TenantId
from hotstate.callbacks import LEASE_MS, CallBacks

T = 1_764_500_000_000
POOL = ProviderId("hq")
ONE, TWO = NodeId("media-1"), NodeId("media-2")
WANTED = CallBack(
    CallId("b1"),
    TenantId("acme"),
    QueueId("sales"),
    E164("+8613812345678"),
    E164("+862155550120"),
    CallId("asked"),
    T - 60_000,
    T + 3_600_000,
)
AGAIN = replace(WANTED, call_id=CallId("b2"), tries=1, due_ms=T + 600_000)


@pytest.fixture
def store(redis: Redis) -> CallBacks:
    return CallBacks(redis)


async def test_a_number_has_one_place_whoever_asks_again(store: CallBacks):
    assert await store.keep(POOL, ONE, WANTED, "hash", T) == "b1"
    assert await store.keep(POOL, TWO, replace(WANTED, call_id=CallId("b9")), "hash", T + 5) == "b1"
    elsewhere = replace(WANTED, call_id=CallId("b3"), tenant_id=TenantId("globex"))
    assert await store.keep(POOL, ONE, elsewhere, "hash", T) == "b3", "another tenant's customer"

    assert {each.call_id for each, _ in await store.hold(POOL, ONE, T + 10)} == {"b1", "b3"}


async def test_a_place_is_held_by_one_node_and_goes_to_another_when_that_falls_silent(store: CallBacks):
    await store.keep(POOL, ONE, WANTED, "hash", T)

    assert await store.hold(POOL, TWO, T + 1_000) == []
    assert await store.hold(POOL, ONE, T + LEASE_MS - 1) == [(WANTED, False)]
    assert await store.hold(POOL, TWO, T + LEASE_MS + 1) == [], "the other has held it since"
    assert await store.hold(POOL, TWO, T + 2 * LEASE_MS) == [(WANTED, False)]
    assert await store.hold(POOL, ONE, T + 2 * LEASE_MS + 1) == []


async def test_a_call_is_made_by_who_holds_it_and_once(store: CallBacks):
    await store.keep(POOL, ONE, WANTED, "hash", T)

    assert not await store.take(POOL, TWO, WANTED.call_id)
    assert await store.take(POOL, ONE, WANTED.call_id)
    assert not await store.take(POOL, ONE, WANTED.call_id)
    assert await store.hold(POOL, ONE, T + 10) == [(WANTED, True)]


async def test_a_node_that_was_away_makes_no_call_that_another_has(store: CallBacks):
    await store.keep(POOL, ONE, WANTED, "hash", T)
    await store.hold(POOL, TWO, T + LEASE_MS)

    assert not await store.take(POOL, ONE, WANTED.call_id)
    assert not await store.settle(POOL, ONE, WANTED, "hash", None, T + LEASE_MS)
    assert await store.take(POOL, TWO, WANTED.call_id)


async def test_what_a_dead_node_was_calling_is_known_to_have_come_to_nothing(store: CallBacks):
    await store.keep(POOL, ONE, WANTED, "hash", T)
    await store.take(POOL, ONE, WANTED.call_id)

    assert await store.hold(POOL, TWO, T + LEASE_MS) == [(WANTED, True)]
    assert await store.settle(POOL, TWO, WANTED, "hash", AGAIN, T + LEASE_MS)
    assert await store.hold(POOL, TWO, T + LEASE_MS + 1) == [(AGAIN, False)]


async def test_who_was_reached_may_ask_again_and_who_was_not_has_the_place_still(store: CallBacks):
    await store.keep(POOL, ONE, WANTED, "hash", T)
    assert await store.settle(POOL, ONE, WANTED, "hash", AGAIN, T + 1)
    assert await store.keep(POOL, ONE, replace(WANTED, call_id=CallId("b9")), "hash", T + 2) == "b2"

    assert await store.settle(POOL, ONE, AGAIN, "hash", None, T + 3)
    assert not await store.settle(POOL, ONE, AGAIN, "hash", None, T + 4)
    assert await store.hold(POOL, ONE, T + 5) == []
    assert await store.keep(POOL, ONE, replace(WANTED, call_id=CallId("b9")), "hash", T + 6) == "b9"


async def test_keys_lie_in_the_slot_of_the_pool(store: CallBacks, redis: Redis):
    await store.keep(POOL, ONE, WANTED, "hash", T)

    names = [name async for name in redis.scan_iter("*callbacks*")]
    assert names and all(name.startswith("{pool:hq}:callbacks") for name in names)
    with pytest.raises(ValueError, match="hash tag"):
        await store.keep(ProviderId("a}b"), ONE, WANTED, "hash", T)
