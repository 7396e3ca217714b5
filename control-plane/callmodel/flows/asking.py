"""Nodes that ask the caller for keys: a menu, digits.  Each asks again until a key fits or its tries are over."""

from callmodel import facts, timers
from callmodel.callstate import Call, TimerName
from callmodel.flows.checks import passes
from callmodel.flows.document import CollectNode, MenuNode, Said
from callmodel.flows.stage import Turn, await_keys, caller_of, hush, is_asked, say, visit_of, with_visit
from callmodel.flows.visit import Doing

Asking = MenuNode | CollectNode


def enter(call: Call, node: Asking, at_ms: int) -> Turn:
    """Ask for the first time."""
    return _ask(with_visit(call, tries=0, digits=""), node, (), at_ms)


def hear(call: Call, node: Asking, fact: facts.Fact) -> Turn:
    """Take a key, the end of what is said, or that the caller says nothing."""
    match fact:
        case facts.Played(play_id=play_id, at_ms=at_ms) if is_asked(call, play_id, Doing.SAYING):
            return await_keys(call, node.seconds, at_ms)
        case facts.DigitPressed(leg_id, digit, at_ms) if leg_id == caller_of(call).leg_id:
            if visit_of(call).doing is Doing.SAYING and not node.barge_in:
                return Turn(call)
            stopped = hush(call)
            pressed = with_visit(call, digits=visit_of(call).digits + digit, doing=Doing.AWAITING, steps=0)
            turn = _choose(pressed, node, at_ms) if isinstance(node, MenuNode) else _take(pressed, node, digit, at_ms)
            return turn.after(*stopped)
        case facts.TimerFired(TimerName.FLOW, at_ms) if rung := timers.gone_off(call, TimerName.FLOW, at_ms):
            if visit_of(rung).doing is Doing.SAYING:
                return await_keys(rung, node.seconds, at_ms).after(*hush(rung))
            return _time_out(rung, node, at_ms)
        case _:
            return Turn(call)


def _ask(call: Call, node: Asking, first: tuple[Said, ...], at_ms: int) -> Turn:
    return say(call, (*first, *node.prompts), at_ms) or await_keys(call, node.seconds, at_ms)


def _choose(call: Call, menu: MenuNode, at_ms: int) -> Turn:
    pressed = visit_of(call).digits
    if pressed in menu.keys:
        return Turn(call, goto=menu.keys[pressed])
    if any(keys.startswith(pressed) for keys in menu.keys):
        return await_keys(call, menu.seconds, at_ms)
    return _again(call, menu, menu.invalid, at_ms)


def _take(call: Call, collect: CollectNode, digit: str, at_ms: int) -> Turn:
    pressed = visit_of(call).digits
    if digit == collect.terminator:
        return _taken(with_visit(call, digits=pressed[:-1]), collect, at_ms)
    if digit not in "0123456789":
        return await_keys(with_visit(call, digits=pressed[:-1]), collect.seconds, at_ms)
    if len(pressed) >= collect.most:
        return _taken(call, collect, at_ms)
    return await_keys(call, collect.seconds, at_ms)


def _taken(call: Call, collect: CollectNode, at_ms: int) -> Turn:
    visit = visit_of(call)
    if not collect.least <= len(visit.digits) <= collect.most or not passes(collect.check, visit.digits):
        return _again(call, collect, collect.invalid, at_ms)
    # A name has one value: hidden or not, as it was taken last.
    data = {name: value for name, value in visit.data.items() if name != collect.into}
    hidden = {name: value for name, value in visit.hidden.items() if name != collect.into}
    (hidden if collect.hidden else data)[collect.into] = visit.digits
    return Turn(with_visit(call, data=data, hidden=hidden, digits=""), goto=collect.next)


def _time_out(call: Call, node: Asking, at_ms: int) -> Turn:
    """The caller presses nothing more: digits may be all there are to come, else it is one more try."""
    if isinstance(node, CollectNode) and len(visit_of(call).digits) >= node.least:
        return _taken(call, node, at_ms)
    return _again(call, node, node.silent, at_ms)


def _again(call: Call, node: Asking, first: tuple[Said, ...], at_ms: int) -> Turn:
    tries = visit_of(call).tries + 1
    call = with_visit(call, tries=tries, digits="")
    if tries >= node.tries:
        return Turn(call, goto=node.otherwise)
    return _ask(call, node, first, at_ms)
