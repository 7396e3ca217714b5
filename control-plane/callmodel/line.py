"""Out of line: what is owed to hot state when a caller waits no more, whatever the reason."""

from dataclasses import replace

from callmodel import orders, timers
from callmodel.callstate import Call, TimerName
from callmodel.ids import LegId
from callmodel.offers import OfferEnd
from callmodel.staysinline import RungAgent, Waiting

Step = tuple[Call, list[orders.Order]]

_TIMERS = (TimerName.ANNOUNCEMENT, TimerName.RELAXATION, TimerName.LONGEST_WAIT)


def left(
    call: Call, at_ms: int, *, answered: LegId | None = None, keeps_place: bool = False, abandoned: bool = False
) -> Step:
    """Return the call in no line, its offers closed: the one at the leg that answered, and all others withdrawn.

    keeps_place: it is not the caller's doing.  abandoned: the call is over.
    """
    waiting = call.waiting
    if waiting is None:
        return call, []
    given: list[orders.Order] = []
    for agent in waiting.rung:
        end = OfferEnd.ANSWERED if agent.leg_id == answered else OfferEnd.WITHDRAWN
        # Once one has answered, the others of the same offer are free.
        if answered is None or end is OfferEnd.ANSWERED:
            given.append(closed(waiting, agent, end))
    if answered is None:
        # First of all where the place is kept: it goes with an offer that is withdrawn.
        left_line = orders.LeaveQueue(waiting.queue_id, keeps_place, abandoned)
        given.insert(0 if keeps_place else len(given), left_line)
    waited_ms = call.waited_ms + max(at_ms - waiting.entered_ms, 0)
    return replace(timers.stop(call, *_TIMERS), waiting=None, waited_ms=waited_ms), given


def closed(waiting: Waiting, agent: RungAgent, end: OfferEnd) -> orders.Order:
    """Return the order that tells what came of an offer."""
    return orders.CloseOffer(waiting.queue_id, agent.agent_id, agent.token, end)
