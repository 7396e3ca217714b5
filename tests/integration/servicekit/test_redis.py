"""Connections and scripts on a real Redis, and without it."""

import asyncio
import time

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError, ResponseError
from redis_server import RedisServer, free_port

from servicekit.redisio import LuaScripts, connect, get_each


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
