"""A call of many parties on a real Asterisk: who hears whom, told by tones, in each mode and each direction."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from media_harness import (
    ACME,
    AGENT_HZ,
    COLLEAGUE_HZ,
    CUSTOMER_HZ,
    HQ_NUMBER,
    Node,
    talking,
    until,
    vouched_of,
)
from recordings import channels_of

from callmodel import keys
from callmodel.codec import to_wire
from callmodel.facts import ConsultStep
from callmodel.ids import CallId, Extension, LegId, NodeId, TrunkId
from callmodel.rooms import Mode
from callmodel.wire import (
    CallOrder,
    ConsultCall,
    HoldCall,
    JoinCall,
    PauseRecordingOfCall,
    PickUpCall,
    ReleaseParty,
    SuperviseCall,
    TakeOverCall,
    TurnConsult,
)
from simulators.call import PhoneCall
from simulators.g711 import Samples
from simulators.phone import answer_after, reject_with
from simulators.tones import dominant_tones, level_dbfs

BEN, CLEO = Extension("1002"), Extension("1003")
MOBILE, MOBILE_HZ = "013900001111", 1300
SUPERVISOR_HZ = 1700
TONES = (AGENT_HZ, CUSTOMER_HZ, COLLEAGUE_HZ, MOBILE_HZ, SUPERVISOR_HZ)
MUSIC_DBFS, VOICE_DBFS = -45.0, -18.0

Behaviour = Callable[[PhoneCall], Awaitable[None]]


async def order(node: Node, message: CallOrder) -> None:
    await node.redis.xadd(keys.node_orders(NodeId("media-1")), {"m": json.dumps(to_wire(message))})


async def call_of(node: Node) -> CallId:
    return CallId((await until(lambda: node.of_kind("call.answered")))[0]["body"]["call_id"])


async def hear(call: PhoneCall, *tones: int) -> None:
    """Wait until a party hears just these tones of all that are in use."""
    await call.wait_for_tones(set(tones), TONES, timeout=8.0)


def forget(*calls: PhoneCall) -> None:
    """Let what is heard from now on stand alone."""
    for call in calls:
        call.media.endpoint.reception.forget()


async def hears_music(call: PhoneCall) -> None:
    forget(call)

    def music_alone() -> bool:
        heard = call.heard(0.5)
        return len(heard) >= 4000 and level_dbfs(heard) > MUSIC_DBFS and not call.heard_tones(TONES, 0.5)

    await until(music_alone)


def speaking(*speakers: tuple[str, int | None], late: float = 0.1) -> dict[str, Behaviour]:
    """Each station or trunk that is called, with what it speaks."""

    def answering(hz: int | None) -> Behaviour:
        async def answer(call: PhoneCall) -> None:
            call.play_tone(hz)
            await answer_after(late)(call)

        return answer

    return {name: answering(hz) for name, hz in speakers}


def voices(channel: Samples) -> list[set[int]]:
    """Who is heard in a channel, one after the other; music is nobody, and is softer than a voice."""
    found: list[set[int]] = []
    for start in range(0, len(channel) - 2000, 2000):
        piece = channel[start : start + 2000]
        heard = dominant_tones(piece, 8000, TONES) if level_dbfs(piece) > VOICE_DBFS else set()
        if not found or found[-1] != heard:
            found.append(heard)
    return found


async def consulting(node: Node) -> tuple[CallId, PhoneCall, PhoneCall, PhoneCall]:
    agent, customer = await talking(node)
    call_id = await call_of(node)
    node.with_trunks(speaking(("1002", COLLEAGUE_HZ)))
    await order(node, ConsultCall(call_id, ACME, BEN))
    colleague = await node.edge.wait_for_call()
    await hears_music(customer)
    await hear(agent, COLLEAGUE_HZ)
    await hear(colleague, AGENT_HZ)
    return call_id, agent, customer, colleague


async def test_a_consult_is_swapped_and_completed_with_one_continuous_recording(node: Node):
    call_id, agent, customer, colleague = await consulting(node)

    await order(node, TurnConsult(call_id, ACME, ConsultStep.SWAP))
    await hears_music(colleague)
    await hear(customer, AGENT_HZ)
    await hear(agent, CUSTOMER_HZ)
    await order(node, TurnConsult(call_id, ACME, ConsultStep.SWAP))
    await hears_music(customer)
    await hear(agent, COLLEAGUE_HZ)
    await order(node, TurnConsult(call_id, ACME, ConsultStep.COMPLETE))
    await agent.wait_for("ended")
    await hear(customer, COLLEAGUE_HZ)
    await hear(colleague, CUSTOMER_HZ)
    await colleague.hang_up()
    cdr = await node.cdr()

    assert cdr["ending"] == "completed"
    assert [leg["extension"] for leg in cdr["legs"]] == ["1001", None, "1002"]
    (spooled,) = await until(lambda: node.of_kind("recording.spooled"))
    first, second, seconds = channels_of(spooled["body"]["path"])
    # The agent and the colleague spoke while the customer held: nothing of it may be in what he heard.
    assert voices(second) == [{AGENT_HZ}, set(), {AGENT_HZ}, set(), {COLLEAGUE_HZ}]
    assert dominant_tones(first, 8000, TONES) == {CUSTOMER_HZ}
    assert abs(seconds - cdr["talk_seconds"]) < 0.5


async def test_a_cancelled_consult_brings_the_customer_back(node: Node):
    call_id, agent, customer, colleague = await consulting(node)

    await order(node, TurnConsult(call_id, ACME, ConsultStep.CANCEL))
    await colleague.wait_for("ended")
    await hear(customer, AGENT_HZ)
    await hear(agent, CUSTOMER_HZ)
    await agent.hang_up()

    assert (await node.cdr())["ending"] == "completed"


async def test_an_agent_who_hangs_up_in_a_consult_hands_the_customer_over(node: Node):
    _, agent, customer, colleague = await consulting(node)

    await agent.hang_up()
    await hear(customer, COLLEAGUE_HZ)
    await hear(colleague, CUSTOMER_HZ)
    await customer.hang_up()

    assert (await node.cdr())["ending"] == "completed"


async def test_a_consult_with_a_mobile_becomes_a_conference_and_each_trunk_is_given_back(node: Node):
    agent, customer = await talking(node)
    call_id = await call_of(node)
    node.with_trunks(speaking(("cheap", MOBILE_HZ)))

    await order(node, ConsultCall(call_id, ACME, MOBILE))
    mobile = await node.edge.wait_for_call()
    await hear(agent, MOBILE_HZ)
    await hears_music(customer)
    held = await node.redis.zrange(keys.trunk_channels(TrunkId("cheap")), 0, -1)
    await order(node, TurnConsult(call_id, ACME, ConsultStep.CONFERENCE))
    await hear(agent, CUSTOMER_HZ, MOBILE_HZ)
    await hear(customer, AGENT_HZ, MOBILE_HZ)
    await hear(mobile, AGENT_HZ, CUSTOMER_HZ)
    await agent.hang_up()
    await hear(mobile, CUSTOMER_HZ)
    await mobile.hang_up()
    cdr = await node.cdr()

    assert set(held) == {f"{call_id}-2", f"{call_id}-3"}
    assert vouched_of(mobile)["caller"] == HQ_NUMBER
    assert await node.redis.zcard(keys.trunk_channels(TrunkId("cheap"))) == 0
    assert [leg["role"] for leg in cdr["legs"]] == ["agent", "customer", "outside"]
    assert {leg["trunk_id"] for leg in cdr["legs"]} == {None, "cheap"}


async def test_a_transfer_to_an_outside_number_by_refer(node: Node):
    agent, customer = await talking(node)
    node.with_trunks(speaking(("cheap", MOBILE_HZ)))

    await agent.transfer(f"sip:{MOBILE}@{node.address}")
    mobile = await node.edge.wait_for_call()
    await until(lambda: agent.ended)
    await hear(customer, MOBILE_HZ)
    await hear(mobile, CUSTOMER_HZ)
    await customer.hang_up()
    await mobile.wait_for("ended")

    assert (await node.cdr())["ending"] == "completed"


async def test_colleagues_hand_over_by_refer(node: Node):
    node.with_trunks(speaking(("1002", COLLEAGUE_HZ), ("1003", MOBILE_HZ)))
    agent = await node.dial(BEN)
    colleague = await node.edge.wait_for_call()
    await hear(agent, COLLEAGUE_HZ)

    status = await colleague.transfer(f"sip:{CLEO}@{node.address}")
    third = await node.edge.wait_for_call()
    await until(lambda: colleague.ended)
    await hear(agent, MOBILE_HZ)
    await hear(third, AGENT_HZ)
    await agent.hang_up()

    assert status == 200
    assert [leg["extension"] for leg in (await node.cdr())["legs"]] == ["1001", "1002", "1003"]


@pytest.mark.parametrize("to, code", [("1002", 486), ("1999", 404)])
async def test_a_transfer_that_fails_tells_the_phone_and_leaves_the_customer(node: Node, to: str, code: int):
    agent, customer = await talking(node)
    node.with_trunks({"1002": reject_with(code)})

    status = await agent.transfer(f"sip:{to}@{node.address}")
    await hear(customer, AGENT_HZ)
    await hear(agent, CUSTOMER_HZ)
    await agent.hang_up()

    assert status == code
    assert (await node.cdr())["ending"] == "completed"


async def test_hold_and_back_by_order(node: Node):
    agent, customer = await talking(node)
    call_id = await call_of(node)

    await order(node, HoldCall(call_id, ACME, held=True))
    await hears_music(customer)
    forget(agent)
    await hears_music(customer)
    assert agent.heard_tones(TONES) == set()
    await order(node, HoldCall(call_id, ACME, held=False))
    await hear(customer, AGENT_HZ)
    await hear(agent, CUSTOMER_HZ)
    await agent.hang_up()

    assert (await node.cdr())["ending"] == "completed"


async def test_a_conference_of_ten_in_which_each_hears_each(node: Node):
    agent, customer = await talking(node)
    call_id = await call_of(node)
    node.with_trunks(speaking(("cheap", None), ("1002", None), ("1003", None), late=0.0))
    parties = [agent, customer]
    for place in range(8):
        await order(node, JoinCall(call_id, ACME, (BEN, CLEO, MOBILE)[place % 3]))
        parties.append(await node.edge.wait_for_call())
        await parties[-1].wait_for("answered")
    for party in parties:
        party.play_tone(None)

    for place, speaker in enumerate(parties):
        # Another tone than the speaker's before, whose last packets are still on their way.
        own_hz = (SUPERVISOR_HZ, MOBILE_HZ)[place % 2]
        forget(*parties)
        speaker.play_tone(own_hz)
        others = [party for party in parties if party is not speaker]
        await asyncio.gather(*(hear(party, own_hz) for party in others))
        assert own_hz not in speaker.heard_tones(TONES), "nobody hears himself"
        speaker.play_tone(None)
    legs = (await node.facts())[-1]["body"]["legs"]
    await order(node, ReleaseParty(call_id, ACME, LegId(f"{call_id}-3")))
    await parties[2].wait_for("ended")
    for party in parties[3:]:
        await party.hang_up()
    await agent.hang_up()
    cdr = await node.cdr()

    assert isinstance(legs, list) and len(legs) == 10
    assert (cdr["ending"], len(cdr["legs"])) == ("completed", 10)
    assert await node.redis.zcard(keys.trunk_channels(TrunkId("cheap"))) == 0


async def test_a_supervisor_listens_whispers_barges_in_and_takes_over(node: Node):
    agent, customer = await talking(node)
    call_id = await call_of(node)
    node.with_trunks(speaking(("1003", SUPERVISOR_HZ)))

    await order(node, SuperviseCall(call_id, ACME, CLEO, Mode.LISTENING))
    supervisor = await node.edge.wait_for_call()
    await hear(supervisor, AGENT_HZ, CUSTOMER_HZ)
    await hear(agent, CUSTOMER_HZ)
    await hear(customer, AGENT_HZ)

    await order(node, SuperviseCall(call_id, ACME, CLEO, Mode.WHISPERING))
    await hear(agent, CUSTOMER_HZ, SUPERVISOR_HZ)
    await hear(supervisor, AGENT_HZ, CUSTOMER_HZ)
    await hear(customer, AGENT_HZ)

    await order(node, SuperviseCall(call_id, ACME, CLEO, Mode.TALKING))
    await hear(customer, AGENT_HZ, SUPERVISOR_HZ)
    await hear(agent, CUSTOMER_HZ, SUPERVISOR_HZ)
    await hear(supervisor, AGENT_HZ, CUSTOMER_HZ)

    await order(node, TakeOverCall(call_id, ACME, CLEO))
    await agent.wait_for("ended")
    await hear(customer, SUPERVISOR_HZ)
    await hear(supervisor, CUSTOMER_HZ)
    await customer.hang_up()
    await supervisor.wait_for("ended")
    cdr = await node.cdr()

    (spooled,) = await until(lambda: node.of_kind("recording.spooled"))
    _, second, _ = channels_of(spooled["body"]["path"])
    # Alone, then both, then the supervisor alone: what was whispered is not in the recording.
    assert voices(second) == [{AGENT_HZ}, {AGENT_HZ, SUPERVISOR_HZ}, {SUPERVISOR_HZ}]
    assert [leg["role"] for leg in cdr["legs"]] == ["agent", "customer", "supervisor"]


async def test_a_listener_who_leaves_disturbs_nobody_and_leaves_nothing(node: Node):
    agent, customer = await talking(node)
    call_id = await call_of(node)
    node.with_trunks(speaking(("1003", SUPERVISOR_HZ)))
    await order(node, SuperviseCall(call_id, ACME, CLEO, Mode.LISTENING))
    supervisor = await node.edge.wait_for_call()
    await hear(supervisor, AGENT_HZ, CUSTOMER_HZ)

    await supervisor.hang_up()
    await hear(agent, CUSTOMER_HZ)
    await customer.hang_up()
    await node.cdr()

    assert "stray leg" not in node.log("conductor")


async def test_a_call_that_rings_is_picked_up_elsewhere(node: Node):
    node.with_trunks(speaking(("1002", COLLEAGUE_HZ)) | {"1001": answer_after(30.0)})
    customer = await node.call_in()
    ringing = await node.edge.wait_for_call()
    call_id = CallId((await until(lambda: node.of_kind("call.started")))[0]["body"]["call_id"])

    await order(node, PickUpCall(call_id, ACME, BEN))
    colleague = await node.edge.wait_for_call()
    await until(lambda: ringing.ended)
    await hear(customer, COLLEAGUE_HZ)
    await hear(colleague, CUSTOMER_HZ)
    await colleague.hang_up()
    cdr = await node.cdr()

    assert (cdr["ending"], cdr["extension"]) == ("completed", "1002")


async def test_a_paused_recording_keeps_time_and_no_word(node: Node):
    agent, customer = await talking(node)
    call_id = await call_of(node)

    await order(node, PauseRecordingOfCall(call_id, ACME, paused=True))
    agent.play_tone(SUPERVISOR_HZ)
    await hear(customer, SUPERVISOR_HZ)
    agent.play_tone(AGENT_HZ)
    await hear(customer, AGENT_HZ)
    await order(node, PauseRecordingOfCall(call_id, ACME, paused=False))
    customer.play_tone(MOBILE_HZ)
    await hear(agent, MOBILE_HZ)
    await agent.hang_up()
    cdr = await node.cdr()

    (spooled,) = await until(lambda: node.of_kind("recording.spooled"))
    first, second, seconds = channels_of(spooled["body"]["path"])
    pieces = [second[start : start + 2000] for start in range(0, len(second) - 2000, 2000)]
    assert not any(SUPERVISOR_HZ in dominant_tones(piece, 8000, TONES) for piece in pieces)
    assert any(level_dbfs(piece) < -60 for piece in pieces)
    assert MOBILE_HZ in dominant_tones(first[-4000:], 8000, TONES)
    assert abs(seconds - cdr["talk_seconds"]) < 0.5
