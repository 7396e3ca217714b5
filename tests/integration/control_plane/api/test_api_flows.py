"""Flows over HTTP: drafts that two people edit, what may be published, and which version calls run."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from api_house import Answer, House, World, a_flow, fresh
from published import published
from redis.asyncio import Redis

from callmodel import keys
from control_plane.times import day_of, now_ms
from servicekit.redisio import connect

HANG_UP = {"kind": "hang_up"}


@pytest.fixture
async def redis(house: House) -> AsyncIterator[Redis]:
    client = connect(house.environment["TRUNKLINE_REDIS_URL"])
    yield client
    await client.aclose()


@pytest.fixture
async def tenant_id(world: World) -> str:
    made = fresh("t")
    await world.admin.make("/tenants", {"tenant_id": made, "name": "Some Firm"})
    await world.admin.make(f"/tenants/{made}/queues", {"queue_id": "sales"})
    return made


def to_queue(queue_id: str = "sales") -> dict[str, Any]:
    queue = {"kind": "queue", "queues": [{"queue_id": queue_id}], "otherwise": "bye"}
    return a_flow(start=queue, bye=HANG_UP)


async def make(world: World, tenant_id: str, document: dict[str, Any]) -> str:
    """Return the path of a new draft."""
    made = await world.admin.make(f"/tenants/{tenant_id}/flows", {"flow_id": "welcome", "document": document})
    assert (made["edit"], made["published"], made["document"]) == (1, None, document)
    return f"/tenants/{tenant_id}/flows/welcome"


async def publish(world: World, path: str, edit: int) -> Answer:
    return await world.admin.call("POST", f"{path}/publish", {"edit": edit, "note": f"of edit {edit}"})


async def test_a_version_is_what_calls_run_until_the_next_or_a_former_one(world: World, redis: Redis, tenant_id: str):
    path = await make(world, tenant_id, a_flow())
    second = to_queue() | {"name": "With a queue"}

    async def runs(version: int | None) -> Any:
        def wanted(found: Any) -> bool:
            flow = found.flow_of(tenant_id, "welcome")
            return flow.version == version if flow is not None else version is None

        return (await published(redis, keys.DIRECTORY, wanted)).flow_of(tenant_id, "welcome")

    await published(redis, keys.DIRECTORY, lambda found: found.tenant_of(tenant_id))
    assert await runs(None) is None
    assert (await publish(world, path, 1)).body["published"] == 1
    assert (await runs(1)).nodes.keys() == {"start"}
    saved = await world.admin.call("PUT", f"{path}/draft", {"edit": 1, "document": second})
    assert (saved.body["edit"], saved.body["published"]) == (2, 1)
    assert (await publish(world, path, 2)).body["published"] == 2
    flow = await runs(2)
    back = await world.admin.call("POST", f"{path}/roll-back", {"version": 1})
    await runs(1)
    again = await publish(world, path, 2)

    assert (flow.tenant_id, flow.flow_id, flow.name) == (tenant_id, "welcome", "With a queue")
    assert flow.nodes["start"].queues[0].queue_id == "sales"
    assert (back.body["published"], back.body["latest"], back.body["edit"]) == (1, 2, 2)
    # Never the same number for another document.
    assert again.body["published"] == 3
    listed = (await world.admin.get(f"{path}/versions"))["items"]
    assert [(each["version"], each["note"]) for each in listed] == [
        (3, "of edit 2"),
        (2, "of edit 2"),
        (1, "of edit 1"),
    ]
    assert (await world.admin.get(f"{path}/versions/1"))["document"] == a_flow()
    assert (await world.admin.call("GET", f"{path}/versions/4")).status == 404


async def test_of_two_who_edit_a_flow_the_second_is_told_by_whom_it_was_changed(world: World, tenant_id: str):
    path = await make(world, tenant_id, a_flow())
    drafts = [a_flow() | {"name": f"Draft {each}"} for each in range(4)]

    answers = await asyncio.gather(
        *(world.admin.call("PUT", f"{path}/draft", {"edit": 1, "document": draft}) for draft in drafts)
    )

    won = [answer for answer in answers if answer.status == 200]
    lost = [answer for answer in answers if answer.status != 200]
    assert len(won) == 1 and {(answer.status, answer.error_id) for answer in lost} == {(409, "flow-changed")}
    assert {(answer.body["edit"], answer.body["changed_by"]) for answer in lost} == {(2, "admin")}
    assert (await world.admin.get(path))["document"] == won[0].body["document"]
    # What was not seen is not published either.
    stale = await publish(world, path, 1)
    assert (stale.status, stale.error_id) == (409, "flow-changed")


ELSEWHERE = {"when": [{"kind": "calendar", "calendar_id": "nowhere"}], "next": "bye"}


@pytest.mark.parametrize(
    "document, where",
    [
        ({}, "nodes"),
        ({"start": "start", "nodes": []}, "nodes"),
        (a_flow(start={"kind": "dance"}), "nodes.start.kind"),
        (to_queue("nowhere"), "nodes.start.queues[0]"),
        (a_flow(start={"kind": "hang_up", "prompts": [{"prompt_id": "nowhere"}]}), "nodes.start.prompts"),
        (
            a_flow(start={"kind": "branch", "cases": [ELSEWHERE], "otherwise": "bye"}, bye=HANG_UP),
            "nodes.start.calendar_id",
        ),
        (a_flow(lost=HANG_UP), "nodes.lost"),
        (a_flow(start={"kind": "play", "prompts": [{"text": "Hello"}], "next": "start"}), "nodes.start"),
        (a_flow() | {"languages": ["en", "German"]}, "languages"),
    ],
)
async def test_a_draft_may_have_faults_and_a_version_may_not(
    world: World, tenant_id: str, document: dict[str, Any], where: str
):
    path = await make(world, tenant_id, document)

    told = await world.admin.get(f"{path}/problems")
    refused = await publish(world, path, 1)

    assert [each["where"] for each in told["problems"]] == [where], told
    assert (refused.status, refused.error_id) == (422, "flow-not-sound")
    assert refused.body["errors"] == told["problems"]
    assert (await world.admin.get(path))["published"] is None


async def test_what_a_version_named_must_still_be_there_to_go_back_to_it(world: World, tenant_id: str):
    path = await make(world, tenant_id, to_queue())
    queue = f"/tenants/{tenant_id}/queues/sales"
    await publish(world, path, 1)
    used = await world.admin.call("DELETE", queue)
    await world.admin.call("PUT", f"{path}/draft", {"edit": 1, "document": a_flow()})
    await publish(world, path, 2)

    assert (used.status, used.error_id) == (409, "in-use")
    assert used.body["used_by"] == [{"kind": "flow", "id": "welcome", "tenant_id": tenant_id}]
    # The first version is only kept: it is in nobody's way.
    assert (await world.admin.call("DELETE", queue)).status == 204
    back = await world.admin.call("POST", f"{path}/roll-back", {"version": 1})
    unknown = await world.admin.call("POST", f"{path}/roll-back", {"version": 9})
    assert (back.status, back.error_id) == (422, "flow-not-sound")
    assert (unknown.status, unknown.error_id) == (422, "version-unknown")


async def test_a_number_leads_into_a_flow_and_keeps_it_in_use(world: World, redis: Redis, tenant_id: str):
    path, number = await make(world, tenant_id, a_flow()), f"+8621{int(fresh('n')[2:], 16) % 10**8:08}"
    await publish(world, path, 1)
    await world.admin.make("/numbers", {"number": number, "tenant_id": tenant_id})
    route = f"/tenants/{tenant_id}/numbers/{number}/route"

    unknown = await world.admin.call("PUT", route, {"flow_id": "nowhere"})
    given = await world.admin.call("PUT", route, {"flow_id": "welcome"})
    found = await published(redis, keys.DIRECTORY, lambda found: (did := found.did_of(number)) and did.flow_id)
    used = await world.admin.call("DELETE", path)

    assert (unknown.status, unknown.error_id) == (422, "flow-unknown")
    assert (given.body["flow_id"], given.body["route_to"]) == ("welcome", None)
    assert found.did_of(number).flow_id == "welcome"
    assert used.body["used_by"] == [{"kind": "number", "id": number, "tenant_id": tenant_id}]
    await world.admin.call("DELETE", f"/numbers/{number}/tenant")
    assert (await world.admin.call("DELETE", path)).status == 204
    back = await world.admin.call("PUT", f"/numbers/{number}/tenant", {"tenant_id": tenant_id})
    assert back.body["flow_id"] is None
    await published(redis, keys.DIRECTORY, lambda found: found.flow_of(tenant_id, "welcome") is None)
    assert (await world.admin.call("POST", f"{path}/restore")).body["published"] == 1
    await published(redis, keys.DIRECTORY, lambda found: found.flow_of(tenant_id, "welcome"))


async def test_an_archived_flow_is_not_changed(world: World, tenant_id: str):
    path = await make(world, tenant_id, a_flow())
    await world.admin.call("DELETE", path)

    answers = [
        await world.admin.call("PUT", f"{path}/draft", {"edit": 1, "document": a_flow()}),
        await publish(world, path, 1),
        await world.admin.call("POST", f"{path}/roll-back", {"version": 1}),
    ]

    assert {(answer.status, answer.error_id) for answer in answers} == {(409, "archived")}


async def test_a_flow_of_more_than_64_kilobytes_is_refused(world: World, tenant_id: str):
    large = a_flow(start={"kind": "hang_up", "prompts": [{"texts": {"en": "a" * 70_000}}]})

    answer = await world.admin.call("POST", f"/tenants/{tenant_id}/flows", {"flow_id": "large", "document": large})

    assert (answer.status, answer.error_id) == (422, "flow-too-large")


async def test_a_manager_publishes_and_a_supervisor_looks(world: World):
    flow = {"flow_id": fresh("f"), "document": a_flow()}
    manager, supervisor = world.users[("acme", "manager")], world.users[("acme", "supervisor")]

    made = await manager.call("POST", "/tenants/acme/flows", flow)
    tried = await supervisor.call("POST", f"/tenants/acme/flows/{flow['flow_id']}/publish", {"edit": 1})

    assert made.status == 201 and made.body["changed_by"] == "manager.acme"
    assert (tried.status, tried.error_id) == (403, "forbidden")
    assert (await supervisor.get(f"/tenants/acme/flows/{flow['flow_id']}"))["document"] == a_flow()


async def test_a_document_is_checked_and_called_while_it_is_drawn(world: World, tenant_id: str):
    path = await make(world, tenant_id, a_flow())

    lost = await world.admin.call("POST", f"{path}/check", {"document": to_queue("nobodys")})
    assert lost.status == 200
    assert [each["where"] for each in lost.body["problems"]] == ["nodes.start.queues[0]"]
    refused = await world.admin.call("POST", f"{path}/simulate", {"document": to_queue("nobodys")})
    assert (refused.status, refused.error_id) == (422, "flow-not-sound")

    begun = await world.admin.call("POST", f"{path}/simulate", {"document": to_queue()})
    assert (begun.status, begun.body["wants"], begun.body["usual"]) == (200, "queue", "answered")
    over = await world.admin.call("POST", f"{path}/simulate", {"document": to_queue(), "words": ["waited"]})
    assert (over.body["wants"], over.body["node"]) == (None, "bye")
    assert "no-answer" in over.body["lines"][-1]
    # Nothing was kept, and nothing is to be audited.
    assert (await world.admin.get(path))["edit"] == 1
    audit = await world.admin.get(f"/tenants/{tenant_id}/audit?day={day_of(now_ms())}")
    assert [each["action"] for each in audit["items"] if "flows" in each["action"]] == ["flows.create"]
