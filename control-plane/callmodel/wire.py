"""What rooms say to each other over Redis: facts that happened, and orders to a media node.

Each message is one stream entry with a single field `m` holding JSON.  Readers forgive keys that they do not know.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_args

from callmodel.callstate import Call
from callmodel.campaigns.called import CallingAgent
from callmodel.cdr import cdr_of
from callmodel.codec import from_wire, to_wire
from callmodel.facts import ConsultStep
from callmodel.ids import E164, CallId, CampaignId, Extension, LeadId, LegId, NodeId, RecordingId, SiteId, TenantId
from callmodel.links import LinkedParty
from callmodel.orders import Milestone
from callmodel.rooms import Mode


@dataclass(frozen=True)
class Envelope:
    """One fact on the stream `keys.facts(tenant_id)`.

    `fact_id` is the same when a fact is sent again: readers that keep something keep it once.
    `kind` is one of the values of `Milestone`, whose body is the call's `cdr.Cdr`, or `recording.spooled`, or
    `recording.lost`.
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


@dataclass(frozen=True)
class HeldCalls:
    """The calls that a media node holds, told beside its heartbeat: of all others it knows nothing."""

    node_id: NodeId
    at_ms: int
    call_ids: tuple[CallId, ...] = ()

    @cached_property
    def named(self) -> frozenset[CallId]:
        return frozenset(self.call_ids)


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
    is_owed: the customer called us: nobody has chosen the number, and it may be dialled by hand.
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
    is_owed: bool = False


@dataclass(frozen=True)
class DialLead:
    """Dial a campaign's lead, which is claimed for this call.  Given twice, it makes one call.

    number: the lead's own; token: its keyed hash.  A node that reads the order after `not_after_ms` does nothing: the
    claim lapses.  agent: who dials it, and is rung first; None where whoever answers meets the campaign's flow.
    """

    call_id: CallId
    tenant_id: TenantId
    campaign_id: CampaignId
    lead_id: LeadId
    number: E164 = field(repr=False)
    token: str
    caller_number: E164
    not_after_ms: int
    agent: CallingAgent | None = None
    kind: str = "call.dial-lead"
    traceparent: str | None = None


@dataclass(frozen=True)
class EndCall:
    call_id: CallId
    tenant_id: TenantId
    asked_by: str | None = None
    """The user who asked for it; None from older senders."""
    kind: str = "call.end"


TO_QUEUE = "queue:"
"""Before the id of a queue, where a call is handed over to one."""


@dataclass(frozen=True)
class TransferCall:
    """Let somebody take the place of `by`.

    `to`, here and below: an extension of the tenant, or a public number; of a transfer also a queue, see TO_QUEUE.
    `by`: the extension of the party that asks; None is the agent's side, where only one party can be meant.
    """

    call_id: CallId
    tenant_id: TenantId
    to: str
    by: Extension | None = None
    kind: str = "call.transfer"


@dataclass(frozen=True)
class ConsultCall:
    """Let `by` talk to somebody while the others hold."""

    call_id: CallId
    tenant_id: TenantId
    to: str
    by: Extension | None = None
    kind: str = "call.consult"


@dataclass(frozen=True)
class TurnConsult:
    call_id: CallId
    tenant_id: TenantId
    step: ConsultStep
    kind: str = "call.turn-consult"


@dataclass(frozen=True)
class JoinCall:
    """Bring one more into the conversation."""

    call_id: CallId
    tenant_id: TenantId
    to: str
    by: Extension | None = None
    kind: str = "call.join"


@dataclass(frozen=True)
class HoldCall:
    """Let the others hear music, or `by` again."""

    call_id: CallId
    tenant_id: TenantId
    held: bool
    by: Extension | None = None
    kind: str = "call.hold"


@dataclass(frozen=True)
class PickUpCall:
    """Let the station at `extension` ring in place of the one that rings."""

    call_id: CallId
    tenant_id: TenantId
    extension: Extension
    kind: str = "call.pick-up"


@dataclass(frozen=True)
class RejoinCall:
    """Ring the party at `extension` anew: its phone has forgotten the call."""

    call_id: CallId
    tenant_id: TenantId
    extension: Extension
    kind: str = "call.rejoin"


@dataclass(frozen=True)
class SuperviseCall:
    """Ring the station at `extension` to attend an agent in a mode; one that attends already changes its mode.

    `of`: the agent's extension, None where only one can be meant.
    """

    call_id: CallId
    tenant_id: TenantId
    extension: Extension
    mode: Mode
    of: Extension | None = None
    kind: str = "call.supervise"


@dataclass(frozen=True)
class TakeOverCall:
    """Let the supervisor at `extension` talk in place of the agent whom he attends."""

    call_id: CallId
    tenant_id: TenantId
    extension: Extension
    kind: str = "call.take-over"


@dataclass(frozen=True)
class ReleaseParty:
    call_id: CallId
    tenant_id: TenantId
    leg_id: LegId
    kind: str = "call.release"


@dataclass(frozen=True)
class PauseRecordingOfCall:
    call_id: CallId
    tenant_id: TenantId
    paused: bool
    kind: str = "call.pause-recording"


@dataclass(frozen=True)
class NameLink:
    """Who talks in the call `joined`, at the other end of a link: its node says so."""

    call_id: CallId
    tenant_id: TenantId
    leg_id: LegId
    joined: CallId
    party: LinkedParty
    kind: str = "call.name-link"


CallOrder = (
    EndCall
    | TransferCall
    | ConsultCall
    | TurnConsult
    | JoinCall
    | HoldCall
    | PickUpCall
    | RejoinCall
    | SuperviseCall
    | TakeOverCall
    | ReleaseParty
    | PauseRecordingOfCall
    | NameLink
)
"""What people, and other calls, ask of a call that lives."""
NodeOrder = PlaceCall | DialLead | CallOrder

_ORDERS: dict[str, type[NodeOrder]] = {str(kind.kind): kind for kind in get_args(NodeOrder)}


def order_of(document: dict[str, Any]) -> NodeOrder | None:
    """Return the order in a message, None for a kind that only a newer node knows.  Raises codec.ShapeError."""
    cls = _ORDERS.get(str(document.get("kind")))
    return None if cls is None else from_wire(cls, document)


def milestone_envelope(call: Call, milestone: Milestone, at_ms: int) -> Envelope:
    """Return the envelope that tells of a call's milestone: its record as it stands, complete where it ended."""
    fact_id = f"{call.call_id}:{call.version}"
    said = call.trace.traceparent if call.trace is not None else None
    body = to_wire(cdr_of(call))
    return Envelope(fact_id, milestone.value, call.tenant_id, call.node_id, at_ms, body, traceparent=said)
