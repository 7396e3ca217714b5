"""The node that asks the tenant's own system, and goes on without it when that does not answer."""

from callmodel import facts, orders
from callmodel.callstate import Call
from callmodel.flows.nodes import LookUpNode
from callmodel.flows.stage import Turn, asked, is_asked, is_due, known_of, visit_of, wait, with_visit
from callmodel.flows.texts import filled_in, parts_of
from callmodel.flows.visit import Doing

LONGEST_VALUE = 500
"""Characters that are kept of each part of an answer."""
GUARD_MS = 1000
"""How much longer than it was told to a look-up may take."""
PROBLEM = "look_up_problem"
"""Data that says why the last look-up failed, empty when it did not."""


def enter(call: Call, node: LookUpNode, at_ms: int) -> Turn:
    """Ask.  Hidden digits are told if the node names them, and forgotten then."""
    visit = visit_of(call)
    known = {**visit.hidden, **known_of(call)}
    fields: dict[str, str] = {}
    hidden: dict[str, str] = {}
    used: set[str] = set()
    for name, text in node.fields.items():
        told = visit.hidden.keys() & set(parts_of(text))
        (hidden if told else fields)[name] = filled_in(text, known)
        used |= told
    call = with_visit(call, hidden={name: value for name, value in visit.hidden.items() if name not in used})
    call, look_up_id = asked(call, Doing.ASKING)
    order = orders.LookUp(look_up_id, node.url, node.timeout_ms, fields, dict(node.answer), hidden)
    return wait(call, node.timeout_ms + GUARD_MS, at_ms).after(order)


def hear(call: Call, node: LookUpNode, fact: facts.Fact) -> Turn:
    """Take the answer, or go on without one."""
    if is_due(call, fact):
        return _failed(call, node, "timeout")
    match fact:
        case facts.LookedUp(look_up_id, answer, _, problem) if is_asked(call, look_up_id, Doing.ASKING):
            if problem is not None:
                return _failed(call, node, problem)
            told = {name: value[:LONGEST_VALUE] for name, value in answer.items() if name in node.answer}
            return Turn(with_visit(call, data={**visit_of(call).data, **told, PROBLEM: ""}), goto=node.next)
        case _:
            return Turn(call)


def _failed(call: Call, node: LookUpNode, problem: str) -> Turn:
    return Turn(with_visit(call, data={**visit_of(call).data, PROBLEM: problem}), goto=node.otherwise)
