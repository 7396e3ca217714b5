"""Callers in line on a real node: music, offers, answers, and agents' states that are true."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from lines_harness import ANA_HZ, CARA, LINE, MENU, SALES, Desk, hears_music, line_node, now_ms, talks_to
from media_harness import COLLEAGUE_HZ, CUSTOMER, CUSTOMER_HZ, Node, hears, until

from callmodel.agents import AgentState
from callmodel.directory import HQ
from callmodel.today import Today
from simulators.call import PhoneCall
from simulators.phone import answer_after, reject_with


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    async with line_node(tmp_path) as made:
        yield made


@pytest.fixture
async def desk(node: Node) -> Desk:
    return Desk(node)


async def test_a_caller_is_put_through_to_the_agent_who_is_free(node: Node, desk: Desk):
    ana = await desk.sign_in("1001")
    node.with_trunks({"1001": answer_after(0.2)}, hz=ANA_HZ)

    customer = await node.call_in(LINE)
    station = await node.edge.wait_for_call()
    await talks_to(customer, ANA_HZ)
    await hears(station, CUSTOMER_HZ)
    talking = await desk.becomes(ana, AgentState.TALKING)
    await customer.hang_up()

    cdr = await node.cdr()
    assert talking.queue_id == SALES and talking.call_id == cdr["call_id"]
    assert (cdr["queue_id"], cdr["agent_id"], cdr["extension"]) == (SALES, ana, "1001")
    assert (cdr["flow_id"], cdr["flow_version"], cdr["ending"]) == ("line", 1, "completed")
    assert CUSTOMER not in str(station.invite)
    assert cdr["recording_id"]
    await desk.becomes(ana, AgentState.WRAP_UP)
    await desk.becomes(ana, AgentState.READY)
    assert (await desk.seen()).today == Today(offered=1, answered=1, in_time=1)


async def test_a_caller_hears_music_until_somebody_is_ready(node: Node, desk: Desk):
    ana = await desk.sign_in("1001", ready=False)
    node.with_trunks({"1001": answer_after(0.0)}, hz=ANA_HZ)

    customer = await node.call_in(LINE)
    await customer.wait_for("answered")
    await until(desk.waiting)
    await hears_music(customer)
    await desk.acd.make_ready(HQ, ana, now_ms())
    await talks_to(customer, ANA_HZ)

    assert await desk.waiting() == 0


async def test_who_does_not_answer_is_taken_out_and_the_next_is_rung(node: Node, desk: Desk):
    ana = await desk.sign_in("1001")
    rang: list[str] = []

    async def ring(call: PhoneCall) -> None:
        rang.append("1001")
        call.ring()

    node.with_trunks({"1001": ring, "1002": answer_after(0.0)}, hz=ANA_HZ)
    customer = await node.call_in(LINE)
    await until(lambda: rang)
    ben = await desk.sign_in("1002")
    await talks_to(customer, COLLEAGUE_HZ, 15)

    assert (await desk.becomes(ana, AgentState.PAUSED)).reason == "no-answer"
    assert (await desk.view(ben)).state is AgentState.TALKING


async def test_a_phone_that_declines_is_no_end_of_the_wait(node: Node, desk: Desk):
    ana = await desk.sign_in("1001")
    node.with_trunks({"1001": reject_with(603)})
    customer = await node.call_in(LINE)

    await desk.becomes(ana, AgentState.PAUSED)
    await hears_music(customer)
    assert await desk.waiting() == 1


async def test_a_menu_leads_into_the_line(node: Node, desk: Desk):
    await desk.sign_in("1001")
    node.with_trunks({"1001": answer_after(0.0)}, hz=ANA_HZ)

    customer = await node.call_in(MENU)
    await customer.wait_for("answered")
    customer.send_dtmf("1")
    await talks_to(customer, ANA_HZ, 15)


async def test_a_caller_who_gives_up_frees_the_agent(node: Node, desk: Desk):
    ana = await desk.sign_in("1001")
    rang: list[PhoneCall] = []

    async def ring(call: PhoneCall) -> None:
        rang.append(call)
        call.ring()

    node.with_trunks({"1001": ring})
    customer = await node.call_in(LINE)
    await until(lambda: rang)
    await desk.becomes(ana, AgentState.RINGING)
    await customer.hang_up()

    await desk.becomes(ana, AgentState.READY)
    cdr = await node.cdr()
    assert (cdr["ending"], cdr["queue_id"], cdr["agent_id"]) == ("abandoned", SALES, None)
    assert cdr["queue_seconds"] > 0
    assert (await desk.seen()).today == Today(offered=1, abandoned=1)


async def test_an_agent_who_dials_is_offered_nobody(node: Node, desk: Desk):
    ana = await desk.sign_in("1001")
    node.with_trunks({"cheap": answer_after(0.0), "1001": answer_after(0.0)})
    own = await node.dial("13812345678")
    await hears(own, CUSTOMER_HZ)
    await desk.becomes(ana, AgentState.TALKING)

    await node.call_in(LINE)
    await until(desk.waiting)
    assert (await desk.view(ana)).state is AgentState.TALKING
    await own.hang_up()
    await desk.becomes(ana, AgentState.TALKING)
    await until(lambda: desk.waiting_is(0))


async def test_a_colleague_who_dials_the_line_waits_like_a_customer(node: Node, desk: Desk):
    await desk.sign_in("1002")
    node.with_trunks({"1002": answer_after(0.0)})

    own = await node.dial("02155550120")
    await hears(own, COLLEAGUE_HZ, 15)
    await own.hang_up()

    cdr = await node.cdr()
    assert (cdr["direction"], cdr["queue_id"], cdr["agent_id"]) == ("internal", SALES, "u-1002")
    assert cdr["recording_id"] is None and cdr["trunk_id"] is None


async def test_a_customer_who_calls_back_gets_the_agent_who_called(node: Node, desk: Desk):
    ana, _ = await desk.sign_in("1001"), await desk.sign_in("1002")
    node.with_trunks({"cheap": reject_with(486), "1001": answer_after(0.0), "1002": answer_after(0.0)}, hz=ANA_HZ)
    own = await node.dial(CUSTOMER.removeprefix("+86"))
    await own.wait_for("ended")
    await node.cdr()
    await desk.becomes(ana, AgentState.READY)
    await desk.acd.pause(HQ, ana, "lunch", now_ms())
    await desk.acd.make_ready(HQ, ana, now_ms())
    # The colleague has been idle for longer now.

    customer = await node.call_in(LINE)
    await talks_to(customer, ANA_HZ, 15)
    assert (await desk.becomes(ana, AgentState.TALKING)).queue_id == SALES


async def test_an_agent_signs_in_pauses_and_goes_by_phone(node: Node, desk: Desk):
    node.with_trunks({"1003": answer_after(0.0)}, hz=ANA_HZ)

    async def dials(code: str) -> None:
        call = await node.dial(code, station="1003")
        await call.wait_for("ended", 15)

    await dials("*80")
    assert (await desk.becomes(CARA, AgentState.READY)).seat.extension == "1003"
    customer = await node.call_in(LINE)
    await talks_to(customer, ANA_HZ, 15)
    await customer.hang_up()
    await desk.becomes(CARA, AgentState.READY)
    await dials("*82")
    assert (await desk.becomes(CARA, AgentState.PAUSED)).reason == "phone"
    await dials("*81")
    await desk.becomes(CARA, AgentState.READY)
    await dials("*89")
    assert await desk.acd.agent(HQ, CARA) is None
    assert "self-served" in (await node.cdr(5))["ending"]


async def test_a_pause_ends_in_a_pool_of_which_no_call_lives(node: Node, desk: Desk):
    ana = await desk.sign_in("1001")
    await desk.acd.pause(HQ, ana, "break", now_ms(), limit_seconds=1)

    await desk.becomes(ana, AgentState.READY, 15)
