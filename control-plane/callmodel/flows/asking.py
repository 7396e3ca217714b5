"""Nodes that ask the caller: a menu, digits, a word, a mark; asked again until it fits or tries are over."""

from callmodel import attempts, facts, orders
from callmodel.callstate import Call
from callmodel.flows.checks import passes
from callmodel.flows.nodes import CollectNode, ListenNode, MenuNode, Said, SurveyNode
from callmodel.flows.stage import (
    Turn,
    asked,
    await_keys,
    caller_of,
    hush,
    is_asked,
    is_due,
    is_said,
    plan_of,
    say,
    visit_of,
    wait,
    with_visit,
)
from callmodel.flows.visit import Doing

Asking = MenuNode | CollectNode | ListenNode | SurveyNode

DIGITS = "0123456789"
LISTEN_GUARD_SECONDS = 5
"""How much longer than it was told to a recogniser may take."""


def enter(call: Call, node: Asking, at_ms: int) -> Turn:
    """Ask for the first time."""
    secret = isinstance(node, CollectNode) and node.hidden
    return _ask(with_visit(call, tries=0, digits="", secret=secret), node, (), at_ms)


def hear(call: Call, node: Asking, fact: facts.Fact) -> Turn:
    """Take a key, a word, the end of what is said, or that the caller says nothing."""
    if is_said(call, fact):
        return _await(call, node, fact.at_ms)
    if is_due(call, fact):
        if visit_of(call).doing is Doing.SAYING:
            return _await(call, node, fact.at_ms).after(*hush(call))
        return _time_out(call, node, fact.at_ms)
    match fact:
        case facts.DigitPressed(leg_id, digit, at_ms) if leg_id == caller_of(call).leg_id:
            return _pressed(call, node, digit, at_ms)
        case facts.Heard(listen_id=listen_id) if is_asked(call, listen_id, Doing.LISTENING):
            return _heard(call, node, fact)
        case _:
            return Turn(call)


def _ask(call: Call, node: Asking, first: tuple[Said, ...], at_ms: int) -> Turn:
    return say(call, (*first, *node.prompts), at_ms) or _await(call, node, at_ms)


def _await(call: Call, node: Asking, at_ms: int) -> Turn:
    words = _words_of(call, node)
    if not words:
        return await_keys(call, node.seconds, at_ms)
    call, answered = attempts.answer_origin(call, at_ms)
    call, listen_id = asked(call, Doing.LISTENING)
    listen = orders.Listen(caller_of(call).leg_id, listen_id, tuple(words), call.language, node.seconds)
    return wait(call, (node.seconds + LISTEN_GUARD_SECONDS) * 1000, at_ms).after(*answered, listen)


def _pressed(call: Call, node: Asking, digit: str, at_ms: int) -> Turn:
    patient = isinstance(node, MenuNode | CollectNode) and not node.barge_in
    if patient and visit_of(call).doing is Doing.SAYING:
        return Turn(call)
    stopped = hush(call)
    call = with_visit(call, digits=visit_of(call).digits + digit, doing=Doing.AWAITING, steps=0)
    match node:
        case CollectNode():
            turn = _take(call, node, digit, at_ms)
        case SurveyNode():
            turn = _mark(call, node, digit, at_ms)
        case _:
            turn = _choose(call, node, at_ms)
    return turn.after(*stopped)


def _choose(call: Call, node: MenuNode | ListenNode, at_ms: int) -> Turn:
    pressed = visit_of(call).digits
    if pressed in node.keys:
        return Turn(call, goto=node.keys[pressed])
    if any(keys.startswith(pressed) for keys in node.keys):
        return await_keys(call, node.seconds, at_ms)
    return _again(call, node, node.invalid, at_ms)


def _mark(call: Call, survey: SurveyNode, digit: str, at_ms: int) -> Turn:
    if digit not in DIGITS or not survey.least <= int(digit) <= survey.most:
        return _again(call, survey, survey.invalid, at_ms)
    marks = {**visit_of(call).marks, survey.into: digit}
    return Turn(with_visit(call, marks=marks, digits=""), goto=survey.next)


def _take(call: Call, collect: CollectNode, digit: str, at_ms: int) -> Turn:
    pressed = visit_of(call).digits
    if digit == collect.terminator:
        return _taken(with_visit(call, digits=pressed[:-1]), collect, at_ms)
    if digit not in DIGITS:
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


def _heard(call: Call, node: Asking, heard: facts.Heard) -> Turn:
    words = _words_of(call, node)
    unsure = isinstance(node, ListenNode) and heard.confidence < node.confidence
    if heard.word is None or heard.word not in words or unsure:
        return _again(call, node, node.silent if heard.word is None else node.invalid, heard.at_ms)
    return Turn(with_visit(call, steps=0), goto=words[heard.word])


def _words_of(call: Call, node: Asking) -> dict[str, str]:
    """Return the words that are listened for: in the call's language, else in the flow's first one."""
    if not isinstance(node, ListenNode):
        return {}
    spoken = (call.language, *plan_of(call).flow.languages)
    return next((node.words[language] for language in spoken if language in node.words), {})


def _time_out(call: Call, node: Asking, at_ms: int) -> Turn:
    """The caller says nothing more: digits may be all there are to come, else it is one more try."""
    if isinstance(node, CollectNode) and len(visit_of(call).digits) >= node.least:
        return _taken(call, node, at_ms)
    return _again(call, node, node.silent, at_ms)


def _again(call: Call, node: Asking, first: tuple[Said, ...], at_ms: int) -> Turn:
    tries = visit_of(call).tries + 1
    call = with_visit(call, tries=tries, digits="")
    if tries >= node.tries:
        return Turn(call, goto=node.next if isinstance(node, SurveyNode) else node.otherwise)
    return _ask(call, node, first, at_ms)
