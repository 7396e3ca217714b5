"""The rules of matching hold under any events: tried by hypothesis on the model in memory."""

from dataclasses import replace

from hypothesis import HealthCheck, settings

from callmodel.agents import Agent, ServedQueue
from callmodel.floor import Floor
from callmodel.ids import AgentId
from callmodel.offers import InLine, Offer
from callmodel.queues import Queue, Waiter, audiences_of
from tests.floor_machine import CALLS, HQ, LINES, NODES, SEATS, START, FloorMachine

TestMatching = FloorMachine.TestCase
TestMatching.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_who_takes_anothers_seat_is_offered_as_what_they_serve_from_now_on():
    """Found by hypothesis: the caller whom the other left was offered by the queues of before."""
    floor = Floor()
    al, bo = (Agent(AgentId(name), HQ, queues=(ServedQueue(*LINES[0]),)) for name in ("al", "bo"))
    floor.sign_in(al, SEATS[0], START, ready=True)
    floor.sign_in(bo, SEATS[1], START + 1, ready=True)
    queue = Queue(*LINES[0], pool=HQ)
    waiter = Waiter(*LINES[0], HQ, CALLS[0], NODES[0], START + 2, START + 2, 0, audiences_of(queue, START + 2))
    offer = floor.join(waiter, queue, START + 2)
    assert isinstance(offer, Offer) and [each.agent_id for each in offer.agents] == ["al"]

    floor.sign_in(replace(bo, queues=(ServedQueue(*LINES[1]),)), SEATS[0], START + 3, ready=True)

    assert floor.matching.outstanding(NODES[0]) == []
    assert floor.matching.place(*LINES[0], CALLS[0]) == InLine(1)
    assert floor.at_seat(SEATS[0]) == floor.matching.agent(AgentId("bo"))

    floor.sign_in(bo, SEATS[0], START + 4, ready=True)

    [again] = floor.matching.outstanding(NODES[0])
    assert [each.agent_id for each in again.agents] == ["bo"]
