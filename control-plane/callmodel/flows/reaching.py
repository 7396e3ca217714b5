"""Nodes that connect the caller with a person: one after the other is rung, or one number is called.

Whoever is outside presses 1 first, unless the flow says otherwise: a mobile's voicemail never takes a customer.
"""

from dataclasses import replace

from callmodel import attempts, closing, dialling, facts, orders, timers
from callmodel.callstate import Attempt, Call, Purpose, TimerName
from callmodel.endings import Ending
from callmodel.flows.nodes import RingNode, RingStep, Said, Texts, TransferNode
from callmodel.flows.stage import (
    Turn,
    asked,
    fill,
    hush,
    is_due,
    is_reached,
    is_said,
    name_of,
    plan_of,
    prompts_of,
    say_first,
    visit_of,
    wait,
    with_visit,
)
from callmodel.flows.visit import Doing
from callmodel.ids import LegId
from callmodel.routing import Plan, Refusal, TrunkPlan

Reaching = RingNode | TransferNode

ACCEPT_KEY = "1"
ACCEPT_SECONDS = 15
FIND_MS = 2000
NO_ANSWER = Ending.NO_ANSWER.value
RING_GUARD_SECONDS = 30
"""How much longer than it was told to a switch may let somebody ring: each trunk takes its time to say no."""
ACCEPT: tuple[Said, ...] = (
    Texts({"en": "There is a call for you. Press 1 to take it.", "zh-CN": "有来电转接给您，请按1接听。"}),
)


def enter(call: Call, node: Reaching, at_ms: int) -> Turn:
    """Say what comes first, then look for the first who is to be rung."""
    call = with_visit(call, step=0, after=node.after)
    return say_first(call, node.prompts, at_ms) or _try(call, node, 0, at_ms)


def hear(call: Call, node: Reaching, fact: facts.Fact) -> Turn:
    """Go on from one to the next until somebody takes the call, or nobody does."""
    step = visit_of(call).step
    if is_said(call, fact):
        return _try(call, node, 0, fact.at_ms)
    if is_due(call, fact):
        saying = visit_of(call).doing is Doing.SAYING
        return _try(call, node, 0, fact.at_ms).after(*hush(call)) if saying else _next(call, node, fact.at_ms)
    match fact:
        case facts.WayFound(target, plan, at_ms) if visit_of(call).doing is Doing.FINDING:
            return _bring(call, node, plan, at_ms) if target == _target(call, node, step) else Turn(call)
        case facts.TrunkRefused(leg_id, _, at_ms) if attempts.claiming(call, leg_id):
            return _next(call, node, at_ms)
        case facts.SpendStopped(at_ms) if call.attempts:
            return _next(call, node, at_ms)
        case facts.LegRang(leg_id) if call.attempt_of(leg_id):
            return Turn(call, (orders.Announce(orders.Milestone.RINGING),))
        case facts.LegAnswered(leg_id, at_ms) if attempt := call.attempt_of(leg_id):
            return _answered(call, node, attempt, at_ms)
        case facts.LegHungUp(leg_id, _, at_ms) if attempt := call.attempt_of(leg_id):
            again = attempts.failed(call, attempt, at_ms)
            return Turn(again[0], tuple(again[1])) if again is not None else _next(call, node, at_ms)
        case facts.DigitPressed() | facts.Played() if visit_of(call).doing is Doing.CONFIRMING:
            return _confirming(call, node, fact)
        case _:
            return Turn(call)


def given_up(call: Call) -> attempts.Step:
    """Stop ringing whoever is being rung."""
    given: list[orders.Order] = []
    for attempt in call.attempts:
        leg = call.leg_of(attempt.leg_id)
        if leg is not None:
            answered = leg.is_live and leg.is_answered
            call, freed = (call, []) if leg.is_live else attempts.freed_trunk(call, leg)
            call = call.with_leg(leg.leg_id, leaving=True) if answered else call
            given += freed
        code = closing.NORMAL if leg is not None and leg.is_answered else closing.GIVEN_UP
        call, stopped = attempts.given_up(call, attempt, code)
        given += stopped
    return call, given


def _steps_of(node: Reaching) -> tuple[RingStep, ...]:
    return node.steps if isinstance(node, RingNode) else (RingStep(node.to, node.seconds, confirm=False),)


def _target(call: Call, node: Reaching, step: int) -> str:
    return fill(call, _steps_of(node)[step].to)


def _try(call: Call, node: Reaching, first: int, at_ms: int) -> Turn:
    """Look for the first of the steps from `first` on that is there now."""
    for number, step in enumerate(_steps_of(node)):
        there = number >= first and is_reached(call, step.calendar_id, at_ms, wanted=step.open)
        if there and (target := fill(call, step.to)):
            call = with_visit(call, step=number, doing=Doing.FINDING)
            return wait(call, FIND_MS, at_ms).after(orders.FindWay(target))
    return Turn(with_visit(call, missed=NO_ANSWER), goto=node.otherwise)


def _next(call: Call, node: Reaching, at_ms: int) -> Turn:
    call, stopped = given_up(call)
    return _try(call, node, visit_of(call).step + 1, at_ms).after(*stopped)


def _bring(call: Call, node: Reaching, plan: Plan, at_ms: int) -> Turn:
    if isinstance(plan, Refusal) or (isinstance(plan, TrunkPlan) and plan.is_emergency):
        # No flow calls for help: nobody would know where.
        return _next(call, node, at_ms)
    seconds = _steps_of(node)[visit_of(call).step].seconds
    rung = replace(plan, ring_timeout_seconds=seconds)
    if isinstance(rung, TrunkPlan) and plan_of(call).vip is not None:
        # Channels that are kept for VIPs are kept for whoever is rung for one, too.
        rung = replace(rung, tenant_max_channels=plan_of(call).max_channels)
    call, given = attempts.bring(
        with_visit(call, doing=Doing.RINGING), Purpose.REACH, rung, at_ms, by=call.origin_leg
    )
    return wait(call, (seconds + RING_GUARD_SECONDS) * 1000, at_ms).after(*given)


def _answered(call: Call, node: Reaching, attempt: Attempt, at_ms: int) -> Turn:
    step = _steps_of(node)[visit_of(call).step]
    confirms = isinstance(attempt.plan, TrunkPlan) if step.confirm is None else step.confirm
    if not confirms:
        return _talk(call, attempt, at_ms)
    turn = _ask_to_accept(call, node, attempt.leg_id)
    return wait(turn.call, ACCEPT_SECONDS * 1000, at_ms).after(*turn.given)


def _ask_to_accept(call: Call, node: Reaching, leg_id: LegId) -> Turn:
    said = node.accept if isinstance(node, RingNode) and node.accept else ACCEPT
    call, play_id = asked(call, Doing.CONFIRMING)
    return Turn(call, (orders.Play(leg_id, play_id, prompts_of(call, said), call.language),))


def _confirming(call: Call, node: Reaching, fact: facts.DigitPressed | facts.Played) -> Turn:
    attempt = call.attempt_of(fact.leg_id)
    if attempt is None:
        return Turn(call)
    play_id = name_of(call, visit_of(call).asked)
    match fact:
        case facts.Played(failed=False) if fact.play_id == play_id:
            return _ask_to_accept(call, node, attempt.leg_id)
        case facts.DigitPressed(leg_id, digit, at_ms) if digit == ACCEPT_KEY:
            return _talk(call, attempt, at_ms).after(orders.StopPlaying(leg_id, play_id))
        case facts.DigitPressed(at_ms=at_ms):
            return _next(call, node, at_ms)
        case _:
            return Turn(call)


def _talk(call: Call, attempt: Attempt, at_ms: int) -> Turn:
    call = timers.stop(attempts.without(call, attempt), TimerName.FLOW)
    call, given = dialling.talk(with_visit(call, doing=None), attempt.leg_id, at_ms)
    return Turn(call, tuple(given))
