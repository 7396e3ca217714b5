"""Customers who are called back when it is their turn, on a real node: place, agent, customer, and nobody there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from lines_harness import ANA_HZ, BACK, LINE, SALES, Desk, line_node, talks_to
from media_harness import CUSTOMER, CUSTOMER_HZ, Node, hears, until, vouched_of

from callmodel.agents import AgentState
from simulators.call import PhoneCall
from simulators.phone import answer_after, reject_with


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    async with line_node(tmp_path) as made:
        yield made


@pytest.fixture
async def desk(node: Node) -> Desk:
    return Desk(node)


async def asked(node: Node) -> dict[str, object]:
    """A customer asks to be called back, and is gone: the record."""
    customer = await node.call_in(BACK)
    await customer.wait_for("ended", 15)
    record: dict[str, object] = await node.cdr()
    return record


async def answers(call: PhoneCall) -> None:
    await answer_after(0.2)(call)


async def customer_answers(call: PhoneCall) -> None:
    call.play_tone(CUSTOMER_HZ)
    await answer_after(0.2)(call)


async def test_the_place_waits_without_a_call_and_becomes_one_when_an_agent_is_free(node: Node, desk: Desk):
    record = await asked(node)
    assert (record["ending"], record["queue_id"]) == ("call-back", SALES) and record["call_back"]
    await until(lambda: desk.waiting_is(1))
    await until(lambda: is_idle(node))

    node.with_trunks({"1001": answers, "cheap": customer_answers}, hz=ANA_HZ)
    ana = await desk.sign_in("1001")
    station = await node.edge.wait_for_call()
    customer = await node.edge.wait_for_call()
    await hears(station, CUSTOMER_HZ)
    await talks_to(customer, ANA_HZ)
    await desk.becomes(ana, AgentState.TALKING)
    await customer.hang_up()
    back = await node.cdr(2)

    assert (back["call_id"], back["call_back"]) == (record["call_back"], record["call_id"])
    assert (back["direction"], back["ending"], back["number"]) == ("outbound", "completed", CUSTOMER)
    assert (back["agent_id"], back["queue_id"], back["extension"]) == (ana, SALES, "1001")
    assert vouched_of(customer)["caller"] == BACK, "the number that the customer rang"
    assert CUSTOMER not in str(station.invite) and back["recording_id"]
    await desk.becomes(ana, AgentState.READY)
    assert node.edge.incoming.empty()


async def test_a_customer_who_is_not_there_is_kept_for_another_try(node: Node, desk: Desk):
    record = await asked(node)
    node.with_trunks({"1001": answers, "cheap": reject_with(486)}, hz=ANA_HZ)

    ana = await desk.sign_in("1001")
    station = await node.edge.wait_for_call()
    await station.wait_for("ended", 15)
    back = await node.cdr(2)

    assert (back["ending"], back["missed"], back["call_back"]) == ("busy", None, record["call_id"])
    await desk.becomes(ana, AgentState.READY)
    [kept] = await node.redis.hvals("{pool:hq}:callbacks")
    assert '"tries": 1' in kept and str(back["call_id"]) not in kept


async def test_a_conductor_that_dies_leaves_the_place_to_its_successor(node: Node, desk: Desk):
    record = await asked(node)
    await until(lambda: desk.waiting_is(1))
    node.processes["conductor"].kill()
    node.start_conductor()

    node.with_trunks({"1001": answers, "cheap": answers}, hz=ANA_HZ)
    await desk.sign_in("1001")
    await node.edge.wait_for_call(20)
    customer = await node.edge.wait_for_call(20)
    await until(lambda: customer.answered)
    await customer.hang_up()

    assert (await node.cdr(2))["call_back"] == record["call_id"]


async def test_nobody_is_called_back_who_hides_the_number(node: Node, desk: Desk):
    customer = await node.call_in(BACK, told={"withheld": "1"})
    await customer.wait_for("ended", 15)

    assert (await node.cdr())["call_back"] is None
    assert await node.redis.exists("{pool:hq}:callbacks") == 0


async def test_a_number_of_a_far_country_is_looked_at_by_people_first(node: Node, desk: Desk):
    customer = await node.call_in(BACK, caller="+2526112345")
    await customer.wait_for("ended", 15)

    record = await node.cdr()
    assert (record["ending"], record["call_back"]) == ("call-back", None)
    assert await node.redis.exists("{pool:hq}:callbacks") == 0


async def test_who_rings_meanwhile_waits_behind_the_place_that_is_kept(node: Node, desk: Desk):
    record = await asked(node)
    await until(lambda: desk.waiting_is(1))
    caller = await node.call_in(LINE)
    await until(lambda: desk.waiting_is(2))
    node.with_trunks({"1001": answers, "cheap": answers}, hz=ANA_HZ)

    await desk.sign_in("1001")
    await node.edge.wait_for_call()
    called_back = await node.edge.wait_for_call()
    await until(lambda: called_back.answered)
    assert await desk.waiting_is(1)
    await called_back.hang_up()
    await talks_to(caller, ANA_HZ, 15)
    await caller.hang_up()

    ended = [fact["body"] for fact in await until(lambda: three_of(node))]
    assert [each["call_back"] for each in ended[1:]] == [record["call_id"], None]


async def is_idle(node: Node) -> bool:
    return bool((await node.health())["calls"] == 0)


async def three_of(node: Node) -> list[dict[str, object]]:
    ended = await node.of_kind("call.ended")
    return ended if len(ended) == 3 else []
