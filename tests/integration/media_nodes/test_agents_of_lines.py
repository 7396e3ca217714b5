"""Agents of lines and their phones: who signs out, vanishes or is taken over, and what is told of callers."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from lines_harness import (
    ANA_HZ,
    LINE,
    QUEUE,
    SALES,
    Desk,
    Station,
    everybody_is_free,
    hears_music,
    in_line,
    known,
    line_node,
    now_ms,
    published,
    talks_to,
)
from media_harness import ACME, BLOCK, COLLEAGUE_HZ, CUSTOMER, Node, running, until
from redis.asyncio import Redis
from test_hand_over import order

from callmodel.agents import AgentState
from callmodel.directory import HQ
from callmodel.ids import CallId, Extension
from callmodel.rooms import Mode
from callmodel.wire import SuperviseCall, TakeOverCall, TransferCall
from simulators.call import PhoneCall
from simulators.phone import answer_after
from simulators.tones import level_dbfs

FIRST, SECOND = CUSTOMER, "+8613900000002"
VOICE_DBFS = -30.0


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    async with line_node(tmp_path) as made:
        yield made


@pytest.fixture
async def desk(node: Node) -> Desk:
    return Desk(node)


async def call_ids(node: Node) -> list[CallId]:
    return [CallId(fact["body"]["call_id"]) for fact in await node.of_kind("call.started")]


@pytest.mark.parametrize("how", ["signs-out", "is-paused"])
async def test_an_agent_who_goes_while_the_phone_rings(node: Node, desk: Desk, how: str):
    ana, station = await desk.sign_in("1001"), Station()
    await published(node, replace(QUEUE, offer_seconds=20))
    node.with_trunks({"1001": station, "1002": answer_after(0.0)}, hz=ANA_HZ)
    customer = await node.call_in(LINE)
    ringing = await station.rings()
    ben = await desk.sign_in("1002")

    if how == "signs-out":
        await desk.acd.sign_out(HQ, ana, now_ms())
        await talks_to(customer, COLLEAGUE_HZ)
        await ringing.wait_for("ended")
        assert (await desk.view(ben)).state is AgentState.TALKING
    else:
        await desk.acd.pause(HQ, ana, "forced", now_ms())
        ringing.answer()
        await talks_to(customer, ANA_HZ)
        await customer.hang_up()
        assert (await desk.becomes(ana, AgentState.PAUSED)).reason == "forced"


async def test_an_agent_who_signs_out_and_answers_all_the_same_has_the_call_alone(node: Node, desk: Desk):
    ana, station = await desk.sign_in("1001"), Station()
    await published(node, replace(QUEUE, offer_seconds=20))
    node.with_trunks({"1001": station, "1002": answer_after(0.0)}, hz=ANA_HZ)
    customer = await node.call_in(LINE)
    ringing = await station.rings()

    await desk.acd.sign_out(HQ, ana, now_ms())
    ringing.answer()
    await talks_to(customer, ANA_HZ)
    await until(lambda: desk.waiting_is(0))
    ben = await desk.sign_in("1002")
    await talks_to(customer, ANA_HZ)
    assert (await desk.view(ben)).state is AgentState.READY


async def test_a_customer_who_hangs_up_in_the_moment_of_the_answer_frees_the_agent(node: Node, desk: Desk):
    ana, station = await desk.sign_in("1001"), Station()
    node.with_trunks({"1001": station}, hz=ANA_HZ)
    for count, first in enumerate((True, False, True, False), 1):
        customer = await node.call_in(LINE)
        ringing = await station.rings(count)
        if first:
            ringing.answer()
            await customer.hang_up()
        else:
            async with asyncio.TaskGroup() as group:
                group.create_task(customer.hang_up())
                ringing.answer()
        await ringing.wait_for("ended")
        assert (await node.cdr(count))["ending"] in ("abandoned", "completed")
        await everybody_is_free(desk, ana)


@pytest.fixture
async def impatient(tmp_path: Path) -> AsyncIterator[Node]:
    """A node that gives a side up of which nothing is heard for two seconds."""
    made = Node(tmp_path, BLOCK, TRUNKLINE_RTP_TIMEOUT_SECONDS="2")
    made.directory = known()
    async with running(made):
        yield made


async def test_an_agent_whose_phone_vanishes_is_free_and_so_is_the_customer(impatient: Node):
    node, desk, station = impatient, Desk(impatient), Station()
    ana = await desk.sign_in("1001")
    node.with_trunks({"1001": station}, hz=ANA_HZ)
    customer = await node.call_in(LINE)
    ringing = await station.rings()
    ringing.answer()
    await talks_to(customer, ANA_HZ)

    ringing.media.endpoint.close()
    await customer.wait_for("ended", 10)
    assert (await node.cdr())["ending"] == "media-timeout"
    await everybody_is_free(desk, ana)


async def test_two_callers_have_one_agent_one_after_the_other(node: Node, desk: Desk):
    ana, station = await desk.sign_in("1001"), Station()
    node.with_trunks({"1001": station}, hz=ANA_HZ)
    first, second = await asyncio.gather(node.call_in(LINE, FIRST), node.call_in(LINE, SECOND))
    (await station.rings()).answer()
    await until(lambda: desk.waiting_is(1))
    await until(lambda: level_dbfs(first.heard(0.3)) > VOICE_DBFS or level_dbfs(second.heard(0.3)) > VOICE_DBFS)
    assert len(station.calls) == 1
    await station.calls[0].hang_up()
    (await station.rings(2)).answer()
    await node.cdr()
    await station.calls[1].hang_up()

    await node.cdr(2)
    await everybody_is_free(desk, ana)


async def test_a_second_call_at_the_agent_s_station_changes_nothing_of_the_first(node: Node, desk: Desk):
    ana, station = await desk.sign_in("1001"), Station()
    await published(node, replace(QUEUE, offer_seconds=20))
    node.with_trunks({"1001": station}, hz=ANA_HZ)
    customer = await node.call_in(LINE)
    offered = await station.rings()
    colleague = await node.dial("1001", station="1002")
    (await station.rings(2)).reject(486)
    await colleague.wait_for("ended")

    assert (await desk.becomes(ana, AgentState.RINGING)).state is AgentState.RINGING
    offered.answer()
    await talks_to(customer, ANA_HZ)
    await customer.hang_up()
    await everybody_is_free(desk, ana)


async def test_a_customer_goes_to_a_queue_and_comes_back(node: Node, desk: Desk):
    ana, ben = await desk.sign_in("1001"), await desk.sign_in("1002", ready=False)
    await published(node, replace(QUEUE, last_agent_seconds=0))
    node.with_trunks({"1001": answer_after(0.0), "1002": answer_after(0.0)}, hz=ANA_HZ)
    customer = await node.call_in(LINE)
    await talks_to(customer, ANA_HZ)
    (call_id,) = await call_ids(node)

    await desk.acd.pause(HQ, ana, "lunch", now_ms())
    await order(node, TransferCall(call_id, ACME, "queue:nowhere", Extension("1001")))
    await order(node, TransferCall(call_id, ACME, f"queue:{SALES}", Extension("1001")))
    await until(lambda: desk.waiting_is(1))
    await hears_music(customer)
    await desk.acd.make_ready(HQ, ben, now_ms())
    await talks_to(customer, COLLEAGUE_HZ)
    await desk.acd.pause(HQ, ben, "lunch", now_ms())
    await desk.acd.make_ready(HQ, ana, now_ms())
    await order(node, TransferCall(call_id, ACME, f"queue:{SALES}", Extension("1002")))
    await talks_to(customer, ANA_HZ, 10)
    await customer.hang_up()

    cdr = await node.cdr()
    assert (cdr["ending"], cdr["agent_id"], cdr["transferred_by"]) == ("completed", ana, "1002")
    await everybody_is_free(desk, ana)


async def test_a_supervisor_takes_a_queue_s_call_over(node: Node, desk: Desk):
    ana = await desk.sign_in("1001")
    node.with_trunks({"1001": answer_after(0.0), "1002": answer_after(0.0)}, hz=ANA_HZ)
    customer = await node.call_in(LINE)
    await talks_to(customer, ANA_HZ)
    (call_id,) = await call_ids(node)

    await order(node, SuperviseCall(call_id, ACME, Extension("1002"), Mode.LISTENING, Extension("1001")))
    supervisor = (await until(lambda: [each for each in node.edge.calls if is_to(each, "1002")]))[0]
    await supervisor.wait_for("answered")
    await until(lambda: level_dbfs(supervisor.heard(0.3)) > VOICE_DBFS)
    await order(node, TakeOverCall(call_id, ACME, Extension("1002")))
    await talks_to(customer, COLLEAGUE_HZ)
    await desk.becomes(ana, AgentState.READY)
    await customer.hang_up()

    assert (await node.cdr())["ending"] == "completed"
    await everybody_is_free(desk, ana)


def is_to(call: PhoneCall, extension: str) -> bool:
    return call.invite is not None and f"sip:{extension}@" in call.invite.uri


# -- what a thief may read


async def test_no_number_of_a_customer_stands_in_hot_state(node: Node, desk: Desk):
    station = Station()
    await published(node, replace(QUEUE, offer_seconds=20))
    await desk.sign_in("1001")
    node.with_trunks({"1001": station}, hz=ANA_HZ)
    customer = await node.call_in(LINE)
    ringing = await station.rings()
    await in_line(node, desk, SECOND)
    seen = await everything_in(node)
    ringing.answer()
    await talks_to(customer, ANA_HZ)
    seen |= await everything_in(node)
    await customer.hang_up()
    await node.cdr()
    seen |= await everything_in(node)

    assert any(key.startswith("{pool:") for key in seen)
    for number in (FIRST, SECOND):
        told = [key for key, value in seen.items() if number[3:] in key or number[3:] in value]
        assert told == []
        assert number[3:] not in node.log("conductor")


async def everything_in(node: Node) -> dict[str, str]:
    """Return all of Redis but the streams of facts, whose readers may see numbers."""
    held = {}
    async with Redis.from_url(node.redis_url) as client:
        async for key in client.scan_iter(count=1000):
            if not key.endswith(b"facts"):
                kind = (await client.type(key)).decode()
                read = {
                    "string": client.get,
                    "hash": client.hgetall,
                    "set": client.smembers,
                    "zset": lambda name: client.zrange(name, 0, -1, withscores=True),
                    "stream": client.xrange,
                    "list": lambda name: client.lrange(name, 0, -1),
                }[kind]
                held[key.decode()] = str(await read(key))
    return held
