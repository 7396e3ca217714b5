"""Bans of all edges in one list, and the order to lift one: HQ administrators only, and audited."""

import json
import time
from collections.abc import AsyncIterator

import pytest
from api_house import ROLES, House, World, fresh
from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import to_wire
from callmodel.edgebans import EdgeBan, EdgeBans
from servicekit.redisio import connect

SINCE, UNTIL = 1_700_000_000_000, 1_700_000_300_000
BANNED = EdgeBan("203.0.113.7", "", "flood", SINCE, UNTIL)
LOCKED = EdgeBan("198.51.100.9", "1002@acme.example", "guessing", SINCE + 1, UNTIL)


@pytest.fixture
async def redis(house: House) -> AsyncIterator[Redis]:
    client = connect(f"redis://127.0.0.1:{house.redis_port}/0")
    yield client
    for name in await client.smembers(keys.EDGES):
        await client.delete(keys.edge_bans(str(name)))
    await client.delete(keys.EDGES)
    await client.aclose()


async def tell(redis: Redis, edge_id: str, *bans: EdgeBan) -> None:
    told = EdgeBans(edge_id, int(time.time() * 1000), bans)
    await redis.sadd(keys.EDGES, edge_id)
    await redis.set(keys.edge_bans(edge_id), json.dumps(to_wire(told)), px=60_000)


async def test_bans_of_all_edges_are_one_list(world: World, redis: Redis):
    await tell(redis, "edge-1", BANNED, LOCKED)
    await tell(redis, "edge-2", BANNED)
    await redis.sadd(keys.EDGES, "edge-3")

    found = await world.admin.get("/platform/bans")
    assert found == {
        "items": [
            {
                "address": "198.51.100.9",
                "account": "1002@acme.example",
                "reason": "guessing",
                "since_ms": SINCE + 1,
                "until_ms": UNTIL,
                "edges": ["edge-1"],
            },
            {
                "address": "203.0.113.7",
                "account": None,
                "reason": "flood",
                "since_ms": SINCE,
                "until_ms": UNTIL,
                "edges": ["edge-1", "edge-2"],
            },
        ],
        "silent_edges": ["edge-3"],
    }


@pytest.mark.parametrize("account", ["", "1002@acme.example"])
async def test_lift_is_ordered_at_every_edge_and_audited(world: World, redis: Redis, account: str):
    address = f"203.0.113.{int(fresh('x')[2:], 16) % 250}"
    answer = await world.admin.call("POST", "/platform/bans/lift", {"address": address, "account": account})

    assert answer.status == 204
    ((_, order),) = await redis.xrevrange(keys.BAN_LIFTS, count=1)
    assert json.loads(order["order"]) == {"address": address, "account": account}
    today = time.strftime("%Y-%m-%d", time.gmtime())
    trail = await world.admin.get(f"/platform/audit?day={today}")
    entry = next(each for each in trail["items"] if each["action"] == "bans.lift-ordered")
    assert entry["subject"] == {"address": address, "account": account}
    assert entry["actor"] == "admin"


@pytest.mark.parametrize("role", ROLES)
async def test_no_tenants_user_sees_or_lifts_bans(world: World, redis: Redis, role: str):
    client = world.users[("acme", role)]
    before = await redis.xlen(keys.BAN_LIFTS)

    assert (await client.call("GET", "/platform/bans")).status == 403
    assert (await client.call("POST", "/platform/bans/lift", {"address": "203.0.113.7"})).status == 403
    assert await redis.xlen(keys.BAN_LIFTS) == before


@pytest.mark.parametrize(
    "body",
    [{}, {"address": "everybody"}, {"address": "203.0.113.7\n"}, {"address": "203.0.113.7", "account": "a|b"}],
)
async def test_lift_names_an_address(world: World, body: dict[str, str]):
    assert (await world.admin.call("POST", "/platform/bans/lift", body)).status == 422
