"""Streams on a real Redis: nothing is lost when handlers, consumers or Redis itself fail."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisAwayError
from redis_server import RedisServer, until

from servicekit.streams import ONLY_GROUP, Fields, RetryLaterError, StreamReader, append

Record = list[tuple[str, str]]


@asynccontextmanager
async def running(*readers: StreamReader) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(reader.run()) for reader in readers]
        yield
        for task in tasks:
            task.cancel()


def recorder() -> tuple[Record, Callable[..., object]]:
    seen: Record = []

    async def handle(stream: str, _message_id: str, fields: Fields) -> None:
        seen.append((stream, fields["n"]))

    return seen, handle


def reader_of(
    redis: Redis, handler: Callable[..., object], *streams: str, name: str = "one", **how: int
) -> StreamReader:
    how = {"block_ms": 50, "claim_idle_ms": 300, **how}
    return StreamReader(redis, "group", name, handler, streams, **how)  # type: ignore[arg-type]


async def pending(redis: Redis, stream: str = "facts") -> int:
    return int((await redis.xpending(stream, "group"))["pending"])


async def drained(redis: Redis, stream: str = "facts") -> None:
    async with asyncio.timeout(15):
        while await pending(redis, stream):  # noqa: ASYNC110 - Redis decides
            await asyncio.sleep(0.01)


async def test_messages_of_a_stream_come_in_order_and_are_acked(redis: Redis):
    seen, handle = recorder()
    for n in range(200):
        await append(redis, "facts", {"n": str(n)}, 1000)
    async with running(reader_of(redis, handle, "facts")):
        await until(lambda: len(seen) == 200)
        await drained(redis)
    assert seen == [("facts", str(n)) for n in range(200)]


async def test_streams_may_join_and_leave_while_running(redis: Redis):
    seen, handle = recorder()
    reader = reader_of(redis, handle)
    async with running(reader):
        await append(redis, "a", {"n": "1"}, 10)
        reader.add("a", "b")
        await until(lambda: seen == [("a", "1")])
        await append(redis, "b", {"n": "2"}, 10)
        await until(lambda: seen == [("a", "1"), ("b", "2")])
        reader.remove("a")
        # The round that is under way may still bring "a".
        await append(redis, "b", {"n": "round"}, 10)
        await until(lambda: ("b", "round") in seen)
        await append(redis, "a", {"n": "3"}, 10)
        await append(redis, "b", {"n": "4"}, 10)
        await until(lambda: ("b", "4") in seen)
    assert ("a", "3") not in seen and reader.streams == {"b"}


async def test_group_shares_the_work(redis: Redis):
    seen, handle = recorder()
    readers = [reader_of(redis, handle, "facts", name=f"r{n}", batch=4) for n in range(3)]
    async with running(*readers):
        for n in range(90):
            await append(redis, "facts", {"n": str(n)}, 1000)
        await until(lambda: len(seen) >= 90)
        await drained(redis)
    assert sorted(int(n) for _, n in seen) == list(range(90))


async def test_concurrent_handling_is_bounded(redis: Redis):
    now, most, done = 0, 0, 0

    async def handle(*_: object) -> None:
        nonlocal now, most, done
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.005)
        now -= 1
        done += 1

    for n in range(40):
        await append(redis, "facts", {"n": str(n)}, 1000)
    async with running(reader_of(redis, handle, "facts", concurrency=8)):
        await until(lambda: done == 40)
    assert most == 8


async def redis_says_pending(redis: Redis, count: int) -> None:
    async with asyncio.timeout(15):
        while await pending(redis) != count:  # noqa: ASYNC110 - Redis decides
            await asyncio.sleep(0.01)


async def calls_of(redis: Redis, command: str) -> int:
    stats: Any = await redis.info("commandstats")
    return int(stats.get(f"cmdstat_{command}", {}).get("calls", 0))


async def test_handled_messages_are_acked_together_and_wait_for_no_slow_one(redis: Redis):
    freed = asyncio.Event()

    async def handle(_stream: str, _id: str, fields: Fields) -> None:
        if fields["n"] == "3":
            await freed.wait()

    await redis.xgroup_create("facts", "group", id="0", mkstream=True)
    for n in range(40):
        await append(redis, "facts", {"n": str(n)}, 1000)
    before = await calls_of(redis, "xack")
    async with running(reader_of(redis, handle, "facts", concurrency=40)), asyncio.timeout(15):
        await redis_says_pending(redis, 1)
        freed.set()
        await drained(redis)
    assert await calls_of(redis, "xack") - before <= 3


async def test_busy_stream_is_read_in_few_rounds(redis: Redis):
    seen, handle = recorder()
    before = await calls_of(redis, "xack")
    async with running(reader_of(redis, handle, "facts", gather_ms=200)):
        for n in range(60):
            await append(redis, "facts", {"n": str(n)}, 1000)
            await asyncio.sleep(0.005)
        await until(lambda: len(seen) == 60)
        await drained(redis)
    assert seen == [("facts", str(n)) for n in range(60)]
    assert await calls_of(redis, "xack") - before < 30


async def test_failed_message_comes_again(redis: Redis):
    tries: list[str] = []

    async def handle(_stream: str, _id: str, fields: Fields) -> None:
        tries.append(fields["n"])
        if fields["n"] == "bad" and tries.count("bad") < 3:
            raise ValueError

    for n in ("bad", "good"):
        await append(redis, "facts", {"n": n}, 10)
    async with running(reader_of(redis, handle, "facts")):
        await until(lambda: tries.count("bad") == 3)
        await drained(redis)
    assert tries == ["bad", "good", "bad", "bad"]
    assert await redis.exists("facts:dead") == 0


async def test_poison_message_is_buried_and_the_rest_goes_on(redis: Redis):
    tries: list[str] = []

    async def handle(_stream: str, _id: str, fields: Fields) -> None:
        tries.append(fields["n"])
        if fields["n"] == "poison":
            raise ValueError

    poison_id = await append(redis, "facts", {"n": "poison"}, 10)
    await append(redis, "facts", {"n": "good"}, 10)
    async with running(reader_of(redis, handle, "facts", max_deliveries=3, claim_idle_ms=100)):
        await until(lambda: tries.count("poison") == 3)
        await drained(redis)
    [(_, letter)] = await redis.xrange("facts:dead")
    assert letter == {"n": "poison", "dead_id": poison_id, "dead_group": "group", "dead_deliveries": "3"}
    assert tries.count("good") == 1 and tries.count("poison") == 3


async def test_what_one_group_reads_alone_is_forgotten_when_it_is_handled(redis: Redis):
    async def handle(_stream: str, _id: str, fields: Fields) -> None:
        if fields["n"] == "poison":
            raise ValueError

    for n in ("poison", "good"):
        await append(redis, "orders", {"n": n}, 10)
    reader = reader_of(redis, handle, "orders", max_deliveries=1, claim_idle_ms=100, forget_handled=True)
    async with running(reader), asyncio.timeout(15):
        while await redis.xlen("orders"):  # noqa: ASYNC110 - Redis decides
            await asyncio.sleep(0.01)

    assert (await pending(redis, "orders"), await redis.xlen("orders:dead")) == (0, 1)
    assert 0 < await redis.ttl("orders:dead") <= 14 * 86_400


@pytest.mark.parametrize("error", [RetryLaterError("store is away"), RedisAwayError()])
async def test_message_waits_for_a_dependency_and_is_no_poison(redis: Redis, error: Exception):
    tries: list[str] = []

    async def handle(_stream: str, _id: str, fields: Fields) -> None:
        tries.append(fields["n"])
        if len(tries) < 5:
            raise error

    for n in range(2):
        await append(redis, "facts", {"n": str(n)}, 10)
    async with running(reader_of(redis, handle, "facts", max_deliveries=1, claim_idle_ms=100)):
        await until(lambda: len(tries) == 6)
        await drained(redis)
    assert tries == ["0"] * 5 + ["1"]
    assert await redis.exists("facts:dead") == 0


async def test_messages_of_a_killed_consumer_are_taken_over(redis: Redis, redis_server: RedisServer):
    seen, handle = recorder()
    for n in range(5):
        await append(redis, "facts", {"n": str(n)}, 10)
    script = str(Path(__file__).with_name("stream_worker.py"))
    worker = await asyncio.create_subprocess_exec(
        sys.executable, script, redis_server.url, stdout=asyncio.subprocess.PIPE
    )
    assert worker.stdout is not None
    assert await asyncio.wait_for(worker.stdout.readline(), 20) and await pending(redis) == 5

    async with running(reader_of(redis, handle, "facts", claim_idle_ms=500)):
        # As long as the consumer lives, what it holds is its own, however long it takes.
        await append(redis, "facts", {"n": "new"}, 10)
        await until(lambda: seen == [("facts", "new")])
        # Three times the idle time: that nothing happens can not be waited for otherwise.
        await asyncio.sleep(1.5)
        assert seen == [("facts", "new")]
        worker.kill()
        await worker.wait()
        await until(lambda: len(seen) == 6)
        await drained(redis)
    assert sorted(seen[1:]) == [("facts", str(n)) for n in range(5)]


async def test_consumer_that_comes_back_takes_up_its_own_at_once(redis: Redis):
    seen, handle = recorder()
    await redis.xgroup_create("facts", "group", id="0", mkstream=True)
    for n in range(3):
        await append(redis, "facts", {"n": str(n)}, 10)
    await redis.xreadgroup("group", "one", {"facts": ">"})
    async with running(reader_of(redis, handle, "facts", claim_idle_ms=3_600_000)):
        await until(lambda: len(seen) == 3)
        await drained(redis)


async def test_redis_killed_and_restarted_loses_nothing(redis: Redis, redis_server: RedisServer):
    seen, handle = recorder()
    async with running(reader_of(redis, handle, "facts")):
        for n in range(50):
            await append(redis, "facts", {"n": str(n)}, 1000)
        await until(lambda: len(seen) >= 10)
        await asyncio.to_thread(redis_server.kill)
        await asyncio.to_thread(redis_server.start)
        for n in range(50, 60):
            await append(redis, "facts", {"n": str(n)}, 1000)
        await until(lambda: len({n for _, n in seen}) == 60)
        await drained(redis)


async def test_group_is_made_anew_when_the_stream_vanished(redis: Redis):
    seen, handle = recorder()
    async with running(reader_of(redis, handle, "facts")):
        await append(redis, "facts", {"n": "1"}, 10)
        await until(lambda: len(seen) == 1)
        await redis.flushall()
        await append(redis, "facts", {"n": "2"}, 10)
        await until(lambda: len(seen) == 2)
        await drained(redis)


async def test_message_trimmed_while_pending_is_let_go(redis: Redis):
    seen, handle = recorder()
    await redis.xgroup_create("facts", "group", id="0", mkstream=True)
    for n in range(3):
        await append(redis, "facts", {"n": str(n)}, 10)
    await redis.xreadgroup("group", "gone", {"facts": ">"})
    await redis.xreadgroup("group", "one", {"facts": ">"})
    await redis.xtrim("facts", maxlen=1, approximate=False)
    async with running(reader_of(redis, handle, "facts")):
        await until(lambda: seen == [("facts", "2")])
        await drained(redis)


async def test_stream_is_trimmed_approximately(redis: Redis):
    for n in range(1000):
        await append(redis, "facts", {"n": str(n)}, 100)
    assert 100 <= await redis.xlen("facts") < 300


@pytest.mark.parametrize("block_ms", [0, 4001])
def test_blocking_for_ever_is_refused(block_ms: int):
    with pytest.raises(ValueError):
        StreamReader(Redis(), "g", "c", recorder()[1], block_ms=block_ms)  # type: ignore[arg-type]


async def test_a_reader_without_streams_waits_until_one_is_added(redis: Redis):
    seen, handle = recorder()
    reader = reader_of(redis, handle)
    reader.add()
    async with running(reader):
        await append(redis, "late", {"n": "1"}, 10)
        reader.add("late")
        await until(lambda: seen == [("late", "1")])


async def test_a_message_that_is_put_back_for_another_group_is_passed_over(redis: Redis):
    seen, handle = recorder()
    await append(redis, "facts", {"n": "theirs", ONLY_GROUP: "other"}, 10)
    await append(redis, "facts", {"n": "ours", ONLY_GROUP: "group"}, 10)
    async with running(reader_of(redis, handle, "facts")):
        await until(lambda: len(seen) == 1)
        await drained(redis)
    assert seen == [("facts", "ours")]
