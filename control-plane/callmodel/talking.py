"""The phase in which parties talk: it goes on while two of them take part, or one waits for somebody on the way."""

from collections.abc import Sequence
from dataclasses import replace

from callmodel import attempts, closing, consulting, facts, flowing, linking, orders, rejoining, timers, waiting
from callmodel.callstate import Attempt, Call, Leg, LegRole, Purpose
from callmodel.endings import Ending, ending_of, sip_code_of
from callmodel.ids import LegId, QueueId
from callmodel.rooms import Mode
from callmodel.routing import LinkPlan, Plan, Refusal

Step = attempts.Step

MOST_PARTIES = 32


def advance(call: Call, fact: facts.Fact) -> Step:
    """Let parties come, go, and change what they do."""
    match fact:
        case facts.LegAnswered(leg_id):
            return _answered(call, leg_id)
        case facts.LegHungUp(leg_id, _, at_ms, silent):
            attempt = call.attempt_of(leg_id)
            if attempt is not None:
                return _not_reached(call, attempt, at_ms)
            return _left(call, leg_id, at_ms, silent=silent)
        case facts.TrunkGranted():
            return attempts.granted(call, fact)
        case facts.TrunkRefused(leg_id, ending, at_ms) if attempt := attempts.claiming(call, leg_id):
            return _failed(call, attempt, ending, at_ms)
        case facts.TimerFired(name, at_ms):
            rung = timers.gone_off(call, name, at_ms)
            return (call, []) if rung is None else closing.end(rung, Ending.TOO_LONG, at_ms)
        case _:
            return _asked(call, fact)


def _asked(call: Call, fact: facts.Fact) -> Step:
    """Do what people ask for."""
    match fact:
        case facts.TransferAsked(plan, by, at_ms, referred):
            return _bring(call, Purpose.TRANSFER, plan, by, at_ms, referred=referred)
        case facts.LinkAsked():
            return linking.take_in(call, fact, MOST_PARTIES)
        case facts.LinkNamed():
            return linking.introduced(call, fact), []
        case facts.QueueAsked(queue_id, by, at_ms, priority):
            return _to_queue(call, queue_id, by, at_ms, priority)
        case facts.ConsultAsked(plan, by, at_ms):
            step = _bring(call, Purpose.CONSULT, plan, by, at_ms)
            return (consulting.hold_others(step[0], by), step[1]) if step[0] is not call else step
        case facts.JoinAsked(plan, by, at_ms):
            return _bring(call, Purpose.JOIN, plan, by, at_ms)
        case facts.SuperviseAsked(plan, mode, to, at_ms):
            return _supervise(call, plan, mode, to, at_ms)
        case facts.RejoinAsked():
            return rejoining.ask(call, fact)
        case facts.ConsultTurned(turn, at_ms):
            return consulting.turn(call, turn, at_ms)
        case facts.ModeAsked(leg_id, mode, _, to):
            return _change_mode(call, leg_id, mode, to)
        case facts.ReleaseAsked(leg_id):
            leg = call.leg_of(leg_id)
            if leg is None or not leg.is_live:
                return call, []
            return call.with_leg(leg_id, leaving=True), [orders.HangUp(leg_id, closing.NORMAL)]
        case facts.RecordingPauseAsked(paused) if call.recording_id and paused is not call.recording_paused:
            recorded = call.served_leg
            assert recorded is not None
            return replace(call, recording_paused=paused), [orders.PauseRecording(recorded.leg_id, paused)]
        case _:
            return call, []


def _bring(
    call: Call, purpose: Purpose, plan: Plan | LinkPlan, by: LegId, at_ms: int, *, referred: bool = False
) -> Step:
    """Ring the target while the others stay: a customer whose transfer fails is still talking to somebody."""
    asker = call.leg_of(by)
    is_party = asker is not None and asker.is_answered and asker.mode is Mode.TALKING
    if referred and asker is not None and _is_heard(call, asker):
        return call, []
    refusal = plan.ending if isinstance(plan, Refusal) else None
    busy = call.consult is not None or _is_handing_over(call, purpose) or _is_full(call)
    if isinstance(plan, Refusal) or not is_party or busy:
        told = sip_code_of(refusal or Ending.REJECTED)
        return call, [orders.ReportTransfer(by, told)] if referred else []
    return attempts.bring(call, purpose, plan, at_ms, by=by, referred=referred)


def _to_queue(call: Call, queue_id: QueueId, by: LegId, at_ms: int, priority: int) -> Step:
    """Get the customer in line, and let the asker go; where others talk too, the customer has no need of one."""
    customer = call.customer_leg
    if customer is None or {leg.leg_id for leg in call.present} != {customer.leg_id, by} or call.attempts:
        return call, []
    asker = call.leg_of(by)
    call = replace(call.with_leg(by, leaving=True), transferred_by=asker.extension if asker is not None else None)
    call, given = waiting.enter(call, queue_id, at_ms, priority=priority)
    # Whoever attended has nobody left to attend.
    going = [leg.leg_id for leg in call.live_legs if leg.leg_id not in (by, customer.leg_id)]
    return call, [*given, *(orders.HangUp(leg_id, closing.NORMAL) for leg_id in (by, *going))]


def _is_heard(call: Call, asker: Leg) -> bool:
    """Say whether a phone's transfer is under way or done: the switch tells of it again as the leg is moved."""
    return asker.leaving or any(each.referred and each.by == asker.leg_id for each in call.attempts)


def _is_handing_over(call: Call, purpose: Purpose) -> bool:
    """Say whether somebody is on the way already whom another hand-over would get in the way of."""
    one_at_a_time = (Purpose.TRANSFER, Purpose.CONSULT)
    return purpose in one_at_a_time and any(each.purpose in one_at_a_time for each in call.attempts)


def _is_full(call: Call) -> bool:
    return len(call.live_legs) + len(call.attempts) >= MOST_PARTIES


def _supervise(call: Call, plan: Plan, mode: Mode, to: LegId, at_ms: int) -> Step:
    attended = call.leg_of(to)
    if isinstance(plan, Refusal) or attended is None or not attended.is_answered or _is_full(call):
        return call, []
    return attempts.bring(call, Purpose.SUPERVISE, plan, at_ms, mode=mode, to=to)


def _answered(call: Call, leg_id: LegId) -> Step:
    attempt = call.attempt_of(leg_id)
    if attempt is None:
        # Nobody waits for them any more: they picked up as they were given up.
        return call.with_leg(leg_id, leaving=True), [orders.HangUp(leg_id, closing.NORMAL)]
    call = attempts.without(call, attempt)
    by = call.leg_of(attempt.by)
    if attempt.purpose is Purpose.CONSULT and by is not None and by.is_answered:
        return consulting.begin(call, by.leg_id, leg_id), []
    if attempt.purpose is Purpose.REJOIN:
        return rejoining.done(call, attempt)
    if attempt.purpose is not Purpose.TRANSFER:
        return call, []
    reports: list[orders.Order] = []
    if by is not None and by.is_answered:
        reports = [orders.ReportTransfer(by.leg_id, closing.NORMAL)] if attempt.referred else []
        reports.append(orders.HangUp(by.leg_id, closing.NORMAL))
        # Out of the room at once: the others talk before its phone has said goodbye.
        call = consulting.leave(call, by.leg_id)
    return call, reports


def _left(call: Call, leg_id: LegId, at_ms: int, *, silent: bool) -> Step:
    """Somebody who took part is gone."""
    leg = call.leg_of(leg_id)
    assert leg is not None
    call, freed = attempts.freed_trunk(call, leg)
    call = consulting.without(call, leg_id)
    pointless = [attempt for attempt in call.attempts if _is_pointless(call, attempt)]
    if _is_over(call, [attempt for attempt in call.attempts if attempt not in pointless]):
        if not silent and leg_id != call.origin_leg and (asked := flowing.after_talk(call, at_ms)) is not None:
            return asked[0], [*asked[1], *freed]
        ending = Ending.MEDIA_TIMEOUT if silent else Ending.COMPLETED
        call, goodbyes = closing.end(call, ending, at_ms, by=None if silent else leg_id)
        return call, [*goodbyes, *freed]
    given: list[orders.Order] = []
    for attempt in pointless:
        call, stopped = attempts.given_up(call, attempt, closing.GIVEN_UP)
        given += [*stopped, *_reported(attempt, closing.GIVEN_UP)]
    return call, [*given, *freed]


def _is_pointless(call: Call, attempt: Attempt) -> bool:
    """Say whether nobody is left who was to be handed over to whoever is on the way."""
    return attempt.is_awaited and all(leg.leg_id == attempt.by for leg in call.present)


def _is_over(call: Call, awaited: Sequence[Attempt]) -> bool:
    """Say whether fewer than two take part, and nobody waits for one who is on the way."""
    waits = any(attempt.is_awaited for attempt in awaited)
    return len(call.present) < (1 if waits else 2)


def _not_reached(call: Call, attempt: Attempt, at_ms: int) -> Step:
    next_trunk = attempts.failed(call, attempt, at_ms)
    if next_trunk is not None:
        return next_trunk
    leg = call.leg_of(attempt.leg_id)
    assert leg is not None
    call, freed = attempts.freed_trunk(call, leg)
    call, given = _failed(call, attempt, ending_of(attempts.code_of(leg)), at_ms)
    return call, [*given, *freed]


def _failed(call: Call, attempt: Attempt, ending: Ending, at_ms: int) -> Step:
    """Nobody comes: whoever held talks to the asker again, and a phone that asked by REFER hears why."""
    call = attempts.without(call, attempt)
    if attempt.purpose is Purpose.CONSULT:
        call = consulting.all_talk(call)
    if attempt.purpose is Purpose.REJOIN:
        call = rejoining.given_up(call, attempt)
    given = _reported(attempt, sip_code_of(ending))
    if _is_over(call, call.attempts):
        call, goodbyes = closing.end(call, Ending.COMPLETED, at_ms)
        given += goodbyes
    return call, given


def _reported(attempt: Attempt, sip_code: int) -> list[orders.Order]:
    return [orders.ReportTransfer(attempt.by, sip_code)] if attempt.referred and attempt.by is not None else []


def _change_mode(call: Call, leg_id: LegId, mode: Mode, to: LegId | None) -> Step:
    leg = call.leg_of(leg_id)
    if leg is None or leg.role is not LegRole.SUPERVISOR or not leg.is_answered:
        return call, []
    return call.with_leg(leg_id, mode=mode, to=to or leg.to), []
