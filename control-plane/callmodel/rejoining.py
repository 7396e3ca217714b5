"""A phone that has forgotten its call and is rung for it anew, as after a reload of the page that it was.

A dialog can not be taken up by a page that does not know it (RFC 3261, 12), so the party gets another leg.  The one
that was forgotten stays until that is answered: should nobody come, the call is what it was before.
"""

from callmodel import attempts, closing, consulting, facts, orders
from callmodel.callstate import Attempt, Call, Purpose
from callmodel.rooms import Mode
from callmodel.routing import StationPlan

Step = attempts.Step


def ask(call: Call, fact: facts.RejoinAsked) -> Step:
    """Ring the party's station: who is left alone hears music until it answers.

    A consult of its is over: all talk when it is back.  While it hands the call over it has no need to come back.
    """
    left = call.leg_of(fact.leg_id)
    if left is None or not left.is_answered or left.leaving or not isinstance(fact.plan, StationPlan):
        return call, []
    if any(attempt.by == left.leg_id for attempt in call.attempts):
        return call, []
    if call.consult is not None and left.leg_id in (call.consult.by, call.consult.consulted):
        call = consulting.all_talk(call)
    if left.mode.takes_part:
        call = call.with_leg(left.leg_id, mode=Mode.HOLDING)
    return attempts.bring(call, Purpose.REJOIN, fact.plan, fact.at_ms, by=left.leg_id, mode=left.mode, to=left.to)


def done(call: Call, attempt: Attempt) -> Step:
    """The party is back: what its phone has forgotten is let go."""
    left = call.leg_of(attempt.by)
    if left is None or not left.is_live:
        return call, []
    return call.with_leg(left.leg_id, leaving=True), [orders.HangUp(left.leg_id, closing.NORMAL)]


def given_up(call: Call, attempt: Attempt) -> Call:
    """Return the call as it was before: the phone did not answer, and may be asked again."""
    left = call.leg_of(attempt.by)
    return call if left is None or not left.is_live else call.with_leg(left.leg_id, mode=attempt.mode)
