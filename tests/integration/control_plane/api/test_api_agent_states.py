"""What agents do, over HTTP and on a real Redis: said by themselves or by who may, and seen as it is."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from api_house import USER_PASSWORD, Answer, Client, House, World, fresh, signed_in, user
from redis.asyncio import Redis

from callmodel.agents import AgentState, Seat
from callmodel.ids import AgentId, CallId, Extension, NodeId, ProviderId, QueueId, SiteId, TenantId
from callmodel.offers import InLine, Offer
from callmodel.queues import Audience, Queue, SkillNeed, Waiter
from control_plane.times import day_of, now_ms
from hotstate.acd import Acd
from servicekit.redisio import connect


@pytest.fixture
async def redis(house: House) -> AsyncIterator[Redis]:
    client = connect(house.environment["TRUNKLINE_REDIS_URL"])
    yield client
    await client.aclose()


@pytest.fixture
def acd(redis: Redis) -> Acd:
    return Acd(redis)


@dataclass
class Floor:
    """A tenant of its own, served by a firm of its own, with one queue."""

    admin: Client
    url: str
    tenant_id: str
    pool: ProviderId

    async def person(self, role: str = "agent", **changes: Any) -> Client:
        """Return a new user of the tenant, signed in to the API."""
        name = fresh("u")
        made = await self.admin.make("/users", user(name, self.tenant_id, role) | changes)
        client = await signed_in(self.url, name, USER_PASSWORD)
        client.user_id = made["user_id"]
        return client

    async def seated(self, extension: str, queues: tuple[str, ...] = ("sales",), **changes: Any) -> Client:
        """Return a new agent with a station."""
        agent = await self.person(**changes)
        body = {"extension": extension, "site_id": "branch-1", "user_id": agent.user_id}
        await self.admin.make(f"/tenants/{self.tenant_id}/stations", body)
        await self.give(agent, queues=list(queues))
        return agent

    async def give(self, agent: Client, **changes: Any) -> None:
        answer = await self.admin.call("PATCH", self.path(agent), changes)
        assert answer.status == 200, answer.body

    def path(self, agent: Client, what: str = "") -> str:
        return f"/tenants/{self.tenant_id}/agents/{agent.user_id}{what}"

    async def do(self, who: Client, agent: Client, what: str, body: Any = None) -> Answer:
        return await who.call("POST", self.path(agent, f"/{what}"), body)

    async def state(self, agent: Client) -> dict[str, Any]:
        found: dict[str, Any] = await self.admin.get(self.path(agent, "/state"))
        return found

    def waiter(self, *needs: SkillNeed, queue: str = "sales") -> tuple[Waiter, Queue]:
        """Return a caller of the tenant's queue, who has just come."""
        at_ms, tenant_id = now_ms(), TenantId(self.tenant_id)
        audiences = (Audience(0, needs),)
        call_id, node_id = CallId(fresh("call")), NodeId("node-1")
        waiter = Waiter(tenant_id, QueueId(queue), self.pool, call_id, node_id, at_ms, at_ms, 0, audiences)
        return waiter, Queue(tenant_id, QueueId(queue), pool=self.pool)


@pytest.fixture
async def floor(world: World) -> Floor:
    tenant_id, pool = fresh("t"), fresh("owls")
    await world.admin.make("/tenants", {"tenant_id": tenant_id, "name": "Some Firm", "provider": pool})
    await world.admin.make(f"/tenants/{tenant_id}/queues", {"queue_id": "sales", "name": "Sales"})
    return Floor(world.admin, world.url, tenant_id, ProviderId(pool))


async def test_an_agent_signs_in_is_ready_pauses_and_signs_out(floor: Floor):
    ana = await floor.seated("100")

    said = [await ana.get(floor.path(ana, "/state"))]
    for what, body in (("sign-in", {}), ("ready", None), ("pause", {"reason": "lunch"}), ("sign-out", None)):
        answer = await floor.do(ana, ana, what, body)
        assert answer.status == 200, answer.body
        said.append(answer.body)

    states = [(each["state"], each["reason"], each["extension"]) for each in said]
    assert states == [
        ("signed-out", None, None),
        ("paused", "signed-in", "100"),
        ("ready", None, "100"),
        ("paused", "lunch", "100"),
        ("signed-out", None, None),
    ]
    assert all(abs(each["since_ms"] - now_ms()) < 60_000 for each in said[1:4])
    assert (await floor.do(ana, ana, "sign-out")).status == 200


async def test_who_is_not_signed_in_neither_pauses_nor_is_ready(floor: Floor):
    ana = await floor.seated("100")

    answers = [await floor.do(ana, ana, "ready"), await floor.do(ana, ana, "pause", {"reason": "lunch"})]

    assert {(answer.status, answer.error_id) for answer in answers} == {(409, "not-signed-in")}


async def test_a_reason_is_one_of_the_tenants(floor: Floor):
    ana = await floor.seated("100")
    reasons = {"pause_reasons": [{"reason": "coaching", "limit_minutes": 30}]}
    await floor.admin.call("PATCH", f"/tenants/{floor.tenant_id}", reasons)
    await floor.do(ana, ana, "sign-in", {"ready": True})

    refused = [await floor.do(ana, ana, "pause", {"reason": each}) for each in ("lunch", "no-answer", "signed-in")]
    taken = await floor.do(ana, ana, "pause", {"reason": "coaching"})

    assert {(answer.status, answer.error_id) for answer in refused} == {(422, "pause-reason-unknown")}
    assert "coaching" in refused[0].body["detail"]
    assert (taken.body["state"], taken.body["reason"]) == ("paused", "coaching")


async def test_a_pause_with_a_limit_ends_by_itself(floor: Floor, acd: Acd):
    ana = await floor.seated("100")
    await floor.do(ana, ana, "sign-in", {})
    await floor.do(ana, ana, "pause", {"reason": "break"})

    due = await acd.lapse(floor.pool, now_ms())
    assert due is not None and abs(due - now_ms() - 15 * 60_000) < 60_000
    await acd.lapse(floor.pool, due + 1)

    assert (await floor.state(ana))["state"] == "ready"


async def test_one_signs_in_where_one_is_seated(floor: Floor):
    ana = await floor.seated("100")
    stations = f"/tenants/{floor.tenant_id}/stations"
    await floor.admin.make(stations, {"extension": "200", "site_id": "branch-1"})

    elsewhere = await floor.do(ana, ana, "sign-in", {"extension": "200"})
    await floor.admin.call("PUT", f"{stations}/200/user", {"user_id": ana.user_id})
    which = await floor.do(ana, ana, "sign-in", {})
    there = await floor.do(ana, ana, "sign-in", {"extension": "200", "ready": True})
    moved = await floor.do(ana, ana, "sign-in", {"extension": "100"})

    assert (elsewhere.status, elsewhere.error_id) == (422, "seat-unknown")
    assert (which.status, which.error_id) == (422, "seat-unknown") and "100, 200" in which.body["detail"]
    assert (there.body["state"], there.body["extension"]) == ("ready", "200")
    assert (moved.body["state"], moved.body["extension"]) == ("ready", "100")


async def test_who_gets_up_is_signed_out_and_a_station_that_moves_takes_its_agent_along(floor: Floor, acd: Acd):
    ana = await floor.seated("100")
    station = f"/tenants/{floor.tenant_id}/stations/100"
    site = fresh("s")
    await floor.admin.make("/sites", {"site_id": site, "name": "New floor"})
    await floor.do(ana, ana, "sign-in", {"ready": True})

    await floor.admin.call("PATCH", station, {"site_id": site})
    seat = Seat(TenantId(floor.tenant_id), Extension("100"), SiteId(site))
    moved = await acd.at_seat(floor.pool, seat)
    await floor.admin.call("PUT", f"{station}/user", {"user_id": None})

    assert moved is not None and (moved.agent.agent_id, moved.state) == (ana.user_id, AgentState.READY)
    assert (await floor.state(ana))["state"] == "signed-out"


async def test_an_archived_station_signs_its_agent_out(floor: Floor):
    ana = await floor.seated("100")
    await floor.do(ana, ana, "sign-in", {"ready": True})

    assert (await floor.admin.call("DELETE", f"/tenants/{floor.tenant_id}/stations/100")).status == 204

    assert (await floor.state(ana))["state"] == "signed-out"


async def test_a_right_reaches_oneself_ones_team_or_the_tenant(floor: Floor):
    teams = {floor.tenant_id: ["red"]}
    ana, bo = await floor.seated("100", teams=teams), await floor.seated("101")
    lead, boss = await floor.person("supervisor", teams=teams), await floor.person("manager")
    for agent in (ana, bo):
        await floor.do(agent, agent, "sign-in", {})

    statuses = {
        name: [(await floor.do(who, agent, "pause", {"reason": "training"})).status for agent in (ana, bo)]
        for name, who in {"ana": ana, "bo": bo, "lead": lead, "boss": boss}.items()
    }
    seen = [(await who.call("GET", floor.path(bo, "/state"))).status for who in (ana, bo, lead, boss)]

    assert statuses == {"ana": [200, 403], "bo": [403, 200], "lead": [200, 403], "boss": [200, 200]}
    assert seen == [403, 200, 403, 200]
    refused = await floor.do(ana, bo, "sign-out")
    assert (refused.status, refused.error_id) == (403, "out-of-reach")


async def test_what_is_forced_is_in_the_trail_and_what_one_does_oneself_is_not(floor: Floor):
    ana, boss = await floor.seated("100"), await floor.person("manager")
    await floor.do(ana, ana, "sign-in", {"ready": True})
    await floor.do(boss, ana, "pause", {"reason": "training"})

    rows = (await floor.admin.get(f"/tenants/{floor.tenant_id}/audit?day={day_of(now_ms())}"))["items"]

    states = [row for row in rows if row["action"] in ("agents.sign_in", "agents.pause")]
    assert [(row["action"], row["subject"]["user_id"]) for row in states] == [("agents.pause", ana.user_id)]
    assert states[0]["changes"]["state"] == {"old": "ready", "new": "paused"}
    assert states[0]["changes"]["reason"] == {"old": None, "new": "training"}


async def test_new_skills_and_queues_count_at_once(floor: Floor, acd: Acd):
    ana = await floor.seated("100")
    await floor.give(ana, skills={"english": 3})
    await floor.do(ana, ana, "sign-in", {"ready": True})
    waiter, queue = floor.waiter(SkillNeed("english", 5))
    assert isinstance(await acd.join(waiter, queue, now_ms()), InLine)

    await floor.give(ana, skills={"english": 5})

    now = await floor.state(ana)
    assert (now["state"], now["queue_id"], now["call_id"]) == ("reserved", "sales", waiter.call_id)
    await floor.give(ana, queues=[])
    await acd.leave(floor.pool, waiter.tenant_id, waiter.queue_id, waiter.call_id, now_ms())
    other, _ = floor.waiter()
    assert isinstance(await acd.join(other, queue, now_ms()), InLine)


async def test_a_queue_is_seen_as_it_is_and_stays_while_callers_wait(floor: Floor, acd: Acd):
    ana, bo = await floor.seated("100"), await floor.seated("101")
    await floor.do(ana, ana, "sign-in", {})
    await floor.do(bo, bo, "sign-in", {"ready": True})
    (first, queue), (second, _) = floor.waiter(), floor.waiter()
    first = replace(first, day_ends_ms=now_ms() + 3_600_000)
    assert isinstance(await acd.join(first, queue, now_ms()), Offer)
    await acd.join(second, queue, now_ms() - 5000)

    [seen] = (await floor.admin.get(f"/tenants/{floor.tenant_id}/queue-states"))["items"]
    stuck = await floor.admin.call("DELETE", f"/tenants/{floor.tenant_id}/queues/sales")
    for waiter in (first, second):
        await acd.leave(floor.pool, waiter.tenant_id, waiter.queue_id, waiter.call_id, now_ms())
    gone = await floor.admin.call("DELETE", f"/tenants/{floor.tenant_id}/queues/sales")

    assert (seen["queue_id"], seen["waiting"], seen["ready"], seen["signed_in"]) == ("sales", 1, 0, 2)
    assert 0 <= seen["longest_wait_seconds"] < 60
    assert (seen["offered_today"], seen["answered_today"], seen["abandoned_today"]) == (1, 0, 0)
    assert seen["service_level_today"] is None
    assert (stuck.status, stuck.error_id) == (409, "in-use")
    assert gone.status == 204


async def test_all_agents_of_a_tenant_are_seen_live(floor: Floor):
    ana, bo = await floor.seated("100"), await floor.seated("101")
    supervisor = await floor.person("supervisor")
    await floor.do(ana, ana, "sign-in", {"ready": True})

    page = await supervisor.get(f"/tenants/{floor.tenant_id}/agent-states")
    first = await supervisor.get(f"/tenants/{floor.tenant_id}/agent-states?limit=1")

    assert {each["user_id"]: each["state"] for each in page["items"]} == {
        ana.user_id: "ready",
        bo.user_id: "signed-out",
    }
    assert [each["user_id"] for each in first["items"]] == [ana.user_id] and first["next"]
    assert (await ana.call("GET", f"/tenants/{floor.tenant_id}/agent-states")).status == 403


async def test_who_is_disabled_or_loses_the_role_is_signed_out(floor: Floor):
    ana, bo = await floor.seated("100"), await floor.seated("101")
    for agent in (ana, bo):
        await floor.do(agent, agent, "sign-in", {"ready": True})

    await floor.admin.call("PATCH", f"/users/{ana.user_id}", {"enabled": False})
    await floor.admin.call("PATCH", f"/users/{bo.user_id}", {"roles": {floor.tenant_id: ["supervisor"]}})
    refused = await floor.do(floor.admin, ana, "sign-in", {})
    await floor.admin.call("PATCH", f"/users/{bo.user_id}", {"roles": {floor.tenant_id: ["agent"]}})

    assert (await floor.state(ana))["state"] == (await floor.state(bo))["state"] == "signed-out"
    assert (refused.status, refused.error_id) == (409, "agent-disabled")


async def test_a_tenant_sees_no_call_queue_or_reason_of_another(floor: Floor, world: World, acd: Acd):
    other = fresh("t")
    reasons = {"pause_reasons": [{"reason": "secret-project"}]}
    await world.admin.make("/tenants", {"tenant_id": other, "name": "Other", "provider": floor.pool})
    await world.admin.call("PATCH", f"/tenants/{other}", reasons)
    await world.admin.make(f"/tenants/{other}/queues", {"queue_id": "theirs"})
    both = {each: ["agent"] for each in (floor.tenant_id, other)}
    owl = await floor.seated("100", belongs_to=f"provider:{floor.pool}", roles=both)
    await world.admin.call("PATCH", f"/tenants/{other}/agents/{owl.user_id}", {"queues": ["theirs"]})
    await floor.do(owl, owl, "sign-in", {"ready": True})
    tenant_id, at_ms = TenantId(other), now_ms()
    waiter = Waiter(tenant_id, QueueId("theirs"), floor.pool, CallId(fresh("call")), NodeId("node-1"), at_ms, at_ms,
                    0, (Audience(0),))  # fmt: skip
    queue = Queue(tenant_id, QueueId("theirs"), pool=floor.pool)

    assert isinstance(await acd.join(waiter, queue, at_ms), Offer)
    here, there = await floor.state(owl), await world.admin.get(f"/tenants/{other}/agents/{owl.user_id}/state")
    await acd.leave(floor.pool, tenant_id, QueueId("theirs"), waiter.call_id, at_ms)
    await world.admin.call("POST", f"/tenants/{other}/agents/{owl.user_id}/pause", {"reason": "secret-project"})
    paused = await floor.state(owl)

    assert (here["state"], here["queue_id"], here["call_id"]) == ("reserved", None, None)
    assert (there["state"], there["queue_id"], there["call_id"]) == ("reserved", "theirs", waiter.call_id)
    assert (here["extension"], there["extension"]) == ("100", None)
    assert (paused["state"], paused["reason"]) == ("paused", "other")


async def test_a_tenant_whose_agents_are_signed_in_keeps_its_provider(floor: Floor):
    ana = await floor.seated("100", queues=())
    await floor.do(ana, ana, "sign-in", {})
    await floor.admin.call("DELETE", f"/tenants/{floor.tenant_id}/queues/sales")
    path = f"/tenants/{floor.tenant_id}"

    stuck = await floor.admin.call("PATCH", path, {"provider": "others"})
    await floor.do(ana, ana, "sign-out")
    moved = await floor.admin.call("PATCH", path, {"provider": "others"})

    assert (stuck.status, stuck.error_id) == (409, "in-use")
    assert stuck.body["used_by"] == [{"kind": "agent", "id": ana.user_id, "tenant_id": floor.tenant_id}]
    assert moved.status == 200


async def test_redis_has_what_matching_needs_of_an_agent(floor: Floor, acd: Acd):
    ana = await floor.seated("100", teams={floor.tenant_id: ["red"]})
    await floor.give(ana, skills={"english": 4})
    await floor.do(ana, ana, "sign-in", {})

    view = await acd.agent(floor.pool, AgentId(ana.user_id))

    assert view is not None
    assert (view.agent.skills, view.agent.teams) == ({"english": 4}, ("red",))
    assert [(served.tenant_id, served.queue_id) for served in view.agent.queues] == [(floor.tenant_id, "sales")]
    assert view.seat == Seat(TenantId(floor.tenant_id), Extension("100"), SiteId("branch-1"))
