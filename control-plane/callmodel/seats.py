"""Which stations a call keeps busy: derived from its legs, so that no agent is free whose phone is not."""

from dataclasses import dataclass

from callmodel.agents import Seat, SeatLeg, SeatUse
from callmodel.callstate import Call, Direction, Leg, LegRole, LegState
from callmodel.ids import LegId, QueueId


@dataclass(frozen=True)
class SeatChange:
    """What a leg does at a station now.

    queue_id: whose wrap-up follows where it is gone.  spoke: whether it is gone after a word with the customer, or a
    call to one who did not answer: who calls back wants the same person.
    """

    leg_id: LegId
    seat: Seat
    use: SeatUse
    queue_id: QueueId | None = None
    spoke: bool = False


def changes(before: Call | None, after: Call) -> list[SeatChange]:
    """Return what agents at stations are told of after a step.  before: None for a call that has just begun."""
    told = []
    for leg in after.legs:
        was = before.leg_of(leg.leg_id) if before is not None else None
        seat = _seat_of(after, leg)
        if seat is None or (before is not None and was is not None and _is_same(before, was, after, leg)):
            continue
        use, is_agent = _use_of(leg), leg.role is LegRole.AGENT
        # Of a machine there is nothing to be written down.
        was_machine = after.lead is not None and after.lead.machine
        served = is_agent and leg.answered_ms is not None and not was_machine
        # Who called a customer without reaching anybody is asked for by the one who calls back.
        called = after.direction is Direction.OUTBOUND and (after.lead is None or after.lead.agent is not None)
        spoke = use is SeatUse.GONE and is_agent and (served or called)
        told.append(SeatChange(leg.leg_id, seat, use, after.queue_id if served else None, spoke))
    return told


def _is_same(before: Call, was: Leg, after: Call, leg: Leg) -> bool:
    """Say whether a leg does what it did, where it was: a link is known by its station only when that is told."""
    return _use_of(was) is _use_of(leg) and _seat_of(before, was) == _seat_of(after, leg)


def legs_at_seats(call: Call) -> dict[LegId, SeatLeg]:
    """Return the live legs at stations, which agents' states have to agree with."""
    seated = ((leg, _seat_of(call, leg)) for leg in call.live_legs)
    return {
        leg.leg_id: SeatLeg(seat, call.call_id, _use_of(leg), leg.started_ms)
        for leg, seat in seated
        if seat is not None
    }


def _seat_of(call: Call, leg: Leg) -> Seat | None:
    if leg.extension is None or leg.site_id is None:
        return None
    return Seat(leg.station_tenant_id or call.tenant_id, leg.extension, leg.site_id)


def _use_of(leg: Leg) -> SeatUse:
    match leg.state:
        case LegState.ENDED:
            return SeatUse.GONE
        case LegState.ANSWERED:
            return SeatUse.TALKING
        case _:
            return SeatUse.RINGING
