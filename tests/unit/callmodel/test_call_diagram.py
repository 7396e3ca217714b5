"""The diagram in docs/state-machines is drawn from the code, and this test keeps it true."""

import os
from collections import deque
from pathlib import Path

from callmodel.agents import Seat
from callmodel.callstate import Call
from callmodel.endings import Ending
from callmodel.facts import (
    AgentOffered,
    DigitPressed,
    HangUpAsked,
    LegAnswered,
    LegHungUp,
    LegRang,
    LegSentEarlyMedia,
    NodeLost,
    NotQueued,
    SpendStopped,
    TransferAsked,
    TrunkGranted,
    TrunkRefused,
    WayFound,
)
from callmodel.ids import AgentId, LegId, QueueId, SiteId
from callmodel.offers import Offer, Offered
from callmodel.queues import Queue
from callmodel.routing import plan_call
from tests.unit.callmodel.flows.flow_stories import called, played, text
from tests.unit.callmodel.stories import (
    ACME,
    AGENT_LEG,
    BEN,
    CALL,
    CHEAP,
    CUSTOMER,
    DEAR,
    DIRECTORY,
    T0,
    after,
    asked_for,
    customer_called,
    dialled,
)

DIAGRAM = Path(__file__).parents[3] / "docs" / "state-machines" / "call.md"
HEAD = """# The states of a call

Drawn from `callmodel.calls` by `tests/unit/callmodel/test_call_diagram.py`; run it with `UPDATE_DIAGRAMS=1` to draw
it anew. A fact that changes no state (a hold, an early medium, anything told twice) has no arrow.

"""


FLOW = {
    "menu": {"kind": "menu", "prompts": text("1 or 2?"), "keys": {"1": "queue", "2": "ring"}, "otherwise": "bye"},
    "queue": {"kind": "queue", "queues": [{"queue_id": "sales"}], "otherwise": "bye", "after": "bye"},
    "ring": {"kind": "ring", "steps": [{"to": BEN, "confirm": True}], "otherwise": "bye"},
    "bye": {"kind": "hang_up", "prompts": text("Goodbye.")},
}
SALES = Queue(ACME, QueueId("sales"), announces_place=False)
OFFER = Offer(ACME, SALES.queue_id, CALL, 1, T0, (Offered(AgentId("u-ben"), Seat(ACME, BEN, SiteId("hq"))),))


def facts_about(call: Call):
    if call.visit is not None:
        yield from (DigitPressed(AGENT_LEG, key, T0) for key in "12")
        yield from (played(call), WayFound(BEN, plan_call(DIRECTORY, ACME, BEN), T0))
        yield from (DigitPressed(LegId(f"{CALL}-{number}"), "1", T0) for number in (2, 3))
        yield NotQueued(SALES.queue_id, "full", T0)
        if call.legs_named < 3:
            yield AgentOffered(SALES, OFFER, T0)
    legs = [AGENT_LEG, *(LegId(f"{CALL}-{n}") for n in range(1, 4))]
    yield TrunkRefused(legs[2], Ending.NO_TRUNK, T0)
    yield from (HangUpAsked(T0), NodeLost(T0), SpendStopped(T0))
    yield TransferAsked(plan_call(DIRECTORY, ACME, BEN), AGENT_LEG, T0)
    for leg in legs:
        yield from (TrunkGranted(leg, CHEAP, 0, T0), TrunkGranted(leg, DEAR, 0, T0))
        yield from (LegRang(leg, T0), LegSentEarlyMedia(leg, T0), LegAnswered(leg, T0))
        yield from (LegHungUp(leg, None, T0), LegHungUp(leg, 486, T0), LegHungUp(leg, 503, T0))


def arrows() -> set[tuple[str, str, str]]:
    """Every change of state that some sequence of facts brings about."""
    found = set()
    waiting: deque[Call] = deque()
    for name, step in {
        "StationDialled": dialled(CUSTOMER),
        "StationDialled ": dialled(BEN),
        "StationDialled (refused)": dialled("12"),
        "CallAsked": asked_for(CUSTOMER),
        "CustomerCalled": customer_called(),
        "CustomerCalled (a flow)": called(FLOW),
    }.items():
        found.add(("[*]", name.strip(), step[0].state.value))
        waiting.append(step[0])
    seen = set(map(_place_of, waiting))
    while waiting:
        call = waiting.popleft()
        for fact in facts_about(call):
            later = after(call, fact)[0]
            if later.state is not call.state:
                found.add((call.state.value, type(fact).__name__, later.state.value))
            if _place_of(later) not in seen:
                seen.add(_place_of(later))
                waiting.append(later)
    return found


def _place_of(call: Call) -> tuple[object, ...]:
    """What the next state of a call depends on: times, names and how often it was announced do not count."""
    legs = tuple((leg.leg_id, leg.state, leg.leaving) for leg in call.legs)
    coming = tuple((each.purpose, each.leg_id, len(getattr(each.plan, "offers", ()))) for each in call.attempts)
    visit = call.visit
    stands = None if visit is None else (visit.node, visit.doing, visit.after)
    rung = call.waiting.rung if call.waiting is not None else ()
    return call.state, call.direction, legs, coming, stands, len(rung)


def drawn() -> str:
    lines = {}
    for source, fact, target in sorted(arrows()):
        lines.setdefault((source, target), []).append(fact)
    body = [
        f"    {_node(source)} --> {_node(target)}: {', '.join(facts)}" for (source, target), facts in lines.items()
    ]
    return HEAD + "\n".join(["```mermaid", "stateDiagram-v2", *body, "    ended --> [*]", "```", ""])


def _node(state: str) -> str:
    return state.replace("-", "_")


def test_diagram_shows_the_code():
    if os.environ.get("UPDATE_DIAGRAMS"):
        DIAGRAM.write_text(drawn())

    assert DIAGRAM.read_text() == drawn(), "run `UPDATE_DIAGRAMS=1 pytest tests/unit/callmodel` and read the change"
