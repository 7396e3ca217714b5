"""Asking every edge for the messages of a call, over a real Redis: HQ administrators only, and audited."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from api_house import ROLES, House, World
from redis.asyncio import Redis

from callmodel import keys
from callmodel.ladder import HeadKind
from edge_proxy import heads
from edge_proxy.ladders import Ladders, Pipe, answer
from servicekit.redisio import connect

CALL = "0193fa9e-1b2c-7d3e-8f40-123456789abc"
QUESTION = {"call_id": CALL, "dialogs": ["a84b4c76e66710@carrier"], "accounts": ["1002@acme.example"]}


@pytest.fixture
async def redis(house: House, tmp_path: Path) -> AsyncIterator[Redis]:
    """Where one edge listens, and another is named that is gone."""
    client = connect(f"redis://127.0.0.1:{house.redis_port}/0")
    kept = Ladders("edge-1", 100, 3600)
    kept.take(told(2, "our-leg", "INVITE +86138****5678", CALL))
    kept.take(told(3, "a84b4c76e66710@carrier", "BYE"))
    kept.take(told(1, f"{heads.ACCOUNT}1002@acme.example", "wrong password from 198.51.100.9"))
    kept.take(told(4, "another", "INVITE 1001", "another call"))
    pipe = Pipe(tmp_path, kept)
    pipe.open()
    await client.sadd(keys.EDGES, "edge-1", "edge-2")
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(answer(pipe, client, "edge-1"))
        yield client
        listening.cancel()
    await pipe.close()
    await client.delete(keys.EDGES)
    await client.aclose()


def told(at_ms: int, name: str, words: str, call_id: str = "") -> bytes:
    return heads.to_line(at_ms, name, HeadKind.REQUEST, "phone", "198.51.100.7", words, "", call_id)


async def test_what_edges_remember_is_one_ladder(world: World, redis: Redis):
    answer = await world.admin.call("POST", "/platform/messages", QUESTION)

    assert answer.status == 200
    assert [head["sip_call_id"] for head in answer.body["items"]] == [
        "account:1002@acme.example", "our-leg", "a84b4c76e66710@carrier",
    ]  # fmt: skip
    assert answer.body["items"][1]["words"] == "INVITE +86138****5678"
    assert answer.body["silent_edges"] == ["edge-2"]
    trail = await world.admin.get(f"/platform/audit?day={time.strftime('%Y-%m-%d', time.gmtime())}")
    assert any(CALL in str(entry["subject"]) for entry in trail["items"])


async def test_nothing_known_is_an_empty_ladder(world: World, redis: Redis):
    answer = await world.admin.call("POST", "/platform/messages", {"dialogs": ["nobody's"]})

    assert (answer.status, answer.body["items"]) == (200, [])


@pytest.mark.parametrize("role", ROLES)
async def test_nobody_of_a_tenant_may_ask(world: World, role: str):
    answer = await world.users[("acme", role)].call("POST", "/platform/messages", QUESTION)

    assert answer.status == 403
