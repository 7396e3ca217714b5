"""The phase in which a flow speaks with the caller: node after node, until somebody else takes the call or it ends.

A node is entered, then told each fact, until it names the next one.  Who is let into a queue leaves this phase with a
`visit.wish`, and comes back by `resume`; a customer whom the agent has left comes back by `after_talk`.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from callmodel import attempts, closing, facts, line, orders, timers
from callmodel.callstate import Call, Phase, TimerName
from callmodel.endings import Ending
from callmodel.flows import asking, deciding, entrance, leaving, lookups, nodes, queueing, reaching, speaking
from callmodel.flows.stage import Turn, hush, plan_of, visit_of, with_visit
from callmodel.flows.visit import Visit
from callmodel.ids import LegId
from callmodel.routing import FlowPlan

Step = attempts.Step
_Enter = Callable[[Call, Any, int], Turn]
_Hear = Callable[[Call, Any, facts.Fact], Turn]

OPT_OUT_NODE = ":opted-out"
OPTED_OUT = {
    "en": "You will not be called again. Goodbye.",
    "zh-CN": "我们不会再给您打电话。再见。",
}
MOST_STEPS = 1000
"""Nodes that a call may go through without its caller doing anything: more is going round in circles."""

_NODES: dict[type[Any], tuple[_Enter, _Hear]] = {
    nodes.PlayNode: (speaking.enter, speaking.hear),
    nodes.MenuNode: (asking.enter, asking.hear),
    nodes.CollectNode: (asking.enter, asking.hear),
    nodes.ListenNode: (asking.enter, asking.hear),
    nodes.SurveyNode: (asking.enter, asking.hear),
    nodes.LookUpNode: (lookups.enter, lookups.hear),
    nodes.BranchNode: (deciding.enter_branch, deciding.hear_at_branch),
    nodes.SetNode: (deciding.enter_set, deciding.hear_nothing),
    nodes.RepeatNode: (deciding.enter_repeat, deciding.hear_nothing),
    nodes.QueueNode: (queueing.enter, queueing.hear),
    nodes.RingNode: (reaching.enter, reaching.hear),
    nodes.TransferNode: (reaching.enter, reaching.hear),
    nodes.VoicemailNode: (leaving.enter_voicemail, leaving.hear_message),
    nodes.CallBackNode: (leaving.enter_call_back, leaving.hear_call_back),
    nodes.HangUpNode: (speaking.enter, speaking.hear),
}


def begin(call: Call, plan: FlowPlan, at_ms: int) -> Step:
    """Let a call into its flow."""
    languages = plan.flow.languages
    language = plan.language if plan.language in languages else languages[0]
    call = replace(call, phase=Phase.IN_FLOW, language=language, visit=Visit(plan.flow.start))
    return _step(_walk(entrance.enter(call, at_ms), at_ms))


def advance(call: Call, fact: facts.Fact) -> Step:
    """Tell the node a fact, and go on to where that leads."""
    match fact:
        case facts.LegHungUp(leg_id, _, at_ms) if leg_id == call.origin_leg:
            return closing.end(call, leaving.ending_of(call, at_ms), at_ms, by=leg_id)
        case facts.DigitPressed(leg_id, digit, at_ms) if _is_opt_out(call, leg_id, digit):
            return _opted_out(call, at_ms)
        case facts.TimerFired(TimerName.LONGEST_CALL, at_ms):
            over = timers.gone_off(call, fact.name, at_ms)
            return (call, []) if over is None else closing.end(over, Ending.TOO_LONG, at_ms)
        case facts.TrunkGranted():
            return attempts.granted(call, fact)
        case facts.LegAnswered(leg_id) if call.attempt_of(leg_id) is None:
            # They picked up as they were given up.
            return call.with_leg(leg_id, leaving=True), [orders.HangUp(leg_id, closing.NORMAL)]
        case facts.LegHungUp(leg_id) if call.attempt_of(leg_id) is None and (leg := call.leg_of(leg_id)):
            return attempts.freed_trunk(call, leg)
    if visit_of(call).doing in entrance.ENTERING:
        return _step(_walk(entrance.hear(call, fact), fact.at_ms))
    _, hear = _NODES[type(_node_of(call))]
    return _step(_walk(hear(call, _node_of(call), fact), fact.at_ms))


def resume(call: Call, outcome: str, at_ms: int) -> Step:
    """Take a caller back who has left a queue.

    outcome: why, as the node's rules and its `on` know it: `waited`, `full`, `nobody`, `length`, `expected`, `away`,
    `unknown`.
    """
    node = _node_of(call)
    assert isinstance(node, nodes.QueueNode)
    turn = queueing.left(replace(call, phase=Phase.IN_FLOW), node, outcome)
    return _step(_walk(turn.after(orders.Announce(orders.Milestone.CHANGED)), at_ms))


def after_talk(call: Call, at_ms: int) -> Step | None:
    """Take a customer back whom the agent has left, for what the flow has to ask then; None where there is nothing.

    Whoever else is in the call leaves it.
    """
    visit = call.visit
    origin = call.leg_of(call.origin_leg)
    if visit is None or visit.after is None or origin is None or not origin.is_answered:
        return None
    call, given = reaching.given_up(call)
    for leg in call.live_legs:
        if leg is not origin:
            call = call.with_leg(leg.leg_id, leaving=True)
            given.append(orders.HangUp(leg.leg_id, closing.NORMAL))
    call = replace(call, phase=Phase.IN_FLOW, consult=None, visit=replace(visit, after=None, steps=0))
    given.append(orders.Announce(orders.Milestone.CHANGED))
    return _step(_walk(Turn(call, tuple(given), visit.after), at_ms))


def turn_to(call: Call, name: str, added: dict[str, nodes.Node], at_ms: int) -> Step:
    """Let a call go on at a node that is added to its flow, wherever it is: said to, in line, or with an agent."""
    plan = plan_of(call)
    call = replace(call, plan=replace(plan, flow=replace(plan.flow, nodes={**plan.flow.nodes, **added})))
    match call.phase:
        case Phase.TALKING:
            turned = after_talk(replace(call, visit=replace(visit_of(call), after=name)), at_ms)
            return turned or (call, [])
        case Phase.WAITING:
            call, given = line.left(call, at_ms)
            call, up = reaching.given_up(call)
            changed = orders.Announce(orders.Milestone.CHANGED)
            return _step(_walk(Turn(replace(call, phase=Phase.IN_FLOW), (*given, *up, changed), name), at_ms))
        case Phase.IN_FLOW:
            return _step(_walk(Turn(call, hush(call), name), at_ms))
        case _:
            return call, []


def longest_wait_seconds(call: Call) -> int | None:
    """Return after how much waiting a flow lets its caller out of the queue; None where it leaves that to it."""
    node = _node_of(call)
    return queueing.longest_wait_seconds(node) if isinstance(node, nodes.QueueNode) else None


def overflowing(
    call: Call,
    waited_seconds: float,
    *,
    ahead: int | None = None,
    estimate_seconds: float | None = None,
    signed_in: int | None = None,
) -> str | None:
    """Return why the flow lets a caller who waits out of the queue now, as `resume` takes it; None if it does not.

    ahead: callers before this one.  What is None is not known, and lets nobody out.
    """
    node = _node_of(call)
    if not isinstance(node, nodes.QueueNode):
        return None
    stand = {"waiting": ahead, "estimate_seconds": estimate_seconds, "signed_in": signed_in}
    known = {name: float(value) for name, value in stand.items() if value is not None}
    return queueing.overflowing(node, waited_seconds, known)


def _is_opt_out(call: Call, leg_id: LegId, digit: str) -> bool:
    lead = call.lead
    return lead is not None and leg_id == call.origin_leg and digit == lead.opt_out_key and not lead.opted_out


def _opted_out(call: Call, at_ms: int) -> Step:
    """Have a customer who says so be called no more, at once, and say goodbye."""
    assert call.lead is not None
    call = replace(call, lead=replace(call.lead, opted_out=True))
    goodbye = nodes.HangUpNode((nodes.Texts(OPTED_OUT),))
    call = with_visit(call, result=Ending.SELF_SERVED)
    plan = plan_of(call)
    flow = replace(plan.flow, nodes={**plan.flow.nodes, OPT_OUT_NODE: goodbye})
    call = replace(call, plan=replace(plan, flow=flow))
    return _step(_walk(Turn(call, (orders.OptOut(), *hush(call)), OPT_OUT_NODE), at_ms))


def _node_of(call: Call) -> nodes.Node:
    return plan_of(call).flow.nodes[visit_of(call).node]


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
