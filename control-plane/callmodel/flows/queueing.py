"""The node that lets a caller wait for an agent: which queue, when not to, and where who leaves it goes."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from callmodel import attempts, facts
from callmodel.callstate import Call, Phase
from callmodel.flows import looking
from callmodel.flows.nodes import Overflow, QueueChoice, QueueNode
from callmodel.flows.stage import (
    Turn,
    hush,
    is_due,
    is_reached,
    is_said,
    plan_of,
    say_first,
    visit_of,
    with_visit,
)
from callmodel.flows.visit import Doing, QueueWish
from callmodel.ids import QueueId
from callmodel.queues import OverflowWhen

NOBODY = OverflowWhen.NOBODY.value


def enter(call: Call, node: QueueNode, at_ms: int) -> Turn:
    """Say what comes first, then let the caller in."""
    return say_first(call, node.prompts, at_ms) or _look(call, node, at_ms)


def hear(call: Call, node: QueueNode, fact: facts.Fact) -> Turn:
    """Wait for the end of what is said, and for how the queue stands."""
    looks = visit_of(call).doing is Doing.LOOKING
    if is_said(call, fact):
        return _look(call, node, fact.at_ms)
    if is_due(call, fact):
        return _join(call, node, fact.at_ms) if looks else _look(call, node, fact.at_ms).after(*hush(call))
    told = looking.seen(call, fact)
    return Turn(call) if told is None else _join(told, node, fact.at_ms)


def left(call: Call, node: QueueNode, outcome: str) -> Turn:
    """Go on with a caller who has left the queue."""
    rule = next((each for each in node.overflow if each.when.value == outcome), None)
    return Turn(
        with_visit(call, missed=outcome), goto=rule.next if rule is not None else node.on.get(outcome, node.otherwise)
    )


def overflowing(node: QueueNode, waited_seconds: float, stand: Mapping[str, float]) -> str | None:
    """Return which rule lets a caller go who waits, None while the caller stays.

    stand: `waiting` (callers ahead), `estimate_seconds` and `signed_in`, as far as they are known.
    """
    rule = next((each for each in node.overflow if _goes_by(each, waited_seconds, stand)), None)
    return None if rule is None else rule.when.value


def longest_wait_seconds(node: QueueNode) -> int | None:
    """Return after how much waiting the node lets its caller go, None where that is left to the queue."""
    waits = [each.threshold for each in node.overflow if each.when is OverflowWhen.WAITED]
    return min(waits, default=None)


def _look(call: Call, node: QueueNode, at_ms: int) -> Turn:
    queue_id = _choice_of(call, node, at_ms)
    if queue_id is None:
        return left(call, node, NOBODY)
    at_once = any(each.when is not OverflowWhen.WAITED for each in node.overflow)
    return looking.look(call, frozenset({queue_id}), at_ms) if at_once else _join(call, node, at_ms)


def _join(call: Call, node: QueueNode, at_ms: int) -> Turn:
    """Let the caller into the queue, answered: waiting is heard."""
    visit, vip = visit_of(call), plan_of(call).vip
    queue_id = _choice_of(call, node, at_ms)
    if queue_id is None:
        return left(call, node, NOBODY)
    overflow = overflowing(node, 0, visit.looks.get(queue_id, {})) if visit.doing is Doing.LOOKING else None
    if overflow is not None:
        return left(call, node, overflow)
    priority = visit.priority if node.priority is None else node.priority
    wanted = (vip.own_agent,) if vip is not None and vip.own_agent is not None else ()
    priority = priority if vip is None else max(priority, vip.priority)
    call, answered = attempts.answer_origin(call, at_ms)
    call = with_visit(
        call,
        doing=Doing.QUEUEING,
        wish=QueueWish(queue_id, priority, (*visit.needs, *node.needs), wanted),
        after=node.after,
    )
    return Turn(replace(call, phase=Phase.WAITING), tuple(answered))


def _goes_by(rule: Overflow, waited_seconds: float, stand: Mapping[str, float]) -> bool:
    match rule.when:
        case OverflowWhen.WAITED:
            return waited_seconds > 0 and waited_seconds >= rule.threshold
        case OverflowWhen.NOBODY:
            return stand.get("signed_in") == 0
        case OverflowWhen.LENGTH:
            return stand.get("waiting", 0) > rule.threshold
        case OverflowWhen.EXPECTED:
            return stand.get("estimate_seconds", 0) > rule.threshold


def _choice_of(call: Call, node: QueueNode, at_ms: int) -> QueueId | None:
    """Return the queue for this call: a VIP's own, else the first that may be chosen, or by shares."""
    vip = plan_of(call).vip
    if vip is not None and vip.queue_id is not None:
        return vip.queue_id
    chosen = [each for each in node.queues if is_reached(call, each.calendar_id, at_ms, wanted=each.open)]
    shared = [each for each in chosen if each.percent is not None]
    if shared:
        return _share_of(call, shared).queue_id
    return chosen[0].queue_id if chosen else None


def _share_of(call: Call, shared: list[QueueChoice]) -> QueueChoice:
    whole = sum(each.percent or 0 for each in shared)
    # A call's id says nothing of the call: its hash falls evenly, and the same after a conductor's death.
    digest = hashlib.sha256(f"{call.call_id}/{visit_of(call).node}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") % max(whole, 1)
    for each in shared:
        place -= each.percent or 0
        if place < 0:
            return each
    return shared[-1]
