"""Before a flow's first node: whether the caller is a VIP by the tenant's own system, and whether a channel is free.

Some of a tenant's channels may be kept for VIPs: then each call from outside holds one, and who finds none but those
is treated as the tenant chose.  Nobody is kept waiting for an answer, nor turned away because nobody can count.
"""

from dataclasses import replace

from callmodel import closing, facts, orders
from callmodel.callstate import Call, Direction
from callmodel.endings import Ending
from callmodel.flows.stage import Turn, asked, caller_of, is_asked, is_due, plan_of, visit_of, wait, with_visit
from callmodel.flows.visit import Doing, Visit

GUARD_MS = 1000
"""How much longer than it was told to an answer may take."""
HOLD_MS = 2000
BUSY = 486
ENTERING = (Doing.RECOGNISING, Doing.ENTERING)


def enter(call: Call, at_ms: int) -> Turn:
    """Ask who calls, where the tenant wants that, and is not known already."""
    plan, rules = plan_of(call), plan_of(call).vip_rules
    is_asked_of = call.direction is Direction.INBOUND and call.number is not None and not call.withheld
    if rules.look_up_url is None or plan.vip is not None or not is_asked_of:
        return _hold(call, at_ms)
    call, look_up_id = asked(call, Doing.RECOGNISING)
    order = orders.AskVip(look_up_id, rules.look_up_url, rules.look_up_ms)
    return wait(call, rules.look_up_ms + GUARD_MS, at_ms).after(order)


def hear(call: Call, fact: facts.Fact) -> Turn:
    """Go on with what is told, or without it."""
    doing = visit_of(call).doing
    if is_due(call, fact):
        return _hold(call, fact.at_ms) if doing is Doing.RECOGNISING else _go_in(call)
    match fact:
        case facts.VipTold(look_up_id, vip, at_ms) if is_asked(call, look_up_id, Doing.RECOGNISING):
            return _hold(replace(call, plan=replace(plan_of(call), vip=vip)), at_ms)
        case facts.ChannelHeld(leg_id, _, held, at_ms) if doing is Doing.ENTERING and leg_id == call.origin_leg:
            return _go_in(call.with_leg(leg_id, trunk_held=True)) if held else _turned_away(call, at_ms)
        case _:
            return Turn(call)


def _hold(call: Call, at_ms: int) -> Turn:
    plan, leg = plan_of(call), caller_of(call)
    if not plan.vip_rules.reserved_channels or leg.trunk_id is None or leg.trunk_held:
        return _go_in(call)
    kept = 0 if plan.vip is not None else plan.vip_rules.reserved_channels
    order = orders.HoldChannel(leg.leg_id, leg.trunk_id, max(plan.max_channels - kept, 0))
    return wait(with_visit(call, doing=Doing.ENTERING), HOLD_MS, at_ms).after(order)


def _go_in(call: Call) -> Turn:
    return Turn(call, goto=plan_of(call).flow.start)


def _turned_away(call: Call, at_ms: int) -> Turn:
    plan = plan_of(call)
    if plan.full_flow is None:
        call, given = closing.end(call, Ending.TENANT_CHANNELS_EXHAUSTED, at_ms, told=BUSY)
        return Turn(call, tuple(given))
    languages = plan.full_flow.languages
    language = call.language if call.language in languages else languages[0]
    missed = Ending.TENANT_CHANNELS_EXHAUSTED.value
    visit = Visit(plan.full_flow.start, missed=missed)
    call = replace(call, language=language, visit=visit, plan=replace(plan, flow=plan.full_flow))
    return Turn(call, goto=plan.full_flow.start)
