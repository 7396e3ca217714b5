"""Whose calls one may do something to: an agent their own, a supervisor their team's, a manager the tenant's."""

from typing import Any

import pytest
from facts_house import ACME, NODE, House, cdr, live_call, new_call_id

from callmodel import keys
from callmodel.callstate import LegRole, LegState
from callmodel.cdr import CdrLeg
from callmodel.ids import CallId, Extension, LegId
from control_plane.facts.livecalls import LiveCalls
from control_plane.features.calls.store import CallStore
from control_plane.people.permissions import Role

CALLS = f"/tenants/{ACME}/calls"
DESK, DOOR = Extension("1001"), Extension("1002")


@pytest.fixture
async def people(house: House) -> dict[str, str]:
    """Tokens by name: ana at the desk and ben at the door are of two teams, and each team has its supervisor."""
    return {
        "ana": await house.token("ana", Role.AGENT, at=DESK, team="north"),
        "ben": await house.token("ben", Role.AGENT, at=DOOR, team="south"),
        "sue": await house.token("sue", Role.SUPERVISOR, team="north"),
        "sam": await house.token("sam", Role.SUPERVISOR, team="south"),
        "new": await house.token("new", Role.SUPERVISOR),
        "mia": await house.token("mia", Role.MANAGER),
        "root": await house.token("root", is_hq_admin=True),
    }


REACH_THE_DESK = {"ana", "sue", "mia", "root"}


async def talking(house: House, extension: Extension = DESK, **details: Any) -> CallId:
    """A call in conversation at a station."""
    call_id = new_call_id()
    await house.beat_heart(NODE)
    await LiveCalls(house.redis).show(ACME, live_call(call_id, "talking", extension=extension, **details))
    await house.redis.set(keys.call_owner(ACME, call_id), NODE)
    return call_id


async def passed(house: House, people: dict[str, str], method: str, path: str, body: Any = None) -> set[str]:
    """Who is let through; everybody else has to be told why not."""
    found = set()
    for name, token in people.items():
        status, answer = await house.ask(token, method, path, body)
        assert status < 300 or (status, answer["error_id"]) == (403, "out-of-reach"), (name, status, answer)
        found |= {name} if status < 300 else set()
    return found


async def test_a_station_is_rung_by_whom_it_is_in_reach(house: House, people: dict[str, str]):
    await house.beat_heart(NODE)

    assert await passed(house, people, "POST", CALLS, {"extension": DESK, "number": "13812345678"}) == REACH_THE_DESK
    assert len(await house.orders(NODE)) == len(REACH_THE_DESK), "who is refused rings nobody"


async def test_a_station_where_nobody_is_seated_is_for_managers(house: House, people: dict[str, str]):
    await house.beat_heart(NODE)
    await house.stations.seat(ACME, DESK, None)

    assert await passed(house, people, "POST", CALLS, {"extension": DESK, "number": "13812345678"}) == {"mia", "root"}


@pytest.mark.parametrize(
    ("method", "way", "body"),
    [
        ("DELETE", "", None),
        ("POST", "/transfer", {"to": "1002"}),
        ("POST", "/consult", {"to": "1002"}),
        ("POST", "/consult/step", {"step": "swap"}),
        ("POST", "/parties", {"to": "13900001111"}),
        ("PUT", "/hold", {"held": True}),
        ("PUT", "/recording-pause", {"paused": True}),
        ("PUT", "/disposition", {"disposition": "sold"}),
    ],
)
async def test_a_call_in_progress_is_changed_by_whom_it_is_in_reach(
    house: House, people: dict[str, str], method: str, way: str, body: Any
):
    call_id = await talking(house)

    assert await passed(house, people, method, f"{CALLS}/{call_id}{way}", body) == REACH_THE_DESK


async def test_a_call_is_of_everybody_who_is_in_it(house: House, people: dict[str, str]):
    legs = (
        CdrLeg(LegId("1"), LegRole.AGENT, LegState.ANSWERED, 1, extension=DESK),
        CdrLeg(LegId("2"), LegRole.AGENT, LegState.ANSWERED, 1, extension=DOOR),
    )
    call_id = await talking(house, DESK, legs=legs)

    assert await passed(house, people, "DELETE", f"{CALLS}/{call_id}") == {*REACH_THE_DESK, "ben", "sam"}


async def test_whoever_has_handed_a_call_over_is_not_in_it_any_more(house: House, people: dict[str, str]):
    legs = (
        CdrLeg(LegId("1"), LegRole.AGENT, LegState.ENDED, 1, ended_ms=2, extension=DESK),
        CdrLeg(LegId("2"), LegRole.AGENT, LegState.ANSWERED, 1, extension=DOOR),
    )
    call_id = await talking(house, DESK, legs=legs)

    assert await passed(house, people, "DELETE", f"{CALLS}/{call_id}") == {"ben", "sam", "mia", "root"}


async def test_an_ended_call_keeps_whose_it_was(house: House, people: dict[str, str]):
    call_id = new_call_id()
    await CallStore(house.resources.store, house.resources.cipher).write(ACME, [cdr(call_id)])

    disposed = await passed(house, people, "PUT", f"{CALLS}/{call_id}/disposition", {"disposition": "sold"})

    assert disposed == REACH_THE_DESK


async def test_who_asked_for_a_call_ends_it_before_it_has_begun(house: House, people: dict[str, str]):
    await house.beat_heart(NODE)
    asked = {"extension": DESK, "number": "13812345678"}
    _, placed = await house.ask(people["ana"], "POST", CALLS, asked)

    assert await passed(house, people, "DELETE", f"{CALLS}/{placed['call_id']}") == REACH_THE_DESK
    status, answer = await house.ask(people["ben"], "DELETE", f"{CALLS}/{new_call_id()}")
    assert (status, answer["error_id"]) == (404, "call-unknown")
