"""Hand-over and supervision over the API: who may, what the node is told, and what is said where it can not be."""

from typing import Any

import pytest
from facts_house import ACME, NODE, House, live_call, new_call_id

from callmodel import keys
from callmodel.callstate import LegRole, LegState
from callmodel.cdr import CdrLeg
from callmodel.ids import CallId, Extension, LegId
from control_plane.facts.livecalls import LiveCalls
from control_plane.people.permissions import Role

CALLS = f"/tenants/{ACME}/calls"
DESK, DOOR = Extension("1001"), Extension("1002")
MOBILE = "13900001111"


def at(extension: Extension | None, role: LegRole = LegRole.AGENT, state: LegState = LegState.ANSWERED) -> CdrLeg:
    return CdrLeg(LegId(f"leg-{extension}"), role, state, 1, extension=extension)


TALKING = (at(DESK), at(None, LegRole.CUSTOMER))


async def shown(house: House, *legs: CdrLeg, state: str = "talking", **details: Any) -> CallId:
    """A call as it stands."""
    call_id = new_call_id()
    await house.beat_heart(NODE)
    await LiveCalls(house.redis).show(ACME, live_call(call_id, state, legs=legs or TALKING, **details))
    await house.redis.set(keys.call_owner(ACME, call_id), NODE)
    return call_id


async def ana(house: House) -> str:
    return await house.token("ana", Role.AGENT, at=DESK, team="north")


async def sue(house: House) -> str:
    return await house.token("sue", Role.SUPERVISOR, at=DOOR, team="north")


@pytest.mark.parametrize(
    ("method", "way", "body", "ordered"),
    [
        ("POST", "/transfer", {"to": "1002"}, {"kind": "call.transfer", "to": "1002", "by": DESK}),
        ("POST", "/transfer", {"to": MOBILE}, {"kind": "call.transfer", "to": MOBILE, "by": DESK}),
        ("POST", "/consult", {"to": "1002"}, {"kind": "call.consult", "to": "1002", "by": DESK}),
        ("POST", "/consult/step", {"step": "complete"}, {"kind": "call.turn-consult", "step": "complete"}),
        ("POST", "/parties", {"to": "1002", "by": DESK}, {"kind": "call.join", "to": "1002", "by": DESK}),
        ("PUT", "/hold", {"held": True}, {"kind": "call.hold", "held": True, "by": DESK}),
        ("PUT", "/recording-pause", {"paused": True}, {"kind": "call.pause-recording", "paused": True}),
        ("POST", "/rejoin", {"extension": DESK}, {"kind": "call.rejoin", "extension": DESK}),
    ],
)
async def test_an_agent_orders_for_his_own_station(
    house: House, method: str, way: str, body: dict[str, Any], ordered: dict[str, Any]
):
    call_id = await shown(house)

    status, answer = await house.ask(await ana(house), method, f"{CALLS}/{call_id}{way}", body)

    assert (status, answer) == (202, {"call_id": call_id})
    assert await house.orders() == [ordered | {"call_id": call_id, "tenant_id": ACME}]


async def test_nobody_has_anothers_phone_rung_for_a_call(house: House):
    call_id = await shown(house, *TALKING, at(DOOR, LegRole.COLLEAGUE))

    status, problem = await house.ask(await ana(house), "POST", f"{CALLS}/{call_id}/rejoin", {"extension": DOOR})

    assert (status, problem["error_id"], await house.orders()) == (403, "out-of-reach", [])


@pytest.mark.parametrize(
    ("method", "way", "body", "said"),
    [
        ("POST", "/transfer", {"to": "1999"}, (422, "extension-unknown")),
        ("POST", "/consult", {"to": "abc"}, (422, "number-undiallable")),
        ("POST", "/parties", {"to": "+8816212345678"}, (403, "destination-blocked")),
        ("POST", "/transfer", {"to": "1002", "by": "1003"}, (404, "party-unknown")),
        ("PUT", "/hold", {"held": True, "by": "1003"}, (404, "party-unknown")),
        ("POST", "/pick-up", {"extension": DESK}, (409, "call-not-ringing")),
        ("POST", "/rejoin", {"extension": "1003"}, (404, "party-unknown")),
        ("PUT", "/supervision", {"extension": DESK, "mode": "listening"}, (403, "forbidden")),
        ("POST", "/take-over", {"extension": DESK}, (403, "forbidden")),
        ("DELETE", "/parties/leg-1001", None, (403, "forbidden")),
    ],
)
async def test_what_can_not_be_done_is_said_before_anybody_is_rung(
    house: House, method: str, way: str, body: dict[str, Any] | None, said: tuple[int, str]
):
    call_id = await shown(house)

    status, problem = await house.ask(await ana(house), method, f"{CALLS}/{call_id}{way}", body)

    assert (status, problem["error_id"]) == said
    assert await house.orders() == []


@pytest.mark.parametrize("way", ["/transfer", "/consult", "/parties"])
async def test_nobody_hands_over_what_has_not_begun(house: House, way: str):
    call_id = await shown(house, state="ringing")

    status, problem = await house.ask(await ana(house), "POST", f"{CALLS}/{call_id}{way}", {"to": "1002"})

    assert (status, problem["error_id"]) == (409, "call-not-talking")


@pytest.mark.parametrize("mode", ["listening", "whispering", "talking"])
async def test_a_supervisor_attends_an_agent_of_his_team_from_his_own_station(house: House, mode: str):
    await ana(house)
    call_id = await shown(house)
    asked = {"extension": DOOR, "mode": mode, "of": DESK}

    status, _ = await house.ask(await sue(house), "PUT", f"{CALLS}/{call_id}/supervision", asked)

    (ordered,) = await house.orders()
    assert status == 202
    assert (ordered["kind"], ordered["extension"], ordered["mode"], ordered["of"]) == (
        "call.supervise", DOOR, mode, DESK,
    )  # fmt: skip


async def test_a_supervisor_listens_to_no_other_team(house: House):
    await house.token("ben", Role.AGENT, at=DESK, team="south")
    call_id = await shown(house)
    asked = {"extension": DOOR, "mode": "listening"}

    status, problem = await house.ask(await sue(house), "PUT", f"{CALLS}/{call_id}/supervision", asked)

    assert (status, problem["error_id"]) == (403, "out-of-reach")
    assert await house.orders() == []


async def test_a_supervisor_takes_over_what_he_attends_and_lets_parties_go(house: House):
    await ana(house)
    token = await sue(house)
    call_id = await shown(house)
    taken = f"{CALLS}/{call_id}/take-over"
    assert (await house.ask(token, "POST", taken, {"extension": DOOR}))[1]["error_id"] == "party-unknown"

    attended = await shown(house, *TALKING, at(DOOR, LegRole.SUPERVISOR))
    assert (await house.ask(token, "POST", f"{CALLS}/{attended}/take-over", {"extension": DOOR}))[0] == 202
    assert (await house.ask(token, "DELETE", f"{CALLS}/{attended}/parties/leg-{DESK}"))[0] == 202
    gone = await house.ask(token, "DELETE", f"{CALLS}/{attended}/parties/leg-nobody")

    assert gone[1]["error_id"] == "party-unknown"
    assert [order["kind"] for order in await house.orders()] == ["call.take-over", "call.release"]


async def test_a_colleague_of_the_team_picks_up_what_rings(house: House):
    await ana(house)
    ringing = (at(None, LegRole.CUSTOMER, LegState.RINGING), at(DESK, state=LegState.RINGING))
    call_id = await shown(house, *ringing, state="ringing", direction="inbound")
    way = f"{CALLS}/{call_id}/pick-up"

    stranger = await house.token("sid", Role.AGENT, at=DOOR, team="south")
    assert (await house.ask(stranger, "POST", way, {"extension": DOOR}))[1]["error_id"] == "out-of-reach"
    cleo = await house.token("cleo", Role.AGENT, at=DOOR, team="north")
    assert (await house.ask(cleo, "POST", way, {"extension": DESK}))[1]["error_id"] == "out-of-reach"
    assert (await house.ask(cleo, "POST", way, {"extension": DOOR}))[0] == 202

    (ordered,) = await house.orders()
    assert (ordered["kind"], ordered["extension"]) == ("call.pick-up", DOOR)
