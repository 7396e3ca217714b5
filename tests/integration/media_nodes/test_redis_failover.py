"""The master of three Redis servers is killed while a node claims trunks and tells facts."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from claim_orders import by, claim_of
from media_harness import AGENT_HZ, BLOCK, CUSTOMER_HZ, Node, hears, until
from redis.exceptions import RedisError

from callmodel import keys
from callmodel.ids import CallId, NodeId, TenantId, TrunkId
from callmodel.routing import TrunkOffer
from callmodel.wire import Envelope
from media_nodes.claims import RedisClaims
from media_nodes.outbox import RedisOutbox
from media_nodes.ports import Grant
from servicekit.redisio import Replicas, connect
from simulators.phone import answer_after

ACME, TRUNK = TenantId("acme"), TrunkId("t1")
ORDER = claim_of((TrunkOffer(TRUNK, 100_000, "national", ()),), 100_000)
ONE_REPLICA = Replicas(1, 100)


class SentinelNode(Node):
    """A node on the Redis of the test, which may lose its master."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        super().__init__(folder, BLOCK)
        self.redis_url = redis_url
        self.env |= {"TRUNKLINE_REDIS_URL": redis_url, "TRUNKLINE_REDIS_WAIT_REPLICAS": "1"}

    def start_redis(self) -> None:
        """Somebody else did."""


@pytest.fixture
async def node(redises: Any, tmp_path: Path) -> AsyncIterator[Node]:
    made = SentinelNode(tmp_path, redises.url)
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


async def test_calls_go_on_and_new_ones_come_while_the_master_is_replaced(redises: Any, node: Node):
    node.with_trunks({"cheap": answer_after(0.0)})
    agent = await node.dial("13812345678")
    customer = await node.edge.wait_for_call()
    await hears(agent, CUSTOMER_HZ)

    await redises.kill_master()
    killed = time.monotonic()
    calls, set_ups = [agent], []
    while "trunks are claimed in redis again" not in node.log("conductor"):
        dialled = time.monotonic()
        calls.append(await node.dial("13912345678"))
        await calls[-1].wait_for("answered")
        set_ups.append(time.monotonic() - dialled)
        assert time.monotonic() - killed < 20
        await asyncio.sleep(0.2)
    back = time.monotonic() - killed
    await hears(agent, CUSTOMER_HZ)
    await hears(customer, AGENT_HZ)

    async def all_claimed() -> bool:
        return int(await node.redis.zcard(keys.tenant_channels(ACME))) == len(calls)

    await until(all_claimed)
    for call in calls:
        await call.hang_up()
    endings = await node.endings(len(calls))

    print(
        f"{len(set_ups)} calls set up meanwhile, in {max(set_ups):.2f} s at most; claims in Redis after {back:.1f} s"
    )
    assert list(endings.values()) == ["completed"] * len(calls)
    assert back < 12 and max(set_ups) < 2.5


async def test_every_acknowledged_claim_is_there_after_a_fail_over(redises: Any):
    redis = connect(redises.url)
    claims = RedisClaims(redis, ONE_REPLICA)
    acknowledged: set[str] = set()
    took: list[float] = []

    async def claim() -> None:
        began = time.monotonic()
        call_id = f"c{len(took)}"
        assert isinstance(await claims.claim(ACME, by(ORDER, call_id)), Grant), "calls go on, whatever Redis does"
        took.append(time.monotonic() - began)
        if not claims._unsure.is_set():
            acknowledged.add(call_id)

    async def there() -> set[str]:
        with contextlib.suppress(RedisError):
            return set(await redis.zrange(keys.trunk_channels(TRUNK), 0, -1))
        return set()

    while len(took) < 300:
        await claim()
    killing = time.monotonic()
    await redises.kill_master()
    while len(took) < 330:
        await claim()
    # Nobody renews yet: this is what the new master has of the former one.
    assert len(acknowledged) == 300
    assert acknowledged <= await until(there, 15)

    async with asyncio.TaskGroup() as group:
        running = group.create_task(claims.run())

        async def all_there() -> bool:
            return len(await there()) == len(took)

        await until(all_there, 5)
        await until(lambda: not claims._alone, 5)
        back = time.monotonic() - killing
        claims._unsure.clear()
        await claim()
        running.cancel()
    await redis.aclose()
    print(f"claims in Redis again after {back:.1f} s; set-up was held up {max(took):.2f} s at most")
    assert f"c{len(took) - 1}" in acknowledged
    assert back < 10 and max(took) < 1.5


async def test_no_fact_is_lost_with_the_master(redises: Any, tmp_path: Path):
    redis = connect(redises.url)
    outbox = RedisOutbox(tmp_path / "outbox", redis, ONE_REPLICA)
    told: list[str] = []
    async with asyncio.TaskGroup() as group:
        running = group.create_task(outbox.run())

        async def tell(count: int) -> None:
            for _ in range(count):
                call_id = f"c{len(told)}"
                told.append(f"{call_id}:call.started")
                outbox.put(Envelope(told[-1], "call.started", ACME, NodeId("media-1"), 5, {"call_id": call_id}))
                await asyncio.sleep(0.002)

        await tell(300)
        killing = group.create_task(redises.kill_master())
        await tell(300)
        await killing
        async with asyncio.timeout(15):
            await outbox.flushed()
        running.cancel()
    outbox.close()

    entries: Any = await redis.xrange(keys.facts(ACME))
    arrived = [fields["m"].partition('"fact_id":"')[2].partition('"')[0] for _, fields in entries]
    owners = [await redis.get(keys.call_owner(ACME, CallId(fact.partition(":")[0]))) for fact in told]
    print(f"{len(told)} facts, {len(arrived) - len(told)} of them twice")
    await redis.aclose()
    assert set(arrived) == set(told)
    assert set(owners) == {"media-1"}
