"""A tenant's limits in the claim's script on a real Redis: what is granted, booked and settled, and without Redis."""

import asyncio
import random
import signal
import time
from dataclasses import replace
from typing import Any

from claim_orders import by, claim_of
from media_harness import Node, until
from redis.exceptions import RedisError

from callmodel import keys
from callmodel.directory import Directory, Tenant
from callmodel.endings import Ending
from callmodel.ids import CallId, Extension, LegId, TenantId, TrunkId
from callmodel.limits import Limits
from callmodel.orders import ClaimTrunk
from callmodel.routing import TrunkOffer
from callmodel.spend import Bill
from media_nodes.claims import CLAIM_SECONDS, RedisClaims
from media_nodes.ports import Full, Grant
from media_nodes.spending import Spending
from servicekit.redisio import Replicas, connect
from tests.unit.callmodel.stories import ACME, ANA, BEN, CHEAP, CUSTOMER_LEG, DEAR, TALKING

OTHER = TenantId("globex")
DAY, STARTED = "2026-11-27", 1_795_780_000_000
SPENT_OUT, TOO_FAST = Full(Ending.SPEND_LIMIT_REACHED), Full(Ending.CALL_RATE_EXCEEDED)
MINUTE = 20_000


def order(limits: Limits, extension: Extension | None = ANA, costs: dict[TrunkId, float] | None = None) -> ClaimTrunk:
    offered = costs or {CHEAP: 0.02}
    offers = tuple(TrunkOffer(trunk_id, 1000, "national", (), cost) for trunk_id, cost in offered.items())
    return claim_of(offers, 1000, limits, extension, STARTED)


def spend_of(micros: float) -> Limits:
    return Limits(spend_per_day=micros / 1_000_000)


async def total(redis: Any) -> int:
    return int(await redis.hget(keys.spend(ACME, DAY), "total") or 0)


def bill(micros: int) -> Bill:
    return Bill(DAY, micros)


async def test_the_call_whose_first_minute_does_not_fit_is_refused(server: Node):
    claims = RedisClaims(server.redis)
    asked = order(spend_of(2 * MINUTE))

    answers = [await claims.claim(ACME, by(asked, f"c{n}")) for n in range(3)]
    theirs = await claims.claim(OTHER, by(asked, "d1"))

    assert answers == [Grant(CHEAP, 0), Grant(CHEAP, 1), SPENT_OUT]
    assert isinstance(theirs, Grant), "another tenant's money is its own"
    assert await total(server.redis) == 2 * MINUTE


async def test_a_settled_call_leaves_room_for_the_next(server: Node):
    claims = RedisClaims(server.redis)
    asked = order(spend_of(MINUTE))
    await claims.claim(ACME, by(asked, "busy"))
    assert await claims.claim(ACME, by(asked, "c2")) == SPENT_OUT

    for _ in range(2):
        await claims.release(ACME, LegId("busy"), CHEAP, bill(0))

    assert isinstance(await claims.claim(ACME, by(asked, "c2")), Grant)
    for _ in range(2):
        await claims.release(ACME, LegId("c2"), CHEAP, bill(700))
    assert await total(server.redis) == 700


async def test_a_dearer_trunk_that_does_not_fit_is_passed_over(server: Node):
    claims = RedisClaims(server.redis)

    answer = await claims.claim(ACME, by(order(spend_of(MINUTE), costs={DEAR: 0.2, CHEAP: 0.02}), "c1"))

    assert answer == Grant(CHEAP, 0)


async def test_a_renewal_books_what_the_call_has_cost_and_the_call_s_end_settles_it(server: Node):
    claims = RedisClaims(server.redis)
    now = time.time_ns() // 1_000_000
    legs = tuple(replace(leg, answered_ms=now - 600_000) for leg in TALKING.legs)
    call = replace(TALKING, call_id=CallId("c1"), legs=legs, started_ms=STARTED)
    claims.attend(lambda: [call], lambda call_id: None)
    await claims.claim(ACME, by(order(Limits()), CUSTOMER_LEG))

    await claims.renew()
    booked = await total(server.redis)
    await claims.release(ACME, CUSTOMER_LEG, CHEAP, bill(200_700))
    # As if this renewal had been on its way when the call ended.
    claims.adopt(call)
    await claims.renew()

    assert 200_000 <= booked < 202_000
    assert await total(server.redis) == 200_700


async def test_hard_stop_names_the_running_calls(server: Node):
    limits = replace(spend_of(2 * MINUTE), hard_stop=1.5)
    tenant = Tenant(ACME, "Acme", "acme.example", limits=limits)
    stopped: list[CallId] = []
    claims = RedisClaims(server.redis, spending=Spending(lambda: Directory(tenants=(tenant,))))
    call = replace(TALKING, call_id=CallId("c1"), started_ms=STARTED)
    claims.attend(lambda: [call], stopped.append)
    await claims.claim(ACME, by(order(limits), CUSTOMER_LEG))

    # Other nodes' calls cost something too.
    await server.redis.hset(keys.spend(ACME, DAY), "total", 2 * MINUTE)
    call = replace(call, legs=tuple(replace(leg, answered_ms=None) for leg in call.legs))
    await claims.renew()
    assert stopped == []
    await server.redis.hset(keys.spend(ACME, DAY), "total", 3 * MINUTE)
    await claims.renew()

    assert stopped == [CallId("c1")]


async def test_calls_a_minute_of_a_station_and_of_the_tenant(server: Node):
    claims = RedisClaims(server.redis)
    limits = Limits(station_calls_per_minute=2, calls_per_minute=3)
    from_ana, from_ben = order(limits), order(limits, BEN)

    assert isinstance(await claims.claim(ACME, by(from_ana, "c1")), Grant)
    assert isinstance(await claims.claim(ACME, by(from_ana, "c2")), Grant)
    again = await claims.claim(ACME, by(from_ana, "c2-next", attempt="c2"))
    assert isinstance(again, Grant), "an attempt's next trunk is no new call"
    assert await claims.claim(ACME, by(from_ana, "c3")) == TOO_FAST
    assert isinstance(await claims.claim(ACME, by(from_ben, "c4")), Grant)
    assert await claims.claim(ACME, by(from_ben, "c5")) == TOO_FAST

    for key in (keys.call_rate(ACME), keys.call_rate(ACME, BEN)):
        await server.redis.zadd(key, {"c4": 1})
    assert isinstance(await claims.claim(ACME, by(from_ben, "c5")), Grant), "a minute later"


async def test_without_redis_the_node_goes_on_from_what_it_knows_and_tells_later(server: Node):
    claims = RedisClaims(server.redis)
    asked = order(Limits(spend_per_day=3 * MINUTE / 1_000_000, station_calls_per_minute=3))
    await claims.claim(ACME, by(asked, "c0"))
    await claims.release(ACME, LegId("c0"), CHEAP, bill(MINUTE))
    server.processes["redis"].kill()

    answers = [await claims.claim(ACME, by(asked, f"c{n}")) for n in (1, 2, 3)]
    await claims.release(ACME, LegId("c1"), CHEAP, bill(500))
    fast = await claims.claim(ACME, by(asked, "c4"))
    server.start_redis()
    await until(server._redis_answers)
    await claims.renew()

    assert [type(answer) for answer in answers] == [Grant, Grant, Full]
    assert answers[2] == fast == TOO_FAST
    assert await total(server.redis) == MINUTE + 500 + MINUTE


async def test_whatever_happens_granted_first_minutes_fit_and_the_sum_is_exact(server: Node):
    """Three nodes, calls that begin, grow and end in any order and some twice: Redis and a plain sum agree."""
    chance = random.Random(4711)
    nodes = [RedisClaims(server.redis) for _ in range(3)]
    limits = spend_of(20 * MINUTE)
    booked: dict[LegId, int] = {}
    running: list[LegId] = []
    for n in range(400):
        node, leg_id = chance.choice(nodes), LegId(f"c{n}")
        spent = sum(booked.values())
        answer = await node.claim(ACME, by(order(limits), leg_id))
        assert isinstance(answer, Grant) == (spent + MINUTE <= 20 * MINUTE)
        if isinstance(answer, Grant):
            booked[leg_id] = MINUTE
            running.append(leg_id)
        for ended in chance.sample(running, k=len(running) // 3):
            booked[ended] = chance.choice([0, 0, chance.randrange(MINUTE // 20)])
            for _ in range(chance.choice([1, 2])):
                await chance.choice(nodes).release(ACME, ended, CHEAP, bill(booked[ended]))
            running.remove(ended)
        assert await total(server.redis) == sum(booked.values())


async def test_two_nodes_never_spend_the_last_minute_both(server: Node):
    nodes = [RedisClaims(server.redis) for _ in range(4)]
    asked = (nodes[n % 4].claim(ACME, by(order(spend_of(7 * MINUTE)), f"c{n}")) for n in range(40))

    answers = await asyncio.gather(*asked)

    assert sum(isinstance(answer, Grant) for answer in answers) == 7


async def test_acknowledged_bookings_survive_the_master(redises: Any):
    redis = connect(redises.url)
    claims = RedisClaims(redis, Replicas(1, 100))
    for n in range(50):
        assert isinstance(await claims.claim(ACME, by(order(Limits()), f"c{n}")), Grant)
        await claims.release(ACME, LegId(f"c{n}"), CHEAP, bill(100))
    assert not claims._unsure.is_set()

    await redises.kill_master()

    async def there() -> bool:
        try:
            return await total(redis) == 50 * 100
        except RedisError:
            return False

    await until(there, 15)
    await redis.aclose()


async def test_a_call_for_help_takes_a_channel_that_is_not_there_and_is_counted(server: Node):
    claims = RedisClaims(server.redis)
    limits = replace(spend_of(0), calls_per_minute=1, station_calls_per_minute=1)
    offers = (TrunkOffer(CHEAP, 1, "emergency", ()), TrunkOffer(DEAR, 1, "emergency", ()))
    busy = claim_of(offers[:1], 1, Limits(), ANA, STARTED)
    assert isinstance(await claims.claim(ACME, by(busy, "busy")), Grant)

    answer = await claims.claim(ACME, by(claim_of(offers, 1, limits, ANA, STARTED, True), "help"))
    await claims.renew()

    trunk, tenant = keys.trunk_channels(CHEAP), keys.tenant_channels(ACME)
    assert answer == Grant(CHEAP, 0)
    assert [await server.redis.zcard(name) for name in (trunk, tenant)] == [2, 2]
    assert await claims.claim(OTHER, by(busy, "later")) == Full(Ending.TRUNK_CHANNELS_EXHAUSTED)
    await claims.release(ACME, LegId("help"), CHEAP, bill(0))
    assert [await server.redis.zcard(name) for name in (trunk, tenant)] == [1, 1]


async def test_a_call_for_help_waits_for_no_redis(server: Node):
    claims = RedisClaims(server.redis)
    server.processes["redis"].child.send_signal(signal.SIGSTOP)
    try:
        # Whoever asks a Redis that does not answer waits for CLAIM_SECONDS.
        async with asyncio.timeout(CLAIM_SECONDS / 10):
            answer = await claims.claim(ACME, by(replace(order(Limits()), emergency=True), "help"))
    finally:
        server.processes["redis"].child.send_signal(signal.SIGCONT)

    assert answer == Grant(CHEAP, 0)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(claims.run())
        await until(lambda: server.redis.zscore(keys.trunk_channels(CHEAP), "help"))
        running.cancel()
