"""The phase in which a flow speaks with the caller: node after node, until somebody else takes the call or it ends.

A node is entered, then told each fact, until it names the next one.  Who is let into a queue leaves this phase with a
`visit.wish`, and comes back by `resume`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from callmodel import attempts, closing, facts, timers
from callmodel.callstate import Call, Phase, TimerName
from callmodel.endings import Ending
from callmodel.flows import asking, queueing, speaking
from callmodel.flows.document import CollectNode, HangUpNode, MenuNode, PlayNode, QueueNode
from callmodel.flows.stage import Turn, plan_of, visit_of, with_visit
from callmodel.flows.visit import Visit
from callmodel.routing import FlowPlan

Step = attempts.Step
_Enter = Callable[[Call, Any, int], Turn]
_Hear = Callable[[Call, Any, facts.Fact], Turn]

MOST_STEPS = 100
"""Nodes that a call may go through without its caller doing anything: more is a flow that goes round in circles."""

_NODES: dict[type[Any], tuple[_Enter, _Hear]] = {
    PlayNode: (speaking.enter, speaking.hear),
    MenuNode: (asking.enter, asking.hear),
    CollectNode: (asking.enter, asking.hear),
    QueueNode: (queueing.enter, queueing.hear),
    HangUpNode: (speaking.enter, speaking.hear),
}


def begin(call: Call, plan: FlowPlan, at_ms: int) -> Step:
    """Let a call into its flow."""
    visit = Visit(plan.flow.start, plan.language or plan.flow.languages[0])
    call = replace(call, phase=Phase.IN_FLOW, visit=visit)
    return _step(_walk(Turn(call, goto=plan.flow.start), at_ms))


def advance(call: Call, fact: facts.Fact) -> Step:
    """Tell the node a fact, and go on to where that leads."""
    match fact:
        case facts.LegHungUp(leg_id, _, at_ms) if leg_id == call.origin_leg:
            return closing.end(call, visit_of(call).result or closing.ending_now(call), at_ms, by=leg_id)
    node = plan_of(call).flow.nodes[visit_of(call).node]
    _, hear = _NODES[type(node)]
    return _step(_walk(hear(call, node, fact), fact.at_ms))


def resume(call: Call, outcome: str, at_ms: int) -> Step:
    """Take a caller back who has left a queue.

    outcome: why, as the node's `on` knows it: `waited`, `full`, `nobody`, `away`, `unknown`.
    """
    node = plan_of(call).flow.nodes[visit_of(call).node]
    assert isinstance(node, QueueNode)
    return _step(_walk(queueing.left(replace(call, phase=Phase.IN_FLOW), node, outcome), at_ms))


def _walk(turn: Turn, at_ms: int) -> Turn:
    """Enter one node after the other until one has to wait."""
    while turn.goto is not None:
        call, name = turn.call, turn.goto
        node = plan_of(call).flow.nodes.get(name)
        steps = visit_of(call).steps + 1
        if node is None or steps > MOST_STEPS:
            call, given = closing.end(call, Ending.FLOW_FAILED, at_ms)
            return Turn(call, (*turn.given, *given))
        call = with_visit(timers.stop(call, TimerName.FLOW), node=name, steps=steps, doing=None)
        enter, _ = _NODES[type(node)]
        turn = enter(call, node, at_ms).after(*turn.given)
    return turn


def _step(turn: Turn) -> Step:
    """Return a turn as a step; whoever leaves the flow takes no timer and nothing hidden along."""
    call = turn.call
    if call.phase is not Phase.IN_FLOW:
        call = replace(timers.stop(call, TimerName.FLOW), visit=visit_of(call).forgetting())
    return call, list(turn.given)
