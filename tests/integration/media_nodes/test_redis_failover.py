"""The master of three Redis servers is killed while a node claims trunks and tells facts."""

import asyncio
import contextlib
import time
from pathlib import Path
from typing import Any

from media_harness import until
from redis.exceptions import RedisError

from callmodel import keys
from callmodel.ids import CallId, NodeId, TenantId, TrunkId
from callmodel.orders import ClaimTrunk
from callmodel.routing import TrunkOffer
from callmodel.wire import Envelope
from media_nodes.claims import RedisClaims
from media_nodes.outbox import RedisOutbox
from media_nodes.ports import Grant
from servicekit.redisio import Replicas, connect

ACME, TRUNK = TenantId("acme"), TrunkId("t1")
ORDER = ClaimTrunk((TrunkOffer(TRUNK, 100_000, "national", ()),), 100_000)
ONE_REPLICA = Replicas(1, 100)


async def test_every_acknowledged_claim_is_there_after_a_fail_over(redises: Any):
    redis = connect(redises.url)
    claims = RedisClaims(redis, ONE_REPLICA)
    acknowledged: set[str] = set()
    took: list[float] = []

    async def claim() -> None:
        began = time.monotonic()
        call_id = f"c{len(took)}"
        assert isinstance(await claims.claim(ACME, CallId(call_id), ORDER), Grant), "calls go on, whatever Redis does"
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
