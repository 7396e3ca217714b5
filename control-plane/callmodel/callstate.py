"""What is known of a call while it lives: its legs, who is being brought to it, and how far it has come."""

from dataclasses import dataclass, replace
from enum import Enum

from callmodel.agentkeys import KeyPlan
from callmodel.callbacks import CallBack
from callmodel.calltrace import CallTrace
from callmodel.campaigns.called import CalledLead
from callmodel.endings import Ending
from callmodel.flows.visit import Visit
from callmodel.ids import (
    E164,
    AgentId,
    CallId,
    Extension,
    LegId,
    NodeId,
    QueueId,
    RecordingId,
    SiteId,
    TenantId,
    TrunkId,
)
from callmodel.rooms import Mode
from callmodel.routing import EMERGENCY_CLASS, FlowPlan, LinkPlan, StationPlan, TrunkPlan
from callmodel.staysinline import Waiting
from callmodel.voice.figures import LegVoice


class Phase(Enum):
    """What a call is doing; each has its module.

    `KEYED`: an agent has dialled what says what they do.  `IN_FLOW`: a flow speaks with the caller.
    `WAITING`: in line for an agent, who may be rung already.
    `ENDING`: decided, and legs are still being hung up.
    """

    KEYED = "keyed"
    IN_FLOW = "in-flow"
    WAITING = "waiting"
    DIALLING = "dialling"
    TALKING = "talking"
    ENDING = "ending"
    ENDED = "ended"


class CallState(Enum):
    """A phase as people see it, dialling in its steps.

    `CALLING_AGENT`: a call asked for by click rings the agent first.  `CLAIMING`: waits for a trunk channel.
    """

    KEYED = "keyed"
    IN_FLOW = "in-flow"
    WAITING = "waiting"
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
    """`OUTSIDE`: somebody on the public network who is not the customer: a mobile that is consulted, say.

    `LINK`: another call of ours, of which is not known yet, or can not be said, who talks in it.
    """

    AGENT = "agent"
    CUSTOMER = "customer"
    COLLEAGUE = "colleague"
    OUTSIDE = "outside"
    SUPERVISOR = "supervisor"
    LINK = "link"


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
    station_tenant_id: TenantId | None = None
    """Whose station it is at, where that is not the call's tenant: an agent may serve several."""
    number: E164 | None = None
    trunk_id: TrunkId | None = None
    trunk_held: bool = False
    """Whether a channel of `trunk_id` is claimed for this leg and owed back."""
    caller_number: E164 | None = None
    """The HQ number that an outside callee is shown."""
    cost_class: str | None = None
    cost_per_minute: float = 0.0
    """What the trunk's carrier asks for it."""
    ringing_ms: int | None = None
    answered_ms: int | None = None
    ended_ms: int | None = None
    sip_code: int | None = None
    """The final response that ended it before it was answered."""
    early: bool = False
    """Its network plays something before the answer."""
    mute: bool = False
    """What it plays has brought no packet lately: a description of media is no sound yet."""
    held: bool = False
    """It has put the others on hold."""
    held_since_ms: int | None = None
    held_ms: int = 0
    """How long it has put the others on hold, without the hold that still lasts."""
    mode: Mode = Mode.TALKING
    """What it does in the call's room once it is answered."""
    to: LegId | None = None
    """Whom it attends, where it listens or whispers."""
    leaving: bool = False
    """It is being hung up, and takes part no more."""
    voice: LegVoice | None = None
    """What it sent and was sent, as last told."""
    sip_call_id: str | None = None
    """The Call-ID of its dialog, told at its end."""
    joined_call: CallId | None = None
    """The call at its other end, where it joins two."""

    @property
    def is_live(self) -> bool:
        return self.state is not LegState.ENDED

    @property
    def is_answered(self) -> bool:
        return self.state is LegState.ANSWERED

    @property
    def is_early(self) -> bool:
        """Whether its network plays something, and it is not answered."""
        return self.early and self.is_live and not self.is_answered


class Purpose(Enum):
    """Why somebody is being brought to a call.

    `SEAT`: an agent who asked by click is rung first.  `CONNECT`: whom the origin wants.  `TRANSFER`: takes the
    place of whoever asked.  `CONSULT`: talks to whoever asked while the others hold.  `JOIN`: one more who talks.
    `SUPERVISE`: listens to, or whispers to, one of the parties.  `OFFER`: an agent for a caller in line.
    `REACH`: whom a flow rings for its caller.  `REJOIN`: a party whose phone has forgotten the call.
    """

    SEAT = "seat"
    CONNECT = "connect"
    TRANSFER = "transfer"
    CONSULT = "consult"
    JOIN = "join"
    REACH = "reach"
    SUPERVISE = "supervise"
    OFFER = "offer"
    REJOIN = "rejoin"


@dataclass(frozen=True)
class Attempt:
    """Somebody being brought to the call, from the claim of a trunk to the answer, over as many trunks as it takes.

    `leg_id`: the leg that is claimed for, dialled or rings.  `first_leg`: the attempt's first one, by which limits on
    the rate of calls know it.  `by`: the leg that asked.  `referred`: its phone waits to hear what came of it.
    """

    purpose: Purpose
    plan: TrunkPlan | StationPlan | LinkPlan
    leg_id: LegId
    first_leg: LegId
    by: LegId | None = None
    referred: bool = False
    mode: Mode = Mode.TALKING
    to: LegId | None = None

    @property
    def is_awaited(self) -> bool:
        """Whether those who talk wait for it; a supervisor is awaited by nobody."""
        return self.purpose is not Purpose.SUPERVISE and self.mode.takes_part


class TimerName(Enum):
    """What a call waits for by the clock.

    `LONGEST_CALL`: its tenant's longest call is over.  `FLOW`: a key, a word or an answer that a flow waits for.
    Of a caller in line: `ANNOUNCEMENT` is due, who may be offered is widened (`RELAXATION`), `LONGEST_WAIT` is over.
    """

    LONGEST_CALL = "longest-call"
    FLOW = "flow"
    ANNOUNCEMENT = "announcement"
    RELAXATION = "relaxation"
    LONGEST_WAIT = "longest-wait"


@dataclass(frozen=True)
class Timer:
    """Goes off at `due_ms`, milliseconds since 1970."""

    name: TimerName
    due_ms: int


@dataclass(frozen=True)
class Consult:
    """One of the parties speaks with somebody while the others hold, or the other way round."""

    by: LegId
    consulted: LegId


@dataclass(frozen=True)
class Call:
    """One customer's contact, or one conversation of two colleagues, from first INVITE to CDR."""

    call_id: CallId
    tenant_id: TenantId
    node_id: NodeId
    direction: Direction
    phase: Phase
    dialled: str
    started_ms: int
    legs: tuple[Leg, ...] = ()
    legs_named: int = 0
    """How many ids of legs were given out: an attempt has its leg's id before the leg is dialled."""
    origin_leg: LegId | None = None
    """Who the call came from (or, asked for by click, the agent who is rung first)."""
    plan: TrunkPlan | StationPlan | FlowPlan | KeyPlan | None = None
    """Where the origin wants to go, the flow that decides it, or what it says of an agent."""
    attempts: tuple[Attempt, ...] = ()
    consult: Consult | None = None
    call_back: CallBack | None = None
    """The customer is called back by it."""
    waiting: Waiting | None = None
    """The stay in line that lasts."""
    waited_ms: int = 0
    """How long the caller was in line, without the stay that lasts."""
    queue_id: QueueId | None = None
    """The queue that the caller is, or was last, in line of."""
    agent_id: AgentId | None = None
    """Who answered from the queue."""
    language: str = "en"
    """What is spoken to the customer, as BCP 47 has it."""
    playing: str | None = None
    """What is being played to the customer, by the name that `facts.Played` will give."""
    plays: int = 0
    """How often something was played: names of plays count on."""
    timers: tuple[Timer, ...] = ()
    """Those that are set; whoever adopts the call sets them again."""
    extension: Extension | None = None
    site_id: SiteId | None = None
    number: E164 | None = None
    """The customer's number, whichever way the call goes."""
    caller_number: E164 | None = None
    """The HQ number involved: shown to the callee of an outbound call, dialled by the caller of an inbound one."""
    answered_ms: int | None = None
    ended_ms: int | None = None
    ending: Ending | None = None
    hung_up_by: LegId | None = None
    """Whose hanging up decided the ending; None where we did."""
    ended_by: str | None = None
    """The user who ended it by click."""
    transferred_by: Extension | None = None
    recording_id: RecordingId | None = None
    recording_paused: bool = False
    asked_by: str | None = None
    """The user who asked for the call by click; None for a call dialled on the phone."""
    trace: CallTrace | None = None
    """None where nobody traces."""
    version: int = 0
    """How often the call was announced."""
    withheld: bool = False
    """Whether the caller asked that the number be shown to nobody."""
    diverted_by: E164 | None = None
    """Whose phone sent an inbound call on to us."""
    visit: Visit | None = None
    """Where it stands in its flow, or stood when it left it; None for a call without one."""
    lead: CalledLead | None = None
    """Whom a campaign calls; None for every other call."""

    def leg_of(self, leg_id: LegId | None) -> Leg | None:
        return next((leg for leg in self.legs if leg.leg_id == leg_id), None)

    def attempt_of(self, leg_id: LegId | None) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.leg_id == leg_id), None)

    def with_leg(self, leg_id: LegId, **changes: object) -> "Call":
        """Return the call with one leg changed."""
        changed = (replace(leg, **changes) if leg.leg_id == leg_id else leg for leg in self.legs)  # type: ignore[arg-type]
        return replace(self, legs=tuple(changed))

    @property
    def live_legs(self) -> tuple[Leg, ...]:
        return tuple(leg for leg in self.legs if leg.is_live)

    @property
    def present(self) -> tuple[Leg, ...]:
        """Answered legs whose own talk this is: supervisors who only listen or whisper are not among them."""
        return tuple(leg for leg in self.legs if leg.is_answered and leg.mode.takes_part and not leg.leaving)

    @property
    def customer_leg(self) -> Leg | None:
        """The last customer leg: there is one at a time, but a fail-over to another trunk makes a new one."""
        return next((leg for leg in reversed(self.legs) if leg.role is LegRole.CUSTOMER), None)

    @property
    def served_leg(self) -> Leg | None:
        """Who is served, waits in line and is recorded: the customer; between colleagues, who called."""
        return self.customer_leg or self.leg_of(self.origin_leg)

    @property
    def trunk_id(self) -> TrunkId | None:
        """The trunk that the customer is, or was last, connected by."""
        customer = self.customer_leg
        return customer.trunk_id if customer is not None else None

    @property
    def cost_class(self) -> str | None:
        customer = self.customer_leg
        return customer.cost_class if customer is not None else None

    @property
    def emergency(self) -> bool:
        """Whether it calls for help, or somebody of it did."""
        meant = isinstance(self.plan, TrunkPlan) and self.plan.is_emergency
        return meant or any(leg.cost_class == EMERGENCY_CLASS for leg in self.legs)

    @property
    def trunk_held(self) -> bool:
        """Whether any channel of a trunk is claimed for this call that we pay for: not that of who called us."""
        return any(leg.trunk_held and leg.cost_class is not None for leg in self.legs)

    @property
    def state(self) -> CallState:
        """How far the call has come."""
        if self.phase is not Phase.DIALLING:
            return CallState(self.phase.value)
        attempt = self.attempts[0] if self.attempts else None
        if attempt is not None and attempt.purpose is Purpose.SEAT:
            return CallState.CALLING_AGENT
        leg = self.leg_of(attempt.leg_id) if attempt is not None else None
        if leg is None:
            return CallState.CLAIMING
        return CallState.RINGING if leg.state is LegState.RINGING else CallState.DIALLING
