"""VIPs over HTTP: customers, so their numbers are hidden, and known to media nodes by a keyed hash."""

import sqlite3
from collections.abc import AsyncIterator

import pytest
from api_house import House, World, fresh, user
from published import published
from redis.asyncio import Redis

from callmodel import keys
from callmodel.privacy import number_hash
from control_plane.times import day_of, now_ms
from servicekit.redisio import connect

NUMBER = "+8613812345678"


@pytest.fixture
async def redis(house: House) -> AsyncIterator[Redis]:
    client = connect(house.environment["TRUNKLINE_REDIS_URL"])
    yield client
    await client.aclose()


@pytest.fixture
async def tenant_id(world: World) -> str:
    made = fresh("t")
    await world.admin.make("/tenants", {"tenant_id": made, "name": "Some Firm"})
    await world.admin.make(f"/tenants/{made}/queues", {"queue_id": "gold"})
    return made


async def test_media_nodes_know_a_vip_by_the_callers_number(world: World, redis: Redis, tenant_id: str):
    body = user(fresh("u"), tenant_id, "agent")
    agent = (await world.admin.make("/users", body))["user_id"]
    mobile = "+8613911112222"
    vip = {"number": NUMBER, "level": 3, "own_agent": agent, "queue_id": "gold", "mobile": mobile}

    made = await world.admin.make(f"/tenants/{tenant_id}/vips", vip)
    vip_id = made["vip_id"]
    found = await published(redis, keys.DIRECTORY, lambda found: found.vip_of(tenant_id, vip_id))

    caller = number_hash(found.tenant_of(tenant_id).number_key, NUMBER)
    told = found.vip_of(tenant_id, caller)
    assert (told.level, told.priority, told.own_agent, told.queue_id) == (3, 9, agent, "gold")
    assert told.mobile == mobile and mobile not in str(made)
    used = await world.admin.call("DELETE", f"/tenants/{tenant_id}/queues/gold")
    assert used.body["used_by"] == [{"kind": "vip", "id": vip_id, "tenant_id": tenant_id}]

    assert (await world.admin.call("DELETE", f"/tenants/{tenant_id}/vips/{vip_id}")).status == 204
    await published(redis, keys.DIRECTORY, lambda found: found.vip_of(tenant_id, vip_id) is None)


async def test_a_number_is_shown_to_who_may_see_it_and_each_look_is_audited(world: World):
    number = f"+86139{int(fresh('n')[2:], 16) % 10**8:08}"
    manager, supervisor = world.users[("acme", "manager")], world.users[("acme", "supervisor")]
    made = await manager.call("POST", "/tenants/acme/vips", {"number": number, "name": "Ms Li"})
    path = f"/tenants/acme/vips/{made.body['vip_id']}"

    masked = await supervisor.get(path)
    refused = await supervisor.call("GET", f"{path}?reveal=numbers")
    full = await manager.get(f"{path}?reveal=numbers")
    listed = (await supervisor.get("/tenants/acme/vips"))["items"]
    rows = (await world.admin.get(f"/tenants/acme/audit?day={day_of(now_ms())}"))["items"]

    assert masked == made.body and "****" in masked["number"]
    assert (refused.status, refused.error_id) == (403, "forbidden")
    assert full == masked | {"number": number}
    assert masked in listed
    looks = [row for row in rows if row["action"] == "vips.reveal-numbers"]
    assert [(row["actor"], row["subject"]) for row in looks] == [("manager.acme", {"vip_id": masked["vip_id"]})]
    assert number[1:] not in str(rows)


async def test_the_store_holds_neither_number_nor_name_in_clear(world: World, house: House, tenant_id: str):
    await world.admin.make(
        f"/tenants/{tenant_id}/vips", {"number": NUMBER, "mobile": NUMBER, "name": "Ms Distinctive"}
    )
    path = house.environment["TRUNKLINE_STORE_URL"].removeprefix("sqlite:///")

    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        dump = "\n".join(str(row) for row in database.execute("SELECT * FROM vips"))

    assert tenant_id in dump
    assert NUMBER[1:] not in dump and "Distinctive" not in dump


async def test_a_number_is_one_vips_in_a_tenant(world: World, tenant_id: str):
    path = f"/tenants/{tenant_id}/vips"
    made = await world.admin.make(path, {"number": NUMBER, "name": "Ms Li"})
    other = await world.admin.make("/tenants/acme/vips", {"number": NUMBER})

    again = await world.admin.make(path, {"number": NUMBER, "level": 2})

    # What is sent again takes the place of what was there, and nothing else does.
    assert again == made | {"level": 2, "name": ""}
    assert (await world.admin.get(path))["items"] == [again]
    assert other["vip_id"] != made["vip_id"]


async def test_a_change_leaves_the_rest_and_null_is_as_everybody(world: World, tenant_id: str):
    path = f"/tenants/{tenant_id}/vips"
    made = await world.admin.make(path, {"number": NUMBER, "name": "Ms Li", "queue_id": "gold"})

    louder = await world.admin.call("PATCH", f"{path}/{made['vip_id']}", {"level": 5})
    plain = await world.admin.call("PATCH", f"{path}/{made['vip_id']}", {"queue_id": None})

    assert louder.body == made | {"level": 5}
    assert plain.body == made | {"level": 5, "queue_id": None}
    assert await world.admin.get(f"{path}/{made['vip_id']}") == plain.body


async def test_a_vip_names_agents_and_queues_that_are_there(world: World, tenant_id: str):
    path = f"/tenants/{tenant_id}/vips"
    of_acme = world.ids["acme"]["user_id"]

    answers = [
        await world.admin.call("POST", path, {"number": NUMBER, "own_agent": of_acme}),
        await world.admin.call("POST", path, {"number": NUMBER, "queue_id": "nowhere"}),
    ]

    assert [(answer.status, answer.error_id) for answer in answers] == [
        (422, "agent-unknown"),
        (422, "queue-unknown"),
    ]
