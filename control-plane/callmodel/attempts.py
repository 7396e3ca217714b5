"""Bringing somebody to a call: claim a trunk or ring a station, try the next trunk, give up."""

from dataclasses import replace

from callmodel import facts, legs, orders
from callmodel.callstate import Attempt, Call, Direction, Leg, LegRole, LegState, Purpose
from callmodel.endings import is_trunk_failure
from callmodel.ids import LegId
from callmodel.links import Link
from callmodel.privacy import mask_number
from callmodel.prompts import Prompt
from callmodel.rooms import Mode
from callmodel.routing import LinkPlan, StationPlan, TrunkPlan

Step = tuple[Call, list[orders.Order]]

UNREACHED = 480
"""What a leg that ended without a response is taken to have said."""
_OUTSIDE_ROLES = {Purpose.CONNECT: LegRole.CUSTOMER, Purpose.SUPERVISE: LegRole.SUPERVISOR}


def bring(
    call: Call,
    purpose: Purpose,
    plan: TrunkPlan | StationPlan | LinkPlan,
    at_ms: int,
    *,
    by: LegId | None = None,
    referred: bool = False,
    mode: Mode = Mode.TALKING,
    to: LegId | None = None,
) -> Step:
    """Return the call with somebody on the way to it."""
    call, leg_id = _name_leg(call)
    attempt = Attempt(purpose, plan, leg_id, leg_id, by, referred, mode, to)
    call = replace(call, attempts=(*call.attempts, attempt))
    if isinstance(plan, TrunkPlan):
        return call, [_claim(call, attempt, plan)]
    if isinstance(plan, LinkPlan):
        return _ask_for(call, attempt, plan, at_ms)
    leg = Leg(
        leg_id,
        _role_at_station(call, purpose, by),
        LegState.DIALLING,
        at_ms,
        extension=plan.extension,
        site_id=plan.site_id,
        station_tenant_id=plan.tenant_id,
        mode=mode,
        to=to,
    )
    shown = _shown(call, attempt)
    # A customer who was called and has answered does not wait for somebody to reach for the receiver, who dials a
    # lead has said so by the click, and somebody's page was loaded anew in the middle of a word.
    of_lead = purpose in (Purpose.OFFER, Purpose.SEAT) and call.lead is not None
    answers = of_lead or purpose is Purpose.REJOIN
    order = orders.DialStation(
        leg_id, plan.extension, plan.site_id, shown, plan.ring_timeout_seconds, plan.tenant_id, answers
    )
    return replace(call, legs=(*call.legs, leg)), [order]


def _ask_for(call: Call, attempt: Attempt, plan: LinkPlan, at_ms: int) -> Step:
    """Ask for another call of the phone's that hands over."""
    by = call.leg_of(attempt.by)
    assert by is not None and by.extension is not None, "only a station has another call"
    comes = legs.party_beside(call, by.leg_id)
    link = Link(call.node_id, attempt.leg_id, by.extension, plan.dialog, by.station_tenant_id, comes)
    leg = Leg(attempt.leg_id, LegRole.LINK, LegState.DIALLING, at_ms)
    order = orders.DialLink(attempt.leg_id, link, plan.ring_timeout_seconds)
    return replace(call, legs=(*call.legs, leg)), [order]


def granted(call: Call, fact: facts.TrunkGranted) -> Step:
    """Dial by the trunk that was claimed, or give it back where nobody waits for it any more."""
    attempt = call.attempt_of(fact.leg_id)
    plan = attempt.plan if attempt is not None else None
    offer = None
    if isinstance(plan, TrunkPlan):
        offer = next((offer for offer in plan.offers if offer.trunk_id == fact.trunk_id), None)
    leg = call.leg_of(fact.leg_id)
    if leg is not None and leg.trunk_id == fact.trunk_id:
        # Told twice: the leg has it.
        return call, []
    if attempt is None or not isinstance(plan, TrunkPlan) or offer is None or leg is not None:
        return call, [orders.ReleaseTrunk(fact.leg_id, fact.trunk_id)]
    shown = offer.caller_pool[fact.rotation % len(offer.caller_pool)]
    leg = Leg(
        fact.leg_id,
        _OUTSIDE_ROLES.get(attempt.purpose, LegRole.OUTSIDE),
        LegState.DIALLING,
        fact.at_ms,
        number=plan.number,
        trunk_id=offer.trunk_id,
        trunk_held=True,
        caller_number=shown,
        cost_class=offer.cost_class,
        cost_per_minute=offer.cost_per_minute,
        mode=attempt.mode,
        to=attempt.to,
    )
    left = replace(plan, offers=tuple(each for each in plan.offers if each is not offer))
    call = _with_attempt(replace(call, legs=(*call.legs, leg)), attempt, replace(attempt, plan=left))
    if attempt.purpose is Purpose.CONNECT:
        call = replace(call, caller_number=shown)
    seconds = plan.ring_timeout_seconds
    return call, [orders.DialTrunk(leg.leg_id, plan.number, offer.trunk_id, shown, seconds, offer.dtmf)]


def answer_origin(call: Call, at_ms: int) -> Step:
    """Take up the call of whoever rang us, if that has not been done."""
    origin = call.leg_of(call.origin_leg)
    if origin is None or origin.is_answered or not origin.is_live:
        return call, []
    return legs.answered(call, origin.leg_id, at_ms), [orders.Answer(origin.leg_id)]


def play(call: Call, leg_id: LegId, mark: str, prompts: tuple[Prompt, ...]) -> Step:
    """Play to who is served, outside of a flow.  mark: of the phase, before the number that names what is played."""
    play_id = f"{mark}{call.plays + 1}"
    call = replace(call, playing=play_id, plays=call.plays + 1)
    return call, [orders.Play(leg_id, play_id, prompts, call.language)]


def claiming(call: Call, leg_id: LegId) -> Attempt | None:
    """Return the attempt that waits for a trunk under a leg's name, None once that leg is dialled."""
    return call.attempt_of(leg_id) if call.leg_of(leg_id) is None else None


def failed(call: Call, attempt: Attempt, at_ms: int) -> Step | None:
    """Return what follows from the end of an attempt's leg that nobody answered: the next trunk.

    None where there is none, or where no other trunk would do better.
    """
    leg = call.leg_of(attempt.leg_id)
    code = code_of(leg)
    plan = attempt.plan
    if leg is None or not isinstance(plan, TrunkPlan) or not plan.offers:
        return None
    # Who sends help is never busy: whatever a carrier says of it, another may do better.
    if not (is_trunk_failure(code) or plan.is_emergency):
        return None
    call, freed = freed_trunk(call, leg)
    call, leg_id = _name_leg(call)
    again = replace(attempt, leg_id=leg_id)
    return _with_attempt(call, attempt, again), [*freed, _claim(call, again, plan)]


def code_of(leg: Leg | None) -> int:
    """Return the response that ended an unanswered leg."""
    return (leg.sip_code if leg is not None else None) or UNREACHED


def freed_trunk(call: Call, leg: Leg) -> Step:
    """Give back the trunk channel that a leg holds, if it holds one."""
    if not leg.trunk_held or leg.trunk_id is None:
        return call, []
    return call.with_leg(leg.leg_id, trunk_held=False), [orders.ReleaseTrunk(leg.leg_id, leg.trunk_id)]


def without(call: Call, attempt: Attempt) -> Call:
    """Return the call with an attempt at its end, one way or the other."""
    return replace(call, attempts=tuple(each for each in call.attempts if each is not attempt))


def given_up(call: Call, attempt: Attempt, sip_code: int) -> Step:
    """Return the call with nobody on the way any more; whoever is being rung is told to stop."""
    leg = call.leg_of(attempt.leg_id)
    stop: list[orders.Order] = []
    if leg is not None and leg.is_live:
        stop.append(orders.HangUp(leg.leg_id, sip_code))
    return without(call, attempt), stop


def _name_leg(call: Call) -> tuple[Call, LegId]:
    # A leg's id follows from its call's, so that an order given twice makes one leg.
    number = max(call.legs_named, len(call.legs)) + 1
    return replace(call, legs_named=number), LegId(f"{call.call_id}-{number}")


def _with_attempt(call: Call, old: Attempt, new: Attempt) -> Call:
    return replace(call, attempts=tuple(new if each is old else each for each in call.attempts))


def _claim(call: Call, attempt: Attempt, plan: TrunkPlan) -> orders.Order:
    by = call.leg_of(attempt.by)
    extension = (by.extension if by is not None else None) or call.extension
    return orders.ClaimTrunk(
        attempt.leg_id,
        attempt.first_leg,
        plan.offers,
        plan.tenant_max_channels,
        plan.limits,
        extension,
        call.started_ms,
        emergency=plan.is_emergency,
        asked=plan.asked if _is_by_hand(call, attempt) else None,
    )


def _is_by_hand(call: Call, attempt: Attempt) -> bool:
    """Say whether a person chose the number that is dialled."""
    if attempt.purpose is Purpose.REACH or call.lead is not None:
        return False
    return attempt.purpose is not Purpose.CONNECT or (call.direction is Direction.OUTBOUND and call.call_back is None)


def _role_at_station(call: Call, purpose: Purpose, by: LegId | None) -> LegRole:
    before = call.leg_of(by) if purpose is Purpose.REJOIN else None
    if before is not None:
        return before.role
    if purpose is Purpose.SUPERVISE:
        return LegRole.SUPERVISOR
    takes_customer = purpose in (Purpose.TRANSFER, Purpose.REACH) and call.customer_leg is not None
    answers = purpose is Purpose.OFFER or (purpose is Purpose.CONNECT and _is_inbound(call))
    if purpose is Purpose.SEAT or takes_customer or answers:
        return LegRole.AGENT
    return LegRole.COLLEAGUE


def _shown(call: Call, attempt: Attempt) -> str:
    """Return what the station's display says: of a customer a masked number, else the colleague who calls."""
    if attempt.purpose is Purpose.SEAT or (call.call_back is not None and call.customer_leg is None):
        return mask_number(call.dialled)
    if call.customer_leg is not None and attempt.purpose is not Purpose.CONSULT:
        return mask_number(call.number) if call.number is not None and not call.withheld else "anonymous"
    by = call.leg_of(attempt.by)
    return (by.extension if by is not None else None) or call.extension or ""


def _is_inbound(call: Call) -> bool:
    return call.direction is Direction.INBOUND
