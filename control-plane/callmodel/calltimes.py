"""How long people talked, held, rang and waited: reckoned from the histories of a call's legs.

All times end where the call's ending was decided: what Asterisk needs to let the last legs go is nobody's time.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from callmodel.callstate import Call, Direction, Leg, LegRole

Span = tuple[int, int]
"""From and until, milliseconds since 1970."""


@dataclass(frozen=True)
class CallTimes:
    """In milliseconds.

    talk: somebody was there for the customer (between colleagues, for the one who called), holds included.
    hold: one side had put the other on hold.  ring: phones that we called rang.  Both are summed over the legs.
    wait: the customer was on the line, and nobody was there.
    """

    talk: int
    hold: int
    ring: int
    wait: int


def times_of(call: Call, until_ms: int) -> CallTimes:
    """Return the times of a call, of which nothing counts that was after `until_ms`."""
    talk = _talked(call, until_ms)
    return CallTimes(
        talk=talk,
        hold=sum(held_ms(leg, until_ms) for leg in call.legs),
        ring=sum(_length(_rang(leg, until_ms)) for leg in call.legs),
        wait=0 if call.customer_leg is None else _present(call.customer_leg, call.direction, until_ms) - talk,
    )


def held_ms(leg: Leg, until_ms: int) -> int:
    """Return how long a leg has had the others on hold, the hold that lasts included."""
    if leg.held_since_ms is None:
        return leg.held_ms
    return leg.held_ms + max(_end(leg, until_ms) - leg.held_since_ms, 0)


def _talked(call: Call, until_ms: int) -> int:
    party = call.customer_leg or call.leg_of(call.origin_leg)
    if party is None:
        return 0
    begin, end = _answered(party, until_ms)
    others = (_answered(leg, until_ms) for leg in call.legs if leg is not party and leg.role is not LegRole.CUSTOMER)
    return _covered((max(begin, since), min(end, until)) for since, until in others)


def _present(customer: Leg, direction: Direction, until_ms: int) -> int:
    """Return how long the customer was on the line: who calls us is from the first moment on."""
    if direction is Direction.INBOUND:
        return _length((customer.started_ms, _end(customer, until_ms)))
    return _length(_answered(customer, until_ms))


def _answered(leg: Leg, until_ms: int) -> Span:
    return (until_ms if leg.answered_ms is None else leg.answered_ms), _end(leg, until_ms)


def _rang(leg: Leg, until_ms: int) -> Span:
    end = _end(leg, until_ms)
    if leg.ringing_ms is None:
        return end, end
    return leg.ringing_ms, end if leg.answered_ms is None else min(leg.answered_ms, end)


def _end(leg: Leg, until_ms: int) -> int:
    return until_ms if leg.ended_ms is None else min(leg.ended_ms, until_ms)


def _length(span: Span) -> int:
    return max(span[1] - span[0], 0)


def _covered(spans: Iterable[Span]) -> int:
    """Return how much time lies in at least one of the spans."""
    covered, reached = 0, 0
    for since, until in sorted(span for span in spans if span[1] > span[0]):
        covered += _length((max(since, reached), until))
        reached = max(reached, until)
    return covered
