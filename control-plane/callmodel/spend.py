"""What a call that holds a trunk channel has cost so far, and what it cost when it gives the channel back."""

from dataclasses import dataclass

from callmodel.callstate import Call, LegRole
from callmodel.ids import TrunkId
from callmodel.limits import cost_micros, spend_day_of


@dataclass(frozen=True)
class Bill:
    """What is booked for a call's channel on a trunk, on the day that the call began."""

    day: str
    micros: int


def bill_so_far(call: Call, at_ms: int) -> Bill:
    """Return what is booked while the call holds its channel: its first minute, or more once it talked longer."""
    minute = cost_micros(call.cost_per_minute, 60_000)
    talked = cost_micros(call.cost_per_minute, _talked_ms(call, call.trunk_id, at_ms))
    return Bill(spend_day_of(call.started_ms), max(minute, talked))


def final_bill(call: Call, trunk_id: TrunkId, at_ms: int) -> Bill:
    """Return what the channel of a trunk cost: by the second from the customer's answer on, nothing without one."""
    talked = _talked_ms(call, trunk_id, at_ms)
    return Bill(spend_day_of(call.started_ms), cost_micros(call.cost_per_minute, talked))


def _talked_ms(call: Call, trunk_id: TrunkId | None, at_ms: int) -> int:
    # A carrier bills its own leg: from that leg's answer to its end, whatever the agents did meanwhile.
    for leg in reversed(call.legs):
        if leg.role is LegRole.CUSTOMER and leg.trunk_id == trunk_id and leg.answered_ms is not None:
            return (leg.ended_ms or at_ms) - leg.answered_ms
    return 0
