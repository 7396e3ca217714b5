"""What rooms say to each other over Redis: facts that happened, and orders to a media node.

Each message is one stream entry with a single field `m` holding JSON.  Readers forgive keys that they do not know.
"""

from dataclasses import dataclass
from typing import Any

from callmodel.callstate import Call, Leg
from callmodel.cdr import cdr_of
from callmodel.codec import from_wire, to_wire
from callmodel.ids import CallId, Extension, LegId, NodeId, RecordingId, SiteId, TenantId
from callmodel.orders import Milestone


@dataclass(frozen=True)
class Envelope:
    """One fact on the stream `keys.facts(tenant_id)`.

    `fact_id` is the same when a fact is sent again: readers that keep something keep it once.
    `kind` is one of the values of `Milestone`, or `recording.spooled`, or `recording.lost`.
    `traceparent`: the span of the call that it tells of, None where nobody traces.
    """

    fact_id: str
    kind: str
    tenant_id: TenantId
    node_id: NodeId
    at_ms: int
    body: dict[str, Any]
    v: int = 1
    traceparent: str | None = None


DEFAULT_QUEUE = "recordings"
RECORDING_QUEUE = r"^recordings(\.[a-z0-9-]{1,41})?$"
"""Names of queues: workers that see every spool share the default one, others take from that of their own host."""


@dataclass(frozen=True)
class RecordingSpooled:
    """A recording lies finished in a media node's spool: `path` is a WAV file, channel 1 customer, 2 agent.

    `queue`: whose workers see that file.
    """

    recording_id: RecordingId
    call_id: CallId
    path: str
    seconds: float
    started_ms: int
    queue: str = DEFAULT_QUEUE


@dataclass(frozen=True)
class PlaceCall:
    """Connect a station with a number.  Given twice, it makes one call: the id is the sender's.

    `not_after_ms` (milliseconds since 1970): a node that reads the order later rings nobody, as whoever asked has
    gone on to other things; the call's CDR says `order-expired`.  None, as older senders leave it, is no limit.
    """

    call_id: CallId
    tenant_id: TenantId
    extension: Extension
    site_id: SiteId
    dialled: str
    asked_by: str
    caller_number: str | None = None
    not_after_ms: int | None = None
    kind: str = "call.place"
    traceparent: str | None = None


@dataclass(frozen=True)
class EndCall:
    call_id: CallId
    tenant_id: TenantId
    kind: str = "call.end"


@dataclass(frozen=True)
class TransferCall:
    """Let the colleague at `extension` take the customer over."""

    call_id: CallId
    tenant_id: TenantId
    extension: Extension
    kind: str = "call.transfer"


NodeOrder = PlaceCall | EndCall | TransferCall

_ORDERS: dict[str, type[NodeOrder]] = {"call.place": PlaceCall, "call.end": EndCall, "call.transfer": TransferCall}


def order_of(document: dict[str, Any]) -> NodeOrder | None:
    """Return the order in a message, None for a kind that only a newer node knows.  Raises codec.ShapeError."""
    cls = _ORDERS.get(str(document.get("kind")))
    return None if cls is None else from_wire(cls, document)


def milestone_envelope(call: Call, milestone: Milestone, at_ms: int) -> Envelope:
    """Return the envelope that tells of a call's milestone: the CDR where it ended, else the call as it stands."""
    body = to_wire(cdr_of(call)) if milestone is Milestone.ENDED else to_wire(_brief(call))
    fact_id = f"{call.call_id}:{milestone.value}"
    said = call.trace.traceparent if call.trace is not None else None
    return Envelope(fact_id, milestone.value, call.tenant_id, call.node_id, at_ms, body, traceparent=said)


@dataclass(frozen=True)
class LiveLeg:
    """One party's connection as it stood at the call's last milestone."""

    leg_id: LegId
    role: str
    started_ms: int
    ringing_ms: int | None = None
    answered_ms: int | None = None
    ended_ms: int | None = None
    extension: Extension | None = None
    site_id: SiteId | None = None
    number: str | None = None
    trunk_id: str | None = None
    sip_code: int | None = None


@dataclass(frozen=True)
class LiveCall:
    """A call in progress as wallboards show it, and as `call.started`, `.ringing` and `.answered` carry it."""

    call_id: CallId
    tenant_id: TenantId
    node_id: NodeId
    direction: str
    state: str
    dialled: str
    started_ms: int
    answered_ms: int | None = None
    extension: Extension | None = None
    site_id: SiteId | None = None
    number: str | None = None
    caller_number: str | None = None
    trunk_id: str | None = None
    cost_class: str | None = None
    recording_id: RecordingId | None = None
    legs: tuple[LiveLeg, ...] = ()


def _brief(call: Call) -> LiveCall:
    return LiveCall(
        call.call_id,
        call.tenant_id,
        call.node_id,
        call.direction.value,
        call.state.value,
        call.dialled,
        call.started_ms,
        call.answered_ms,
        call.extension,
        call.site_id,
        call.number,
        call.caller_number,
        call.trunk_id,
        call.cost_class,
        call.recording_id,
        tuple(_brief_leg(leg) for leg in call.legs),
    )


def _brief_leg(leg: Leg) -> LiveLeg:
    return LiveLeg(
        leg.leg_id,
        leg.role.value,
        leg.started_ms,
        leg.ringing_ms,
        leg.answered_ms,
        leg.ended_ms,
        leg.extension,
        leg.site_id,
        leg.number,
        leg.trunk_id,
        leg.sip_code,
    )
