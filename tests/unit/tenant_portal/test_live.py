"""Events: who may follow what, a bound on what waits for one browser, and boards that know their own tenant alone."""

import json
import re
from typing import Any

import pytest

from callmodel.agents import AgentState, Seat
from callmodel.ids import AgentId, CallId, Extension, QueueId, SiteId, TenantId
from callmodel.offers import QueueView
from callmodel.sight import Doing
from callmodel.today import Today
from hotstate.acd.changes import AgentChange
from tenant_portal.controlplane import Caller
from tenant_portal.live.board import Board
from tenant_portal.live.listener import Listener
from tenant_portal.live.outbox import Message, Outbox
from tenant_portal.live.scope import (
    KNOWN_TOPICS,
    Place,
    Scope,
    event_id,
    place_after,
    place_in,
    scope_of,
    topics_asked,
)

TENANT = {"tenant_id": "acme", "pause_reasons": [{"reason": "lunch", "limit_minutes": 60}]}


def me(*permissions: str, is_hq: bool = False, **roles: list[str]) -> dict[str, Any]:
    return {
        "user_id": "u1", "display_name": "Ana", "is_hq_admin": is_hq, "roles": roles, "teams": {"acme": ["a"]},
        "permissions": {tenant: list(permissions) for tenant in roles},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("who", "topics", "costs"),
    [
        (me("calls.read", "queues.read", acme=["agent"]), {"calls", "queues", "me"}, False),
        (me("calls.read", "agents.read", "spend.read", acme=["manager"]), {"calls", "agents", "me"}, True),
        (me(is_hq=True), {"calls", "queues", "agents", "platform"}, True),
        (me("calls.read", "agents.read", "spend.read", bolt=["manager"]), set(), False),
        (me(), set(), False),
    ],
    ids=["agent", "manager", "hq", "another tenant's manager", "nobody"],
)
def test_topics_follow_from_rights(who: dict[str, Any], topics: set[str], costs: bool):
    scope = scope_of(who, TENANT, KNOWN_TOPICS)

    assert (scope.topics, scope.sees_costs) == (topics, costs)


def test_a_page_gets_no_more_than_it_asks_for_and_hq_without_a_tenant_the_platform():
    asked = topics_asked("me,platform")
    assert asked is not None

    assert scope_of(me("calls.read", acme=["agent"]), TENANT, asked).topics == {"me"}
    assert scope_of(me(is_hq=True), None, KNOWN_TOPICS).topics == {"platform"}
    assert topics_asked(None) == KNOWN_TOPICS
    assert topics_asked("calls,secrets") is None


@pytest.mark.parametrize("tenant_id", ["acme", None])
def test_a_place_comes_back(tenant_id: str | None):
    place = place_in("1733000000123-4")

    assert place_after(event_id(tenant_id, place), tenant_id) == place == Place(1_733_000_000_123, 4)


@pytest.mark.parametrize(
    "event", [None, "", "acme", "bolt/1-0", "acme/x-0", "acme/1-0 ", "acme/1-0-0", "acme/" + "9" * 40]
)
def test_no_place_is_taken_from_nonsense_or_another_tenant(event: str | None):
    assert place_after(event, "acme") is None


async def test_of_each_thing_only_the_newest_word_waits():
    outbox = Outbox()
    for text, ms in (("first", 1), ("newer", 3), ("older", 2)):
        outbox.put(Message("agent:u1", Place(ms), text))
    outbox.put(Message("agent:u2", Place(1), "other"))

    assert [message.text for message in await outbox.take()] == ["newer", "other"]


async def test_who_is_too_slow_gets_everything_anew_and_nothing_grows():
    outbox = Outbox(most=10)
    for number in range(1000):
        outbox.put(Message(f"call:{number}", Place(number), "x"))

    assert outbox.behind and len(outbox) == 0
    assert await outbox.take() == []
    outbox.begin_anew()
    outbox.put(Message("call:1", Place(1), "y"))
    assert [message.text for message in await outbox.take()] == ["y"]


async def nobody() -> Caller:
    return Caller("", "")


def listener(*topics: str, **about: Any) -> Listener:
    return Listener(Scope("u1", "Ana", "acme", frozenset(topics), **about), nobody)


async def heard(one: Listener) -> list[dict[str, Any]]:
    return [json.loads(message.text) for message in await one.outbox.take()] if len(one.outbox) else []


def doing(tenant_id: str, state: AgentState = AgentState.RESERVED, **more: Any) -> Doing:
    seat = Seat(TenantId(tenant_id), Extension("1001"), SiteId("hq"))
    return Doing(
        state, 5, seat=seat, call_id=CallId("c1"), tenant_id=TenantId(tenant_id), queue_id=QueueId("q"), **more
    )


def a_board(*listeners: Listener) -> Board:
    known = {"user_id": "u1", "name": "Ana", "teams": []}
    return Board("acme", set(listeners), {"u1": known}, queue_names={"sales": "Sales"})


async def test_an_event_reaches_those_who_may_see_it_and_no_other():
    boss, agent = listener("agents"), listener("me")
    board = a_board(boss, agent)

    board.tell(board.agent_told(Place(9), AgentChange(AgentId("u1"), doing("acme"))))

    assert [(event["kind"], event["agent"]["call_id"]) for event in await heard(boss)] == [("agent.changed", "c1")]
    assert await heard(agent) == []


async def test_a_call_of_another_tenant_is_a_state_without_a_call():
    boss = listener("agents")
    board = a_board(boss)

    board.tell(board.agent_told(Place(9), AgentChange(AgentId("u1"), doing("bolt", reason="bolts-own"))))

    [event] = await heard(boss)
    agent = event["agent"]
    assert (agent["state"], agent["reason"]) == ("reserved", "other")
    assert (agent["call_id"], agent["queue_id"], agent["extension"]) == (None, None, None)


def test_a_stranger_on_the_tenants_seat_makes_the_board_ask_who_it_is():
    board = a_board()

    assert board.agent_told(Place(1), AgentChange(AgentId("new"), doing("bolt"))) == [] and not board.doubtful
    assert board.agent_told(Place(1), AgentChange(AgentId("new"), doing("acme"))) == [] and board.doubtful


def test_what_the_api_said_before_the_stream_told_more_does_not_count():
    board = a_board()
    board.agent_told(Place(20), AgentChange(AgentId("u1"), doing("acme")))
    said = {**board.agents["u1"], "state": "ready", "name": "Ana Maria"}

    told = board.roster_told(Place(10), [said])

    assert (board.agents["u1"]["state"], board.agents["u1"]["name"]) == ("reserved", "Ana Maria")
    assert len(told) == 1


def test_who_left_the_tenant_is_gone():
    board = a_board()

    [told] = board.roster_told(Place(10), [])

    assert json.loads(told.text)["kind"] == "agent.gone" and board.agents == {}


def test_costs_are_in_what_managers_hear_alone():
    boss = listener("calls", sees_costs=True, sees_inside=True)
    agent, client = listener("calls", sees_inside=True), listener("calls")
    board = a_board(boss, agent, client)
    call = {"call_id": "c1", "cost_micros": 5, "site_id": "hq", "legs": [{"cost_per_minute": 0.1, "number": None}]}

    board.tell(board.call_told(Place(1), {"kind": "call.changed", "m": json.dumps(call)}))

    assert "0.1" in boss.outbox._waiting["call:c1"].text
    assert "0.1" not in agent.outbox._waiting["call:c1"].text
    assert "hq" in agent.outbox._waiting["call:c1"].text
    assert not {"hq", "0.1"} & set(re.findall(r"[0-9a-z.]+", client.outbox._waiting["call:c1"].text))


def test_a_queue_that_the_api_does_not_name_is_not_told():
    board, seen = a_board(), QueueView(1, 0, 2, 1500, None, Today(9, 6, 4, 2))

    [told] = board.queue_told(Place(1), "sales", seen)

    assert json.loads(told.text)["queue"] == {
        "queue_id": "sales", "name": "Sales", "waiting": 1, "longest_wait_seconds": 1.5, "estimate_seconds": None,
        "ready": 0, "signed_in": 2, "offered_today": 9, "answered_today": 6, "abandoned_today": 2,
        "service_level_today": 50.0,
    }  # fmt: skip
    assert board.queue_told(Place(1), "archived", seen) == []


def test_heartbeats_alone_are_no_news_of_the_platform():
    board = a_board()
    status = {"nodes": [{"node_id": "n1", "alive": True, "at_ms": 1}], "trunks": []}

    assert len(board.platform_told(Place(1), status)) == 1
    assert board.platform_told(Place(2), {**status, "nodes": [{"node_id": "n1", "alive": True, "at_ms": 2}]}) == []
    assert (
        len(board.platform_told(Place(3), {**status, "nodes": [{"node_id": "n1", "alive": False, "at_ms": 2}]})) == 1
    )


def test_what_was_told_before_the_snapshot_is_not_told_again():
    one = listener("queues")
    one.since = Place(10)
    board = a_board(one)

    board.tell(board.queue_told(Place(9), "sales", QueueView(1, 0, 2, 0, None)))

    assert len(one.outbox) == 0


async def test_the_call_on_the_way_to_the_user_is_looked_up_once_and_taken_back():
    own = listener("me")
    for state, ms in ((AgentState.RESERVED, 1), (AgentState.RINGING, 2), (AgentState.TALKING, 3)):
        own.hear_of_me(doing("acme", state), Place(ms))
    messages = {message.thing: message for message in await own.outbox.take()}

    assert json.loads(messages["me"].text)["me"]["state"] == "talking"
    assert (messages["offer"].fetch, messages["offer"].place) == ("c1", Place(1))
    own.hear_of_me(Doing(AgentState.READY, 9), Place(4))
    assert [json.loads(message.text).get("offer", 0) for message in await own.outbox.take()] == [0, None]
