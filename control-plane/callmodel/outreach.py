"""How a campaign's call begins: its claim is taken for good, the customer is dialled, and who answers meets a flow.

From there on it is a call in a flow like any other: a queue node lets the customer wait for an agent.  Where an agent
has looked at the lead and dials it, their phone rings first, and it is a call by click like any other.
"""

from dataclasses import replace

from callmodel import attempts, closing, flowing, orders, timers
from callmodel.callstate import Call, Purpose, TimerName
from callmodel.campaigns.called import CallingAgent
from callmodel.campaigns.facts import ClaimTold
from callmodel.endings import Ending
from callmodel.ids import LegId, RecordingId
from callmodel.routing import StationPlan, TrunkPlan

Step = attempts.Step

MINUTE_MS = 60_000
AGENT_SECONDS = 20
"""How long the phone of an agent rings who has just clicked."""


def begin(call: Call) -> Step:
    """Ask for the claim before anything is dialled."""
    return call, [orders.TakeLead()]


def told(call: Call, fact: ClaimTold) -> Step:
    """Dial, or leave the number to whoever has it now."""
    if not fact.taken:
        if call.attempts:
            # Asked again by a conductor that took over: it is dialled already, and nobody else may.
            return call, []
        return closing.end(call, Ending.CLAIM_LAPSED, fact.at_ms)
    if call.attempts or call.legs:
        return call, []
    assert isinstance(call.plan, TrunkPlan)
    if call.lead is not None and call.lead.agent is not None:
        return _ring_agent(call, call.lead.agent, fact.at_ms)
    return attempts.bring(call, Purpose.CONNECT, call.plan, fact.at_ms)


def _ring_agent(call: Call, agent: CallingAgent, at_ms: int) -> Step:
    seat = agent.seat
    owner = seat.tenant_id if seat.tenant_id != call.tenant_id else None
    plan = StationPlan(seat.extension, seat.site_id, AGENT_SECONDS, records=False, tenant_id=owner)
    call, given = attempts.bring(call, Purpose.SEAT, plan, at_ms)
    return replace(call, origin_leg=call.legs[0].leg_id), given


def answered(call: Call, leg_id: LegId, at_ms: int) -> Step:
    """Record from the first word, and let the customer into the flow."""
    lead, plan = call.lead, call.plan
    assert lead is not None and lead.flow is not None and isinstance(plan, TrunkPlan)
    given: list[orders.Order] = []
    call = replace(call, origin_leg=leg_id, plan=lead.flow)
    if lead.flow.records:
        call = replace(call, recording_id=RecordingId(f"{call.call_id}-r1"))
        given.append(orders.StartRecording(RecordingId(f"{call.call_id}-r1"), leg_id))
    longest = plan.limits.longest_call_minutes
    if longest is not None:
        call, timer = timers.start(call, TimerName.LONGEST_CALL, at_ms + longest * MINUTE_MS)
        given += timer
    call, more = flowing.begin(call, lead.flow, at_ms)
    return call, [*given, *more]
