"""Which stations a call keeps busy: derived from its legs, so that no agent is free whose phone is not."""

from dataclasses import dataclass

from callmodel.agents import AgentState, Seat
from callmodel.callstate import Call, Leg, LegRole, LegState
from callmodel.ids import LegId, QueueId


@dataclass(frozen=True)
class SeatChange:
    """A leg at a station rings, talks, or is gone (READY).  `queue_id`: whose wrap-up follows where it is gone."""

    leg_id: LegId
    seat: Seat
    state: AgentState
    queue_id: QueueId | None = None


def changes(before: Call | None, after: Call) -> list[SeatChange]:
    """Return what agents at stations are told of after a step.  before: None for a call that has just begun."""
    told = []
    for leg in after.legs:
        was = before.leg_of(leg.leg_id) if before is not None else None
        state = _state_of(leg)
        if leg.extension is None or leg.site_id is None or (was is not None and _state_of(was) is state):
            continue
        seat = Seat(leg.station_tenant_id or after.tenant_id, leg.extension, leg.site_id)
        served = leg.role is LegRole.AGENT and leg.answered_ms is not None
        told.append(SeatChange(leg.leg_id, seat, state, after.queue_id if served else None))
    return told


def _state_of(leg: Leg) -> AgentState:
    match leg.state:
        case LegState.ENDED:
            return AgentState.READY
        case LegState.ANSWERED:
            return AgentState.TALKING
        case _:
            return AgentState.RINGING
