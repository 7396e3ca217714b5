"""Nodes that say something: play and go on, or play and let the caller go."""

from callmodel import closing, facts, timers
from callmodel.callstate import Call, TimerName
from callmodel.endings import Ending
from callmodel.flows.document import HangUpNode, PlayNode
from callmodel.flows.stage import Turn, caller_of, hush, is_asked, say, visit_of
from callmodel.flows.visit import Doing


def enter(call: Call, node: PlayNode | HangUpNode, at_ms: int) -> Turn:
    """Say it, or go on at once where there is nothing to be said."""
    return say(call, node.prompts, at_ms) or _said(call, node, at_ms)


def hear(call: Call, node: PlayNode | HangUpNode, fact: facts.Fact) -> Turn:
    """Wait for the end of it; a prompt that can not be played holds nobody up."""
    match fact:
        case facts.Played(play_id=play_id, at_ms=at_ms) if is_asked(call, play_id, Doing.SAYING):
            return _said(call, node, at_ms)
        case facts.TimerFired(TimerName.FLOW, at_ms) if rung := timers.gone_off(call, TimerName.FLOW, at_ms):
            return _said(rung, node, at_ms).after(*hush(rung))
        case _:
            return Turn(call)


def _said(call: Call, node: PlayNode | HangUpNode, at_ms: int) -> Turn:
    if isinstance(node, PlayNode):
        return Turn(call, goto=node.next)
    call, given = closing.end(call, ending_of_served(call), at_ms)
    return Turn(call, tuple(given))


def ending_of_served(call: Call) -> Ending:
    """Return how the call of a caller ends whom the flow lets go."""
    if call.answered_ms is not None:
        return Ending.COMPLETED
    if not caller_of(call).is_answered:
        return Ending.REJECTED
    return visit_of(call).result or Ending.SELF_SERVED
