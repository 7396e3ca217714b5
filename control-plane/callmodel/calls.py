"""The life of a call: `begin` makes it, `advance` carries it from fact to fact, until its CDR is announced."""

from dataclasses import replace

from callmodel.callstate import Call, CallState, Direction, Leg, LegRole, LegState
from callmodel.endings import Ending, ending_of, is_trunk_failure, response_for, sip_code_of
from callmodel.facts import (
    Beginning,
    CallAsked,
    CustomerCalled,
    Fact,
    HangUpAsked,
    LegAnswered,
    LegHeld,
    LegHungUp,
    LegRang,
    LegSentEarlyMedia,
    LegUnheld,
    NodeLost,
    SpendStopped,
    StationDialled,
    TransferAsked,
    TrunkGranted,
    TrunkRefused,
)
from callmodel.ids import LegId, RecordingId
from callmodel.orders import (
    Announce,
    Answer,
    Bridge,
    ClaimTrunk,
    DialStation,
    DialTrunk,
    HangUp,
    Milestone,
    Order,
    PassEarlyMedia,
    PlayHoldMusic,
    ReleaseTrunk,
    Ring,
    StartRecording,
    StopHoldMusic,
)
from callmodel.privacy import mask_number
from callmodel.routing import Plan, Refusal, StationPlan, TrunkPlan

Step = tuple[Call, list[Order]]

NORMAL = sip_code_of(Ending.COMPLETED)


def begin(beginning: Beginning, plan: Plan) -> Step:
    """Return the new call and its first orders.  A refused call is born ending: its CDR is written like any other."""
    call = _newborn(beginning, plan)
    started: list[Order] = [Announce(Milestone.STARTED)]
    if isinstance(plan, Refusal):
        return _prepend(started, _end(call, plan.ending, beginning.at_ms))
    if isinstance(beginning, CallAsked):
        agent = _leg(call, LegRole.AGENT, beginning.at_ms, extension=beginning.extension, site_id=beginning.site_id)
        call = replace(call, state=CallState.CALLING_AGENT, legs=(agent,), origin_leg=agent.leg_id)
        shown = mask_number(call.dialled)
        seconds = plan.ring_timeout_seconds
        return call, [*started, DialStation(agent.leg_id, beginning.extension, beginning.site_id, shown, seconds)]
    return _prepend(started, _connect(call, beginning.at_ms))


def advance(call: Call, fact: Fact) -> Step:
    """Return the call after the fact, and the orders that follow from it.

    Facts that come twice, late or out of order change nothing: switches repeat themselves, and networks reorder.
    """
    match fact:
        case TrunkGranted(trunk_id) if call.state is not CallState.CLAIMING:
            # The caller gave up while we asked for a trunk.
            return call, [ReleaseTrunk(trunk_id)]

        case TrunkGranted():
            return _dial_trunk(call, fact)

        case TrunkRefused(refused, at_ms) if call.state is CallState.CLAIMING:
            # Another trunk was tried before and failed: that is what the caller should hear of.
            tried = any(leg.role is LegRole.CUSTOMER for leg in call.legs)
            return _end(call, Ending.UPSTREAM_FAILED if tried else refused, at_ms)

        case LegRang(leg_id, at_ms):
            return _rang(call, leg_id, at_ms)

        case LegSentEarlyMedia(leg_id) if leg_id == call.far_leg and _is_waiting(call) and call.origin_leg:
            return call, [PassEarlyMedia(call.origin_leg, leg_id)]

        case LegAnswered(leg_id, at_ms):
            return _answered(call, leg_id, at_ms)

        case LegHungUp(leg_id):
            return _hung_up(call, leg_id, fact)

        case LegHeld(leg_id) | LegUnheld(leg_id) if call.leg_of(leg_id):
            return _held(call, leg_id, held=isinstance(fact, LegHeld))

        case HangUpAsked(at_ms) if not _is_over(call):
            return _end(call, _ending_now(call), at_ms)

        case SpendStopped(at_ms) if call.trunk_held and not call.emergency and not _is_over(call):
            return _end(call, Ending.SPEND_LIMIT_REACHED, at_ms)

        case TransferAsked(plan) if call.state is CallState.TALKING and call.transfer_leg is None:
            return _transfer(call, plan, fact.at_ms)

        case NodeLost(at_ms) if call.state is not CallState.ENDED:
            gone = tuple(_ended(leg, at_ms, None) for leg in call.legs)
            return _close(*_end(replace(call, legs=gone), Ending.NODE_LOST, at_ms), at_ms)

        case _:
            return call, []


def _newborn(beginning: Beginning, plan: Plan) -> Call:
    call = Call(
        call_id=beginning.call_id,
        tenant_id=beginning.tenant_id,
        node_id=beginning.node_id,
        direction=Direction.INTERNAL,
        state=CallState.CLAIMING,
        dialled=beginning.called_number if isinstance(beginning, CustomerCalled) else beginning.dialled,
        started_ms=beginning.at_ms,
        trunk_plan=plan if isinstance(plan, TrunkPlan) else None,
        station_plan=plan if isinstance(plan, StationPlan) else None,
        trace=beginning.trace,
    )
    if isinstance(plan, TrunkPlan):
        call = replace(call, direction=Direction.OUTBOUND, number=plan.number, emergency=plan.is_emergency)
    match beginning:
        case StationDialled(leg_id=leg_id, extension=extension, site_id=site_id, at_ms=at_ms):
            leg = Leg(leg_id, LegRole.AGENT, LegState.RINGING, at_ms, extension, site_id)
            return replace(call, legs=(leg,), origin_leg=leg_id, extension=extension, site_id=site_id)
        case CustomerCalled(leg_id=leg_id, number=number, trunk_id=trunk_id, at_ms=at_ms):
            leg = Leg(leg_id, LegRole.CUSTOMER, LegState.RINGING, at_ms, number=number, trunk_id=trunk_id)
            return replace(
                call,
                legs=(leg,),
                origin_leg=leg_id,
                direction=Direction.INBOUND,
                number=number,
                caller_number=beginning.called_number,
                trunk_id=trunk_id,
                withheld=beginning.withheld,
                diverted_by=beginning.diverted_by,
            )
        case CallAsked(extension=extension, site_id=site_id, asked_by=asked_by):
            return replace(call, extension=extension, site_id=site_id, asked_by=asked_by)


def _leg(call: Call, role: LegRole, at_ms: int, **details: object) -> Leg:
    """Return a new leg of ours.  Its id follows from the call's, so that an order given twice makes one leg."""
    leg_id = LegId(f"{call.call_id}-{len(call.legs) + 1}")
    return replace(Leg(leg_id, role, LegState.DIALLING, at_ms), **details)  # type: ignore[arg-type]


def _connect(call: Call, at_ms: int) -> Step:
    """Call the party that the origin wants: claim a trunk first, or ring the station at once."""
    if call.trunk_plan is not None:
        plan = call.trunk_plan
        claim = ClaimTrunk(
            plan.offers,
            plan.tenant_max_channels,
            plan.limits,
            call.extension,
            call.started_ms,
            emergency=plan.is_emergency,
        )
        return replace(call, state=CallState.CLAIMING), [claim]
    assert call.station_plan is not None
    return _dial_station(call, call.station_plan, at_ms)


def _dial_station(call: Call, plan: StationPlan, at_ms: int) -> Step:
    role = LegRole.AGENT if call.direction is Direction.INBOUND else LegRole.COLLEAGUE
    leg = _leg(call, role, at_ms, extension=plan.extension, site_id=plan.site_id)
    shown = _shown_customer(call) if call.direction is Direction.INBOUND else call.extension or ""
    order = DialStation(leg.leg_id, plan.extension, plan.site_id, shown, plan.ring_timeout_seconds)
    return replace(call, state=CallState.DIALLING, legs=(*call.legs, leg), far_leg=leg.leg_id), [order]


def _shown_customer(call: Call) -> str:
    return mask_number(call.number) if call.number is not None and not call.withheld else "anonymous"


def _dial_trunk(call: Call, granted: TrunkGranted) -> Step:
    plan = call.trunk_plan
    offer = next((offer for offer in plan.offers if offer.trunk_id == granted.trunk_id), None) if plan else None
    if plan is None or offer is None:
        return call, [ReleaseTrunk(granted.trunk_id)]
    shown = offer.caller_pool[granted.rotation % len(offer.caller_pool)]
    leg = _leg(call, LegRole.CUSTOMER, granted.at_ms, number=plan.number, trunk_id=offer.trunk_id)
    dialling = replace(
        call,
        state=CallState.DIALLING,
        legs=(*call.legs, leg),
        far_leg=leg.leg_id,
        trunk_plan=replace(plan, offers=tuple(each for each in plan.offers if each is not offer)),
        caller_number=shown,
        trunk_id=offer.trunk_id,
        trunk_held=True,
        cost_class=offer.cost_class,
        cost_per_minute=offer.cost_per_minute,
    )
    return dialling, [DialTrunk(leg.leg_id, plan.number, offer.trunk_id, shown, plan.ring_timeout_seconds)]


def _rang(call: Call, leg_id: LegId, at_ms: int) -> Step:
    leg = call.leg_of(leg_id)
    if leg is None or leg.state is not LegState.DIALLING:
        return call, []
    call = _with_leg(call, leg_id, state=LegState.RINGING, ringing_ms=at_ms)
    if leg_id != call.far_leg or call.state is not CallState.DIALLING or call.origin_leg is None:
        return call, []
    return replace(call, state=CallState.RINGING), [Ring(call.origin_leg), Announce(Milestone.RINGING)]


def _answered(call: Call, leg_id: LegId, at_ms: int) -> Step:
    leg = call.leg_of(leg_id)
    if leg is None or leg.state in (LegState.ANSWERED, LegState.ENDED):
        return call, []
    if _is_over(call):
        # They picked up just as the call ended.  Nobody is there: let them go.
        return _with_leg(call, leg_id, state=LegState.ANSWERED, answered_ms=at_ms), [HangUp(leg_id, NORMAL)]
    call = _with_leg(call, leg_id, state=LegState.ANSWERED, answered_ms=at_ms)
    if leg_id == call.origin_leg and call.state is CallState.CALLING_AGENT:
        return _connect(call, at_ms)
    if leg_id == call.transfer_leg:
        return _taken_over(call, leg_id)
    if leg_id != call.far_leg or call.origin_leg is None:
        return call, []
    return _talk(call, call.origin_leg, leg_id, at_ms)


def _talk(call: Call, origin: LegId, far: LegId, at_ms: int) -> Step:
    orders: list[Order] = [Bridge(origin, far), Announce(Milestone.ANSWERED)]
    origin_leg = call.leg_of(origin)
    if origin_leg is not None and origin_leg.state is not LegState.ANSWERED:
        orders.insert(0, Answer(origin))
        call = _with_leg(call, origin, state=LegState.ANSWERED, answered_ms=at_ms)
    plan = call.trunk_plan or call.station_plan
    customer = call.customer_leg
    if customer is not None and plan is not None and plan.records:
        recording_id = RecordingId(f"{call.call_id}-r1")
        call = replace(call, recording_id=recording_id)
        # Before the legs hear each other, or the first word is lost.
        orders.insert(0, StartRecording(recording_id, customer.leg_id))
    return replace(call, state=CallState.TALKING, answered_ms=at_ms), orders


def _held(call: Call, leg_id: LegId, *, held: bool) -> Step:
    partner = call.leg_of({call.origin_leg: call.far_leg, call.far_leg: call.origin_leg}.get(leg_id))
    call = _with_leg(call, leg_id, held=held)
    if call.state is not CallState.TALKING or partner is None or not partner.is_live:
        return call, []
    return call, [PlayHoldMusic(partner.leg_id) if held else StopHoldMusic(partner.leg_id)]


def _transfer(call: Call, plan: Plan, at_ms: int) -> Step:
    """Ring the colleague while the agent stays: a customer whose transfer fails is still talking to somebody."""
    if not isinstance(plan, StationPlan) or call.customer_leg is None:
        return call, []
    leg = _leg(call, LegRole.AGENT, at_ms, extension=plan.extension, site_id=plan.site_id)
    order = DialStation(leg.leg_id, plan.extension, plan.site_id, _shown_customer(call), plan.ring_timeout_seconds)
    return replace(call, legs=(*call.legs, leg), transfer_leg=leg.leg_id), [order]


def _taken_over(call: Call, new_leg: LegId) -> Step:
    customer = call.customer_leg
    if customer is None:
        return call, [HangUp(new_leg, NORMAL)]
    leaving = call.far_leg if call.origin_leg == customer.leg_id else call.origin_leg
    moved = replace(call, origin_leg=customer.leg_id, far_leg=new_leg, transfer_leg=None)
    left = call.leg_of(leaving)
    goodbye: list[Order] = [HangUp(left.leg_id, NORMAL)] if left is not None and left.is_live else []
    return moved, [*_music_off(left, customer), Bridge(customer.leg_id, new_leg), *goodbye]


def _music_off(holder: Leg | None, held: Leg) -> list[Order]:
    return [StopHoldMusic(held.leg_id)] if holder is not None and holder.held else []


def _hung_up(call: Call, leg_id: LegId, fact: LegHungUp) -> Step:
    leg = call.leg_of(leg_id)
    if leg is None or not leg.is_live:
        return call, []
    call = _with_leg(call, leg_id, ended=fact.at_ms, sip_code=fact.sip_code if leg.answered_ms is None else None)
    if _is_over(call):
        return _close(call, [], fact.at_ms)
    if leg_id == call.transfer_leg:
        call = replace(call, transfer_leg=None)
        # The agent left while the colleague was still ringing: nobody is left for the customer.
        return (call, []) if len(call.live_legs) > 1 else _end(call, Ending.COMPLETED, fact.at_ms)
    if call.state is CallState.TALKING:
        customer = call.customer_leg
        if call.transfer_leg is not None and customer is not None and customer.is_live:
            # The agent need not wait for the colleague to pick up.
            return call, [*_music_off(leg, customer), Ring(customer.leg_id)]
        if leg_id not in (call.origin_leg, call.far_leg):
            return call, []
        return _end(call, Ending.COMPLETED, fact.at_ms)
    if leg_id == call.origin_leg and call.state is not CallState.CALLING_AGENT:
        return _end(call, Ending.ABANDONED, fact.at_ms)
    code = fact.sip_code or 480
    # A service that sends help is never busy: whatever a carrier says of it, another may do better.
    may_do_better = is_trunk_failure(code) or call.emergency
    if leg_id == call.far_leg and call.trunk_plan and call.trunk_plan.offers and may_do_better:
        return _try_next_trunk(call, fact.at_ms)
    failed = ending_of(code)
    unreached = failed in (Ending.NUMBER_INVALID, Ending.UPSTREAM_FAILED)
    # 480 is what a phone says that nobody picks up, and what the edge says of one that is not there.
    never_rang = failed is Ending.NO_ANSWER and leg.ringing_ms is None
    if leg.role is not LegRole.CUSTOMER and (unreached or never_rang):
        return _end(call, Ending.STATION_UNREACHABLE, fact.at_ms)
    return _end(call, failed, fact.at_ms, told=response_for(failed, code))


def _try_next_trunk(call: Call, at_ms: int) -> Step:
    assert call.trunk_id is not None
    freed: list[Order] = [ReleaseTrunk(call.trunk_id)]
    return _prepend(freed, _connect(replace(call, trunk_held=False, far_leg=None), at_ms))


def _end(call: Call, ending: Ending, at_ms: int, *, told: int | None = None) -> Step:
    """Decide the ending, let every live leg go, and close at once where there is none.

    told: the response for an origin that was not answered, where the ending's own is not to the point.
    """
    response = told or sip_code_of(ending)
    decided = replace(call, state=CallState.ENDING, ending=ending, ended_ms=at_ms, transfer_leg=None)
    orders: list[Order] = [HangUp(leg.leg_id, _told(leg, call, response)) for leg in call.live_legs]
    return _close(decided, orders, at_ms)


def _close(call: Call, orders: list[Order], at_ms: int) -> Step:
    """Write the CDR once the last leg is gone, so that every leg's end is in it."""
    if call.live_legs or call.state is CallState.ENDED:
        return call, orders
    freed: list[Order] = [ReleaseTrunk(call.trunk_id)] if call.trunk_held and call.trunk_id else []
    closed = replace(call, state=CallState.ENDED, trunk_held=False, ended_ms=call.ended_ms or at_ms)
    return closed, [*orders, *freed, Announce(Milestone.ENDED)]


def _told(leg: Leg, call: Call, response: int) -> int:
    """Return what a leg is told: an unanswered origin the response; a phone still ringing, that we gave up."""
    if leg.state is LegState.ANSWERED:
        return NORMAL
    return response if leg.leg_id == call.origin_leg else sip_code_of(Ending.ABANDONED)


def _ending_now(call: Call) -> Ending:
    return Ending.COMPLETED if call.answered_ms is not None else Ending.ABANDONED


def _is_over(call: Call) -> bool:
    return call.state in (CallState.ENDING, CallState.ENDED)


def _is_waiting(call: Call) -> bool:
    return call.state in (CallState.DIALLING, CallState.RINGING)


def _prepend(first: list[Order], step: Step) -> Step:
    call, orders = step
    return call, [*first, *orders]


def _ended(leg: Leg, at_ms: int, sip_code: int | None) -> Leg:
    return replace(leg, state=LegState.ENDED, ended_ms=leg.ended_ms or at_ms, sip_code=sip_code or leg.sip_code)


def _with_leg(
    call: Call,
    leg_id: LegId,
    *,
    state: LegState | None = None,
    ringing_ms: int | None = None,
    answered_ms: int | None = None,
    ended: int | None = None,
    sip_code: int | None = None,
    held: bool | None = None,
) -> Call:
    def changed(leg: Leg) -> Leg:
        if leg.leg_id != leg_id:
            return leg
        if ended is not None:
            return _ended(leg, ended, sip_code)
        return replace(
            leg,
            state=state or leg.state,
            ringing_ms=leg.ringing_ms if ringing_ms is None else ringing_ms,
            answered_ms=leg.answered_ms if answered_ms is None else answered_ms,
            held=leg.held if held is None else held,
        )

    return replace(call, legs=tuple(changed(leg) for leg in call.legs))
