"""The phase in which a call ends: its ending decided, every leg let go, and the CDR announced after the last."""

from dataclasses import replace

from callmodel import attempts, facts, line, orders
from callmodel.callstate import Call, Leg, Phase
from callmodel.endings import Ending, sip_code_of
from callmodel.ids import LegId

Step = attempts.Step

NORMAL = sip_code_of(Ending.COMPLETED)
GIVEN_UP = sip_code_of(Ending.ABANDONED)


def advance(call: Call, fact: facts.Fact) -> Step:
    """Wait for the last leg, and let go whoever answers meanwhile."""
    match fact:
        case facts.LegAnswered(leg_id):
            # They picked up just as the call ended.  Nobody is there.
            return call, [orders.HangUp(leg_id, NORMAL)]
        case facts.LegHungUp(at_ms=at_ms) | facts.NodeLost(at_ms):
            return _close(call, [], at_ms)
        case _:
            return call, []


def end(call: Call, ending: Ending, at_ms: int, *, told: int | None = None, by: LegId | None = None) -> Step:
    """Decide the ending, let every live leg go, and close at once where there is none.

    told: the response for an origin that was not answered, where the ending's own is not to the point.
    by: the leg whose hanging up decided it.
    """
    response = told or sip_code_of(ending)
    reports: list[orders.Order] = [
        orders.ReportTransfer(each.by, GIVEN_UP) for each in call.attempts if each.referred and each.by
    ]
    if call.call_back is not None and call.answered_ms is None:
        reports.append(orders.EndCallBack(reached=False))
    call, out_of_line = line.left(call, at_ms, keeps_place=ending is Ending.NODE_LOST, abandoned=True)
    decided = replace(
        call,
        phase=Phase.ENDING,
        ending=ending,
        ended_ms=at_ms,
        attempts=(),
        consult=None,
        hung_up_by=by,
        playing=None,
        visit=call.visit and call.visit.forgetting(),
    )
    goodbyes = [orders.HangUp(leg.leg_id, _told(leg, call, response)) for leg in call.live_legs]
    return _close(decided, [*reports, *goodbyes, *out_of_line], at_ms)


def ending_now(call: Call) -> Ending:
    """Return how a call ends that somebody ends at this moment."""
    return Ending.COMPLETED if call.answered_ms is not None else Ending.ABANDONED


def _close(call: Call, given: list[orders.Order], at_ms: int) -> Step:
    """Write the CDR once the last leg is gone, so that every leg's end is in it."""
    if call.live_legs:
        return call, given
    call, out_of_line = line.left(call, at_ms)
    given = [*given, *out_of_line]
    for leg in call.legs:
        call, freed = attempts.freed_trunk(call, leg)
        given = [*given, *freed]
    closed = replace(call, phase=Phase.ENDED, ended_ms=call.ended_ms or at_ms)
    return closed, [*given, orders.Announce(orders.Milestone.ENDED)]


def _told(leg: Leg, call: Call, response: int) -> int:
    """Return what a leg is told: an unanswered origin the response; a phone still ringing, that we gave up."""
    if leg.is_answered:
        return NORMAL
    return response if leg.leg_id == call.origin_leg else GIVEN_UP
