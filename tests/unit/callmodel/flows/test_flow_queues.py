"""A flow lets its caller into a queue, and takes the caller back."""

from dataclasses import replace

import pytest

from callmodel.callstate import CallState
from callmodel.cdr import cdr_of
from callmodel.endings import Ending
from callmodel.facts import NotQueued
from callmodel.ids import AgentId, QueueId
from callmodel.orders import Announce, Answer, JoinQueue, Milestone
from callmodel.privacy import number_hash
from callmodel.queues import SkillNeed
from callmodel.vips import Vip
from tests.unit.callmodel.flows.flow_stories import (
    BYE,
    CALLER,
    after,
    called,
    directory_with,
    doings,
    flow_of,
    heard_out,
    hung_up,
    text,
    texts,
)
from tests.unit.callmodel.stories import ACME, CUSTOMER, T0, TENANT

QUEUE = {
    "wait": {
        "kind": "queue", "queues": [{"queue_id": "sales"}], "on": {"full": "full"}, "otherwise": "bye", "priority": 3,
        "needs": [{"skill": "spanish", "level": 5}],
    },
    "full": {"kind": "play", "prompts": text("All lines are taken."), "next": "bye"},
    "bye": {"kind": "hang_up", "prompts": text("Goodbye.")},
}  # fmt: skip
SALES = QueueId("sales")


def test_caller_is_answered_and_gets_in_line():
    call, orders = called(QUEUE)

    assert call.state is CallState.WAITING
    given = doings(orders)
    assert given[0] == Answer(CALLER)
    assert JoinQueue(SALES, 3, T0, (SkillNeed("spanish", 5),)) in given


@pytest.mark.parametrize(("reason", "said"), [("full", "All lines are taken."), ("unknown", "Goodbye.")])
def test_caller_whom_the_queue_does_not_take_goes_on_in_the_flow(reason, said):
    call, orders = after(called(QUEUE), NotQueued(SALES, reason, T0 + 10))

    assert call.state is CallState.IN_FLOW
    assert texts(orders) == [said]
    assert [order.milestone for order in orders if isinstance(order, Announce)] == [Milestone.CHANGED]


def test_flow_that_goes_round_between_queues_ends():
    nodes = {"one": {"kind": "queue", "queues": [{"queue_id": "sales"}], "otherwise": "one"}, "bye": BYE}
    step = called(nodes)
    for _ in range(1100):
        step = after(step, NotQueued(SALES, "full", T0))

    assert step[0].ending is Ending.FLOW_FAILED


def test_shares_of_callers_are_as_they_should_be():
    queues = [{"queue_id": "own", "percent": 70}, {"queue_id": "outsourced", "percent": 30}]
    nodes = {"wait": {"kind": "queue", "queues": queues, "otherwise": "bye"}, "bye": BYE}
    counted = {"own": 0, "outsourced": 0}
    for number in range(2000):
        orders = called(nodes, call_id=f"call-{number}")[1]
        counted[next(order.queue_id for order in orders if isinstance(order, JoinQueue))] += 1

    assert 1320 < counted["own"] < 1480


def test_important_customer_waits_for_the_own_agent_ahead_of_everyone():
    vip = Vip(ACME, number_hash(TENANT.number_key, CUSTOMER), 2, own_agent=AgentId("u-ana"), queue_id=QueueId("gold"))
    directory = replace(directory_with(flow_of(QUEUE)), vips=(vip,))

    _, orders = called({}, directory=directory)

    joined = next(order for order in orders if isinstance(order, JoinQueue))
    assert (joined.queue_id, joined.priority, joined.wanted_agents) == ("gold", 9, ("u-ana",))


def test_number_is_known_by_another_hash_to_each_tenant():
    assert number_hash("a", CUSTOMER) != number_hash("b", CUSTOMER)
    assert len(number_hash("a", CUSTOMER)) == 32


def test_caller_whom_no_queue_takes_is_told_and_let_go():
    step = heard_out(after(called(QUEUE), NotQueued(SALES, "unknown", T0)))

    ended = hung_up(step)[0]
    assert (ended.ending, cdr_of(ended).missed) == (Ending.NO_ANSWER, "unknown")
