"""What dies, and what people notice: conductor, Asterisk, Redis, drain, load."""

import asyncio
import json
import signal
import time
import wave

from media_harness import ACME, AGENT_HZ, CUSTOMER_HZ, Node, hears, talking, until
from recordings import channels_of

from callmodel import keys
from callmodel.ids import NodeId
from simulators.phone import answer_after, ring_forever
from simulators.tones import loudest_tones


async def spooled(node: Node) -> dict[str, object]:
    return dict((await until(lambda: node.of_kind("recording.spooled")))[0]["body"])


async def adopted(node: Node) -> None:
    node.start_conductor()
    await until(node.ready, 10)


async def test_killed_conductor_s_call_goes_on_and_is_adopted(node: Node):
    agent, customer = await talking(node)

    node.processes["conductor"].kill()
    await hears(agent, CUSTOMER_HZ)
    refused = await node.dial("13812345678")
    await refused.wait_for("ended")
    await adopted(node)
    used = node.cpu_seconds("conductor")
    await hears(customer, AGENT_HZ)
    await customer.hang_up()
    await agent.wait_for("ended")
    cdr, recording = await node.cdr(), await spooled(node)
    first, second, seconds = channels_of(str(recording["path"]))

    # Another node's to take, and to write down.
    assert refused.final_code == 503
    # Not the seconds it took, which are the machine's: those are asked of one that stands by.
    assert used < 1.5
    assert cdr["ending"] == "completed"
    assert abs(seconds - cdr["talk_seconds"]) < 0.5
    assert loudest_tones(first, 8000) == [CUSTOMER_HZ]
    assert loudest_tones(second, 8000) == [AGENT_HZ]
    assert len(await node.of_kind("call.ended")) == 1
    assert await node.redis.zcard(keys.tenant_channels(ACME)) == 0


async def test_a_node_names_the_calls_that_it_holds_and_denies_none_before_it_has_adopted_them(node: Node):
    agent, _ = await talking(node)
    call_id = (await node.of_kind("call.answered"))[0]["body"]["call_id"]
    key = keys.held_calls(NodeId("media-1"))
    said: list[list[str]] = []

    async def names(*wanted: str) -> bool:
        text = await node.redis.get(key)
        if text is not None:
            said.append(json.loads(text)["call_ids"])
        return text is not None and said[-1] == list(wanted)

    await until(lambda: names(call_id))
    node.processes["conductor"].kill()
    await node.redis.delete(key)
    said.clear()
    node.start_conductor()
    await until(lambda: names(call_id))
    assert said == [[call_id]]

    await agent.hang_up()
    await until(names)


async def test_call_that_ended_while_no_conductor_lived(node: Node):
    agent, customer = await talking(node)

    node.processes["conductor"].kill()
    await customer.hang_up()
    await adopted(node)
    await agent.wait_for("ended")
    cdr, recording = await node.cdr(), await spooled(node)

    assert cdr["ending"] == "completed"
    assert channels_of(str(recording["path"]))[2] == recording["seconds"]


async def test_call_answered_while_no_conductor_lived(node: Node):
    node.with_trunks({"cheap": ring_forever})
    agent = await node.dial("13812345678")
    customer = await node.edge.wait_for_call()
    await agent.wait_for("ringing")

    node.processes["conductor"].kill()
    customer.answer()
    await adopted(node)
    await hears(agent, CUSTOMER_HZ)
    await hears(customer, AGENT_HZ)
    await agent.hang_up()
    cdr, recording = await node.cdr(), await spooled(node)

    assert cdr["ending"] == "completed"
    assert float(str(recording["seconds"])) > 0


async def some_sound_on_disk(node: Node) -> None:
    """Asterisk writes a recording in blocks of 32 KiB, a second of two channels."""
    await until(lambda: any(path.stat().st_size for path in (node.spool / "live").glob("*.raw")))


async def test_asterisk_killed_in_a_call(node: Node):
    await talking(node)
    await some_sound_on_disk(node)

    node.processes["asterisk"].kill()
    node.start_asterisk()
    cdr, recording = await node.cdr(seconds=20), await spooled(node)
    await until(node.ready, 10)
    with wave.open(str(recording["path"])) as file:
        seconds = file.getnframes() / 8000
    node.edge.calls.clear()
    again = await node.dial("13812345678")
    await again.wait_for("answered")

    assert cdr["ending"] == "node-lost"
    assert cdr["ending_class"] == "server"
    assert seconds > 0.3


async def test_an_asterisk_that_freezes_and_goes_on_keeps_its_call_and_its_conductor(node: Node):
    agent, customer = await talking(node)
    asterisk, conductor = node.processes["asterisk"].child, node.processes["conductor"].child

    async def is_missed() -> bool:
        return not await node.ready()

    asterisk.send_signal(signal.SIGSTOP)
    try:
        await until(is_missed, 20)
    finally:
        asterisk.send_signal(signal.SIGCONT)
    await until(node.ready, 10)
    await hears(agent, CUSTOMER_HZ)
    await hears(customer, AGENT_HZ)
    await customer.hang_up()
    await agent.wait_for("ended")

    assert (await node.cdr())["ending"] == "completed"
    assert conductor.poll() is None


async def test_both_killed_and_started_again(node: Node):
    await talking(node)
    await some_sound_on_disk(node)

    node.processes["conductor"].kill()
    node.processes["asterisk"].kill()
    node.start_asterisk()
    await adopted(node)
    cdr, recording = await node.cdr(), await spooled(node)

    assert cdr["ending"] == "node-lost"
    assert float(str(recording["seconds"])) > 0.3


async def test_redis_away_delays_facts_and_loses_none(node: Node):
    agent, _customer = await talking(node)

    node.processes["redis"].end(signal.SIGTERM)
    await agent.hang_up()
    second = await node.dial("13912345678")
    await second.wait_for("answered")
    await second.hang_up()
    node.start_redis()
    ended = await node.endings(2, seconds=20)

    # A Redis that comes back counts as another one: what it was told lately may come twice, and nothing is missing.
    told = {fact["fact_id"] for fact in await node.facts() if fact["kind"].startswith("call.")}
    last = {call_id: int(version) for call_id, _, version in (fact_id.partition(":") for fact_id in ended)}
    assert told == {f"{call_id}:{n}" for call_id in last for n in range(1, last[call_id] + 1)}


async def test_facts_survive_redis_and_conductor_both_gone(node: Node):
    agent, _customer = await talking(node)

    node.processes["redis"].end(signal.SIGTERM)
    await agent.hang_up()
    outbox = node.folder / "run/conductor-media-1/outbox"
    await until(lambda: b'"call.ended"' in b"".join(path.read_bytes() for path in outbox.iterdir()))
    node.processes["conductor"].kill()
    node.start_redis()
    node.start_conductor()

    assert (await node.cdr(seconds=20))["ending"] == "completed"
    await spooled(node)


async def test_drain_refuses_new_calls_and_ends_after_the_last(node: Node):
    agent, _customer = await talking(node)

    (node.folder / "run/conductor-media-1/drain").touch()

    async def draining() -> bool:
        return '"draining": true' in (await node.redis.get(keys.heartbeat("media-1")) or "")

    await until(draining)
    refused = await node.dial("13812345678")
    await refused.wait_for("ended")
    await hears(agent, CUSTOMER_HZ)
    await agent.hang_up()
    code = await asyncio.to_thread(node.processes["conductor"].child.wait, 10)
    endings = [fact["body"]["ending"] for fact in await node.of_kind("call.ended")]

    assert refused.final_code == 503
    assert endings == ["completed"]
    assert code == 0


async def stands_by(node: Node) -> None:
    """Start a second conductor with the first one's settings, and wait until it has come to the lock."""
    node.start_conductor()
    await until(lambda: "standing by" in node.log("conductor"))


async def test_second_conductor_stands_by_until_the_first_dies(node: Node):
    agent, _customer = await talking(node)
    first = node.processes["conductor"]

    await stands_by(node)
    began = time.monotonic()
    first.kill()
    await until(lambda: node.log("conductor").count("asterisk is connected") == 2)
    took = time.monotonic() - began
    await until(node.ready)
    await hears(agent, CUSTOMER_HZ)
    await agent.hang_up()

    assert (await node.cdr())["ending"] == "completed"
    assert took < 2


async def test_conductor_that_stands_by_leaves_a_node_that_drains(node: Node):
    first = node.processes["conductor"]
    await stands_by(node)

    (node.folder / "run/conductor-media-1/drain").touch()
    codes = [await asyncio.to_thread(process.child.wait, 10) for process in (node.processes["conductor"], first)]

    assert codes == [0, 0]
    assert node.log("conductor").count("asterisk is connected") == 1


async def test_twenty_calls_a_second_without_an_error(node: Node):
    rate, seconds = 20, 4
    node.with_trunks({"cheap": answer_after(0.0)})

    async def one(place: int) -> None:
        await asyncio.sleep(place / rate)
        agent = await node.dial("13812345678")
        await agent.wait_for("answered")
        await asyncio.sleep(0.5)
        await agent.hang_up()

    await asyncio.gather(*(one(place) for place in range(rate * seconds)))
    await node.cdr(rate * seconds, seconds=20)
    ended = await node.of_kind("call.ended")
    await until(lambda: _count_is(node, "recording.spooled", rate * seconds), 20)

    assert {fact["body"]["ending"] for fact in ended} == {"completed"}
    assert '"ERROR"' not in node.log("conductor")


async def _count_is(node: Node, kind: str, count: int) -> bool:
    return len(await node.of_kind(kind)) == count
