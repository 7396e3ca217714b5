"""The call detail record: the one record of a call, with its legs inside; open while the call lives.

It is announced at each milestone, shown as a call in progress, kept once the call has ended, and answered by the API:
one shape from here to there.
"""

from dataclasses import dataclass, field

from callmodel.callstate import Call, CallState, Direction, Leg, LegRole, LegState
from callmodel.calltimes import held_ms, times_of
from callmodel.campaigns.progress import result_of
from callmodel.campaigns.results import AttemptResult
from callmodel.endings import Ending, EndingClass, class_of
from callmodel.ids import (
    E164,
    AgentId,
    CallId,
    CampaignId,
    Extension,
    FlowId,
    LeadId,
    LegId,
    NodeId,
    QueueId,
    RecordingId,
    SiteId,
    TenantId,
    TrunkId,
)
from callmodel.limits import cost_micros
from callmodel.rooms import Mode
from callmodel.routing import FlowPlan
from callmodel.voice.figures import LegVoice

PRIVATE = {"private": True}
"""Metadata of a field that names a customer: kept encrypted, shown masked."""

SYSTEM, USER = "system", "user"
"""Who ended a call that no party ended."""


@dataclass(frozen=True)
class CdrLeg:
    """One party's connection.  Times are milliseconds since 1970; None for what has not happened.

    cost_per_minute: the trunk's rate in the platform's currency.
    cost_micros: what the leg cost by it, in millionths, once it has ended; None for a leg that we pay no trunk for.
    held: whether it has the others on hold, since `held_since_ms`.  mode: what it may hear and say, where it is not a
    party like the others.  joined_call: the call of ours at its other end, where a phone joined two.
    voice: what it sent and was sent; complete once it has ended, before that as it was when a direction last died or
    lived again.  sip_call_id: the Call-ID of its dialog, once it has ended.
    """

    leg_id: LegId
    role: LegRole
    state: LegState
    started_ms: int
    ringing_ms: int | None = None
    answered_ms: int | None = None
    ended_ms: int | None = None
    extension: Extension | None = None
    site_id: SiteId | None = None
    number: E164 | None = field(default=None, metadata=PRIVATE)
    caller_number: E164 | None = None
    trunk_id: TrunkId | None = None
    cost_class: str | None = None
    cost_per_minute: float | None = None
    cost_micros: int | None = None
    sip_code: int | None = None
    held: bool = False
    held_since_ms: int | None = None
    hold_seconds: float | None = None
    mode: str | None = None
    voice: LegVoice | None = None
    sip_call_id: str | None = None
    joined_call: CallId | None = None


@dataclass(frozen=True)
class Cdr:
    """A call as it stands, or stood.  Times are milliseconds since 1970.

    version: counts the call's announcements; of two records of a call the higher one is newer.
    number: the customer's; `withheld`: who asked that nobody be shown it.  caller_number: the HQ number involved.
    diverted_by: whose phone sent the call on to us.  emergency: it called for help.
    flow_id, flow_version: what spoke with the caller; None for a call without a flow.  marks: what the caller
    answered when asked how it was, by question.  mailbox: whom a message was left for.
    missed: why no person took a call that its flow sent to one: `no-answer`, or how the caller left a queue.
    call_back: of a call back, the call in which it was asked for; of that one, the first call that its place became.
    extension, site_id: who called; of a call from outside, who answered it first.
    What is told of a call only once it has ended is None until then: `ended_ms`, `ending`, the sums of its legs
    (see `calltimes`), its cost in millionths of `currency`, and `hung_up_by`: the role of the party; USER where one
    ended it by click, whose name is `ended_by`; else SYSTEM.
    transferred_by: the station that handed the customer over last.
    queue_id: the queue that the caller was last in line of, queue_seconds: how long in all, agent_id: who took the
    call from it.  currency: filled in by who keeps the record.
    campaign_id, lead_id: whom a campaign called; result: what came of it.  opted_out: the customer said not to be
    called any more.
    """

    call_id: CallId
    tenant_id: TenantId
    node_id: NodeId
    version: int
    direction: Direction
    state: CallState
    dialled: str = field(metadata=PRIVATE)
    started_ms: int
    legs: tuple[CdrLeg, ...] = ()
    answered_ms: int | None = None
    ended_ms: int | None = None
    ending: Ending | None = None
    ending_class: EndingClass | None = None
    hung_up_by: str | None = None
    ended_by: str | None = None
    transferred_by: Extension | None = None
    talk_seconds: float | None = None
    hold_seconds: float | None = None
    ring_seconds: float | None = None
    wait_seconds: float | None = None
    extension: Extension | None = None
    site_id: SiteId | None = None
    number: E164 | None = field(default=None, metadata=PRIVATE)
    caller_number: E164 | None = None
    trunk_id: TrunkId | None = None
    cost_class: str | None = None
    cost_micros: int | None = None
    currency: str | None = None
    recording_id: RecordingId | None = None
    asked_by: str | None = None
    trace_id: str | None = None
    withheld: bool = False
    diverted_by: E164 | None = field(default=None, metadata=PRIVATE)
    emergency: bool = False
    queue_id: QueueId | None = None
    agent_id: AgentId | None = None
    queue_seconds: float | None = None
    flow_id: FlowId | None = None
    flow_version: int | None = None
    marks: dict[str, str] = field(default_factory=dict)
    mailbox: str | None = None
    missed: str | None = None
    call_back: CallId | None = None
    campaign_id: CampaignId | None = None
    lead_id: LeadId | None = None
    result: AttemptResult | None = None
    opted_out: bool = False

    @property
    def has_ended(self) -> bool:
        return self.ended_ms is not None


def cdr_of(call: Call) -> Cdr:
    """Return the record of a call as it stands."""
    over_ms = call.ended_ms if call.state is CallState.ENDED else None
    legs = tuple(_cdr_leg(leg, over_ms) for leg in call.legs)
    times = None if over_ms is None else times_of(call, over_ms)
    ending = None if over_ms is None else call.ending
    flow = call.plan.flow if isinstance(call.plan, FlowPlan) and call.plan.flow.flow_id else None
    return Cdr(
        call_id=call.call_id,
        tenant_id=call.tenant_id,
        node_id=call.node_id,
        version=call.version,
        direction=call.direction,
        state=call.state,
        dialled=call.dialled,
        started_ms=call.started_ms,
        legs=legs,
        answered_ms=call.answered_ms,
        ended_ms=over_ms,
        ending=ending,
        ending_class=None if ending is None else class_of(ending),
        hung_up_by=None if over_ms is None else _hung_up_by(call),
        ended_by=None if over_ms is None else call.ended_by,
        transferred_by=call.transferred_by,
        talk_seconds=None if times is None else times.talk / 1000,
        hold_seconds=None if times is None else times.hold / 1000,
        ring_seconds=None if times is None else times.ring / 1000,
        wait_seconds=None if times is None else times.wait / 1000,
        extension=call.extension,
        site_id=call.site_id,
        number=call.number,
        caller_number=call.caller_number,
        trunk_id=call.trunk_id,
        cost_class=call.cost_class,
        cost_micros=None if over_ms is None else sum(leg.cost_micros or 0 for leg in legs),
        recording_id=call.recording_id,
        asked_by=call.asked_by,
        trace_id=call.trace.trace_id if call.trace is not None else None,
        withheld=call.withheld,
        diverted_by=call.diverted_by,
        emergency=call.emergency,
        queue_id=call.queue_id,
        agent_id=call.agent_id,
        queue_seconds=None if over_ms is None or call.queue_id is None else call.waited_ms / 1000,
        flow_id=flow.flow_id if flow is not None else None,
        flow_version=flow.version if flow is not None else None,
        marks={} if call.visit is None else call.visit.marks,
        mailbox=None if call.visit is None else call.visit.mailbox,
        missed=_missed(call),
        call_back=_call_back(call),
        campaign_id=None if call.lead is None else call.lead.campaign_id,
        lead_id=None if call.lead is None else call.lead.lead_id,
        result=result_of(call),
        opted_out=call.lead is not None and call.lead.opted_out,
    )


def _missed(call: Call) -> str | None:
    if call.answered_ms is not None:
        return None
    if call.call_back is not None and call.ended_ms is not None and call.call_back.is_last(call.ended_ms):
        return Ending.CALL_BACK.value
    return None if call.visit is None else call.visit.missed


def _call_back(call: Call) -> CallId | None:
    if call.call_back is not None:
        return call.call_back.asked_in
    return None if call.visit is None else call.visit.call_back


def _cdr_leg(leg: Leg, over_ms: int | None) -> CdrLeg:
    ended_ms = over_ms if leg.ended_ms is None else leg.ended_ms
    return CdrLeg(
        leg_id=leg.leg_id,
        role=leg.role,
        state=leg.state,
        started_ms=leg.started_ms,
        ringing_ms=leg.ringing_ms,
        answered_ms=leg.answered_ms,
        ended_ms=ended_ms,
        extension=leg.extension,
        site_id=leg.site_id,
        number=leg.number,
        caller_number=leg.caller_number,
        trunk_id=leg.trunk_id,
        cost_class=leg.cost_class,
        cost_per_minute=None if leg.cost_class is None else leg.cost_per_minute,
        cost_micros=_cost(leg, ended_ms),
        sip_code=leg.sip_code,
        held=leg.held,
        held_since_ms=leg.held_since_ms,
        voice=leg.voice,
        sip_call_id=leg.sip_call_id,
        joined_call=leg.joined_call,
        mode=leg.mode.value if leg.is_answered and leg.mode is not Mode.TALKING else None,
        hold_seconds=None if ended_ms is None else held_ms(leg, ended_ms if over_ms is None else over_ms) / 1000,
    )


def _cost(leg: Leg, ended_ms: int | None) -> int | None:
    """Return what a carrier asks for a leg: from its answer to its end, whatever the agents did meanwhile."""
    if leg.cost_class is None or ended_ms is None:
        return None
    return 0 if leg.answered_ms is None else cost_micros(leg.cost_per_minute, ended_ms - leg.answered_ms)


def _hung_up_by(call: Call) -> str:
    """Return the role of whoever's going decided the ending."""
    leg = call.leg_of(call.hung_up_by)
    if leg is None:
        return SYSTEM if call.ended_by is None else USER
    return leg.role.value
