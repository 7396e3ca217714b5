"""What a leg that holds a trunk channel has cost so far, and what it cost when it gives the channel back."""

from dataclasses import dataclass

from callmodel.callstate import Call, Leg
from callmodel.ids import LegId, TrunkId
from callmodel.limits import cost_micros, spend_day_of


@dataclass(frozen=True)
class Bill:
    """What is booked for a leg's channel on a trunk, on the day that the call began."""

    day: str
    micros: int


def bill_so_far(call: Call, leg: Leg, at_ms: int) -> Bill:
    """Return what is booked while a leg holds its channel: its first minute, or more once it talked longer."""
    minute = cost_micros(leg.cost_per_minute, 60_000)
    talked = cost_micros(leg.cost_per_minute, talked_ms(leg, at_ms))
    return Bill(spend_day_of(call.started_ms), max(minute, talked))


def final_bill(call: Call, leg_id: LegId, trunk_id: TrunkId, at_ms: int) -> Bill:
    """Return what a leg's channel cost: by the second from its answer on, nothing without one."""
    leg = call.leg_of(leg_id)
    talked = 0
    if leg is not None and leg.trunk_id == trunk_id:
        talked = cost_micros(leg.cost_per_minute, talked_ms(leg, at_ms))
    return Bill(spend_day_of(call.started_ms), talked)


def talked_ms(leg: Leg, at_ms: int) -> int:
    """Return how long a leg has been answered: a carrier bills its own leg, whatever the agents do meanwhile."""
    return (leg.ended_ms or at_ms) - leg.answered_ms if leg.answered_ms is not None else 0
