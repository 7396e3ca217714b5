"""Nodes that say something: play and go on, or play and let the caller go."""

from callmodel import closing, facts
from callmodel.callstate import Call
from callmodel.endings import Ending
from callmodel.flows.nodes import HangUpNode, PlayNode
from callmodel.flows.stage import Turn, caller_of, hush, is_due, is_said, say, visit_of

Speaking = PlayNode | HangUpNode


def enter(call: Call, node: Speaking, at_ms: int) -> Turn:
    """Say it, or go on at once where there is nothing to be said."""
    return say(call, node.prompts, at_ms) or _said(call, node, at_ms)


def hear(call: Call, node: Speaking, fact: facts.Fact) -> Turn:
    """Wait for the end of it; a prompt that can not be played holds nobody up."""
    if is_said(call, fact):
        return _said(call, node, fact.at_ms)
    return _said(call, node, fact.at_ms).after(*hush(call)) if is_due(call, fact) else Turn(call)


def _said(call: Call, node: Speaking, at_ms: int) -> Turn:
    return Turn(call, goto=node.next) if isinstance(node, PlayNode) else let_go(call, at_ms)


def let_go(call: Call, at_ms: int) -> Turn:
    """End the call of a caller who has heard what there was to hear."""
    if call.answered_ms is not None:
        ending = Ending.COMPLETED
    elif not caller_of(call).is_answered:
        ending = Ending.REJECTED
    else:
        # Who wanted a person and got none was not served.
        unserved = Ending.NO_ANSWER if call.lead is None else Ending.NO_AGENT
        served = Ending.SELF_SERVED if visit_of(call).missed is None else unserved
        ending = visit_of(call).result or served
    call, given = closing.end(call, ending, at_ms)
    return Turn(call, tuple(given))
