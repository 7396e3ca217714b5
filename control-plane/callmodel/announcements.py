"""What is told of a call as it goes on: each announcement has a number, and who watches sees each change at once."""

from dataclasses import replace

from callmodel.callstate import Call, Leg, LegState, Phase
from callmodel.ids import LegId
from callmodel.orders import Announce, Milestone, Order
from callmodel.rooms import Mode


def announced(before: Call | None, call: Call, orders: list[Order]) -> tuple[Call, list[Order]]:
    """Return a step with its announcements numbered, and with CHANGED where nothing else tells of what changed.

    before: the call as it was, None for one that has just begun.  While people talk, a change is that somebody has
    come, answered, gone, holds, does something else, or that a voice is dead or back; what happens before that has
    milestones of its own.
    """
    told = any(isinstance(order, Announce) for order in orders)
    if not told and before is not None and _is_another(before, call):
        orders = [*orders, Announce(Milestone.CHANGED)]
    version = call.version
    numbered: list[Order] = []
    for order in orders:
        if isinstance(order, Announce):
            version += 1
            order = replace(order, version=version)
        numbered.append(order)
    return replace(call, version=version), numbered


def _is_another(before: Call, call: Call) -> bool:
    talking = before.phase is Phase.TALKING and call.phase is Phase.TALKING
    return talking and _picture(before) != _picture(call)


def _picture(call: Call) -> list[tuple[LegId, LegState, Mode, bool, bool, bool]]:
    return [(leg.leg_id, leg.state, leg.mode, leg.held, leg.leaving, _is_mute(leg)) for leg in call.legs]


def _is_mute(leg: Leg) -> bool:
    """Say whether one of a leg's directions is dead."""
    return leg.voice is not None and (leg.voice.dead_since_ms is not None or leg.voice.deaf_since_ms is not None)
