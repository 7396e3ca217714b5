"""Events: a snapshot, then what changes, for each role and tenant what it may see and nothing else."""

import contextlib
import json
from typing import Any

from api_house import ADMIN_PASSWORD, USER_PASSWORD, World, fresh, user
from facts_house import live_call, new_call_id
from portal_house import Browser, PortalHouse
from redis.asyncio import Redis

from callmodel import keys
from callmodel.callstate import LegRole, LegState
from callmodel.cdr import Cdr, CdrLeg
from callmodel.codec import to_wire
from callmodel.ids import CallId, LegId, NodeId, ProviderId, QueueId, TenantId, TrunkId
from callmodel.queues import Audience, Queue, Waiter
from callmodel.wire import Envelope
from control_plane.times import now_ms
from hotstate.acd import Acd

ACME, BOLT, NODE, POOL = TenantId("acme"), TenantId("bolt"), NodeId("node-1"), ProviderId("hq")


async def tell(redis: Redis, call: Cdr, kind: str = "call.talking") -> None:
    """Put a fact on the stream, as a media node does."""
    kind = kind if kind == "call.ended" else "call.answered"
    envelope = Envelope(f"{call.call_id}:{call.version}", kind, call.tenant_id, NODE, now_ms(), to_wire(call))
    await redis.xadd(keys.facts(call.tenant_id), {"m": json.dumps(to_wire(envelope))})


def talking(call_id: CallId, tenant_id: TenantId = ACME, **details: Any) -> Cdr:
    leg = CdrLeg(
        LegId(f"{call_id}-2"), LegRole.CUSTOMER, LegState.ANSWERED, 1000, trunk_id=TrunkId("carrier-a"),
        cost_class="national", cost_per_minute=0.1,
    )  # fmt: skip
    return live_call(call_id, "talking", tenant_id, legs=(leg,), **details)


async def an_agent(world: World, tenant_id: str) -> tuple[str, str, str]:
    """Make an agent with a station; return name, user id and extension."""
    name, extension = fresh("event-agent"), str(30000 + new_number())
    made = await world.admin.make("/users", user(name, tenant_id, "agent"))
    station = {"extension": extension, "site_id": "branch-1", "media": "webrtc", "user_id": made["user_id"]}
    await world.admin.make(f"/tenants/{tenant_id}/stations", station)
    return name, made["user_id"], extension


_numbers = iter(range(1, 1000))


def new_number() -> int:
    return next(_numbers)


async def test_a_call_is_followed_from_its_first_news_to_its_end(portal: PortalHouse, world: World, redis: Redis):
    before, call_id = new_call_id(), new_call_id()
    await tell(redis, talking(before))
    async with Browser(portal.portals[0]) as browser:
        await browser.sign_in("supervisor.acme")
        async with browser.events() as events:
            snapshot = await events.until("snapshot")
            await tell(redis, talking(call_id))
            changed = await events.until("call.changed", lambda event: event["call"]["call_id"] == call_id)
            await tell(redis, talking(call_id), "call.ended")
            ended = await events.until("call.ended", lambda event: event["call_id"] == call_id)

        shown = await browser.get(f"/api/v1/tenants/acme/calls/{call_id}")
    assert set(snapshot["topics"]) == {"calls", "queues", "agents", "me"}
    assert changed["call"]["number"] == "+86138****5678"
    # As the API shows it, whose answer goes on to the record.
    assert {**shown, "state": "talking"} == changed["call"]
    assert "13812345678" not in json.dumps(events.seen)
    assert snapshot["id"].split("/")[1] < changed["id"].split("/")[1] < ended["id"].split("/")[1]


async def test_costs_are_seen_by_managers_alone(portal: PortalHouse, world: World, redis: Redis):
    shown: dict[str, Any] = {}
    for role in ("supervisor", "client", "manager"):
        call_id = new_call_id()
        async with Browser(portal.portals[0]) as browser:
            await browser.sign_in(f"{role}.acme")
            async with browser.events("/events?topics=calls") as events:
                await events.until("snapshot")
                await tell(redis, talking(call_id))
                told = await events.until("call.changed", lambda event, it=call_id: event["call"]["call_id"] == it)
                shown[role] = told["call"]["legs"][0]["cost_per_minute"]
            async with browser.events("/events?topics=calls") as events:
                [seen] = [
                    call for call in (await events.until("snapshot"))["topics"]["calls"] if call["call_id"] == call_id
                ]
                assert seen["legs"][0]["cost_per_minute"] == shown[role]

    assert shown == {"supervisor": None, "client": None, "manager": 0.1}


async def test_agents_and_queues_are_told_and_the_agent_is_told_of_the_call(
    portal: PortalHouse, world: World, redis: Redis
):
    name, user_id, extension = await an_agent(world, "acme")
    await world.admin.call("PATCH", f"/tenants/acme/agents/{user_id}", {"queues": ["sales-1"]})
    call_id = new_call_id()
    await tell(redis, talking(call_id, queue_id=QueueId("sales-1")))
    async with Browser(portal.portals[0]) as wall, Browser(portal.portals[1]) as own:
        await wall.sign_in("supervisor.acme")
        await own.sign_in(name)
        async with wall.events() as board, own.events("/events?topics=me,queues") as desk:
            assert any(each["user_id"] == user_id for each in (await board.until("snapshot"))["topics"]["agents"])
            assert (await desk.until("snapshot"))["topics"]["me"]["state"]["state"] == "signed-out"

            signed = f"/api/v1/tenants/acme/agents/{user_id}"
            assert (
                await own.call("POST", f"{signed}/sign-in", {"extension": extension, "ready": True})
            ).status == 200
            ready = await board.until("agent.changed", lambda event: event["agent"]["state"] == "ready")
            mine = await desk.until("me.changed", lambda event: event["me"]["state"] == "ready")
            offer = await Acd(redis).join(a_waiter(call_id), Queue(ACME, QueueId("sales-1"), POOL), now_ms())
            popped = await desk.until("me.offer")
            reserved = await board.until("agent.changed", lambda event: event["agent"]["state"] == "reserved")
            queue = await board.until("queue.changed", lambda event: event["queue"]["queue_id"] == "sales-1")
            await Acd(redis).leave(POOL, ACME, QueueId("sales-1"), call_id, now_ms())
            gone = await desk.until("me.offer")
            assert (await own.call("POST", f"{signed}/sign-out")).status == 200
            await board.until("agent.changed", lambda event: event["agent"]["state"] == "signed-out")

    assert (ready["agent"]["name"], ready["agent"]["extension"]) == (name, extension)
    assert mine["me"] == ready["agent"]
    assert offer is not None
    assert popped["offer"]["call"]["number"] == "+86138****5678"
    assert popped["offer"]["call_id"] == reserved["agent"]["call_id"] == call_id
    assert (queue["queue"]["name"], queue["queue"]["waiting"]) == ("Sales", 0)
    assert gone["offer"] is None
    assert not [event for event in desk.seen if event["kind"].startswith(("agent.", "call."))]


def a_waiter(call_id: CallId, tenant_id: TenantId = ACME, queue_id: str = "sales-1") -> Waiter:
    at = now_ms()
    return Waiter(tenant_id, QueueId(queue_id), POOL, call_id, NODE, at, at, 0, audiences=(Audience(at),))


async def test_nothing_of_another_tenant_is_told_in_any_topic(portal: PortalHouse, world: World, redis: Redis):
    _, user_id, extension = await an_agent(world, "bolt")
    call_id = new_call_id()
    async with Browser(portal.portals[0]) as browser:
        await browser.sign_in("manager.acme")
        async with browser.events() as events:
            await events.until("snapshot")
            await tell(redis, talking(call_id, BOLT))
            for step, body in (("sign-in", {"extension": extension, "ready": True}), ("sign-out", None)):
                done = await world.admin.call("POST", f"/tenants/bolt/agents/{user_id}/{step}", body)
                assert done.status == 200
            acd, sales = Acd(redis), QueueId("sales-2")
            await acd.join(a_waiter(call_id, BOLT, sales), Queue(BOLT, sales, POOL), now_ms())
            await acd.leave(POOL, BOLT, sales, call_id, now_ms())
            # What is told of acme's own afterwards comes after all of bolt's.
            own = new_call_id()
            await tell(redis, talking(own))
            await events.until("call.changed", lambda event: event["call"]["call_id"] == own)

    assert not ({call_id, user_id, extension, "sales-2", "bolt"} & set(words_in(events.seen)))


def words_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [word for each in value.values() for word in words_in(each)]
    if isinstance(value, list):
        return [word for each in value for word in words_in(each)]
    return [value] if isinstance(value, str) else []


async def test_an_agent_of_two_tenants_shows_no_call_of_one_to_the_other(
    portal: PortalHouse, world: World, redis: Redis
):
    name, extension = fresh("shared"), str(30000 + new_number())
    made = await world.admin.make(
        "/users",
        user(name, "acme", "agent") | {"belongs_to": "platform", "roles": {"acme": ["agent"], "bolt": ["agent"]}},
    )
    user_id = made["user_id"]
    station = {"extension": extension, "site_id": "branch-1", "user_id": user_id}
    await world.admin.make("/tenants/acme/stations", station)
    await world.admin.call("PATCH", f"/tenants/bolt/agents/{user_id}", {"queues": ["sales-2"]})
    async with Browser(portal.portals[0]) as browser:
        await browser.sign_in("manager.acme")
        async with browser.events("/events?topics=agents") as events:
            await events.until("snapshot")
            await world.admin.call(
                "POST", f"/tenants/acme/agents/{user_id}/sign-in", {"extension": extension, "ready": True}
            )
            call_id, sales = new_call_id(), QueueId("sales-2")
            acd = Acd(redis)
            await acd.join(a_waiter(call_id, BOLT, sales), Queue(BOLT, sales, POOL), now_ms())
            reserved = await events.until("agent.changed", lambda event: event["agent"]["state"] == "reserved")
            await acd.leave(POOL, BOLT, sales, call_id, now_ms())
            await world.admin.call("POST", f"/tenants/acme/agents/{user_id}/sign-out")

    assert reserved["agent"] == {
        **reserved["agent"], "user_id": user_id, "extension": extension, "call_id": None, "queue_id": None
    }  # fmt: skip


async def test_who_comes_back_gets_what_was_missed_at_any_portal(portal: PortalHouse, world: World, redis: Redis):
    call_id, missed = new_call_id(), new_call_id()
    async with Browser(portal.portals[0]) as first, Browser(portal.portals[1]) as second:
        await first.sign_in("supervisor.acme")
        async with first.events("/events?topics=calls") as events:
            await events.until("snapshot")
            await tell(redis, talking(call_id))
            last = await events.until("call.changed", lambda event: event["call"]["call_id"] == call_id)
        await tell(redis, talking(missed))
        await written(redis, missed)
        second.cookie = first.cookie
        async with second.events(f"/events?topics=calls&after={last['id']}") as events:
            await events.until("call.changed", lambda event: event["call"]["call_id"] == missed)

            assert events.seen[0]["kind"] == "resumed"
            assert "snapshot" not in {event["kind"] for event in events.seen}


async def written(redis: Redis, call_id: CallId) -> None:
    """Wait until a call's news is in the events."""
    last = "0"
    while True:
        found: Any = await redis.xread({keys.events(ACME): last}, block=5000)
        assert found, "waited in vain"
        if any(call_id in fields["m"] for _, fields in found[0][1]):
            return
        last = found[0][1][-1][0]


async def test_who_comes_back_with_nonsense_or_too_late_gets_a_snapshot(portal: PortalHouse, world: World):
    async with Browser(portal.portals[0]) as browser:
        await browser.sign_in("supervisor.acme")
        for after in ("nonsense", "bolt/1733000000000-0", "acme/1-0", "acme/99999999999999999999-0"):
            async with browser.events(f"/events?after={after}") as events:
                assert (await events.until("snapshot"))["kind"] == "snapshot"
                assert events.seen[0]["kind"] == "snapshot"


async def test_hq_sees_the_platform_and_nobody_else_does(portal: PortalHouse, world: World):
    async with Browser(portal.portals[0]) as hq, Browser(portal.portals[0]) as manager:
        await hq.sign_in("admin", ADMIN_PASSWORD)
        await manager.sign_in("manager.acme", USER_PASSWORD)
        async with hq.events() as events, manager.events("/events?topics=platform,me") as others:
            platform = (await events.until("snapshot"))["topics"]
            theirs = (await others.until("snapshot"))["topics"]
            name = fresh("site")
            await world.admin.make("/sites", {"site_id": name, "name": "New", "kind": "branch"})
            await events.until(
                "platform.changed",
                lambda event: name in {site["site_id"] for site in event["platform"]["sites"]},
            )

    assert set(platform) == {"platform"}
    assert set(theirs) == {"me"}


async def test_a_socket_ends_with_its_session_and_with_its_tenant(portal: PortalHouse, world: World):
    async with Browser(portal.portals[0]) as browser, Browser(portal.portals[1]) as other:
        await browser.sign_in("agent.acme")
        other.cookie, other.csrf = browser.cookie, browser.csrf
        async with browser.events() as events:
            await events.until("snapshot")
            assert (await other.call("DELETE", "/sessions")).status == 204
            assert await events.closed() == 4401
        assert (await browser.call("GET", "/session")).error_id == "signed-out"


async def test_foreign_pages_floods_and_too_many_tabs_are_turned_away(portal: PortalHouse, world: World):
    async with Browser(portal.portals[0]) as browser:
        await browser.sign_in("agent.acme")
        answer = await browser.call("GET", "/events", headers={"Origin": "https://evil.example", **UPGRADE})
        assert (answer.status, answer.error_id) == (403, "origin-foreign")
        async with browser.events() as events:
            await events.until("snapshot")
            for _ in range(30):
                await events.socket.send_str("x")
            assert await events.closed() == 1008
        async with browser.events() as events:
            await events.until("snapshot")
            await events.socket.send_str("x" * 10_000)
            assert await events.closed() == 1009
        await too_many(browser)


async def too_many(browser: Browser) -> None:
    async with contextlib.AsyncExitStack() as tabs:
        for _ in range(8):
            await tabs.enter_async_context(browser.events())
        answer = await browser.call("GET", "/events", headers={"Origin": browser.origin, **UPGRADE})
        assert (answer.status, answer.error_id) == (429, "too-many-sockets")


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
