"""What a tenant sees of shared agents, and who sees what calls cost."""

from callmodel.agents import AgentState, Seat
from callmodel.ids import CallId, Extension, QueueId, SiteId, TenantId
from callmodel.sight import SIGNED_OUT, TOPICS, Doing, doing_of, seen_by, without_costs, without_inside

ACME, BOLT = TenantId("acme"), TenantId("bolt")
SEAT = Seat(ACME, Extension("1001"), SiteId("hq"))


def test_a_tenant_sees_its_own_calls_whole():
    doing = Doing(AgentState.TALKING, 5, None, SEAT, CallId("c1"), ACME, QueueId("sales"))

    assert seen_by(ACME, doing, set()) == doing


def test_of_another_tenants_call_it_sees_the_state():
    doing = Doing(AgentState.TALKING, 5, "bolts-lunch", SEAT, CallId("c1"), BOLT, QueueId("theirs"))

    assert seen_by(ACME, doing, {"lunch"}) == Doing(AgentState.TALKING, 5, "other", SEAT)
    # And the other tenant does not see at whose station they sit.
    assert seen_by(BOLT, doing, {"bolts-lunch"}) == Doing(
        AgentState.TALKING, 5, "bolts-lunch", None, CallId("c1"), BOLT, QueueId("theirs")
    )


def test_a_call_of_no_queue_is_of_the_station_s_tenant():
    doing = Doing(AgentState.TALKING, 5, None, SEAT, CallId("c1"))

    assert seen_by(ACME, doing, set()).call_id == "c1"
    assert seen_by(BOLT, doing, set()).call_id is None


def test_reasons_of_the_platform_are_everybody_s():
    doing = Doing(AgentState.PAUSED, 5, "no-answer", SEAT)

    assert seen_by(BOLT, doing, set()).reason == "no-answer"
    assert doing_of(None) == SIGNED_OUT == seen_by(ACME, SIGNED_OUT, set())


def test_costs_are_taken_out_of_the_call_and_its_legs_and_nothing_else():
    call = {
        "call_id": "c1",
        "cost_micros": 1,
        "currency": "CNY",
        "legs": [{"leg_id": "l1", "cost_class": "national"}],
    }

    assert without_costs(call) == {
        "call_id": "c1", "cost_micros": None, "currency": None, "legs": [{"leg_id": "l1", "cost_class": None}]
    }  # fmt: skip
    assert call["cost_micros"] == 1


def test_a_clients_people_see_neither_costs_nor_the_providers_inside():
    call = {
        "call_id": "c1", "site_id": "hq", "trunk_id": "carrier", "node_id": "node-1", "cost_micros": 1,
        "trace_id": "ab", "asked_by": "ana", "ended_by": "bo", "extension": "1001",
        "legs": [{"leg_id": "l1", "site_id": "hq", "trunk_id": "carrier", "cost_per_minute": 0.1}],
    }  # fmt: skip

    shown = without_inside(call)

    assert {name: value for name, value in shown.items() if value is not None} == {
        "call_id": "c1", "extension": "1001",
        "legs": [{"leg_id": "l1", "site_id": None, "trunk_id": None, "cost_per_minute": None}],
    }  # fmt: skip


def test_topics_are_the_three_of_a_tenant():
    assert set(TOPICS) == {"calls", "queues", "agents"}
