"""What is being played to a caller, whose end the call waits for."""

from callmodel.callstate import Call, Phase
from callmodel.flows.stage import caller_of, name_of, visit_of
from callmodel.flows.visit import Doing
from callmodel.ids import LegId


def playing_in(call: Call) -> tuple[LegId, str] | None:
    """Return the leg and the name by which `facts.Played` will tell its end; None where nothing is waited for."""
    customer = call.customer_leg
    if call.playing is not None and customer is not None:
        return customer.leg_id, call.playing
    if call.phase is Phase.IN_FLOW and visit_of(call).doing is Doing.SAYING:
        return caller_of(call).leg_id, name_of(call, visit_of(call).asked)
    return None
