"""How a campaign's call begins: its claim is taken for good, the customer is dialled, and who answers meets a flow.

From there on it is a call in a flow like any other: a queue node lets the customer wait for an agent.  Where an agent
has looked at the lead and dials it, their phone rings first, and it is a call by click like any other.
"""

from dataclasses import replace

from callmodel import attempts, closing, flowing, orders, timers
from callmodel.callstate import Call, Phase, Purpose, TimerName
from callmodel.campaigns.called import CalledLead, CallingAgent
from callmodel.campaigns.document import MachineAnswer
from callmodel.campaigns.facts import BeepHeard, ClaimTold, MachineTold
from callmodel.endings import Ending
from callmodel.flows.nodes import CollectNode, HangUpNode, Node
from callmodel.ids import LegId, RecordingId
from callmodel.prompts import Audio
from callmodel.routing import StationPlan, TrunkPlan

Step = attempts.Step

MINUTE_MS = 60_000
AGENT_SECONDS = 20
"""How long the phone of an agent rings who has just clicked."""
MACHINE_NODE, MESSAGE_NODE = ":machine", ":message"
BEEP_SECONDS = 20
"""After so long a message is left without a beep: some machines have none that is heard."""


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
    return call, [*given, *more, *_detection(lead, leg_id)]


def _detection(lead: CalledLead, leg_id: LegId) -> list[orders.Order]:
    settings = lead.machines
    if not settings.enabled or settings.answer is MachineAnswer.CONNECT:
        return []
    leaves = settings.answer is MachineAnswer.LEAVE_MESSAGE and settings.message is not None
    return [orders.DetectMachine(leg_id, settings.most_seconds, settings.person_cost, settings.machine_cost, leaves)]


def machine_told(call: Call, fact: MachineTold) -> Step:
    """Let an agent who speaks with a machine go at once, and leave a message where there is one, after the beep."""
    lead = call.lead
    if lead is None or lead.machine or fact.leg_id != call.origin_leg:
        return call, []
    call = replace(call, lead=replace(lead, machine=True))
    message = lead.machines.message
    leaves = lead.machines.answer is MachineAnswer.LEAVE_MESSAGE and message is not None
    hang_up = HangUpNode()
    if not leaves or message is None:
        return flowing.turn_to(call, MACHINE_NODE, {MACHINE_NODE: hang_up}, fact.at_ms)
    wait = CollectNode("_", MESSAGE_NODE, MESSAGE_NODE, (), most=1, seconds=BEEP_SECONDS, tries=1)
    nodes: dict[str, Node] = {MACHINE_NODE: wait, MESSAGE_NODE: HangUpNode((Audio(message),))}
    return flowing.turn_to(call, MACHINE_NODE, nodes, fact.at_ms)


def beep_heard(call: Call, fact: BeepHeard) -> Step:
    """Leave the message."""
    waits = call.visit is not None and call.visit.node == MACHINE_NODE
    if not waits or call.phase is not Phase.IN_FLOW or fact.leg_id != call.origin_leg:
        return call, []
    return flowing.turn_to(call, MESSAGE_NODE, {}, fact.at_ms)
