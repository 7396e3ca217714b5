"""How calls that come to nothing end: what the caller is told, and what the record says."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from media_harness import BLOCK, CUSTOMER, CUSTOMER_HZ, Node, hears, running, talking, until

from simulators.phone import answer_after, reject_with, ring_forever


@pytest.mark.parametrize(
    ("carrier_says", "agent_hears", "ending"),
    [
        (486, 486, "busy"),
        (404, 404, "number-invalid"),
        (410, 410, "number-invalid"),
        (480, 480, "no-answer"),
        (403, 403, "rejected"),
        (603, 603, "rejected"),
        (488, 488, "media-unusable"),
        (606, 488, "media-unusable"),
    ],
)
async def test_callee_s_refusal_reaches_the_agent(node: Node, carrier_says: int, agent_hears: int, ending: str):
    node.with_trunks({"cheap": reject_with(carrier_says)})

    agent = await node.dial("13812345678")
    await agent.wait_for("ended")
    cdr = await node.cdr()

    assert agent.final_code == agent_hears
    assert cdr["ending"] == ending
    assert cdr["legs"][-1]["sip_code"] == carrier_says


@pytest.mark.parametrize("of", ["a station", "a carrier"])
async def test_call_whose_sound_the_edge_does_not_take_is_refused_and_recorded(node: Node, of: str):
    call = await (node.dial("13812345678", refused="1") if of == "a station" else node.call_in(told={"refused": "1"}))
    await call.wait_for("ended")
    cdr = await node.cdr()

    assert call.final_code == 488
    assert (cdr["ending"], cdr["ending_class"], cdr["answered_ms"]) == ("media-unusable", "client", None)
    assert len(cdr["legs"]) == 1 and node.edge.incoming.empty()


async def test_next_trunk_is_tried_when_the_first_fails(node: Node):
    node.with_trunks({"cheap": reject_with(503), "dear": answer_after(0.0)})

    agent = await node.dial("13812345678")
    await agent.wait_for("answered")
    await hears(agent, CUSTOMER_HZ)
    await agent.hang_up()
    cdr = await node.cdr()

    assert cdr["trunk_id"] == "dear"
    assert [leg["trunk_id"] for leg in cdr["legs"]] == [None, "cheap", "dear"]
    assert cdr["legs"][1]["sip_code"] == 503


async def test_all_trunks_fail(node: Node):
    node.with_trunks({"cheap": reject_with(503), "dear": reject_with(500)})

    agent = await node.dial("13812345678")
    await agent.wait_for("ended")

    assert agent.final_code == 503
    assert (await node.cdr())["ending"] == "upstream-failed"


@pytest.mark.parametrize(
    ("dialled", "more", "code", "ending"),
    [
        ("abc", {}, 484, "number-undiallable"),
        ("1", {}, 484, "number-undiallable"),
        ("1999", {}, 404, "extension-unknown"),
        ("13812345678", {"caller": "+862199999999"}, 403, "caller-number-unknown"),
    ],
)
async def test_what_can_not_be_dialled_is_refused(
    node: Node, dialled: str, more: dict[str, str], code: int, ending: str
):
    agent = await node.dial(dialled, **more)
    await agent.wait_for("ended")

    assert agent.final_code == code
    assert (await node.cdr())["ending"] == ending


async def test_caller_gives_up(node: Node):
    node.with_trunks({"cheap": ring_forever})

    agent = await node.dial("13812345678")
    customer = await node.edge.wait_for_call()
    await agent.wait_for("ringing")
    await agent.cancel()
    await customer.wait_for("ended")
    cdr = await node.cdr()

    assert cdr["ending"] == "abandoned"
    assert await until(lambda: not node.edge.calls)


async def test_nobody_answers_in_time(node: Node):
    node.with_trunks({"cheap": ring_forever})

    agent = await node.dial("13812345678")
    await agent.wait_for("ended", 15)

    assert agent.final_code == 480
    assert (await node.cdr())["ending"] == "no-answer"


@pytest.fixture
async def hasty_node(tmp_path: Path) -> AsyncIterator[Node]:
    """Gives a side up that is silent for two seconds, or six on hold."""
    times = {"TRUNKLINE_RTP_TIMEOUT_SECONDS": "2", "TRUNKLINE_RTP_HOLD_TIMEOUT_SECONDS": "6"}
    async with running(Node(tmp_path, BLOCK, **times)) as made:
        yield made


async def test_side_that_is_not_heard_any_more_ends_the_call_and_later_when_it_holds(hasty_node: Node):
    async def seconds_to_end(*, holds: bool) -> float:
        agent, customer = await talking(hasty_node)
        if holds:
            await agent.hold()
        agent.media.endpoint.quiet = True
        begun = time.monotonic()
        # As with an edge that has gone: neither side has said BYE.
        ended = await customer.wait_for("ended", 12)
        assert customer.ended_by == "remote"
        return ended - begun

    assert 1.5 < await seconds_to_end(holds=False) < 5
    first = await hasty_node.cdr()
    assert 5.5 < await seconds_to_end(holds=True) < 11
    second = await hasty_node.cdr(2)
    assert [first["ending"], second["ending"]] == ["media-timeout", "media-timeout"]
    assert [first["hung_up_by"], second["hung_up_by"]] == ["system", "system"]


async def test_who_says_goodbye_with_the_cause_of_a_time_out_has_hung_up(node: Node):
    agent, customer = await talking(node)

    await agent.hang_up(reason="Q.850;cause=44")
    await customer.wait_for("ended")

    cdr = await node.cdr()
    assert (cdr["ending"], cdr["hung_up_by"]) == ("completed", "agent")


async def test_inbound_call_to_a_number_that_nobody_holds(node: Node):
    caller = await node.call_in("+862155559999")
    await caller.wait_for("ended")

    assert caller.final_code == 404
    assert not await node.facts()


async def test_station_that_is_not_there(node: Node):
    node.with_trunks({"1001": reject_with(480)})

    caller = await node.call_in()
    await caller.wait_for("ended")
    cdr = await node.cdr()

    assert caller.final_code == 480
    assert cdr["number"] == CUSTOMER
    assert cdr["ending"] in ("station-unreachable", "no-answer")
