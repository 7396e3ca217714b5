"""A tenant's rules of VIPs and of what is dialled by hand: taken, refused, and known to media nodes."""

from collections.abc import AsyncIterator

import pytest
from api_house import House, World, fresh
from published import published
from redis.asyncio import Redis

from callmodel import keys
from callmodel.handdialling import HandDialling
from callmodel.vips import VipPattern, VipRules
from servicekit.redisio import connect

CRM = "https://crm.acme.example/vip"


@pytest.fixture
async def redis(house: House) -> AsyncIterator[Redis]:
    client = connect(house.environment["TRUNKLINE_REDIS_URL"])
    yield client
    await client.aclose()


@pytest.fixture
async def tenant(world: World) -> str:
    made = fresh("t")
    await world.admin.make("/tenants", {"tenant_id": made, "name": "Some Firm"})
    await world.admin.make(f"/tenants/{made}/queues", {"queue_id": "gold"})
    return f"/tenants/{made}"


async def test_media_nodes_have_the_rules_and_what_is_left_out_stays(world: World, redis: Redis, tenant: str):
    flow = {"name": "Full", "start": "bye", "nodes": {"bye": {"kind": "hang_up"}}}
    await world.admin.make(f"{tenant}/flows", {"flow_id": "full", "document": flow})
    rules = {"look_up_url": CRM, "reserved_channels": 2, "patterns": [{"prefix": "+86138", "queue_id": "gold"}]}
    by_hand = {"limited": True, "prefixes": ["+8621"], "lists": True}

    first = await world.admin.call("PATCH", tenant, {"vip_rules": rules, "hand_dialling": by_hand})
    second = await world.admin.call("PATCH", tenant, {"vip_rules": {"full_flow": "full"}})
    assert (first.status, second.status) == (200, 200), (first.body, second.body)
    name = tenant.rpartition("/")[2]
    found = await published(
        redis, keys.DIRECTORY, lambda known: (each := known.tenant_of(name)) and each.vip_rules.full_flow
    )

    known = found.tenant_of(name)
    patterns = (VipPattern("+86138", queue_id="gold"),)  # type: ignore[arg-type]
    assert known.vip_rules == VipRules(CRM, 300, patterns, 2, "full")  # type: ignore[arg-type]
    assert known.hand_dialling == HandDialling(True, ("+8621",), lists=True)
    assert second.body["vip_rules"]["look_up_url"] == CRM
    assert (await world.admin.call("DELETE", f"{tenant}/flows/full")).error_id == "in-use"


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"vip_rules": {"full_flow": "none"}}, "flow-unknown"),
        ({"vip_rules": {"patterns": [{"prefix": "+86", "queue_id": "none"}]}}, "queue-unknown"),
        ({"vip_rules": {"look_up_url": "file:///etc/passwd"}}, "invalid-request"),
        ({"vip_rules": {"look_up_ms": 60_000}}, "invalid-request"),
        ({"hand_dialling": {"prefixes": ["8621"]}}, "invalid-request"),
    ],
)
async def test_what_does_not_fit_is_refused(world: World, tenant: str, change: dict[str, object], refused: str):
    answer = await world.admin.call("PATCH", tenant, change)

    assert (answer.status // 100, answer.error_id) == (4, refused)
