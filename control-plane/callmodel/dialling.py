"""The phase in which whoever the origin wants is being reached: the agent who clicked first, then the far party."""

from dataclasses import replace

from callmodel import attempts, closing, facts, orders, outreach, timers
from callmodel.callstate import Attempt, Call, Direction, LegRole, Phase, Purpose, TimerName
from callmodel.campaigns.facts import ClaimTold
from callmodel.endings import Ending, ending_of, response_for
from callmodel.ids import LegId, RecordingId
from callmodel.routing import StationPlan, TrunkPlan

Step = attempts.Step

MINUTE_MS = 60_000


def advance(call: Call, fact: facts.Fact) -> Step:
    """Carry the call towards its first word, or to its end."""
    match fact:
        case ClaimTold():
            return outreach.told(call, fact)
        case facts.TrunkGranted():
            return attempts.granted(call, fact)
        case facts.TrunkRefused(leg_id, refused, at_ms) if attempts.claiming(call, leg_id):
            # Another trunk was tried before and failed: that is what the caller should hear of.
            tried = any(leg.role is LegRole.CUSTOMER for leg in call.legs)
            return closing.end(call, Ending.UPSTREAM_FAILED if tried else refused, at_ms)
        case facts.LegRang(leg_id):
            attempt = call.attempt_of(leg_id)
            rang = attempt is not None and attempt.purpose is Purpose.CONNECT
            return call, [orders.Announce(orders.Milestone.RINGING)] if rang else []
        case facts.LegAnswered(leg_id, at_ms):
            return _answered(call, leg_id, at_ms)
        case facts.LegHungUp(leg_id, _, at_ms):
            return _hung_up(call, leg_id, at_ms)
        case facts.PickUpAsked(plan, at_ms) if isinstance(plan, StationPlan):
            return _picked_up(call, plan, at_ms)
        case _:
            return call, []


def connect(call: Call, at_ms: int) -> Step:
    """Call whom the origin wants."""
    assert isinstance(call.plan, TrunkPlan | StationPlan)
    return attempts.bring(call, Purpose.CONNECT, call.plan, at_ms, by=call.origin_leg)


def reach(call: Call, agent_leg: LegId, at_ms: int) -> Step:
    """Call a customer back for the agent who has answered."""
    leg = call.leg_of(agent_leg)
    assert leg is not None
    call = replace(call, phase=Phase.DIALLING, origin_leg=agent_leg, extension=leg.extension, site_id=leg.site_id)
    return connect(call, at_ms)


def _picked_up(call: Call, plan: StationPlan, at_ms: int) -> Step:
    """Ring another station in place of the one that rings; who waits for a trunk is nobody's to pick up."""
    ringing = next((each for each in call.attempts if each.purpose is Purpose.CONNECT), None)
    if ringing is None or not isinstance(ringing.plan, StationPlan):
        return call, []
    call, stopped = attempts.given_up(call, ringing, closing.GIVEN_UP)
    # What the first plan said of the recording holds for whoever picks up.
    records = replace(plan, records=ringing.plan.records)
    call, rung = attempts.bring(replace(call, plan=records), Purpose.CONNECT, records, at_ms, by=call.origin_leg)
    return call, [*rung, *stopped]


def _answered(call: Call, leg_id: LegId, at_ms: int) -> Step:
    attempt = call.attempt_of(leg_id)
    if attempt is None:
        # Somebody else has picked the call up.
        return call, [orders.HangUp(leg_id, closing.NORMAL)]
    call = attempts.without(call, attempt)
    if call.lead is not None and call.lead.agent is None and attempt.purpose is Purpose.CONNECT:
        return outreach.answered(call, leg_id, at_ms)
    return connect(call, at_ms) if attempt.purpose is Purpose.SEAT else talk(call, leg_id, at_ms)


def talk(call: Call, far_leg: LegId, at_ms: int) -> Step:
    """Let the origin and who was brought to it talk, recorded where that is the rule."""
    call, given = attempts.answer_origin(call, at_ms)
    # Who is put through again has been answered before.
    milestone = orders.Milestone.ANSWERED if call.answered_ms is None else orders.Milestone.CHANGED
    given = [*given, orders.Announce(milestone)]
    recorded = call.served_leg
    if recorded is not None and call.plan is not None and call.plan.records and call.recording_id is None:
        recording_id = RecordingId(f"{call.call_id}-r1")
        call = replace(call, recording_id=recording_id)
        # Before the legs hear each other, or the first word is lost.
        given.insert(0, orders.StartRecording(recording_id, recorded.leg_id))
    far = call.leg_of(far_leg)
    to_agent = call.direction is Direction.INBOUND or (call.lead is not None and call.lead.agent is None)
    if to_agent and far is not None:
        call = replace(call, extension=far.extension, site_id=far.site_id)
    if call.call_back is not None and call.answered_ms is None:
        given.append(orders.EndCallBack(reached=True))
    call = replace(call, phase=Phase.TALKING, answered_ms=call.answered_ms or at_ms)
    longest = call.plan.limits.longest_call_minutes if isinstance(call.plan, TrunkPlan) else None
    if longest is None or any(timer.name is TimerName.LONGEST_CALL for timer in call.timers):
        # Who is put through again has no new time for it.
        return call, given
    call, timer = timers.start(call, TimerName.LONGEST_CALL, at_ms + longest * MINUTE_MS)
    return call, [*given, *timer]


def _hung_up(call: Call, leg_id: LegId, at_ms: int) -> Step:
    attempt = call.attempt_of(leg_id)
    if attempt is None:
        return closing.end(call, Ending.ABANDONED, at_ms, by=leg_id) if leg_id == call.origin_leg else (call, [])
    next_trunk = attempts.failed(call, attempt, at_ms)
    return next_trunk or _not_reached(call, attempt, at_ms)


def _not_reached(call: Call, attempt: Attempt, at_ms: int) -> Step:
    leg = call.leg_of(attempt.leg_id)
    assert leg is not None
    code = attempts.code_of(leg)
    ending = ending_of(code)
    unreached = ending in (Ending.NUMBER_INVALID, Ending.UPSTREAM_FAILED)
    # 480 is what a phone says that nobody picks up, and what the edge says of one that is not there.
    never_rang = ending is Ending.NO_ANSWER and leg.ringing_ms is None
    if leg.role is not LegRole.CUSTOMER and (unreached or never_rang):
        return closing.end(call, Ending.STATION_UNREACHABLE, at_ms)
    by = leg.leg_id if ending in (Ending.BUSY, Ending.REJECTED) else None
    return closing.end(call, ending, at_ms, told=response_for(ending, code), by=by)
