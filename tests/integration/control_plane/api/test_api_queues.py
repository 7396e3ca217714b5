"""Queues over HTTP: what is taken and refused, and that media nodes have them as they were set up."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from api_house import House, World, fresh
from published import published
from redis.asyncio import Redis

from callmodel import keys
from callmodel.ids import ProviderId, QueueId, TenantId
from callmodel.queues import Queue, Relaxation, SkillNeed, Strategy
from servicekit.redisio import connect

SALES = {
    "queue_id": "sales",
    "name": "Sales",
    "strategy": "most-skilled",
    "needs": [{"skill": "english", "level": 5}],
    "relaxations": [{"after_seconds": 30, "needs": [{"skill": "english", "level": 2}]}, {"after_seconds": 60}],
    "most_waiting": 20,
    "longest_wait_seconds": 600,
    "announce_every_seconds": None,
}


@pytest.fixture
async def redis(house: House) -> AsyncIterator[Redis]:
    client = connect(house.environment["TRUNKLINE_REDIS_URL"])
    yield client
    await client.aclose()


async def new_tenant(world: World, **changes: Any) -> str:
    tenant_id = fresh("t")
    await world.admin.make("/tenants", {"tenant_id": tenant_id, "name": "Some Firm"} | changes)
    return tenant_id


async def test_media_nodes_have_a_queue_as_it_was_set_up(world: World, redis: Redis):
    tenant_id = TenantId(await new_tenant(world, provider="owls"))

    made = await world.admin.make(f"/tenants/{tenant_id}/queues", SALES)
    found = await published(redis, keys.DIRECTORY, lambda found: found.queue_of(tenant_id, "sales"))

    assert found.queue_of(tenant_id, QueueId("sales")) == Queue(
        tenant_id,
        QueueId("sales"),
        "Sales",
        ProviderId("owls"),
        Strategy.MOST_SKILLED,
        (SkillNeed("english", 5),),
        (Relaxation(30, (SkillNeed("english", 2),)), Relaxation(60)),
        most_waiting=20,
        longest_wait_seconds=600,
        announce_every_seconds=None,
    )
    assert found.tenant_of(tenant_id).provider_id == "owls"
    assert made["pool"] == "owls" and SALES["relaxations"][1] | {"needs": []} == made["relaxations"][1]


async def test_media_nodes_know_a_tenants_numbers_by_a_key_that_nobody_is_shown(world: World, redis: Redis):
    first, second = await new_tenant(world), await new_tenant(world)

    found = await published(redis, keys.DIRECTORY, lambda found: found.tenant_of(first) and found.tenant_of(second))
    key = found.tenant_of(first).number_key
    await world.admin.call("PATCH", f"/tenants/{first}", {"name": "Renamed"})
    later = await published(redis, keys.DIRECTORY, lambda found: found.tenant_of(first).name == "Renamed")

    assert len(key) == 64 and key == later.tenant_of(first).number_key != later.tenant_of(second).number_key
    assert key not in str(await world.admin.get(f"/tenants/{first}"))


async def test_a_change_leaves_the_rest_as_it_is_and_null_is_no_limit(world: World, redis: Redis):
    tenant_id = await new_tenant(world)
    path = f"/tenants/{tenant_id}/queues"
    before = await world.admin.make(path, SALES)

    answer = await world.admin.call("PATCH", f"{path}/sales", {"most_waiting": None, "wrap_up_seconds": 0})

    assert answer.status == 200
    assert (
        answer.body == before | {"most_waiting": None, "wrap_up_seconds": 0} == await world.admin.get(f"{path}/sales")
    )
    found = await published(
        redis,
        keys.DIRECTORY,
        lambda found: (made := found.queue_of(tenant_id, "sales")) and made.wrap_up_seconds == 0,
    )
    assert found.queue_of(tenant_id, QueueId("sales")).most_waiting is None


@pytest.mark.parametrize(
    "changes, where",
    [
        ({"queue_id": "../etc"}, "body.queue_id"),
        ({"needs": [{"skill": "english", "level": 11}]}, "body.needs.0.level"),
        ({"needs": [{"skill": "No Skill"}]}, "body.needs.0.skill"),
        ({"wrap_up_seconds": -1}, "body.wrap_up_seconds"),
        ({"service_level_percent": 101}, "body.service_level_percent"),
        ({"strategy": "whoever"}, "body.strategy"),
        ({"name": 'x" <sip:evil@example>'}, "body.name"),
        ({"tenant_id": "bolt"}, "body.tenant_id"),
    ],
)
async def test_what_no_queue_can_be_is_refused_with_its_place(world: World, changes: dict[str, Any], where: str):
    answer = await world.admin.call("POST", "/tenants/acme/queues", SALES | {"queue_id": fresh("q")} | changes)

    assert (answer.status, answer.error_id) == (422, "invalid-request")
    assert answer.body["errors"][0]["where"].startswith(where)


async def test_settings_that_do_not_fit_together_are_told_when_made_and_when_changed(world: World):
    path = f"/tenants/{await new_tenant(world)}/queues"
    steps = {"relaxations": [{"after_seconds": 60}, {"after_seconds": 30}]}

    made = await world.admin.call("POST", path, SALES | steps)
    await world.admin.make(path, SALES)
    # Sound by itself, but not beside the relaxation after a minute.
    changed = await world.admin.call("PATCH", f"{path}/sales", {"longest_wait_seconds": 45})

    for answer, place in ((made, "relaxations.1.after_seconds"), (changed, "relaxations.1.after_seconds")):
        assert (answer.status, answer.error_id) == (422, "queue-not-sound")
        assert answer.body["errors"][0]["where"] == f"body.{place}"
    assert (await world.admin.get(f"{path}/sales"))["longest_wait_seconds"] == 600


async def test_an_id_is_one_queues_also_once_it_is_archived(world: World, redis: Redis):
    tenant_id = await new_tenant(world)
    path = f"/tenants/{tenant_id}/queues"
    before = await world.admin.make(path, SALES)
    await published(redis, keys.DIRECTORY, lambda found: found.queue_of(tenant_id, "sales"))

    assert (await world.admin.call("DELETE", f"{path}/sales")).status == 204
    await published(redis, keys.DIRECTORY, lambda found: found.queue_of(tenant_id, "sales") is None)
    again = await world.admin.call("POST", path, SALES)
    changed = await world.admin.call("PATCH", f"{path}/sales", {"name": "X"})
    listed = [await world.admin.get(f"{path}{query}") for query in ("", "?archived=true")]
    back = await world.admin.call("POST", f"{path}/sales/restore")

    assert (again.status, again.error_id) == (409, "queue-exists")
    assert (changed.status, changed.error_id) == (409, "archived")
    assert [[item["queue_id"] for item in page["items"]] for page in listed] == [[], ["sales"]]
    assert back.body == before
    await published(redis, keys.DIRECTORY, lambda found: found.queue_of(tenant_id, "sales"))


async def test_a_tenant_with_queues_keeps_its_provider(world: World):
    tenant_id = await new_tenant(world)
    path = f"/tenants/{tenant_id}"
    await world.admin.make(f"{path}/queues", {"queue_id": "sales"})

    stuck = await world.admin.call("PATCH", path, {"provider": "owls"})
    same = await world.admin.call("PATCH", path, {"provider": "hq"})
    await world.admin.call("DELETE", f"{path}/queues/sales")
    moved = await world.admin.call("PATCH", path, {"provider": "owls"})

    assert (stuck.status, stuck.error_id) == (409, "in-use")
    assert stuck.body["used_by"] == [{"kind": "queue", "id": "sales", "tenant_id": tenant_id}]
    assert same.status == 200
    assert (moved.status, moved.body["provider"]) == (200, "owls")


async def test_a_manager_sets_queues_up_and_others_look(world: World):
    manager, agent = world.users[("acme", "manager")], world.users[("acme", "agent")]
    queue_id = fresh("q")

    made = await manager.call("POST", "/tenants/acme/queues", {"queue_id": queue_id})
    tried = await agent.call("PATCH", f"/tenants/acme/queues/{queue_id}", {"name": "Mine"})

    assert made.status == 201 and made.body["pool"] == "hq"
    assert (tried.status, tried.error_id) == (403, "forbidden")
    assert (await agent.get(f"/tenants/acme/queues/{queue_id}")) == made.body
