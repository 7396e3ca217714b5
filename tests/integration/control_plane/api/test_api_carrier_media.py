"""A carrier's media where its trunk does not allow it: shown as edges tell it, allowed with the operator's yes."""

import json
import time
from collections.abc import AsyncIterator

import pytest
from api_house import ROLES, House, World, fresh
from redis.asyncio import Redis

from callmodel import keys
from callmodel.codec import to_wire
from callmodel.edgecarriers import EdgeCarriers, StrayMedia
from callmodel.ids import TrunkId
from servicekit.redisio import connect

SEEN, OTHER = "203.0.113.77", "203.0.113.78"


@pytest.fixture
async def redis(house: House) -> AsyncIterator[Redis]:
    client = connect(f"redis://127.0.0.1:{house.redis_port}/0")
    yield client
    for name in await client.smembers(keys.EDGES):
        await client.delete(keys.edge_carriers(str(name)))
    await client.delete(keys.EDGES)
    await client.aclose()


async def tell(redis: Redis, edge_id: str, *strays: StrayMedia) -> None:
    told = EdgeCarriers(edge_id, int(time.time() * 1000), (), strays)
    await redis.sadd(keys.EDGES, edge_id)
    await redis.set(keys.edge_carriers(edge_id), json.dumps(to_wire(told)), px=60_000)


@pytest.fixture
async def trunk_id(world: World, redis: Redis) -> TrunkId:
    """A trunk whose carrier was seen with its media at two addresses."""
    made = TrunkId(fresh("carrier"))
    body = {
        "trunk_id": made,
        "name": "Carrier",
        "gateways": [{"host": "203.0.113.10"}],
        "rates": [{"prefix": "+86", "cost_per_minute": 0.05, "cost_class": "national"}],
    }
    await world.admin.make("/trunks", body)
    await tell(redis, "edge-1", StrayMedia(made, SEEN, 1000), StrayMedia(TrunkId("another"), "203.0.113.99", 1))
    await tell(redis, "edge-2", StrayMedia(made, SEEN, 2000), StrayMedia(made, OTHER, 1500))
    return made


async def refused(world: World, trunk_id: TrunkId) -> list[object]:
    return (await world.admin.get(f"/trunks/{trunk_id}/media-refused"))["items"]


async def test_it_is_shown_with_the_trunk_and_in_the_platforms_state(world: World, trunk_id: TrunkId):
    assert await refused(world, trunk_id) == [
        {"address": SEEN, "at_ms": 2000, "edges": ["edge-1", "edge-2"]},
        {"address": OTHER, "at_ms": 1500, "edges": ["edge-2"]},
    ]
    status = await world.admin.get("/platform/status")
    (health,) = (each for each in status["trunks"] if each["trunk_id"] == trunk_id)
    assert health["media_refused"] == [SEEN, OTHER]


async def test_one_yes_allows_it_and_stands_in_the_audit(world: World, trunk_id: TrunkId):
    path = f"/trunks/{trunk_id}"
    allowed = await world.admin.call("POST", f"{path}/media-refused/allow", {"address": SEEN})

    assert (allowed.status, allowed.body["media_learnt"], allowed.body["media_networks"]) == (200, [SEEN], [])
    assert [each["address"] for each in await refused(world, trunk_id)] == [OTHER]
    today = time.strftime("%Y-%m-%d", time.gmtime())
    trail = await world.admin.get(f"/platform/audit?day={today}")
    entry = next(each for each in trail["items"] if each["subject"].get("address") == SEEN)
    assert (entry["actor"], entry["subject"]["trunk_id"]) == ("admin", trunk_id)
    assert entry["changes"] == {"media_learnt": {"old": [], "new": [SEEN]}}
    taken_back = await world.admin.call("PATCH", path, {"media_learnt": []})
    assert taken_back.body["media_learnt"] == []


async def test_what_no_edge_has_seen_is_allowed_to_nobody(world: World, trunk_id: TrunkId):
    path = f"/trunks/{trunk_id}/media-refused/allow"
    unseen = await world.admin.call("POST", path, {"address": "198.51.100.1"})
    of_another = await world.admin.call("POST", path, {"address": "203.0.113.99"})
    await world.admin.call("POST", path, {"address": SEEN})
    again = await world.admin.call("POST", path, {"address": SEEN})

    assert [each.error_id for each in (unseen, of_another, again)] == ["media-not-seen"] * 3


@pytest.mark.parametrize("role", ROLES)
async def test_only_headquarters_says_yes(world: World, trunk_id: TrunkId, role: str):
    user = world.users[("acme", role)]

    assert (await user.call("GET", f"/trunks/{trunk_id}/media-refused")).status == 403
    assert (await user.call("POST", f"/trunks/{trunk_id}/media-refused/allow", {"address": SEEN})).status == 403
