"""What may happen while people talk, or just before: early media, hold, transfer, click-to-dial."""

import asyncio
import json
import time

import pytest
from media_harness import ACME, AGENT_HZ, COLLEAGUE_HZ, CUSTOMER_HZ, HQ_NUMBER, TONES, Node, hears, until, vouched_of
from recordings import channels_of

from callmodel import keys
from callmodel.codec import to_wire
from callmodel.ids import CallId, Extension, NodeId, SiteId, uuid7
from callmodel.wire import EndCall, PlaceCall, TransferCall
from simulators.call import PhoneCall
from simulators.g711 import Samples
from simulators.phone import answer_after, reject_with
from simulators.tones import level_dbfs, loudest_tones

NODE = NodeId("media-1")
MUSIC_DBFS = -45.0
RINGING_HZ = 450


async def order(node: Node, message: PlaceCall | EndCall | TransferCall) -> None:
    await node.redis.xadd(keys.node_orders(NODE), {"m": json.dumps(to_wire(message))})


async def talking(node: Node) -> tuple[PhoneCall, PhoneCall]:
    """Bring an agent and a customer together, and return them."""
    node.with_trunks({"cheap": answer_after(0.0), "1001": answer_after(0.0), "1002": answer_after(0.3)})
    agent = await node.dial("13812345678")
    customer = await node.edge.wait_for_call()
    await hears(agent, CUSTOMER_HZ)
    await hears(customer, AGENT_HZ)
    return agent, customer


def tones_over_time(samples: Samples) -> set[int]:
    """Return all tones of a channel in which one follows the other."""
    pieces = [samples[start : start + 2000] for start in range(0, len(samples) - 2000, 2000)]
    return {hz for piece in pieces for hz in loudest_tones(piece, 8000) if hz in TONES}


async def recording(node: Node) -> tuple[set[int], set[int], float]:
    """Return the tones of both channels, customer first, and the seconds."""
    spooled = (await until(lambda: node.of_kind("recording.spooled")))[0]["body"]
    first, second, seconds = channels_of(spooled["path"])
    return tones_over_time(first), tones_over_time(second), seconds


async def test_ringback_of_the_carrier_is_heard_before_the_answer(node: Node):
    async def play_first(call: PhoneCall) -> None:
        call.play_tone(425)
        call.progress()
        await hears(call, AGENT_HZ)
        call.play_tone(CUSTOMER_HZ)
        call.answer()

    node.with_trunks({"cheap": play_first})

    agent = await node.dial("13812345678")
    await agent.wait_for("early-media")
    await hears(agent, 425)
    await agent.wait_for("answered")
    await hears(agent, CUSTOMER_HZ)
    await agent.hang_up()
    cdr = await node.cdr()

    assert 183 in agent.provisionals
    assert cdr["ending"] == "completed"


@pytest.mark.parametrize("order", [("183",), ("183", "180"), ("180", "183")])
async def test_183_that_brings_no_sound_is_heard_as_ringing(node: Node, order: tuple[str, ...]):
    told = asyncio.Event()

    async def say(call: PhoneCall) -> None:
        for status in order:
            {"180": call.ring, "183": call.progress_in_silence}[status]()
            await until(lambda: len(agent.provisionals) > 1)
        await told.wait()
        call.answer()

    node.with_trunks({"cheap": say})
    agent = await node.dial("13812345678")
    await agent.wait_for("ringing")
    told.set()
    await hears(agent, CUSTOMER_HZ)

    assert list(agent.provisionals)[:2] == [100, 180]


async def test_answered_agent_hears_ringing_where_183_brings_no_sound(node: Node):
    answer = asyncio.Event()

    async def progress(call: PhoneCall) -> None:
        call.progress_in_silence()
        await answer.wait()
        call.answer()

    node.with_trunks({"1001": answer_after(0.0), "cheap": progress})
    call_id = CallId(uuid7(time.time_ns() // 1_000_000, 7))
    await order(node, PlaceCall(call_id, ACME, Extension("1001"), SiteId("branch-1"), "013812345678", "user-1"))
    agent = await node.edge.wait_for_call()

    await agent.wait_for_tones({RINGING_HZ}, [RINGING_HZ, CUSTOMER_HZ], seconds=0.4)
    answer.set()
    await hears(agent, CUSTOMER_HZ)


@pytest.mark.parametrize("who", ["a phone that calls", "an agent who is there already"])
async def test_ring_is_heard_while_early_media_brings_no_packet(node: Node, who: str):
    go_on = asyncio.Queue[None]()

    async def early(call: PhoneCall) -> None:
        call.media.endpoint.quiet = True
        call.progress()
        for quiet in (False, True, False):
            await go_on.get()
            call.media.endpoint.quiet = quiet
        call.play_tone(COLLEAGUE_HZ)
        call.answer()

    node.with_trunks({"1001": answer_after(0.0), "cheap": early})
    if who == "a phone that calls":
        agent = await node.dial("13812345678")
    else:
        call_id = CallId(uuid7(time.time_ns() // 1_000_000, 7))
        await order(node, PlaceCall(call_id, ACME, Extension("1001"), SiteId("branch-1"), "013812345678", "user-1"))
        agent = await node.edge.wait_for_call()

    for heard in (RINGING_HZ, CUSTOMER_HZ, RINGING_HZ):
        await agent.wait_for_tones({heard}, (RINGING_HZ, CUSTOMER_HZ), seconds=0.4)
        go_on.put_nowait(None)
    await agent.wait_for("answered")
    await hears(agent, COLLEAGUE_HZ)


async def test_inbound_call_rings_the_station_and_shows_no_full_number(node: Node):
    node.with_trunks({"1001": answer_after(0.2)}, hz=AGENT_HZ)

    customer = await node.call_in()
    station = await node.edge.wait_for_call()
    await hears(customer, AGENT_HZ)
    await hears(station, CUSTOMER_HZ)
    await customer.hang_up()
    first, second, _ = await recording(node)

    assert "13812345678" not in station.invite.to_bytes().decode()
    assert vouched_of(station)["target"] == "station"
    assert station.invite.uri == "sip:1001@acme.trunkline.test"
    assert first == {CUSTOMER_HZ} and second == {AGENT_HZ}


async def test_held_customer_hears_the_agent_again_in_one_recording(node: Node):
    agent, customer = await talking(node)

    await agent.hold()
    await until(lambda: AGENT_HZ not in customer.heard_tones([AGENT_HZ], 0.5))
    await until(lambda: level_dbfs(customer.heard(0.5)) > MUSIC_DBFS)
    await agent.unhold()
    await hears(customer, AGENT_HZ)
    await agent.hang_up()
    _, _, seconds = await recording(node)
    cdr = await node.cdr()

    assert abs(seconds - cdr["talk_seconds"]) < 0.5
    assert len(await node.of_kind("recording.spooled")) == 1


async def test_each_change_is_told_at_once_with_who_is_on_the_call_now(node: Node):
    agent, customer = await talking(node)

    async def picture() -> list[tuple[str | None, str, bool]]:
        """Who is on the call by the latest version: extension, state, and whether the others are on hold."""
        latest = max(await node.facts(), key=lambda fact: int(fact["body"].get("version", 0)))["body"]
        return [(leg["extension"], leg["state"], leg["held"]) for leg in latest["legs"]]

    async def shows(*legs: tuple[str | None, str, bool]) -> None:
        async def shown() -> bool:
            return await picture() == list(legs)

        await until(shown)

    await agent.hold()
    await shows(("1001", "answered", True), (None, "answered", False))
    await agent.unhold()
    await shows(("1001", "answered", False), (None, "answered", False))
    call_id = CallId((await node.of_kind("call.answered"))[0]["body"]["call_id"])
    await order(node, TransferCall(call_id, ACME, Extension("1002")))
    await agent.wait_for("ended")
    await shows(("1001", "ended", False), (None, "answered", False), ("1002", "answered", False))
    await customer.hang_up()
    cdr = await node.cdr()

    facts = [fact for fact in await node.facts() if fact["kind"].startswith("call.")]
    assert [fact["body"]["version"] for fact in facts] == list(range(1, len(facts) + 1))
    assert [fact["fact_id"] for fact in facts] == [f"{call_id}:{n}" for n in range(1, len(facts) + 1)]
    assert (cdr["transferred_by"], cdr["hung_up_by"], cdr["extension"]) == ("1001", "customer", "1001")
    assert cdr["hold_seconds"] > 0 and cdr["cost_micros"] == cdr["legs"][1]["cost_micros"] > 0
    assert cdr["legs"][1]["cost_per_minute"] == 0.1


async def test_transfer_keeps_the_customer_and_one_recording(node: Node):
    agent, customer = await talking(node)
    call_id = CallId((await node.of_kind("call.answered"))[0]["body"]["call_id"])

    await order(node, TransferCall(call_id, ACME, Extension("1002")))
    colleague = await node.edge.wait_for_call()
    await agent.wait_for("ended")
    await hears(customer, COLLEAGUE_HZ)
    await hears(colleague, CUSTOMER_HZ)
    await colleague.hang_up()
    await customer.wait_for("ended")
    first, second, _ = await recording(node)
    cdr = await node.cdr()

    assert [leg["extension"] for leg in cdr["legs"]] == ["1001", None, "1002"]
    assert first == {CUSTOMER_HZ}
    assert second == {AGENT_HZ, COLLEAGUE_HZ}
    assert len(await node.of_kind("recording.spooled")) == 1


async def test_desk_phone_transfers_by_refer(node: Node):
    agent, customer = await talking(node)

    await agent.transfer(f"sip:1002@{node.address}")
    colleague = await node.edge.wait_for_call()
    await hears(customer, COLLEAGUE_HZ)
    await hears(colleague, CUSTOMER_HZ)
    await until(lambda: agent.ended)
    await colleague.hang_up()
    cdr = await node.cdr()

    assert [leg["extension"] for leg in cdr["legs"]] == ["1001", None, "1002"]
    assert cdr["ending"] == "completed"


async def test_click_to_dial_rings_the_agent_first_and_only_once(node: Node):
    node.with_trunks({"1001": answer_after(0.1), "cheap": answer_after(0.1)})
    call_id = CallId(uuid7(time.time_ns() // 1_000_000, 7))
    click = PlaceCall(call_id, ACME, Extension("1001"), SiteId("branch-1"), "013812345678", "user-1")

    await order(node, click)
    await order(node, click)
    agent = await node.edge.wait_for_call()
    customer = await node.edge.wait_for_call()
    await until(lambda: customer.answered)
    await hears(agent, CUSTOMER_HZ)
    await order(node, EndCall(call_id, ACME, "ana"))
    await agent.wait_for("ended")
    await customer.wait_for("ended")
    cdr = await node.cdr()

    assert node.edge.incoming.empty()
    assert vouched_of(customer)["caller"] == HQ_NUMBER
    assert "13812345678" not in agent.invite.to_bytes().decode()
    assert (cdr["call_id"], cdr["ending"], cdr["asked_by"]) == (call_id, "completed", "user-1")
    assert (cdr["hung_up_by"], cdr["ended_by"]) == ("user", "ana")
    assert await node.redis.get(keys.call_owner(ACME, call_id)) == NODE


async def test_transfer_to_a_busy_colleague_leaves_the_customer_with_the_agent(node: Node):
    agent, customer = await talking(node)
    node.with_trunks({"1002": reject_with(486)})

    status = await agent.transfer(f"sip:1002@{node.address}")
    await hears(customer, AGENT_HZ)
    await hears(agent, CUSTOMER_HZ)
    await agent.hang_up()
    cdr = await node.cdr()

    assert status >= 400
    assert (cdr["ending"], len(cdr["legs"])) == ("completed", 3)
