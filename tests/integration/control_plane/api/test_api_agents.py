"""Agents over HTTP: what they can and which queues they serve, of whichever firm they are."""

from typing import Any

from api_house import World, fresh, user

from control_plane.times import day_of, now_ms


async def new_tenant(world: World, *queues: dict[str, Any], **changes: Any) -> str:
    tenant_id = fresh("t")
    await world.admin.make("/tenants", {"tenant_id": tenant_id, "name": "Some Firm"} | changes)
    for queue in queues:
        await world.admin.make(f"/tenants/{tenant_id}/queues", queue)
    return tenant_id


async def new_user(world: World, belongs_to: str, *tenants: str, role: str = "agent") -> str:
    body = user(fresh("u"), tenants[0], role) | {
        "belongs_to": belongs_to,
        "roles": {each: [role] for each in tenants},
    }
    made = await world.admin.make("/users", body)
    return str(made["user_id"])


async def test_an_agent_is_given_skills_and_queues(world: World):
    tenant_id = await new_tenant(world, {"queue_id": "sales"}, {"queue_id": "help"})
    user_id = await new_user(world, f"tenant:{tenant_id}", tenant_id)
    path = f"/tenants/{tenant_id}/agents"

    born = await world.admin.get(f"{path}/{user_id}")
    given = await world.admin.call(
        "PATCH", f"{path}/{user_id}", {"skills": {"english": 7}, "queues": ["sales", "help"]}
    )
    fewer = await world.admin.call("PATCH", f"{path}/{user_id}", {"queues": ["help"]})
    listed = await world.admin.get(path)

    assert (born["skills"], born["queues"], born["pool"], born["belongs_here"]) == ({}, [], "hq", True)
    assert (given.body["skills"], given.body["queues"]) == ({"english": 7}, ["sales", "help"])
    assert (fewer.body["skills"], fewer.body["queues"]) == ({"english": 7}, ["help"])
    assert listed["items"] == [fewer.body]


async def test_who_has_another_role_is_no_agent(world: World):
    tenant_id = await new_tenant(world)
    user_id = await new_user(world, f"tenant:{tenant_id}", tenant_id, role="supervisor")

    answer = await world.admin.call("GET", f"/tenants/{tenant_id}/agents/{user_id}")

    assert (answer.status, answer.error_id) == (404, "not-found")
    assert (await world.admin.get(f"/tenants/{tenant_id}/agents"))["items"] == []


async def test_an_agent_serves_queues_of_their_own_pool_that_are_there(world: World):
    tenant_id = await new_tenant(
        world, {"queue_id": "day"}, {"queue_id": "night", "pool": "owls"}, {"queue_id": "old"}
    )
    own = await new_user(world, f"tenant:{tenant_id}", tenant_id)
    owl = await new_user(world, "provider:owls", tenant_id)
    agents = f"/tenants/{tenant_id}/agents"
    await world.admin.call("DELETE", f"/tenants/{tenant_id}/queues/old")

    answers = [
        await world.admin.call("PATCH", f"{agents}/{user_id}", {"queues": queues})
        for user_id, queues in ((own, ["day"]), (owl, ["night"]), (own, ["night"]), (owl, ["day"]), (own, ["old"]))
    ]

    assert [answer.status for answer in answers] == [200, 200, 422, 422, 422]
    assert [answer.error_id for answer in answers[2:]] == ["queue-of-another-pool"] * 2 + ["queue-unknown"]
    assert answers[1].body["pool"] == "owls"


async def test_an_agent_of_two_tenants_shows_each_its_own_queues(world: World):
    tenants = [await new_tenant(world, {"queue_id": "sales"}, provider="owls") for _ in range(2)]
    user_id = await new_user(world, "provider:owls", *tenants)
    paths = [f"/tenants/{tenant_id}/agents/{user_id}" for tenant_id in tenants]

    await world.admin.call("PATCH", paths[0], {"queues": ["sales"]})
    assert [(await world.admin.get(path))["queues"] for path in paths] == [["sales"], []]
    await world.admin.call("PATCH", paths[1], {"queues": ["sales"]})
    await world.admin.call("PATCH", paths[0], {"queues": []})
    assert [(await world.admin.get(path))["queues"] for path in paths] == [[], ["sales"]]

    # Whoever is no agent of a tenant any more serves none of its queues, then or when they are again.
    for roles in ({tenants[0]: ["agent"]}, {each: ["agent"] for each in tenants}):
        assert (await world.admin.call("PATCH", f"/users/{user_id}", {"roles": roles})).status == 200
    assert (await world.admin.get(paths[1]))["queues"] == []


async def test_a_manager_sets_the_skills_of_their_own_and_the_queues_of_all(world: World):
    manager = world.users[("acme", "manager")]
    queue_id = fresh("q")
    await world.admin.make("/tenants/acme/queues", {"queue_id": queue_id, "pool": "owls"})
    own, owl = await new_user(world, "tenant:acme", "acme"), await new_user(world, "provider:owls", "acme")

    answers = [
        await manager.call("PATCH", f"/tenants/acme/agents/{own}", {"skills": {"english": 3}}),
        await manager.call("PATCH", f"/tenants/acme/agents/{owl}", {"queues": [queue_id]}),
        await manager.call("PATCH", f"/tenants/acme/agents/{owl}", {"skills": {"english": 3}}),
        await world.admin.call("PATCH", f"/tenants/acme/agents/{owl}", {"skills": {"english": 3}}),
    ]

    assert [answer.status for answer in answers] == [200, 200, 403, 200]
    assert answers[2].error_id == "user-of-others"


async def test_a_change_of_an_agent_is_in_the_trail(world: World):
    tenant_id = await new_tenant(world, {"queue_id": "sales"})
    user_id = await new_user(world, f"tenant:{tenant_id}", tenant_id)
    await world.admin.call("PATCH", f"/tenants/{tenant_id}/agents/{user_id}", {"queues": ["sales"]})

    rows = (await world.admin.get(f"/tenants/{tenant_id}/audit?day={day_of(now_ms())}"))["items"]

    assert rows[0]["action"] == "agents.change"
    assert rows[0]["subject"] == {"tenant_id": tenant_id, "user_id": user_id}
    assert rows[0]["changes"] == {"queues": {"old": [], "new": ["sales"]}}


async def test_a_tenants_results_of_calls_are_its_own(world: World):
    path = f"/tenants/{await new_tenant(world)}"
    sold, later = {"disposition": "sold", "label": "成交"}, {"disposition": "later", "label": "Call again"}

    born = (await world.admin.get(path))["dispositions"]
    given = await world.admin.call("PATCH", path, {"dispositions": [sold, later]})
    twice = await world.admin.call("PATCH", path, {"dispositions": [sold, {**later, "disposition": "sold"}]})
    emptied = await world.admin.call("PATCH", path, {"dispositions": []})

    assert born == [] and emptied.body["dispositions"] == []
    assert given.body["dispositions"] == [sold, later]
    assert (twice.status, twice.error_id) == (422, "disposition-twice")


async def test_a_tenants_reasons_for_a_pause_are_its_own(world: World):
    path = f"/tenants/{await new_tenant(world)}"
    lunch = {"reason": "lunch", "limit_minutes": 45}

    born = (await world.admin.get(path))["pause_reasons"]
    given = await world.admin.call("PATCH", path, {"pause_reasons": [lunch, {"reason": "coaching"}]})
    refused = [
        await world.admin.call("PATCH", path, {"pause_reasons": [{"reason": each} for each in names]})
        for names in (["lunch", "lunch"], ["no-answer"])
    ]

    assert {each["reason"] for each in born} == {"break", "lunch", "training", "other"}
    assert given.body["pause_reasons"] == [lunch, {"reason": "coaching", "limit_minutes": None}]
    assert {(answer.status, answer.error_id) for answer in refused} == {(422, "pause-reasons-not-sound")}
