"""The node that lets a caller wait for an agent: which queue, and where the caller goes who leaves it."""

import hashlib
from dataclasses import replace

from callmodel import facts
from callmodel.callstate import Call, Phase
from callmodel.flows.document import QueueChoice, QueueNode
from callmodel.flows.stage import Turn, answer, plan_of, visit_of, with_visit
from callmodel.flows.visit import Doing, QueueWish
from callmodel.ids import QueueId


def enter(call: Call, node: QueueNode, at_ms: int) -> Turn:
    """Let the caller into the queue, answered: waiting is heard."""
    call, answered = answer(call, at_ms)
    visit, vip = visit_of(call), plan_of(call).vip
    priority = visit.priority if node.priority is None else node.priority
    queue_id, wanted = choice_of(call, node), ()
    if vip is not None:
        priority = max(priority, vip.priority)
        queue_id = vip.queue_id or queue_id
    wish = QueueWish(
        queue_id,
        priority,
        (*visit.needs, *node.needs),
        wanted if vip is None or vip.own_agent is None else (vip.own_agent,),
    )
    call = with_visit(call, doing=Doing.QUEUEING, wish=wish)
    return Turn(replace(call, phase=Phase.WAITING), answered)


def hear(call: Call, node: QueueNode, fact: facts.Fact) -> Turn:
    """Nothing: what befalls who waits is the waiting phase's."""
    return Turn(call)


def left(call: Call, node: QueueNode, outcome: str) -> Turn:
    """Go on with a caller who has left the queue."""
    return Turn(call, goto=node.on.get(outcome, node.otherwise))


def choice_of(call: Call, node: QueueNode) -> QueueId:
    """Return the queue for this call: by the shares, where there are any, which each call falls into by its id."""
    shared = [each for each in node.queues if each.percent is not None]
    if not shared:
        return node.queues[0].queue_id
    return _share_of(call, shared).queue_id


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
