"""Callers in line while conductors, Asterisks, nodes and Redis die: nobody is lost, and nothing sticks."""

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from lines_harness import (
    ANA_HZ,
    FREE_SECONDS,
    LINE,
    MENU,
    QUEUE,
    Desk,
    Station,
    everybody_is_free,
    hears_music,
    in_line,
    is_silent,
    line_node,
    now_ms,
    published,
    talks_to,
)
from media_harness import BLOCK, COLLEAGUE_HZ, CUSTOMER, Node, running, until

from callmodel.agents import AgentState
from callmodel.directory import HQ
from callmodel.prompts import Speech
from simulators.call import PhoneCall
from simulators.phone import answer_after

FIRST, SECOND, THIRD = CUSTOMER, "+8613900000002", "+8613900000003"


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    async with line_node(tmp_path) as made:
        yield made


@pytest.fixture
async def desk(node: Node) -> Desk:
    return Desk(node)


async def adopted(node: Node) -> None:
    node.start_conductor()
    await until(node.ready, 20)


async def queued_with_voice(node: Node) -> None:
    """Have the queue say something that takes a while."""
    words = Speech("Thank you for calling. All our agents are in conversations with other customers at this moment.")
    (line, menu, *others) = node.directory.flows
    nodes = dict(menu.nodes) | {"menu": replace(menu.nodes["menu"], prompts=(words,), seconds=2, tries=1)}
    await published(
        node,
        replace(QUEUE, announces_place=True, announce_every_seconds=60),
        flows=(line, replace(menu, nodes=nodes), *others),
    )


async def quiet(call: PhoneCall) -> None:
    await until(lambda: is_silent(call), 20)


async def everybody_is_busy(desk: Desk, *agents: str) -> None:
    assert [(await desk.view(agent)).state for agent in agents] == [AgentState.TALKING] * len(agents)
    assert await desk.waiting() == 0


# -- a conductor


async def test_who_waits_when_the_conductor_dies_keeps_music_and_place(node: Node, desk: Desk):
    node.with_trunks({"1001": answer_after(0.0)}, hz=ANA_HZ)
    first, second = await in_line(node, desk, FIRST, SECOND)

    node.processes["conductor"].kill()
    await hears_music(first)
    await adopted(node)
    await desk.sign_in("1001")
    await talks_to(first, ANA_HZ)
    await hears_music(second)
    assert await desk.waiting() == 1
    await first.hang_up()
    await talks_to(second, ANA_HZ, 10)
    await second.hang_up()

    assert (await node.cdr(2))["ending"] == "completed"
    await everybody_is_free(desk, "u-1001")


async def test_a_phone_that_rings_when_the_conductor_dies_is_answered(node: Node, desk: Desk):
    ana, station = await desk.sign_in("1001"), Station()
    await published(node, replace(QUEUE, offer_seconds=30))
    node.with_trunks({"1001": station}, hz=ANA_HZ)
    customer = await node.call_in(LINE)
    ringing = await station.rings()

    node.processes["conductor"].kill()
    await adopted(node)
    ringing.answer()
    await talks_to(customer, ANA_HZ)
    await desk.becomes(ana, AgentState.TALKING)
    await customer.hang_up()

    cdr = await node.cdr()
    assert (cdr["ending"], cdr["agent_id"]) == ("completed", ana)
    assert len(station.calls) == 1
    await everybody_is_free(desk, ana)


async def test_a_phone_that_is_answered_while_no_conductor_lives_is_put_through(node: Node, desk: Desk):
    ana, station = await desk.sign_in("1001"), Station()
    node.with_trunks({"1001": station}, hz=ANA_HZ)
    customer = await node.call_in(LINE)
    ringing = await station.rings()

    node.processes["conductor"].kill()
    ringing.answer()
    await adopted(node)
    await talks_to(customer, ANA_HZ)
    await desk.becomes(ana, AgentState.TALKING)
    await ringing.hang_up()

    assert (await node.cdr())["agent_id"] == ana
    await everybody_is_free(desk, ana)


async def test_who_talks_when_the_conductor_dies_talks_on(node: Node, desk: Desk):
    ana = await desk.sign_in("1001")
    node.with_trunks({"1001": answer_after(0.0)}, hz=ANA_HZ)
    customer = await node.call_in(LINE)
    await talks_to(customer, ANA_HZ)
    await desk.becomes(ana, AgentState.TALKING)

    node.processes["conductor"].kill()
    await adopted(node)
    await talks_to(customer, ANA_HZ)
    assert (await desk.view(ana)).state is AgentState.TALKING
    await customer.hang_up()

    assert (await node.cdr())["ending"] == "completed"
    await everybody_is_free(desk, ana)


async def test_an_announcement_that_ends_while_no_conductor_lives_is_in_nobodys_way(node: Node, desk: Desk):
    await queued_with_voice(node)
    station = Station()
    node.with_trunks({"1001": station, "1002": answer_after(0.0)})
    customer = await node.call_in(LINE)
    await until(desk.waiting)
    await hears_music(customer)
    # A step behind the announcement: the successor is not told to say it again.
    ana = await desk.sign_in("1001")
    (await station.rings()).reject(486)
    await desk.becomes(ana, AgentState.PAUSED)

    node.processes["conductor"].kill()
    await adopted(node)
    await hears_music(customer)
    await desk.sign_in("1002")
    await talks_to(customer, COLLEAGUE_HZ, 10)
    assert await desk.waiting() == 0


async def test_a_menu_s_prompt_that_ends_while_no_conductor_lives_is_over(node: Node, desk: Desk):
    await queued_with_voice(node)
    customer = await node.call_in(MENU)
    await hears_music(customer)

    node.processes["conductor"].kill()
    await quiet(customer)
    await adopted(node)
    # Nothing is pressed: the menu's time is over, and its goodbye.
    await customer.wait_for("ended", 15)
    assert (await node.cdr())["ending"] == "self-served"


async def test_a_menu_s_prompt_goes_on_for_the_next_conductor(node: Node, desk: Desk):
    await queued_with_voice(node)
    await desk.sign_in("1001")
    node.with_trunks({"1001": answer_after(0.0)}, hz=ANA_HZ)
    customer = await node.call_in(MENU)
    await hears_music(customer)

    node.processes["conductor"].kill()
    await adopted(node)
    customer.send_dtmf("1")
    await talks_to(customer, ANA_HZ, 15)


# -- an Asterisk, a node


async def test_callers_of_an_asterisk_that_died_call_again_and_have_their_places(node: Node, desk: Desk):
    ana, station = await desk.sign_in("1001"), Station()
    node.with_trunks({"1001": answer_after(0.0), "1002": station}, hz=ANA_HZ)
    talks = await node.call_in(LINE, THIRD)
    await talks_to(talks, ANA_HZ)
    await in_line(node, desk, FIRST, SECOND)
    await desk.acd.pause(HQ, ana, "lunch", now_ms())

    node.processes["asterisk"].kill()
    node.start_asterisk()
    assert (await node.cdr(3, 20))["ending"] == "node-lost"
    await desk.becomes(ana, AgentState.PAUSED)
    await until(node.ready, 10)
    again_second, again_first = await in_line(node, desk, SECOND, FIRST)
    await desk.acd.make_ready(HQ, ana, now_ms())
    await talks_to(again_first, ANA_HZ)
    await hears_music(again_second)


async def test_agents_of_an_asterisk_that_does_not_come_back_are_free(node: Node, desk: Desk):
    ana = await desk.sign_in("1001")
    node.with_trunks({"1001": answer_after(0.0)}, hz=ANA_HZ)
    talks = await node.call_in(LINE)
    await talks_to(talks, ANA_HZ)
    await desk.becomes(ana, AgentState.TALKING)

    node.processes["asterisk"].kill()
    await everybody_is_free(desk, ana)
    assert (await node.cdr())["ending"] == "node-lost"


class AnotherNode(Node):
    """A node that works with the first one's Redis."""

    def __init__(self, folder: Path, first: Node) -> None:
        url = first.redis_url
        super().__init__(folder, BLOCK + 1 if BLOCK < 249 else BLOCK - 1, TRUNKLINE_NODE_ID="media-2")
        self.redis_url = self.env["TRUNKLINE_REDIS_URL"] = url
        self.directory = first.directory

    def start_redis(self) -> None:
        """It is there."""


@pytest.fixture
async def other(node: Node, tmp_path: Path) -> AsyncIterator[Node]:
    folder = tmp_path / "other"
    folder.mkdir()
    async with running(AnotherNode(folder, node)) as made:
        yield made


async def test_callers_of_a_dead_node_are_first_in_line_at_another(node: Node, other: Node, desk: Desk):
    ana = await desk.sign_in("1001")
    for each in (node, other):
        each.with_trunks({"1001": answer_after(0.0), "1002": answer_after(0.0)}, hz=ANA_HZ)
    talks = await node.call_in(LINE, THIRD)
    await talks_to(talks, ANA_HZ)
    await in_line(node, desk, FIRST)
    waits = await other.call_in(LINE, SECOND)
    await until(lambda: desk.waiting_is(2))

    for name in ("conductor", "asterisk"):
        node.processes[name].kill()
    lost_id = (await desk.view(ana)).call_id
    again = await other.call_in(LINE, FIRST)

    async def is_free_of_it() -> bool:
        return (await desk.view(ana)).call_id != lost_id

    await until(is_free_of_it, FREE_SECONDS)
    await talks_to(again, ANA_HZ)
    await hears_music(waits)
    assert await desk.waiting() == 1
    ben = await desk.sign_in("1002")
    await talks_to(waits, COLLEAGUE_HZ)
    await everybody_is_busy(desk, ana, ben)


# -- Redis


@pytest.mark.parametrize("how", ["killed", "frozen"])
async def test_redis_away_for_five_seconds(node: Node, desk: Desk, how: str):
    """While one waits, one is in the moment of the answer, and one talks."""
    ana, ben, station = await desk.sign_in("1001"), await desk.sign_in("1002"), Station()
    await published(node, replace(QUEUE, offer_seconds=30))
    node.with_trunks({"1001": answer_after(0.0), "1002": station}, hz=ANA_HZ)
    talks = await node.call_in(LINE, FIRST)
    await talks_to(talks, ANA_HZ)
    answers = await node.call_in(LINE, SECOND)
    ringing = await station.rings()
    waits = await node.call_in(LINE, THIRD)
    await until(lambda: desk.waiting_is(1))

    redis = node.processes["redis"]
    if how == "killed":
        redis.kill()
    else:
        redis.child.send_signal(signal.SIGSTOP)
    away = asyncio.get_running_loop().time()
    ringing.answer()
    await talks_to(answers, COLLEAGUE_HZ)
    await talks_to(talks, ANA_HZ)
    await hears_music(waits)
    await talks.hang_up()
    came = await node.call_in(LINE, "+8613900000004")
    await asyncio.sleep(max(0.0, away + 5 - asyncio.get_running_loop().time()))
    if how == "killed":
        node.start_redis()
        await until(node._redis_answers)
    else:
        redis.child.send_signal(signal.SIGCONT)

    # Ana's call ended meanwhile: she is free, and has the caller who waits.
    await talks_to(waits, ANA_HZ, 10)
    assert (await desk.becomes(ben, AgentState.TALKING)).call_id is not None
    await waits.hang_up()
    await talks_to(came, ANA_HZ, 10)
    for call in (came, answers):
        await call.hang_up()
    endings = await node.endings(4)
    assert set(endings.values()) == {"completed"}
    await everybody_is_free(desk, ana, ben)
