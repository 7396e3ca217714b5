"""What a SIP worker tells of a call's INVITE transaction: one datagram of text when it has its final answer.

Standard library and `callmodel` only: the worker writes it in Kamailio, the edge agent reads it.
"""

from dataclasses import dataclass

from callmodel.calltrace import CallTrace, trace_of
from edge_proxy.decisions import Decision, PeerKind, Request, ToTrunk

SOCKET_NAME = "telemetry.sock"
ROUTES = {
    "ToMediaNode": "media-node",
    "ToStation": "station",
    "ToTrunk": "trunk",
    "ToHq": "hq",
    "ToRoute": "route",
    "PassOn": "edge",
}


@dataclass(frozen=True)
class Begun:
    """A transaction on its way.  `traceparent` names its own span, empty where nobody traces; no numbers."""

    traceparent: str
    parent_id: str
    started_ns: int
    peer: str
    route: str
    trunk_id: str


@dataclass(frozen=True)
class Transaction:
    """`status`: the final response; `rang_ns`: when ringing came first, 0 for never; `dropped`: records of the
    worker that nobody took since the last one."""

    begun: Begun
    status: int
    rang_ns: int
    ended_ns: int
    dropped: int


def place_of(request: Request, span_id: str, trace_id: str, *, kept: bool) -> CallTrace | None:
    """Return where a call's INVITE stands: in the trace that a trusted peer said, else in a new one (`trace_id`).

    What a media node leaves untraced stays so, at HQ as seen from a branch and at the next edge too.
    """
    said = trace_of(request.traceparent, span_id)
    if said is not None:
        return said
    begins_here = request.peer.kind in (PeerKind.OUTSIDE, PeerKind.BRANCH)
    return CallTrace(trace_id, span_id, None, kept) if begins_here else None


def begun_of(request: Request, decision: Decision, trace: CallTrace | None, started_ns: int) -> Begun:
    """Return what is known of a transaction before its answer."""
    return Begun(
        trace.traceparent if trace is not None else "",
        (trace.parent_id or "") if trace is not None else "",
        started_ns,
        request.peer.kind.value,
        ROUTES.get(type(decision).__name__, "other"),
        decision.trunk_id if isinstance(decision, ToTrunk) else "",
    )


def begun_to_text(begun: Begun) -> str:
    """Return it as a worker keeps it with the transaction; the last field may hold anything."""
    b = begun
    return f"{b.traceparent}|{b.parent_id}|{b.started_ns}|{b.peer}|{b.route}|{b.trunk_id}"


def rerouted(begun_text: str, decision: Decision) -> str:
    """Return what is kept with a transaction when it goes somewhere else than it was sent to first."""
    fields = begun_text.split("|", 5)
    fields[4] = ROUTES.get(type(decision).__name__, "other")
    return "|".join(fields)


def to_datagram(begun_text: str, status: int, rang_ns: int, ended_ns: int, dropped: int) -> bytes:
    return f"{status}|{rang_ns}|{ended_ns}|{dropped}|{begun_text}".encode()


def from_datagram(data: bytes) -> Transaction:
    """Return what a datagram tells.  Raises ValueError for one that no worker wrote."""
    fields = data.decode().split("|", 9)
    if len(fields) != 10:
        raise ValueError("not a transaction")
    status, rang_ns, ended_ns, dropped = (int(field) for field in fields[:4])
    traceparent, parent_id, started_ns, peer, route, trunk_id = fields[4:]
    begun = Begun(traceparent, parent_id, int(started_ns), peer, route, trunk_id)
    return Transaction(begun, status, rang_ns, ended_ns, dropped)
