"""A consult within a call: one party speaks with somebody while the others hold, until it is done or given up."""

from dataclasses import replace

from callmodel import attempts, closing, facts, orders
from callmodel.callstate import Attempt, Call, Consult, Purpose
from callmodel.ids import LegId
from callmodel.rooms import Mode

Step = attempts.Step


def hold_others(call: Call, by: LegId) -> Call:
    """Let everybody but the party that consults hold."""
    for leg in call.present:
        if leg.leg_id != by:
            call = call.with_leg(leg.leg_id, mode=Mode.HOLDING)
    return call


def begin(call: Call, by: LegId, consulted: LegId) -> Call:
    """Note who consults whom, now that they talk."""
    return replace(call, consult=Consult(by, consulted))


def all_talk(call: Call) -> Call:
    """Let everybody talk; the consult, if there was one, is over."""
    for leg in call.present:
        call = call.with_leg(leg.leg_id, mode=Mode.TALKING)
    return replace(call, consult=None)


def leave(call: Call, leg_id: LegId) -> Call:
    """Let a party hand the others over to each other: it takes part no more."""
    leg = call.leg_of(leg_id)
    extension = leg.extension if leg is not None else None
    return replace(all_talk(call.with_leg(leg_id, leaving=True)), transferred_by=extension or call.transferred_by)


def without(call: Call, leg_id: LegId) -> Call:
    """Return the call after a party has hung up: a consult that lost one of its sides is over.

    Whoever consults and hangs up hands over: those who held and the consulted party talk, or wait for it.
    """
    if any(each.by == leg_id and each.purpose in (Purpose.CONSULT, Purpose.TRANSFER) for each in call.attempts):
        return leave(call, leg_id)
    consult = call.consult
    if consult is None:
        return call
    if leg_id == consult.by:
        return leave(call, leg_id)
    kept = [leg for leg in call.present if leg.leg_id not in (consult.by, consult.consulted)]
    return all_talk(call) if leg_id == consult.consulted or not kept else call


def turn(call: Call, step: facts.ConsultStep, at_ms: int) -> Step:
    """Swap, complete, cancel, or make it a conference; what has no consult to go by changes nothing."""
    ringing = next((each for each in call.attempts if each.purpose is Purpose.CONSULT), None)
    if ringing is not None:
        return _turn_while_ringing(call, ringing, step)
    consult = call.consult
    if consult is None:
        return call, []
    match step:
        case facts.ConsultStep.SWAP:
            for leg in call.present:
                if leg.leg_id != consult.by:
                    turned = Mode.TALKING if leg.mode is Mode.HOLDING else Mode.HOLDING
                    call = call.with_leg(leg.leg_id, mode=turned)
            return call, []
        case facts.ConsultStep.COMPLETE:
            return leave(call, consult.by), [orders.HangUp(consult.by, closing.NORMAL)]
        case facts.ConsultStep.CANCEL:
            gone = all_talk(call.with_leg(consult.consulted, leaving=True))
            return gone, [orders.HangUp(consult.consulted, closing.NORMAL)]
        case facts.ConsultStep.CONFERENCE:
            return all_talk(call), []


def _turn_while_ringing(call: Call, ringing: Attempt, step: facts.ConsultStep) -> Step:
    """Before the consulted party has answered: completed it becomes a transfer, of a conference one more."""
    if step is facts.ConsultStep.CANCEL:
        call, stopped = attempts.given_up(call, ringing, closing.GIVEN_UP)
        return all_talk(call), stopped
    purpose = {facts.ConsultStep.COMPLETE: Purpose.TRANSFER, facts.ConsultStep.CONFERENCE: Purpose.JOIN}.get(step)
    if purpose is None:
        return call, []
    changed = replace(ringing, purpose=purpose)
    call = replace(call, attempts=tuple(changed if each is ringing else each for each in call.attempts))
    if purpose is Purpose.TRANSFER and ringing.by is not None:
        return leave(call, ringing.by), [orders.HangUp(ringing.by, closing.NORMAL)]
    return all_talk(call), []
