"""What a node tells of its calls: spans of those whose trace is kept, and figures of all.

A call's own span and those of its legs are told when it has ended, from what the call itself knows: a conductor that
adopted it tells the same as the one that began it.
"""

from collections import Counter
from collections.abc import Callable
from typing import Protocol

from callmodel.callstate import Call, Leg
from callmodel.calltrace import CallTrace, trace_of
from callmodel.endings import Ending, EndingClass, class_of
from callmodel.orders import Announce, DialStation, DialTrunk, Order
from callmodel.wire import Envelope
from servicekit import meters, tracing
from servicekit.tracing import Span, SpanContext

ENDED = meters.Counter("trunkline.calls.ended", "{call}", "calls by how they ended")
RING_SECONDS = meters.Histogram("trunkline.call.ring_time", "s", "from a call's beginning until somebody was rung")
ANSWER_SECONDS = meters.Histogram("trunkline.call.answer_time", "s", "from a call's beginning until its answer")
LIVE = meters.Gauge("trunkline.calls.live", "{call}", "calls in progress by state")
CAPACITY = meters.Gauge("trunkline.node.capacity", "{call}", "calls that the node is meant to carry")
DRAINING = meters.Gauge("trunkline.node.draining", "{flag}", "1 while the node takes no new calls")
OUTBOX = meters.Gauge("trunkline.outbox.waiting", "{fact}", "facts that Redis does not have yet")
HELD = meters.Gauge("trunkline.claims.held", "{channel}", "trunk channels that the node's calls hold")

TRANSFERS = meters.Counter(
    "trunkline.transfers.by_phone", "{transfer}", "hand-overs that phones asked for by REFER, by what they were told"
)


class Conducting(Protocol):
    """Calls of a node."""

    draining: bool

    @property
    def calls(self) -> tuple[Call, ...]: ...


def watch(conductor: Conducting, capacity: int, waiting: Callable[[], int], held: Callable[[], int]) -> None:
    """Report the node's load whenever figures are looked at."""

    def live() -> list[tuple[float, dict[str, meters.Value]]]:
        return [(n, {"state": state}) for state, n in Counter(call.state.value for call in conductor.calls).items()]

    LIVE.observe(live)
    CAPACITY.observe(lambda: [(capacity, {})])
    DRAINING.observe(lambda: [(int(conductor.draining), {})])
    OUTBOX.observe(lambda: [(waiting(), {})])
    HELD.observe(lambda: [(held(), {})])


def trace_below(traceparent: str | None) -> CallTrace | None:
    """Return the trace of a new call: the one it came in, or a new one; None while this node tells nothing."""
    if not tracing.is_on():
        return None
    own = tracing.begin()
    return trace_of(traceparent, own.span_id) or CallTrace(own.trace_id, own.span_id, None, own.sampled)


def enter(call: Call) -> None:
    """Let the call's task work in the call's span."""
    if call.trace is not None:
        tracing.enter(SpanContext(call.trace.trace_id, call.trace.span_id, call.trace.sampled))


def span_of(call: Call, order: Order) -> tracing.Recording:
    """Return the span of an order; whoever is dialled goes on below the leg's own span."""
    trace = call.trace
    if trace is None or not trace.sampled or isinstance(order, Announce):
        return tracing.NOTHING
    leg_id = getattr(order, "leg_id", "")
    above = trace.span_id
    if isinstance(order, DialTrunk | DialStation):
        places = (place for place, leg in enumerate(call.legs) if leg.leg_id == leg_id)
        above = next((trace.span_of_leg(place) for place in places), above)
    named = {"leg_id": leg_id} if leg_id else {}
    return tracing.span_below(SpanContext(trace.trace_id, above, True), type(order).__name__, "client", **named)


def tell_transfer(sip_code: int) -> None:
    """Count a hand-over that a phone asked for: 200, or why nothing came of it."""
    TRANSFERS.add(sip_code=sip_code)


def tell_of(call: Call) -> None:
    """Tell of a call that has ended."""
    ending = call.ending or Ending.INTERNAL_ERROR
    ending_class, direction = class_of(ending), call.direction.value
    ENDED.add(ending=ending.value, ending_class=ending_class.value, direction=direction)
    rang_ms = min((leg.ringing_ms for leg in call.legs if leg.ringing_ms is not None), default=None)
    if rang_ms is not None:
        RING_SECONDS.record((rang_ms - call.started_ms) / 1000, direction=direction)
    if call.answered_ms is not None:
        ANSWER_SECONDS.record((call.answered_ms - call.started_ms) / 1000, direction=direction)
    trace = call.trace
    if trace is None or not trace.sampled:
        return
    said: tracing.Attributes = {"call_id": call.call_id, "tenant_id": call.tenant_id, "direction": direction}
    said |= {"ending": ending.value, "ending_class": ending_class.value}
    own = SpanContext(trace.trace_id, trace.span_id, True)
    ended_ms = call.ended_ms or call.started_ms
    problem = ending.value if ending_class in (EndingClass.SERVER, EndingClass.UPSTREAM) else None
    times = call.started_ms * 1_000_000, ended_ms * 1_000_000
    tracing.tell(Span("call", own, trace.parent_id, *times, said, "server", problem))
    for place, leg in enumerate(call.legs):
        context = SpanContext(trace.trace_id, trace.span_of_leg(place), True)
        times = leg.started_ms * 1_000_000, (leg.ended_ms or ended_ms) * 1_000_000
        tracing.tell(Span(f"leg {leg.role.value}", context, trace.span_id, *times, _attributes_of(leg), "client"))


def _attributes_of(leg: Leg) -> tracing.Attributes:
    known = {"leg_id": leg.leg_id, "trunk_id": leg.trunk_id, "site_id": leg.site_id, "sip_code": leg.sip_code}
    since = {"rang_after_ms": leg.ringing_ms, "answered_after_ms": leg.answered_ms}
    known |= {name: at_ms - leg.started_ms for name, at_ms in since.items() if at_ms is not None}
    return {name: value for name, value in known.items() if value is not None}


def tell_published(envelope: Envelope, began_ns: int) -> None:
    """Tell of a fact that has reached the stream."""
    above = tracing.parse(envelope.traceparent)
    if above is not None and above.sampled:
        context = SpanContext(above.trace_id, tracing.new_span_id(), True)
        name, now_ns = f"publish {envelope.kind}", tracing.now_ns()
        tracing.tell(Span(name, context, above.span_id, began_ns, now_ns, {"fact_id": envelope.fact_id}, "producer"))
