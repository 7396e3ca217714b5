"""Callers in line on a real node: music, offers, answers, and agents' states that are true whatever dies."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from media_harness import (
    ACME,
    AGENT_HZ,
    BLOCK,
    COLLEAGUE_HZ,
    CUSTOMER,
    CUSTOMER_HZ,
    Node,
    directory,
    hears,
    running,
    until,
)

from callmodel.agents import Agent, AgentState, AgentView, Seat, ServedQueue
from callmodel.directory import HQ, Did, Directory, SeatedAgent
from callmodel.flows.document import Flow
from callmodel.flows.nodes import HangUpNode, MenuNode, QueueChoice, QueueNode
from callmodel.ids import E164, AgentId, Extension, FlowId, QueueId, SiteId
from callmodel.prompts import Speech
from callmodel.queues import Queue
from hotstate.acd import Acd
from simulators.call import PhoneCall
from simulators.phone import answer_after, reject_with
from simulators.tones import level_dbfs

SALES = QueueId("sales")
LINE, MENU = E164("+862155550120"), E164("+862155550121")
MUSIC_DBFS = -45.0
CARA = AgentId("u-cara")
"""Seated at 1003, and signed in by nobody but her own phone."""
WAIT_NODE = QueueNode((QueueChoice(SALES),), otherwise="bye")
FLOWS = (
    Flow(FlowId("line"), "wait", {"wait": WAIT_NODE, "bye": HangUpNode()}, tenant_id=ACME),
    Flow(
        FlowId("menu"),
        "menu",
        {
            "menu": MenuNode({"1": "wait"}, "bye", (Speech("For sales, press one."),)),
            "wait": WAIT_NODE,
            "bye": HangUpNode((Speech("Goodbye."),)),
        },
        tenant_id=ACME,
    ),
)
QUEUE = Queue(ACME, SALES, announces_place=False, announce_every_seconds=None, offer_seconds=4, wrap_up_seconds=2)


def known() -> Directory:
    plain = directory()
    dids = (Did(LINE, ACME, flow_id=FlowId("line")), Did(MENU, ACME, flow_id=FlowId("menu")))
    cara = Agent(CARA, HQ, queues=(ServedQueue(ACME, SALES),))
    agents = (SeatedAgent(ACME, Extension("1003"), cara),)
    return replace(plain, numbers=(*plain.numbers, *dids), queues=(QUEUE,), flows=FLOWS, agents=agents)


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    made = Node(tmp_path, BLOCK)
    made.directory = known()
    async with running(made):
        yield made


class Desk:
    """The agents of the pool, as a control plane signs them in and sees them."""

    def __init__(self, node: Node) -> None:
        self.acd = Acd(node.redis)

    async def sign_in(self, extension: str, *, ready: bool = True) -> AgentId:
        agent = Agent(AgentId(f"u-{extension}"), HQ, queues=(ServedQueue(ACME, SALES),))
        seat = Seat(ACME, Extension(extension), SiteId("branch-1"))
        await self.acd.sign_in(agent, seat, now_ms(), ready=ready)
        return agent.agent_id

    async def view(self, agent_id: AgentId) -> AgentView:
        view = await self.acd.agent(HQ, agent_id)
        assert view is not None
        return view

    async def becomes(self, agent_id: AgentId, state: AgentState, seconds: float = 5.0) -> AgentView:
        async def is_so() -> AgentView | None:
            view = await self.view(agent_id)
            return view if view.state is state else None

        found: AgentView = await until(is_so, seconds)
        return found

    async def waiting_is(self, count: int) -> bool:
        return await self.waiting() == count

    async def waiting(self) -> int:
        return (await self.acd.see(HQ, ACME, SALES, now_ms())).waiting


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
async def desk(node: Node) -> Desk:
    return Desk(node)


async def hears_music(call: PhoneCall) -> None:
    await until(lambda: level_dbfs(call.heard(0.3)) > MUSIC_DBFS)


async def test_a_caller_is_put_through_to_the_agent_who_is_free(node: Node, desk: Desk):
    ana = await desk.sign_in("1001")
    node.with_trunks({"1001": answer_after(0.2)}, hz=AGENT_HZ)

    customer = await node.call_in(LINE)
    station = await node.edge.wait_for_call()
    await hears(customer, AGENT_HZ)
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


async def test_a_caller_hears_music_until_somebody_is_ready(node: Node, desk: Desk):
    ana = await desk.sign_in("1001", ready=False)
    node.with_trunks({"1001": answer_after(0.0)}, hz=AGENT_HZ)

    customer = await node.call_in(LINE)
    await customer.wait_for("answered")
    await until(desk.waiting)
    await hears_music(customer)
    await desk.acd.make_ready(HQ, ana, now_ms())
    await hears(customer, AGENT_HZ)

    assert await desk.waiting() == 0


async def test_who_does_not_answer_is_taken_out_and_the_next_is_rung(node: Node, desk: Desk):
    ana = await desk.sign_in("1001")
    rang: list[str] = []

    async def ring(call: PhoneCall) -> None:
        rang.append("1001")
        call.ring()

    node.with_trunks({"1001": ring, "1002": answer_after(0.0)}, hz=AGENT_HZ)
    customer = await node.call_in(LINE)
    await until(lambda: rang)
    ben = await desk.sign_in("1002")
    await hears(customer, COLLEAGUE_HZ, 15)

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
    node.with_trunks({"1001": answer_after(0.0)}, hz=AGENT_HZ)

    customer = await node.call_in(MENU)
    await customer.wait_for("answered")
    customer.send_dtmf("1")
    await hears(customer, AGENT_HZ, 15)


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
    node.with_trunks({"cheap": reject_with(486), "1001": answer_after(0.0), "1002": answer_after(0.0)}, hz=AGENT_HZ)
    own = await node.dial(CUSTOMER.removeprefix("+86"))
    await own.wait_for("ended")
    await node.cdr()
    await desk.becomes(ana, AgentState.READY)
    await desk.acd.pause(HQ, ana, "lunch", now_ms())
    await desk.acd.make_ready(HQ, ana, now_ms())
    # The colleague has been idle for longer now.

    customer = await node.call_in(LINE)
    await hears(customer, AGENT_HZ, 15)
    assert (await desk.becomes(ana, AgentState.TALKING)).queue_id == SALES


async def test_an_agent_signs_in_pauses_and_goes_by_phone(node: Node, desk: Desk):
    node.with_trunks({"1003": answer_after(0.0)}, hz=AGENT_HZ)

    async def dials(code: str) -> None:
        call = await node.dial(code, station="1003")
        await call.wait_for("ended", 15)

    await dials("*80")
    assert (await desk.becomes(CARA, AgentState.READY)).seat.extension == "1003"
    customer = await node.call_in(LINE)
    await hears(customer, AGENT_HZ, 15)
    await customer.hang_up()
    await desk.becomes(CARA, AgentState.READY)
    await dials("*82")
    assert (await desk.becomes(CARA, AgentState.PAUSED)).reason == "phone"
    await dials("*81")
    await desk.becomes(CARA, AgentState.READY)
    await dials("*89")
    assert await desk.acd.agent(HQ, CARA) is None
    assert "self-served" in (await node.cdr(5))["ending"]
