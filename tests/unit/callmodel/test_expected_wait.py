"""The expected wait that callers are told, from the times between a queue's answers."""

from callmodel.ids import AgentId, CallId, NodeId, ProviderId, QueueId, TenantId
from callmodel.lines import PACE_ANSWERS, Caller, Line
from callmodel.queues import Audience, Queue, Waiter

T = 1_764_500_000_000
SALES = Queue(TenantId("acme"), QueueId("sales"))


def caller(number: int) -> Caller:
    call_id = CallId(f"c{number}")
    waiter = Waiter(
        SALES.tenant_id, SALES.queue_id, ProviderId("hq"), call_id, NodeId("mn1"), T, T, 0, (Audience(0),)
    )
    return Caller(waiter, SALES, T, waited=True)


def line(agents: int) -> Line:
    """A line in which somebody waits, whatever happens."""
    made = Line(agents={AgentId(f"a{number}") for number in range(agents)})
    made.enter(caller(0))
    return made


def answered(made: Line, *seconds_apart: int) -> Line:
    at_ms = T
    made.note_answer(caller(1), at_ms)
    for seconds in seconds_apart:
        at_ms += seconds * 1000
        made.note_answer(caller(1), at_ms)
    return made


def test_nothing_is_told_before_two_have_been_answered():
    assert answered(line(2)).estimate_seconds(1) is None


def test_the_first_answers_count_alike():
    assert answered(line(2), 60, 120, 30).estimate_seconds(1) == 70
    assert answered(line(2), 30, 60, 120).estimate_seconds(3) == 210


def test_one_long_conversation_among_many_changes_little():
    usual = [60] * PACE_ANSWERS

    assert answered(line(2), *usual, 600).estimate_seconds(1) == 60 + 540 / PACE_ANSWERS


def test_more_agents_are_faster_at_once():
    made = answered(line(2), 60)
    made.agents |= {AgentId("b0"), AgentId("b1")}

    assert made.estimate_seconds(1) == 30
