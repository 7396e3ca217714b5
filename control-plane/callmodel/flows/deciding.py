"""Nodes that the caller does not notice: a branch, something that is kept, a way back that is counted."""

from dataclasses import replace

from callmodel import facts
from callmodel.callstate import Call
from callmodel.flows import looking
from callmodel.flows.conditions import CalendarIs, CallerIs, Condition, DataIs, QueueIs, data_holds, lies_within
from callmodel.flows.nodes import BranchNode, RepeatNode, SetNode
from callmodel.flows.stage import Turn, fill, is_due, is_reached, known_of, plan_of, visit_of, with_visit
from callmodel.ids import QueueId


def enter_branch(call: Call, node: BranchNode, at_ms: int) -> Turn:
    """Decide, once it is known how the queues stand that are asked for."""
    queues = _queues_in(node)
    return looking.look(call, queues, at_ms) if queues else _decide(call, node, at_ms)


def hear_at_branch(call: Call, node: BranchNode, fact: facts.Fact) -> Turn:
    """Wait for the queues' answers."""
    if is_due(call, fact):
        return _decide(call, node, fact.at_ms)
    told = looking.seen(call, fact)
    if told is None:
        return Turn(call)
    return _decide(told, node, fact.at_ms) if visit_of(told).looks.keys() >= _queues_in(node) else Turn(told)


def enter_set(call: Call, node: SetNode, at_ms: int) -> Turn:
    """Keep what is set.  Data that was hidden under the same name is forgotten."""
    visit = visit_of(call)
    data = {**visit.data, **{name: fill(call, text) for name, text in node.data.items()}}
    hidden = {name: value for name, value in visit.hidden.items() if name not in node.data}
    call = with_visit(
        call,
        data=data,
        hidden=hidden,
        priority=visit.priority if node.priority is None else node.priority,
        needs=visit.needs if node.needs is None else node.needs,
    )
    return Turn(replace(call, language=node.language or call.language), goto=node.next)


def enter_repeat(call: Call, node: RepeatNode, at_ms: int) -> Turn:
    """Go back once more, or on."""
    visit = visit_of(call)
    done = visit.rounds.get(visit.node, 0)
    if done >= node.times:
        return Turn(call, goto=node.otherwise)
    return Turn(with_visit(call, rounds={**visit.rounds, visit.node: done + 1}), goto=node.next)


def hear_nothing(call: Call, node: SetNode | RepeatNode, fact: facts.Fact) -> Turn:
    """Such a node is left as soon as it is entered."""
    return Turn(call)


def _decide(call: Call, node: BranchNode, at_ms: int) -> Turn:
    fits = (case for case in node.cases if all(_holds(call, condition, at_ms) for condition in case.when))
    case = next(fits, None)
    return Turn(call, goto=node.otherwise if case is None else case.next)


def _holds(call: Call, condition: Condition, at_ms: int) -> bool:
    match condition:
        case DataIs():
            return data_holds(condition, known_of(call))
        case CallerIs():
            return _is_caller(call, condition)
        case CalendarIs(calendar_id, wanted):
            return is_reached(call, calendar_id or plan_of(call).calendar_id, at_ms, wanted=wanted)
        case QueueIs(queue_id, measure, at_least, at_most):
            value = visit_of(call).looks.get(queue_id, {}).get(measure)
            return lies_within(value, at_least, at_most)


def _is_caller(call: Call, condition: CallerIs) -> bool:
    vip, number = plan_of(call).vip, known_of(call)["caller"]
    return (
        (condition.vip is None or (vip is not None) is condition.vip)
        and (condition.level is None or (vip is not None and vip.level >= condition.level))
        and (condition.withheld is None or (not number) is condition.withheld)
        and (condition.prefixes is None or number.startswith(condition.prefixes))
    )


def _queues_in(node: BranchNode) -> frozenset[QueueId]:
    conditions = (condition for case in node.cases for condition in case.when)
    return frozenset(condition.queue_id for condition in conditions if isinstance(condition, QueueIs))
