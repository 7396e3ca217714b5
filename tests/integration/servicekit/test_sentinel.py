"""Redis behind real sentinels: the client finds the master, and its successor when it dies."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from servicekit.redisio import NotReplicatedError, Replicas, TooFewReplicasError, connect, execute
from servicekit.streams import StreamReader
from trunkline.conditions import redis_reports, until

BOTH = Replicas(2, 1000)


@pytest.fixture
async def redis(redises: Any) -> Any:
    client = connect(redises.url)
    yield client
    await client.aclose()


async def put(redis: Redis, number: int) -> None:
    """Append a message, as often as it takes."""
    while True:
        try:
            async with redis.pipeline(transaction=False) as pipeline:
                pipeline.xadd("facts", {"n": str(number)})
                await execute(pipeline, Replicas(1, 300))
            return
        except (RedisError, OSError):
            await asyncio.sleep(0.05)


def recorder() -> tuple[set[int], Callable[..., Any]]:
    seen: set[int] = set()

    async def handle(_stream: str, _message_id: str, fields: dict[str, str]) -> None:
        seen.add(int(fields["n"]))

    return seen, handle


async def test_a_killed_master_costs_seconds_and_nothing_that_a_replica_has(redises: Any, redis: Redis):
    """Messages are written and read all the while."""
    seen, handle = recorder()
    longest, number = 0.0, 0
    async with asyncio.TaskGroup() as group:
        reader = group.create_task(StreamReader(redis, "group", "one", handle, ["facts"], block_ms=200).run())
        deadline = time.monotonic() + 60
        while longest < 0.5:
            assert time.monotonic() < deadline, "the master's death was not felt"
            if number == 200:
                killed = await redises.kill_master()
            began = time.monotonic()
            await put(redis, number)
            longest = max(longest, time.monotonic() - began)
            number += 1

        async def all_read() -> bool:
            return len(seen) == number

        assert await until(all_read, 20), sorted(set(range(number)) - seen)
        reader.cancel()
    print(f"writes went on after {longest:.1f} s, {number} messages")

    assert longest < 10
    assert await redises.master() != killed


async def test_a_demoted_master_is_noticed(redises: Any, redis: Redis):
    """An operator moves the master by hand; connections to the former one live."""
    await redis.set("k", "before")
    former = await redises.master()
    host, port = redises.plan.hosts[0], redises.plan.sentinel_port
    asked = f"SENTINEL FAILOVER {redises.plan.master}"
    assert not await redis_reports(host, port, asked, b"+OK")(), "a stranger moves no master"
    assert await redis_reports(host, port, asked, b"+OK", password=redises.plan.password)()

    async def moved() -> bool:
        try:
            await redis.set("k", "after")
            return bool(await redises.master() != former)
        except RedisError:
            return False

    assert await until(moved, 20)
    assert await redis.get("k") == "after"


async def test_what_too_few_replicas_have_is_told(redises: Any, redis: Redis):
    async with redis.pipeline(transaction=False) as pipeline:
        pipeline.set("k", "1")
        assert await execute(pipeline, BOTH) == [True]
    await redises.children["redis-3"].kill()

    with pytest.raises(NotReplicatedError):
        async with redis.pipeline(transaction=False) as pipeline:
            pipeline.set("k", "2")
            await execute(pipeline, Replicas(2, 50))

    # With one left a single replica still vouches, and the master goes on.
    async with redis.pipeline(transaction=False) as pipeline:
        pipeline.set("k", "3")
        assert await execute(pipeline, Replicas(1, 1000)) == [True]


async def test_a_master_without_replicas_counts_as_away_until_one_is_back(redises: Any, redis: Redis):
    for name in ("redis-2", "redis-3"):
        await redises.children[name].kill()

    async def takes_writes() -> bool:
        try:
            return bool(await redis.set("k", "1"))
        except TooFewReplicasError:
            return False

    async def refuses() -> bool:
        return not await takes_writes()

    assert await until(refuses, 15)
    await redises.come_back("redis-2")
    assert await until(takes_writes, 15)
