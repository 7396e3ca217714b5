"""How queues stand, as a node asks before it decides."""

from callmodel import facts, orders
from callmodel.callstate import Call
from callmodel.flows.stage import Turn, visit_of, wait, with_visit
from callmodel.flows.visit import Doing
from callmodel.ids import QueueId

LOOK_MS = 1000
"""How long a caller waits in silence for an answer; what is not known by then holds for nothing."""


def look(call: Call, queue_ids: frozenset[QueueId], at_ms: int) -> Turn:
    """Ask how queues stand, anew."""
    call = with_visit(call, looks={}, doing=Doing.LOOKING)
    return wait(call, LOOK_MS, at_ms).after(*(orders.LookAtQueue(queue_id) for queue_id in sorted(queue_ids)))


def seen(call: Call, fact: facts.Fact) -> Call | None:
    """Return the call that knows one queue more; None where the fact tells of none, or nobody asked."""
    if not isinstance(fact, facts.QueueSeen) or visit_of(call).doing is not Doing.LOOKING:
        return None
    measured = {
        "waiting": fact.waiting,
        "ready": fact.ready,
        "signed_in": fact.signed_in,
        "longest_wait_seconds": fact.longest_wait_seconds,
        "estimate_seconds": fact.estimate_seconds,
    }
    known = {name: float(value) for name, value in measured.items() if value is not None}
    return with_visit(call, looks={**visit_of(call).looks, fact.queue_id: known})
