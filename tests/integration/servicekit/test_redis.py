"""Connections, scripts and snapshots on a real Redis, and without it."""

import asyncio
import json
import stat
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError, ResponseError
from redis_server import RedisServer, free_port, until

from servicekit.redisio import LuaScripts, connect, get_each
from servicekit.snapshots import Document, follow, publish


async def test_answers_are_text(redis: Redis):
    await redis.set("k", "ü")
    assert await redis.get("k") == "ü"


async def test_unix_socket_serves_too(redis: Redis, redis_server: RedisServer):
    await redis.set("k", "ü")
    client = connect(redis_server.socket_url)
    assert await client.get("k") == "ü"
    await client.aclose()


async def test_more_callers_than_connections_wait_for_their_turn(redis: Redis):
    await asyncio.gather(*(redis.incr("n") for _ in range(500)))
    assert await redis.get("n") == "500"


async def test_missing_redis_fails_within_seconds():
    client = connect(f"redis://127.0.0.1:{free_port()}/0")
    started = time.monotonic()
    with pytest.raises(ConnectionError):
        await client.ping()
    assert time.monotonic() - started < 5
    await client.aclose()


async def test_client_survives_a_restart(redis: Redis, redis_server: RedisServer):
    await redis.set("k", "1")
    await asyncio.to_thread(redis_server.kill)
    await asyncio.to_thread(redis_server.start)
    assert await redis.get("k") == "1"


async def test_values_of_many_keys_come_in_the_order_asked_for(redis: Redis):
    await redis.mset({"a": "1", "c": "3"})
    assert await get_each(redis, ["c", "b", "a"]) == ["3", None, "1"]
    assert await get_each(redis, []) == []


async def test_script_runs_by_hash_and_after_redis_forgot_it(redis: Redis):
    scripts = LuaScripts(redis)
    scripts.register("add", "return redis.call('INCRBY', KEYS[1], ARGV[1])")
    assert await scripts.run("add", ["k"], [2]) == 2
    await redis.script_flush()
    assert await scripts.run("add", ["k"], [3]) == 5
    assert await scripts.run("add", ["k"], [1]) == 6


async def test_error_in_a_script_is_raised_once(redis: Redis):
    scripts = LuaScripts(redis)
    scripts.register("bad", "redis.call('INCR', KEYS[1]) return redis.error_reply('ODD thing')")
    with pytest.raises(ResponseError, match="ODD thing"):
        await scripts.run("bad", ["k"])
    assert await redis.get("k") == "1"
    with pytest.raises(KeyError):
        await scripts.run("unknown", [])


@asynccontextmanager
async def following(redis: Redis, key: str, cache: Path | None = None) -> AsyncIterator[list[tuple[int, Document]]]:
    got: list[tuple[int, Document]] = []

    async def collect() -> None:
        async for item in follow(redis, key, cache):
            got.append(item)  # noqa: PERF401 - it never ends

    async with asyncio.TaskGroup() as group:
        task = group.create_task(collect())
        yield got
        task.cancel()


async def test_version_rises_with_changes_only(redis: Redis):
    assert await publish(redis, "edge", {"b": 1, "a": "客户"}) == 1
    assert await publish(redis, "edge", {"a": "客户", "b": 1}) == 1
    assert await publish(redis, "edge", {"b": 2}) == 2
    assert json.loads(await redis.get("edge")) == {"version": 2, "document": {"b": 2}}


async def test_publishers_at_once_agree(redis: Redis):
    versions = await asyncio.gather(*(publish(redis, "edge", {"n": n % 2}) for n in range(20)))
    assert max(versions) == int(await redis.get("edge:version"))
    assert len(set(versions)) == max(versions)


async def test_followers_get_the_current_and_each_change(redis: Redis):
    await publish(redis, "edge", {"n": 1})
    async with following(redis, "edge") as got:
        await until(lambda: got == [(1, {"n": 1})])
        started = time.monotonic()
        await publish(redis, "edge", {"n": 2})
        await until(lambda: len(got) == 2)
        assert time.monotonic() - started < 0.5
    assert got == [(1, {"n": 1}), (2, {"n": 2})]


async def test_missed_notification_is_healed_by_the_poll(redis: Redis):
    async with following(redis, "edge") as got:
        await publish(redis, "edge", {"n": 1})
        await until(lambda: len(got) == 1)
        # The change without its PUBLISH.
        await redis.set("edge", '{"version":2,"document":{"n":2}}')
        await redis.set("edge:version", 2)
        await until(lambda: len(got) == 2, 3)


async def test_cache_is_private_and_serves_when_redis_is_away(
    redis: Redis, redis_server: RedisServer, tmp_path: Path
):
    cache = tmp_path / "cache" / "edge.json"
    await publish(redis, "edge", {"n": 1})
    async with following(redis, "edge", cache) as got:
        await until(lambda: len(got) == 1)
    assert stat.S_IMODE(cache.stat().st_mode) == 0o600

    await asyncio.to_thread(redis_server.kill)
    async with following(redis, "edge", cache) as got:
        await until(lambda: got == [(1, {"n": 1})])
        await asyncio.to_thread(redis_server.start)
        await publish(redis, "edge", {"n": 2})
        await until(lambda: got[-1] == (2, {"n": 2}))
    assert len(got) == 2
    assert json.loads(cache.read_text()) == {"version": 2, "document": {"n": 2}}


async def test_follower_accepts_a_new_start_after_redis_lost_its_data(redis: Redis):
    await publish(redis, "edge", {"n": 1})
    await publish(redis, "edge", {"n": 2})
    async with following(redis, "edge") as got:
        await until(lambda: len(got) == 1)
        await redis.flushall()
        await publish(redis, "edge", {"n": 3})
        await until(lambda: got[-1] == (1, {"n": 3}))


async def test_damaged_cache_is_passed_over(redis: Redis, redis_server: RedisServer, tmp_path: Path):
    cache = tmp_path / "edge.json"
    cache.write_text('{"version": 3}')
    await publish(redis, "edge", {"n": 1})
    await asyncio.to_thread(redis_server.kill)
    async with following(redis, "edge", cache) as got:
        await asyncio.to_thread(redis_server.start)
        await until(lambda: got == [(1, {"n": 1})])
