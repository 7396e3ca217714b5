"""The life of a call: `begin` makes it, `advance` carries it from fact to fact, until its CDR is announced.

`advance` first keeps the legs' books, then hands the fact to the module of the call's phase.  Who hears whom follows
from the legs, and what is announced is counted, here and nowhere else.
"""

from dataclasses import replace

from callmodel import (
    attempts,
    beginnings,
    closing,
    dialling,
    facts,
    flowing,
    keying,
    legs,
    linking,
    orders,
    outreach,
    talking,
    waiting,
)
from callmodel.agentkeys import KeyPlan
from callmodel.announcements import announced
from callmodel.callstate import Call, Direction, Leg, LegRole, LegState, Phase, Purpose
from callmodel.campaigns.facts import BeepHeard, LeadDue, MachineTold
from callmodel.dtmf import Dtmf
from callmodel.endings import Ending, sip_code_of
from callmodel.ids import LegId
from callmodel.numbers import is_extension
from callmodel.routing import FlowPlan, Plan, Refusal, StationPlan, TrunkPlan
from callmodel.voice.facts import VoiceMeasured
from callmodel.wantedroom import room_of

Step = attempts.Step

_PHASES = {
    Phase.KEYED: keying.advance,
    Phase.IN_FLOW: flowing.advance,
    Phase.WAITING: waiting.advance,
    Phase.DIALLING: dialling.advance,
    Phase.TALKING: talking.advance,
    Phase.ENDING: closing.advance,
}
_BEFORE_THE_ROOM = (orders.StartRecording, orders.Answer, orders.StopPlaying, orders.ReleaseTrunk)


def begin(beginning: beginnings.Beginning, plan: Plan | FlowPlan | KeyPlan) -> Step:
    """Return the new call and its first orders.  A refused call is born ending: its CDR is written like any other."""
    call = newborn = _newborn(beginning, plan)
    if isinstance(plan, Refusal):
        step = closing.end(call, plan.ending, beginning.at_ms)
        if isinstance(beginning, beginnings.CallBackDue):
            step = step[0], [*step[1], *waiting.given_back(beginning)]
    elif isinstance(plan, KeyPlan):
        step = keying.begin(call, plan, beginning.at_ms)
    elif isinstance(plan, FlowPlan):
        step = _let_in(flowing.begin(call, plan, beginning.at_ms), beginning.at_ms)
    elif isinstance(beginning, LeadDue):
        step = outreach.begin(call)
    elif isinstance(beginning, beginnings.CallBackDue):
        step = waiting.begin_offered(call, beginning)
    elif isinstance(beginning, beginnings.CallAsked):
        seat = StationPlan(beginning.extension, beginning.site_id, plan.ring_timeout_seconds, records=False)
        call, given = attempts.bring(call, Purpose.SEAT, seat, beginning.at_ms)
        step = replace(call, origin_leg=call.legs[0].leg_id), given
    else:
        step = dialling.connect(call, beginning.at_ms)
    given = _with_room(newborn, *step)
    if isinstance(beginning, beginnings.CustomerCalled) and beginning.dtmf is not Dtmf.AUTO:
        given = [orders.SetDtmf(beginning.leg_id, beginning.dtmf), *given]
    return announced(None, step[0], [orders.Announce(orders.Milestone.STARTED), *given])


def advance(call: Call, fact: facts.Fact) -> Step:
    """Return the call after the fact, and the orders that follow from it.

    Facts that come twice, late or out of order change nothing: switches repeat themselves, and networks reorder.
    """
    noted = legs.note(call, fact) if call.phase is not Phase.ENDED else call
    if noted is None:
        return call, []
    after, given = _advance(noted, fact)
    return announced(call, after, _with_room(call, after, given))


def _advance(call: Call, fact: facts.Fact) -> Step:
    is_over = call.phase in (Phase.ENDING, Phase.ENDED)
    match fact:
        case facts.TrunkGranted() if is_over:
            return attempts.granted(call, fact)
        case facts.ChannelHeld(leg_id, trunk_id, True) if is_over and not _holds(call, leg_id):
            return call, [orders.ReleaseTrunk(leg_id, trunk_id)]
        case facts.NodeLost(at_ms) if not is_over:
            return closing.end(call, Ending.NODE_LOST, at_ms)
        case facts.HangUpAsked(at_ms, asked_by) if not is_over:
            return closing.end(replace(call, ended_by=asked_by), closing.ending_now(call), at_ms)
        case facts.SpendStopped(at_ms) if call.trunk_held and not call.emergency and not is_over:
            if call.phase is Phase.IN_FLOW and call.lead is None:
                # Nobody outside is rung any more; who called us is still there.
                return _let_in(flowing.advance(call, fact), at_ms)
            return closing.end(call, Ending.SPEND_LIMIT_REACHED, at_ms)
        case facts.TransferAsked(by=by, referred=True) if call.phase is not Phase.TALKING:
            # There is nobody to hand over, and the phone waits to hear so.
            return call, [orders.ReportTransfer(by, sip_code_of(Ending.REJECTED))]
        case facts.LinkAsked() if call.phase is not Phase.TALKING:
            return linking.refused(call, fact)
        case facts.AgentOffered() if call.phase is not Phase.WAITING:
            return call, waiting.withdrawn(fact)
        case VoiceMeasured():
            return call, []
        case MachineTold() if not is_over:
            return outreach.machine_told(call, fact)
        case BeepHeard() if not is_over:
            return outreach.beep_heard(call, fact)
        case _ if call.phase is Phase.ENDED:
            return call, []
        case _:
            return _let_in(_PHASES[call.phase](call, fact), fact.at_ms)


def _holds(call: Call, leg_id: LegId) -> bool:
    leg = call.leg_of(leg_id)
    return leg is not None and leg.trunk_held


def _let_in(step: Step, at_ms: int) -> Step:
    """Let a caller whom a flow sent to a queue into it."""
    call, given = step
    if call.visit is None or (wish := call.visit.wish) is None:
        return step
    call = replace(call, visit=replace(call.visit, wish=None))
    call, joined = waiting.enter(
        call,
        wish.queue_id,
        at_ms,
        priority=wish.priority,
        needs=wish.needs,
        wanted_agents=wish.wanted_agents,
        by_flow=True,
    )
    return call, [*given, *joined]


def _with_room(before: Call, after: Call, given: list[orders.Order]) -> list[orders.Order]:
    """Add what changes in who hears whom: after an answer and the recording's start, before anybody is let go."""
    room = room_of(after)
    if after.phase in (Phase.ENDING, Phase.ENDED) or room == room_of(before):
        return given
    first = [order for order in given if isinstance(order, _BEFORE_THE_ROOM)]
    return [*first, orders.SetRoom(room), *(order for order in given if order not in first)]


def _newborn(beginning: beginnings.Beginning, plan: Plan | FlowPlan | KeyPlan) -> Call:
    dialled = beginning.called_number if isinstance(beginning, beginnings.CustomerCalled) else beginning.dialled
    call = Call(
        call_id=beginning.call_id,
        tenant_id=beginning.tenant_id,
        node_id=beginning.node_id,
        direction=_direction_of(dialled, plan),
        phase=Phase.DIALLING,
        dialled=dialled,
        started_ms=beginning.at_ms,
        plan=None if isinstance(plan, Refusal) else plan,
        number=plan.number if isinstance(plan, TrunkPlan) else None,
        trace=beginning.trace,
    )
    match beginning:
        case beginnings.StationDialled(leg_id=leg_id, extension=extension, site_id=site_id, at_ms=at_ms):
            leg = Leg(leg_id, LegRole.AGENT, LegState.RINGING, at_ms, extension, site_id)
            return replace(call, legs=(leg,), origin_leg=leg_id, extension=extension, site_id=site_id)
        case beginnings.CustomerCalled(leg_id=leg_id, number=number, trunk_id=trunk_id, at_ms=at_ms):
            leg = Leg(leg_id, LegRole.CUSTOMER, LegState.RINGING, at_ms, number=number, trunk_id=trunk_id)
            return replace(
                call,
                legs=(leg,),
                origin_leg=leg_id,
                direction=Direction.INBOUND,
                number=number,
                caller_number=beginning.called_number,
                withheld=beginning.withheld,
                diverted_by=beginning.diverted_by,
            )
        case beginnings.CallBackDue(call_back=call_back):
            plan_given = plan if isinstance(plan, TrunkPlan) else None
            named = replace(call, number=call_back.number, call_back=call_back, language=call_back.language)
            return replace(named, plan=plan_given, direction=Direction.OUTBOUND, queue_id=call_back.queue_id)
        case LeadDue(lead=lead) if lead.agent is not None:
            agent = lead.agent
            seated = replace(
                call, extension=agent.seat.extension, site_id=agent.seat.site_id, agent_id=agent.agent_id
            )
            return replace(seated, number=beginning.dialled, lead=lead, queue_id=agent.queue_id)
        case LeadDue(lead=lead):
            return replace(call, number=beginning.dialled, lead=lead)
        case beginnings.CallAsked(extension=extension, site_id=site_id, asked_by=asked_by):
            return replace(call, extension=extension, site_id=site_id, asked_by=asked_by)


def _direction_of(dialled: str, plan: Plan | FlowPlan | KeyPlan) -> Direction:
    """Return where a station's call goes; one that was refused goes where it was meant to."""
    outside = isinstance(plan, TrunkPlan) or (isinstance(plan, Refusal) and not is_extension(dialled))
    return Direction.OUTBOUND if outside else Direction.INTERNAL
