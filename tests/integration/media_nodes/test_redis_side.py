"""Claims and outbox against a real Redis, also one that is away."""

import asyncio
from pathlib import Path

from claim_orders import by, claim_of
from media_harness import Node, until

from callmodel import keys
from callmodel.endings import Ending
from callmodel.ids import CallId, LegId, NodeId, TenantId, TrunkId
from callmodel.routing import TrunkOffer
from callmodel.spend import Bill
from callmodel.wire import Envelope
from media_nodes.claims import RedisClaims
from media_nodes.outbox import SEGMENT_FACTS, RedisOutbox
from media_nodes.ports import Full, Grant

ACME, OTHER = TenantId("acme"), TenantId("globex")


def offers(**limits: int) -> tuple[TrunkOffer, ...]:
    return tuple(TrunkOffer(TrunkId(name), limit, "national", ()) for name, limit in limits.items())


async def test_first_free_trunk_is_granted_until_all_are_full(server: Node):
    claims = RedisClaims(server.redis)
    order = claim_of(offers(t1=1, t2=1), 10)

    first = await claims.claim(ACME, by(order, "c1"))
    second = await claims.claim(OTHER, by(order, "c2"))
    third = await claims.claim(ACME, by(order, "c3"))

    assert (first, second) == (Grant(TrunkId("t1"), 0), Grant(TrunkId("t2"), 0))
    assert third == Full(Ending.TRUNK_CHANNELS_EXHAUSTED)


async def test_tenant_s_own_limit(server: Node):
    claims = RedisClaims(server.redis)
    order = claim_of(offers(t1=10), 1)

    await claims.claim(ACME, by(order, "c1"))

    assert await claims.claim(ACME, by(order, "c2")) == Full(Ending.TENANT_CHANNELS_EXHAUSTED)
    assert isinstance(await claims.claim(OTHER, by(order, "c3")), Grant)


async def test_claiming_and_releasing_twice_is_harmless(server: Node):
    claims = RedisClaims(server.redis)
    order = claim_of(offers(t1=1), 10)

    assert await claims.claim(ACME, by(order, "c1")) == await claims.claim(ACME, by(order, "c1"))
    for _ in range(2):
        await claims.release(ACME, LegId("c1"), TrunkId("t1"), Bill("2026-11-27", 0))

    assert await claims.claim(ACME, by(order, "c2")) == Grant(TrunkId("t1"), 1)


async def test_two_nodes_never_take_the_last_channel_both(server: Node):
    nodes = [RedisClaims(server.redis) for _ in range(4)]
    order = claim_of(offers(t1=7), 100)

    asked = (nodes[n % 4].claim(ACME, by(order, f"c{n}")) for n in range(40))
    granted = [answer for answer in await asyncio.gather(*asked) if isinstance(answer, Grant)]

    assert len(granted) == 7
    assert sorted(grant.rotation for grant in granted) == list(range(7))


async def test_claim_of_a_dead_node_lapses_and_a_renewed_one_does_not(server: Node):
    claims = RedisClaims(server.redis)
    order = claim_of(offers(t1=1), 10)
    await claims.claim(ACME, by(order, "c1"))
    await server.redis.zadd(keys.trunk_channels(TrunkId("t1")), {"c1": 1})

    await claims.renew()
    assert await claims.claim(OTHER, by(order, "c2")) == Full(Ending.TRUNK_CHANNELS_EXHAUSTED)
    await server.redis.zadd(keys.trunk_channels(TrunkId("t1")), {"c1": 1})

    assert isinstance(await claims.claim(OTHER, by(order, "c2")), Grant)


async def test_without_redis_the_node_counts_for_itself(server: Node):
    claims = RedisClaims(server.redis)
    order = claim_of(offers(t1=2), 10)
    server.processes["redis"].kill()

    answers = [await claims.claim(ACME, by(order, f"c{n}")) for n in range(3)]
    server.start_redis()
    await until(server._redis_answers)
    await claims.renew()

    assert [type(answer) for answer in answers] == [Grant, Grant, Full]
    assert await server.redis.zcard(keys.trunk_channels(TrunkId("t1"))) == 2


def fact(number: int, kind: str = "call.ended") -> Envelope:
    return Envelope(f"c{number}:{kind}", kind, ACME, NodeId("media-1"), 5, {"call_id": f"c{number}"})


async def sent(server: Node) -> list[str]:
    entries = await server.redis.xrange(keys.facts(ACME))
    return [fields["m"].partition('"fact_id":"')[2].partition('"')[0] for _, fields in entries]


async def test_facts_arrive_in_order_and_leave_the_disk(server: Node, tmp_path: Path):
    outbox = RedisOutbox(tmp_path / "outbox", server.redis)
    count = SEGMENT_FACTS * 2 + 10
    async with asyncio.TaskGroup() as group:
        running = group.create_task(outbox.run())
        for number in range(count):
            outbox.put(fact(number))
        await outbox.flushed()
        running.cancel()

    assert await sent(server) == [f"c{number}:call.ended" for number in range(count)]
    assert sum(path.stat().st_size for path in (tmp_path / "outbox").iterdir()) == 0


async def test_heir_sends_what_a_killed_outbox_kept(server: Node, tmp_path: Path):
    first = RedisOutbox(tmp_path / "outbox", server.redis)
    for number in range(3):
        first.put(fact(number))
    with next((tmp_path / "outbox").iterdir()).open("ab") as file:
        file.write(b'{"fact_id": "half')

    heir = RedisOutbox(tmp_path / "outbox", server.redis)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(heir.run())
        await heir.flushed()
        running.cancel()

    assert await sent(server) == ["c0:call.ended", "c1:call.ended", "c2:call.ended"]


async def test_what_a_master_that_was_replaced_had_acknowledged_is_sent_again(server: Node, tmp_path: Path):
    outbox = RedisOutbox(tmp_path / "outbox", server.redis)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(outbox.run())
        for number in range(3):
            outbox.put(fact(number))
        await outbox.flushed()

        # The next one has another history, in which these facts never came.
        await server.redis.delete(keys.facts(ACME))
        server.processes["redis"].kill()
        server.start_redis()

        async def all_there() -> bool:
            return await server._redis_answers() and len(await sent(server)) == 3

        await until(all_there, 15)
        running.cancel()

    assert await sent(server) == ["c0:call.ended", "c1:call.ended", "c2:call.ended"]


async def test_owner_of_a_call_is_told_with_its_first_fact(server: Node, tmp_path: Path):
    outbox = RedisOutbox(tmp_path / "outbox", server.redis)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(outbox.run())
        outbox.put(fact(1, "call.started"))
        await outbox.flushed()
        running.cancel()

    assert await server.redis.get(keys.call_owner(ACME, CallId("c1"))) == "media-1"
