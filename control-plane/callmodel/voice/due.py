"""Whose voice is due: of whom nothing may be heard in a conversation without something being wrong."""

from callmodel.callstate import Call, Phase
from callmodel.ids import LegId
from callmodel.rooms import Mode
from callmodel.wantedroom import room_of


def speakers(call: Call) -> frozenset[LegId]:
    """Return the legs that talk with each other now.

    Nobody's voice is due who hears music, a prompt or ringing, attends somebody, waits, or has put the others on
    hold: such a phone sends what it likes.
    """
    if call.phase is not Phase.TALKING:
        return frozenset()
    talking = frozenset(room_of(call).of(Mode.TALKING))
    legs = [leg for leg in call.legs if leg.leg_id in talking and leg.is_answered]
    if len(legs) < 2:
        return frozenset()
    return frozenset(leg.leg_id for leg in legs if not leg.held)
