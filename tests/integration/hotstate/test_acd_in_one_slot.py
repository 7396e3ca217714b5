"""A shard of Redis Cluster refuses a script that reaches for a slot of another: none of ours does."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from callmodel.agents import AgentState, SeatUse
from callmodel.ids import AgentId, CallId
from callmodel.offers import InLine, OfferEnd
from callmodel.queues import Strategy
from hotstate.acd import Acd
from servicekit.redisio import connect
from tests.integration.hotstate.acd_centre import (
    ACME,
    HQ,
    NODE,
    QUEUE,
    SALES,
    T,
    close,
    join,
    leg,
    outstanding,
    sign_in,
    state,
)
from tests.integration.servicekit.redis_server import RedisServer
from trunkline.conditions import until


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Redis]:
    """A shard that has one slot only, the pool's."""
    server = RedisServer(tmp_path, "--cluster-enabled", "yes", "--cluster-require-full-coverage", "no")
    server.start()
    client = connect(server.url)
    slot = await client.execute_command("CLUSTER", "KEYSLOT", "{pool:hq}:agents")
    await client.execute_command("CLUSTER", "ADDSLOTS", slot)

    async def is_up() -> bool:
        return "cluster_state:ok" in str(await client.execute_command("CLUSTER", "INFO"))

    assert await until(is_up, 15)
    yield client
    await client.aclose()
    server.stop()


async def test_every_script_stays_in_the_slot_of_its_pool(cluster: Redis):
    with pytest.raises(ResponseError, match="non local key"):
        await cluster.eval("return redis.call('GET', 'elsewhere')", 1, "{pool:hq}:agents")  # type: ignore[misc]
    acd, queue = Acd(cluster), replace(QUEUE, strategy=Strategy.ROUND_ROBIN, reserved_agents=1)
    await sign_in(acd, "al", "101", T, en=3)
    await sign_in(acd, "bo", "102", T)
    offer = await join(acd, "c1", T + 1, queue, caller="hash")
    await leg(acd, "101", SeatUse.RINGING, T + 2)
    await leg(acd, "101", SeatUse.TALKING, T + 3)
    await close(acd, offer, OfferEnd.ANSWERED, T + 4)
    assert await acd.last_agent(HQ, ACME, "hash") is not None
    await acd.note_spoken(HQ, ACME, "hash", AgentId("bo"), T + 5)
    assert await join(acd, "c2", T + 6, queue, caller="other") == InLine(1)
    assert await acd.widen(HQ, ACME, SALES, CallId("c2"), T + 7) == InLine(1)
    assert await acd.place(HQ, ACME, SALES, CallId("c2")) == InLine(1)
    await leg(acd, "101", SeatUse.GONE, T + 8)
    assert await outstanding(acd) == {"c2": ["bo"]}
    await acd.prove(HQ, NODE, {}, [(ACME, SALES, CallId("c2"))], T + 9)
    await acd.lapse(HQ, T + 6_000)
    await acd.forget_node(HQ, NODE, T + 6_001)
    assert (await acd.see(HQ, ACME, SALES, T + 6_002)).ready == 2
    await acd.pause(HQ, AgentId("al"), "tea", T + 6_003)
    await acd.leave(HQ, ACME, SALES, CallId("c2"), T + 6_004)
    await acd.sign_out(HQ, AgentId("bo"), T + 6_005)
    assert [await state(acd, name) for name in ("al", "bo")] == [AgentState.PAUSED, AgentState.SIGNED_OUT]
