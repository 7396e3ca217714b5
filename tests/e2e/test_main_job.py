"""The main job on the whole system: a branch agent dials out through an HQ number, recorded and on record."""

import asyncio
import contextlib
import hashlib
from typing import Any

import pytest

from devstack.dialling import AGENT_TONES_HZ, ALL_TONES_HZ
from devstack.seed import CARRIER_REALM, NUMBERS, TRUNK, caller_rule
from simulators.call import CallEndedError, PhoneCall
from simulators.phone import answer_after
from simulators.sip_message import parse_address
from tests.e2e.world import HQ_TONE_HZ, World, listen, today
from trunkline.conditions import until
from trunkline.plan import BRANCH_SITE

AGENT_TONE_HZ, COLLEAGUE_TONE_HZ = AGENT_TONES_HZ[:2]


async def test_a_branch_agent_talks_to_a_customer_through_a_number_of_hq(world: World):
    number = world.new_number()

    call, seen = await world.talk(number)
    await call.hang_up()

    assert seen.from_number.lstrip("+") == seen.asserted_number.lstrip("+") == NUMBERS[0].lstrip("+")
    cdr = await world.cdr_to(number)
    assert cdr["direction"] == "outbound"
    assert cdr["extension"] == world.agent.user
    assert cdr["site_id"] == BRANCH_SITE
    assert cdr["number"] == f"+86{number}"
    assert cdr["caller_number"] == NUMBERS[0]
    assert cdr["trunk_id"] == TRUNK
    assert cdr["cost_class"] == "domestic"
    assert cdr["ending"] == "completed"
    assert cdr["ending_class"] == "success"
    assert cdr["started_ms"] < cdr["answered_ms"] < cdr["ended_ms"]
    agent_leg, customer_leg = cdr["legs"]
    assert (agent_leg["role"], customer_leg["role"]) == ("agent", "customer")
    assert all(leg["answered_ms"] and leg["ended_ms"] for leg in cdr["legs"])


async def test_the_recording_holds_both_voices_and_is_in_the_ledger(world: World):
    number = world.new_number()
    call, seen = await world.talk(number)
    await call.hang_up()
    cdr = await world.cdr_to(number)

    entry = await world.recording(cdr["recording_id"])
    audio = await world.audio(cdr["recording_id"])

    voices = await world.voices(cdr["recording_id"])
    assert seen.tone_hz is not None
    assert voices.are(seen.tone_hz, AGENT_TONE_HZ), voices
    assert voices.seconds == pytest.approx(cdr["talk_seconds"], abs=0.5)
    assert entry["sha256"] == hashlib.sha256(audio).hexdigest()
    assert entry["size_bytes"] == len(audio)
    assert entry["actual_seconds"] == pytest.approx(entry["expected_seconds"], abs=0.5)


async def test_the_carrier_learns_nothing_of_what_lies_behind_the_edge(world: World):
    number = world.new_number()
    call, seen = await world.talk(number)
    await call.hang_up()

    told = "\n".join(f"{name}: {value}" for name, value in seen.headers)
    invite = seen.line.invite if seen.line else None
    assert invite is not None
    for inner in (world.plan.branch, world.plan.branch_phone(0), world.plan.node, world.plan.control):
        assert inner not in told
        assert inner not in invite.body
    assert "x-trunkline" not in told.lower()
    assert world.seed.domain not in told
    assert invite.get("from").count(CARRIER_REALM) == 1


async def test_the_number_shown_follows_the_region_of_the_callee(world: World):
    beijing = world.new_number(prefix="01055")

    call = await world.agent.dial(beijing)
    await call.wait_for("answered", 15)
    await call.hang_up()

    seen = world.seen(beijing)
    assert seen is not None
    assert seen.from_number.lstrip("+") == NUMBERS[2].lstrip("+")


async def test_a_rotating_rule_shows_one_number_after_the_other(world: World):
    await world.api.patch(world.path, {"caller_rule": {"kind": "rotating", "numbers": list(NUMBERS[:2])}})
    shown: list[str] = []

    async def both_were_shown() -> bool:
        number = world.new_number("003")
        call = await world.agent.dial(number)
        await call.wait_for("answered", 15)
        await call.hang_up()
        seen = world.seen(number)
        assert seen is not None
        shown.append(f"+{seen.from_number.lstrip('+')}")
        return set(NUMBERS[:2]) <= set(shown)

    try:
        # The rule reaches the media node as a snapshot: the first call or two may still go by the old one.
        assert await until(both_were_shown, 10), shown
    finally:
        await world.api.patch(world.path, {"caller_rule": caller_rule()})
    assert set(shown) <= set(NUMBERS)


@pytest.mark.parametrize(
    ("digits", "told", "ending"),
    [
        ("486", 486, "busy"),
        ("404", 404, "number-invalid"),
        ("410", 410, "number-invalid"),
        ("480", 480, "no-answer"),
        ("403", 403, "rejected"),
        ("603", 603, "rejected"),
    ],
)
async def test_a_refusal_of_the_callee_reaches_the_agent_and_the_record(
    world: World, digits: str, told: int, ending: str
):
    number = world.new_number(digits)

    call = await world.agent.dial(number)
    with pytest.raises(CallEndedError):
        await call.wait_for("answered", 20)

    assert call.final_code == told
    cdr = await world.cdr_to(number)
    assert cdr["ending"] == ending
    assert cdr["answered_ms"] is None
    assert cdr["recording_id"] is None


async def test_congestion_at_one_carrier_is_the_next_carriers_chance(world: World):
    number = world.new_number("503")

    call = await world.agent.dial(number)
    with pytest.raises(CallEndedError):
        await call.wait_for("answered", 20)

    # The number is one that every carrier refuses with 503: both were asked, the cheap one first.
    assert [record.dialled[-11:] for record in world.second_carrier.calls][-1] == number
    assert call.final_code == 503
    cdr = await world.cdr_to(number)
    assert cdr["ending"] == "upstream-failed"
    assert [leg["trunk_id"] for leg in cdr["legs"] if leg["role"] == "customer"] == ["carrier-a", "carrier-b"]


async def test_an_agent_who_gives_up_leaves_an_abandoned_call(world: World):
    number = world.new_number("009")
    call = await world.agent.dial(number)
    await call.wait_for("early-media", 10)

    await call.hang_up()

    assert (await world.cdr_to(number))["ending"] == "abandoned"
    seen = world.seen(number)
    assert seen is not None
    assert seen.line is not None
    await seen.line.wait_for("ended", 5)


async def test_an_agent_who_hangs_up_in_the_moment_of_the_answer_lets_the_customer_go(world: World):
    for behaviour in ("003", "100", "007"):
        number = world.new_number(behaviour)
        call = await world.agent.dial(number)
        await call.wait_for("answered", 15)

        await call.hang_up()

        seen = world.seen(number)
        assert seen is not None
        assert seen.line is not None
        await seen.line.wait_for("ended", 5)
        cdr = await world.cdr_to(number)
        assert cdr["ending"] in ("completed", "abandoned")


async def test_a_customer_who_hangs_up_ends_the_call(world: World):
    number = world.new_number("005")
    call = await world.agent.dial(number)
    await call.wait_for("answered", 15)

    await call.wait_for("ended", 10)

    assert call.ended_by == "remote"
    cdr = await world.cdr_to(number)
    assert cdr["ending"] == "completed"
    assert cdr["talk_seconds"] == pytest.approx(2.0, abs=0.5)


async def test_sites_talk_to_each_other_on_the_net_without_a_trunk(world: World):
    before = len(world.carrier.calls)

    call = await world.agent.dial(world.hq_phone.user)
    await call.wait_for("answered", 10)
    there = await world.hq_phone.wait_for_call()
    assert caller_uri_of(there) == f"sip:{world.agent.user}@{world.seed.domain}"
    await call.wait_for_tones({HQ_TONE_HZ}, ALL_TONES_HZ)
    await there.wait_for_tones({AGENT_TONE_HZ}, ALL_TONES_HZ)
    await call.hang_up()

    await there.wait_for("ended", 5)
    cdr = await world.cdr_where(lambda cdr: cdr["direction"] == "internal" and cdr["dialled"] == world.hq_phone.user)
    assert cdr["trunk_id"] is None
    assert cdr["recording_id"] is None
    assert len(world.carrier.calls) == before


async def test_headquarters_reaches_a_phone_behind_the_branch(world: World):
    drain(world.agent.incoming)

    call = await world.hq_phone.dial(world.agent.user)
    await call.wait_for("answered", 10)
    there = await world.agent.wait_for_call()
    assert caller_uri_of(there) == f"sip:{world.hq_phone.user}@{world.seed.domain}"
    await call.wait_for_tones({AGENT_TONE_HZ}, ALL_TONES_HZ)
    await there.wait_for_tones({HQ_TONE_HZ}, ALL_TONES_HZ)
    await there.hang_up()

    await call.wait_for("ended", 5)
    assert call.ended_by == "remote"


async def test_two_phones_of_the_branch_reach_each_other(world: World):
    drain(world.colleague.incoming)

    call = await world.agent.dial(world.colleague.user)
    await call.wait_for("answered", 10)
    there = await world.colleague.wait_for_call()
    await call.wait_for_tones({COLLEAGUE_TONE_HZ}, ALL_TONES_HZ)
    await there.wait_for_tones({AGENT_TONE_HZ}, ALL_TONES_HZ)
    await call.hang_up()

    await there.wait_for("ended", 5)


async def test_a_call_asked_for_by_click_rings_the_agent_and_then_the_customer(world: World):
    drain(world.agent.incoming)
    number = world.new_number()

    placed = await world.api.post(f"{world.path}/calls", {"extension": world.agent.user, "number": number})

    agent_call = await world.agent.wait_for_call()
    await agent_call.wait_for("answered", 10)

    async def customer_talks() -> bool:
        seen = world.seen(number)
        return seen is not None and seen.line is not None and seen.line.answered

    assert await until(customer_talks, 10)
    seen = world.seen(number)
    assert seen is not None
    assert seen.tone_hz is not None
    await agent_call.wait_for_tones({seen.tone_hz}, ALL_TONES_HZ)
    await listen(agent_call)
    # What the agent's phone was told of the customer: never the full number.
    assert agent_call.invite is not None
    assert number not in str(agent_call.invite.headers)

    await world.api.delete(f"{world.path}/calls/{placed['call_id']}")

    await agent_call.wait_for("ended", 5)
    cdr = await world.cdr_to(number)
    assert cdr["call_id"] == placed["call_id"]
    voices = await world.voices(cdr["recording_id"])
    assert voices.are(seen.tone_hz, AGENT_TONE_HZ), voices


async def test_a_customer_who_calls_a_number_of_hq_reaches_its_station(world: World):
    drain(world.colleague.incoming)
    await world.api.put(f"{world.path}/numbers/{NUMBERS[1]}/route", {"route_to": world.colleague.user})
    world.colleague.on_invite = answer_after(0.2)
    customer = f"+86{world.new_number()}"
    calls = []

    async def comes_through() -> bool:
        # The route reaches the media node as a snapshot; until then the number is not answered.
        call = await world.carrier.place_call(NUMBERS[1], customer, (world.plan.edge, 5060))
        calls.append(call)
        with contextlib.suppress(CallEndedError):
            await call.wait_for("answered", 10)
        return call.answered

    assert await until(comes_through, 10)
    agent_call = await world.colleague.wait_for_call()
    await calls[-1].wait_for_tones({COLLEAGUE_TONE_HZ}, ALL_TONES_HZ)
    assert agent_call.invite is not None
    assert customer.removeprefix("+86") not in str(agent_call.invite.headers)
    await calls[-1].hang_up()

    await agent_call.wait_for("ended", 5)
    cdr = await world.cdr_where(lambda cdr: cdr["number"] == customer and cdr["answered_ms"] is not None)
    assert cdr["direction"] == "inbound"
    assert cdr["caller_number"] == NUMBERS[1]
    assert cdr["recording_id"]


async def test_nothing_is_left_when_all_have_hung_up(world: World):
    assert await until(world.no_calls, 10), await world.live_calls()
    assert world.carrier.active == 0

    async def gaps() -> list[dict[str, Any]]:
        return await world.api.items(f"{world.path}/recordings/gaps", day=today())

    async def no_gap() -> bool:
        return not await gaps()

    assert await until(no_gap, 30, pause_seconds=0.5), await gaps()


def caller_uri_of(call: PhoneCall) -> str:
    """What the called phone keeps in its list of calls, and dials when its user calls back."""
    assert call.invite is not None
    return str(parse_address(call.invite.get("From")).uri)


def drain(queue: asyncio.Queue[Any]) -> None:
    while not queue.empty():
        queue.get_nowait()
