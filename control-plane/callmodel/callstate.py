"""What is known of a call while it lives: its legs, where it is going, and how far it has come."""

from dataclasses import dataclass
from enum import Enum

from callmodel.calltrace import CallTrace
from callmodel.endings import Ending
from callmodel.ids import E164, CallId, Extension, LegId, NodeId, RecordingId, SiteId, TenantId, TrunkId
from callmodel.routing import StationPlan, TrunkPlan


class CallState(Enum):
    """`CALLING_AGENT`: a call asked for by click rings the agent first.  `CLAIMING`: waits for a trunk channel.
    `ENDING`: decided, and legs are still being hung up."""

    CALLING_AGENT = "calling-agent"
    CLAIMING = "claiming"
    DIALLING = "dialling"
    RINGING = "ringing"
    TALKING = "talking"
    ENDING = "ending"
    ENDED = "ended"


class Direction(Enum):
    OUTBOUND = "outbound"
    INBOUND = "inbound"
    INTERNAL = "internal"


class LegRole(Enum):
    AGENT = "agent"
    CUSTOMER = "customer"
    COLLEAGUE = "colleague"


class LegState(Enum):
    DIALLING = "dialling"
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"


@dataclass(frozen=True)
class Leg:
    """One party's connection.  Times are milliseconds since 1970; None for what has not happened."""

    leg_id: LegId
    role: LegRole
    state: LegState
    started_ms: int
    extension: Extension | None = None
    site_id: SiteId | None = None
    number: E164 | None = None
    trunk_id: TrunkId | None = None
    ringing_ms: int | None = None
    answered_ms: int | None = None
    ended_ms: int | None = None
    sip_code: int | None = None
    """The final response that ended it before it was answered."""
    held: bool = False

    @property
    def is_live(self) -> bool:
        return self.state is not LegState.ENDED


@dataclass(frozen=True)
class Call:
    """One customer's contact, or one conversation of two colleagues, from first INVITE to CDR."""

    call_id: CallId
    tenant_id: TenantId
    node_id: NodeId
    direction: Direction
    state: CallState
    dialled: str
    started_ms: int
    legs: tuple[Leg, ...] = ()
    origin_leg: LegId | None = None
    """Who the call came from (or, asked for by click, the agent who is rung first)."""
    far_leg: LegId | None = None
    """Who the origin is being connected to, or talks to."""
    transfer_leg: LegId | None = None
    """The colleague being rung to take the customer over."""
    trunk_plan: TrunkPlan | None = None
    """Where an outbound call goes; offers already tried are taken out of it."""
    station_plan: StationPlan | None = None
    extension: Extension | None = None
    site_id: SiteId | None = None
    number: E164 | None = None
    """The customer's number, whichever way the call goes."""
    caller_number: E164 | None = None
    """The HQ number involved: shown to the callee of an outbound call, dialled by the caller of an inbound one."""
    trunk_id: TrunkId | None = None
    trunk_held: bool = False
    """Whether a channel of `trunk_id` is claimed for this call and owed back."""
    cost_class: str | None = None
    cost_per_minute: float = 0.0
    """What the trunk's carrier asks for it."""
    answered_ms: int | None = None
    ended_ms: int | None = None
    ending: Ending | None = None
    recording_id: RecordingId | None = None
    asked_by: str | None = None
    """The user who asked for the call by click; None for a call dialled on the phone."""
    trace: CallTrace | None = None
    """None where nobody traces."""
    withheld: bool = False
    """Whether the caller asked that the number be shown to nobody."""
    diverted_by: E164 | None = None
    """Whose phone sent an inbound call on to us."""
    emergency: bool = False

    def leg_of(self, leg_id: LegId | None) -> Leg | None:
        return next((leg for leg in self.legs if leg.leg_id == leg_id), None)

    @property
    def live_legs(self) -> tuple[Leg, ...]:
        return tuple(leg for leg in self.legs if leg.is_live)

    @property
    def customer_leg(self) -> Leg | None:
        """The last customer leg: there is one at a time, but a fail-over to another trunk makes a new one."""
        return next((leg for leg in reversed(self.legs) if leg.role is LegRole.CUSTOMER), None)
