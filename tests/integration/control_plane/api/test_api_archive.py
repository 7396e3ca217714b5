"""What is archived is out of lists, references and snapshots, and comes back; what is in use says by what."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from api_house import USER_PASSWORD, Answer, Client, House, World, fresh, signed_in, trunk, user
from published import published
from redis.asyncio import Redis

from callmodel import keys
from callmodel.callstate import CallState, Direction
from callmodel.cdr import Cdr
from callmodel.ids import CallId, NodeId, TenantId
from control_plane.facts.livecalls import LiveCalls
from servicekit.redisio import connect


@pytest.fixture
async def snapshots(house: House) -> AsyncIterator[Redis]:
    client = connect(house.environment["TRUNKLINE_REDIS_URL"])
    yield client
    await client.aclose()


async def new_tenant(world: World) -> str:
    tenant_id = fresh("t")
    await world.admin.make("/tenants", {"tenant_id": tenant_id, "name": "Some Firm"})
    return tenant_id


def new_number() -> str:
    return f"+8620{int(fresh('n')[2:], 16) % 10**8:08}"


async def listed(world: World, path: str, name: str, thing: str, *, archived: bool = False) -> bool:
    """Whether a listing, page by page, has the thing."""
    after = ""
    while True:
        page = await world.admin.get(f"{path}?limit=500{'&archived=true' if archived else ''}{after}")
        if any(item[name] == thing for item in page["items"]):
            return True
        if page["next"] is None:
            return False
        after = f"&after={page['next']}"


async def make_each(world: World) -> list[tuple[str, str, str, str]]:
    """One thing of each kind that nothing uses: its path, its listing, what it is called by there, and its name."""
    admin, tenant_id, firm = world.admin, await new_tenant(world), await new_tenant(world)
    site, carrier, number, name = fresh("s"), fresh("c"), new_number(), fresh("u")
    await admin.make("/sites", {"site_id": site, "name": "Away"})
    await admin.make("/trunks", trunk(carrier))
    await admin.make("/numbers", {"number": number})
    await admin.make(f"/tenants/{tenant_id}/stations", {"extension": "100", "site_id": "branch-1"})
    user_id = (await admin.make("/users", user(name, tenant_id, "agent")))["user_id"]
    return [
        (f"/sites/{site}", "/sites", "site_id", site),
        (f"/trunks/{carrier}", "/trunks", "trunk_id", carrier),
        (f"/numbers/{number}", "/numbers", "number", number),
        (f"/tenants/{tenant_id}/stations/100", f"/tenants/{tenant_id}/stations", "extension", "100"),
        (f"/users/{user_id}", "/users", "user_id", user_id),
        (f"/tenants/{firm}", "/tenants", "tenant_id", firm),
    ]


PATCHES: dict[str, Any] = {
    "site_id": {"name": "X"},
    "trunk_id": {"name": "X"},
    "number": {"trunk_ids": []},
    "extension": {"display_name": "X"},
    "user_id": {"display_name": "X"},
    "tenant_id": {"name": "X"},
}


async def test_whatever_can_be_created_can_be_archived_and_comes_back(world: World):
    for path, listing, name, thing in await make_each(world):
        before = await world.admin.get(path)

        gone = [await world.admin.call("DELETE", path) for _ in range(2)]
        archived = await world.admin.get(path)
        changed = await world.admin.call("PATCH", path, PATCHES[name])
        seen = [await listed(world, listing, name, thing, archived=which) for which in (False, True)]
        back = await world.admin.call("POST", f"{path}/restore")

        assert [answer.status for answer in gone] == [204, 204], path
        assert before["archived_ms"] is None and archived["archived_ms"] > 0
        assert archived | {"archived_ms": None} == before
        assert (changed.status, changed.error_id) == (409, "archived"), path
        assert seen == [False, True], path
        assert back.status == 200, back.body
        assert await world.admin.get(path) == before
        assert await listed(world, listing, name, thing)
        assert not await listed(world, listing, name, thing, archived=True)


async def test_what_is_not_there_is_not_archived(world: World):
    nobody = "01990000-0000-7000-8000-000000000099"
    for path in ("/sites/atlantis", "/trunks/none", "/numbers/+8620111", f"/users/{nobody}", "/tenants/nowhere"):
        answers = [await world.admin.call("DELETE", path), await world.admin.call("POST", f"{path}/restore")]

        assert [(answer.status, answer.error_id) for answer in answers] == [(404, "not-found")] * 2, path


def used_by(answer: Answer) -> list[dict[str, str]]:
    assert (answer.status, answer.error_id) == (409, "in-use"), answer.body
    used: list[dict[str, str]] = answer.body["used_by"]
    assert all(use["id"] in answer.body["detail"] for use in used)
    return used


async def test_a_thing_in_use_says_by_what(world: World, snapshots: Redis):
    admin, tenant_id = world.admin, await new_tenant(world)
    site, carrier, number = fresh("s"), fresh("c"), new_number()
    await admin.make("/sites", {"site_id": site, "name": "Busy"})
    await admin.make("/trunks", trunk(carrier, tenant_ids=[tenant_id]))
    await admin.make(f"/tenants/{tenant_id}/stations", {"extension": "100", "site_id": site})
    lent = {"number": number, "tenant_id": tenant_id, "route_to": "100", "trunk_ids": [carrier]}
    await admin.make("/numbers", lent)
    of_tenant = {"tenant_id": tenant_id}
    live = LiveCalls(snapshots)
    await live.show(TenantId(tenant_id), a_call(tenant_id))

    paths = (f"/sites/{site}", f"/trunks/{carrier}", f"/numbers/{number}", f"/tenants/{tenant_id}/stations/100",
             f"/tenants/{tenant_id}")  # fmt: skip
    told = [used_by(await admin.call("DELETE", path)) for path in paths]

    assert told[0] == [{"kind": "station", "id": "100"} | of_tenant]
    assert told[1] == [{"kind": "number", "id": number}]
    assert told[2] == [{"kind": "tenant", "id": tenant_id}]
    assert told[3] == [{"kind": "number", "id": number} | of_tenant]
    assert [use["kind"] for use in told[4]] == ["station", "number", "trunk", "call"]

    # In the order that each of them asks for, everything goes.
    await live.end(TenantId(tenant_id), a_call(tenant_id).call_id)
    assert (await admin.call("DELETE", f"/numbers/{number}/tenant")).status == 204
    for path in (paths[3], paths[2], paths[1], paths[0], paths[4]):
        assert (await admin.call("DELETE", path)).status == 204, path


def a_call(tenant_id: str) -> Cdr:
    call_id = CallId("01990000-0000-7000-8000-0000000000aa")
    return Cdr(call_id, TenantId(tenant_id), NodeId("node-1"), 1, Direction.OUTBOUND, CallState.TALKING, "1", 1)


async def test_nothing_new_can_use_what_is_archived(world: World):
    admin, tenant_id = world.admin, await new_tenant(world)
    site, carrier, number = fresh("s"), fresh("c"), new_number()
    await admin.make("/sites", {"site_id": site, "name": "Gone"})
    await admin.make("/trunks", trunk(carrier))
    await admin.make("/numbers", {"number": number})
    await admin.make(f"/tenants/{tenant_id}/stations", {"extension": "100", "site_id": "branch-1"})
    stations = f"/tenants/{tenant_id}/stations"
    for path in (f"/sites/{site}", f"/trunks/{carrier}", f"/numbers/{number}", f"{stations}/100"):
        assert (await admin.call("DELETE", path)).status == 204

    tried = [
        await admin.call("POST", stations, {"extension": "101", "site_id": site}),
        await admin.call("POST", "/numbers", {"number": new_number(), "trunk_ids": [carrier]}),
        await admin.call("PUT", f"/numbers/{number}/tenant", {"tenant_id": tenant_id}),
        await admin.call("POST", "/numbers", {"number": new_number(), "tenant_id": tenant_id, "route_to": "100"}),
        await admin.call("POST", stations, {"extension": "100", "site_id": "branch-1"}),
        await admin.call("POST", f"/sites/{site}/enrolment-tokens", {}),
    ]

    assert [(answer.status, answer.error_id) for answer in tried[:5]] == [
        (422, "site-unknown"), (422, "trunk-unknown"), (409, "archived"), (422, "extension-unknown"),
        (409, "extension-taken"),
    ]  # fmt: skip
    assert tried[5].status in (404, 422)


async def test_an_archived_tenant_is_gone_for_its_people_and_read_by_hq(world: World):
    admin, tenant_id, name = world.admin, await new_tenant(world), fresh("u")
    await admin.make("/users", user(name, tenant_id, "manager"))
    manager = await signed_in(world.url, name, USER_PASSWORD)
    path = f"/tenants/{tenant_id}"
    assert (await manager.call("GET", path)).status == 200

    await admin.call("DELETE", path)

    theirs = [await manager.call("GET", each) for each in (path, f"{path}/stations", f"{path}/calls")]
    assert {(answer.status, answer.error_id) for answer in theirs} == {(404, "not-found")}
    assert (await manager.get("/tenants"))["items"] == []
    assert (await admin.call("GET", f"{path}/calls")).status == 200
    tried = await admin.call("POST", f"{path}/stations", {"extension": "100", "site_id": "branch-1"})
    assert (tried.status, tried.error_id) == (409, "archived")
    taken = await admin.call(
        "POST", "/tenants", {"tenant_id": fresh("t"), "name": "X", "domain": f"{tenant_id}.trunkline.test"}
    )
    assert (taken.status, taken.error_id) == (409, "domain-taken")
    await admin.call("POST", f"{path}/restore")
    assert (await manager.call("GET", path)).status == 200


async def test_a_station_comes_back_with_another_password(world: World):
    path = f"/tenants/{await new_tenant(world)}/stations"
    made = await world.admin.make(path, {"extension": "100", "site_id": "branch-1"})
    early = await world.admin.call("POST", f"{path}/100/restore")
    await world.admin.call("DELETE", f"{path}/100")

    back = await world.admin.call("POST", f"{path}/100/restore")

    assert (early.status, early.error_id) == (409, "not-archived"), "whose phone works is not locked out"
    assert len(back.body["password"]) >= 20 and back.body["password"] != made["password"]


async def test_who_is_archived_is_signed_out_and_stays_out_until_restored(world: World):
    tenant_id, name = await new_tenant(world), fresh("u")
    user_id = (await world.admin.make("/users", user(name, tenant_id, "agent")))["user_id"]
    agent = await signed_in(world.url, name, USER_PASSWORD)

    await world.admin.call("DELETE", f"/users/{user_id}")

    shut = await agent.call("GET", "/auth/me")
    anew = await Client(world.url).call("POST", "/auth/token", {"username": name, "password": USER_PASSWORD})
    assert (shut.status, anew.status, anew.error_id) == (401, 401, "wrong-credentials")
    await world.admin.call("POST", f"/users/{user_id}/restore")
    assert (await agent.call("GET", "/auth/me")).status == 401, "a session that ended stays over"
    await signed_in(world.url, name, USER_PASSWORD)


async def test_nobody_archives_themselves(world: World):
    me = await world.admin.get("/auth/me")

    answer = await world.admin.call("DELETE", f"/users/{me['user_id']}")

    assert (answer.status, answer.error_id) == (409, "own-account")


async def test_edges_and_media_nodes_know_nothing_of_what_is_archived(world: World, snapshots: Redis):
    admin, tenant_id, firm = world.admin, await new_tenant(world), await new_tenant(world)
    site, carrier, number = fresh("s"), fresh("c"), new_number()
    await admin.make("/sites", {"site_id": site, "name": "Gone"})
    await admin.make("/trunks", trunk(carrier))
    await admin.make("/numbers", {"number": number})
    await admin.make(f"/tenants/{tenant_id}/stations", {"extension": "100", "site_id": "branch-1"})
    await published(snapshots, keys.EDGE, lambda edge: any(each.tenant_id == tenant_id for each in edge.stations))

    for path in (f"/sites/{site}", f"/trunks/{carrier}", f"/numbers/{number}", f"/tenants/{tenant_id}/stations/100",
                 f"/tenants/{firm}"):  # fmt: skip
        assert (await admin.call("DELETE", path)).status == 204

    edge = await published(snapshots, keys.EDGE, lambda edge: firm not in edge.domains.values())
    directory = await published(snapshots, keys.DIRECTORY, lambda found: found.tenant_of(firm) is None)
    assert number not in edge.numbers and site not in edge.branches
    assert not any(each.trunk_id == carrier for each in (*edge.trunks, *directory.trunks))
    assert not any(each.tenant_id == tenant_id for each in (*edge.stations, *directory.stations))
