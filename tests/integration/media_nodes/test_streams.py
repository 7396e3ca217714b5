"""What phones and carriers do with their streams: start them anew, change the codec, pause, lose packets."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator

import numpy as np
import pytest
from media_harness import AGENT_HZ, COLLEAGUE_HZ, CUSTOMER_HZ, Node, hears, until
from recordings import channels_of

from callmodel.ids import LegId
from media_nodes import mixmonitor
from media_nodes.ami import Ami
from media_nodes.ports import RecordingRefusedError
from simulators.call import PhoneCall
from simulators.g711 import PCMA, PCMU, Samples
from simulators.phone import answer_after
from simulators.tones import loudest_tones

STEP = 160
SOUND = 1000
EXACT = 0.05
"""Seconds by which a recording's length may be wrong."""
SEEN = 0.1
"""Seconds by which a phone's own beginning and end may be: it sends every 20 ms, and this process is told late."""


async def talking(node: Node, codec: int = PCMU) -> tuple[PhoneCall, PhoneCall]:
    """Return an agent on PCMU and a customer on this codec who hear each other."""

    async def answer(call: PhoneCall) -> None:
        call.change_answer(codec)
        await answer_after(0.0)(call)

    node.with_trunks({"cheap": answer})
    agent = await node.dial("13812345678")
    customer = await node.edge.wait_for_call()
    await hears(agent, CUSTOMER_HZ)
    await hears(customer, AGENT_HZ)
    return agent, customer


async def recorded(node: Node) -> tuple[Samples, Samples, float, float]:
    """Return the customer's channel, the agent's, their seconds, and the seconds of talk."""
    spooled = (await until(lambda: node.of_kind("recording.spooled")))[0]["body"]
    first, second, seconds = channels_of(spooled["path"])
    return first, second, seconds, float((await node.cdr())["talk_seconds"])


def sounds(channel: Samples) -> list[tuple[float, float]]:
    """Return from when to when there is sound, in seconds; a tenth of a second without ends it."""
    frames = channel[: len(channel) // STEP * STEP].reshape(-1, STEP)
    loud = np.flatnonzero(np.abs(frames.astype(int)).max(axis=1) > SOUND)
    if not len(loud):
        return []
    breaks = np.flatnonzero(np.diff(loud) > 5)
    starts, ends = [loud[0], *loud[breaks + 1]], [*loud[breaks], loud[-1]]
    return [(start * STEP / 8000, (end + 1) * STEP / 8000) for start, end in zip(starts, ends, strict=True)]


def tones_of(channel: Samples) -> list[int]:
    """Return the tones in the order in which they begin."""
    pieces = [channel[start : start + 2000] for start in range(0, len(channel) - 2000, 2000)]
    heard = [
        hz for piece in pieces for hz in loudest_tones(piece, 8000) if hz in (AGENT_HZ, CUSTOMER_HZ, COLLEAGUE_HZ)
    ]
    return list(dict.fromkeys(heard))


@pytest.mark.parametrize("codec", [PCMU, PCMA])
@pytest.mark.parametrize("who", ["agent", "customer"])
async def test_stream_that_starts_anew_is_heard_and_recorded_without_a_gap(node: Node, who: str, codec: int):
    agent, customer = await talking(node, codec)
    speaker, listener = (agent, customer) if who == "agent" else (customer, agent)

    speaker.media.endpoint.start_anew()
    speaker.play_tone(COLLEAGUE_HZ)
    await hears(listener, COLLEAGUE_HZ)
    await agent.hang_up()
    first, second, seconds, talk = await recorded(node)

    channel = second if who == "agent" else first
    before = AGENT_HZ if who == "agent" else CUSTOMER_HZ
    assert tones_of(channel) == [before, COLLEAGUE_HZ]
    assert len(sounds(channel)) == 1
    assert seconds == pytest.approx(talk, abs=EXACT)


@pytest.mark.parametrize("branch", ["the same branch", "another branch"])
@pytest.mark.parametrize(("early", "final"), [(PCMU, PCMA), (PCMA, PCMU)])
async def test_the_final_answer_rules_the_codec(node: Node, early: int, final: int, branch: str):
    async def answer_otherwise(call: PhoneCall) -> None:
        call.change_answer(early)
        call.play_tone(425)
        call.progress()
        await hears(call, AGENT_HZ)
        call.change_answer(final)
        if branch == "another branch":
            node.edge.become_another_branch(call)
        call.play_tone(CUSTOMER_HZ)
        call.answer()

    node.with_trunks({"cheap": answer_otherwise})
    agent = await node.dial("13812345678")
    customer = await node.edge.wait_for_call()

    await hears(agent, CUSTOMER_HZ)
    await hears(customer, AGENT_HZ)
    await until(lambda: customer.media.endpoint.reception.packets[-1].payload_type == final)
    await agent.hang_up()
    first, second, _, _ = await recorded(node)

    assert (tones_of(first), tones_of(second)) == ([CUSTOMER_HZ], [AGENT_HZ])


async def speak(agent: PhoneCall, customer: PhoneCall, turns: list[tuple[float, bool, bool]]) -> list[float]:
    """Let the agent, the customer, both or nobody send for so many seconds each; return when each turn began."""
    began = []
    for seconds, agent_sends, customer_sends in turns:
        agent.media.endpoint.quiet, customer.media.endpoint.quiet = not agent_sends, not customer_sends
        began.append(time.monotonic())
        await asyncio.sleep(seconds)
    return began


async def answered(node: Node) -> tuple[PhoneCall, PhoneCall]:
    """Return an agent and a customer, neither of whom has sent a packet."""

    async def answer_in_silence(call: PhoneCall) -> None:
        call.media.endpoint.quiet = True
        call.answer()

    node.with_trunks({"cheap": answer_in_silence})
    agent = await node.dial("13812345678")
    agent.media.endpoint.quiet = True
    customer = await node.edge.wait_for_call()
    await agent.wait_for("answered")
    return agent, customer


@pytest.mark.parametrize(
    "turns",
    [
        pytest.param([(0.5, True, True), (1.5, False, False), (0.5, True, True)], id="both pause"),
        pytest.param([(1.2, False, False), (0.5, True, True)], id="both silent at first"),
        pytest.param([(0.4, True, False), (0.3, False, False), (0.4, False, True)] * 4, id="in turns, with pauses"),
        pytest.param([(1.5, True, False)], id="customer never speaks"),
    ],
)
async def test_recording_keeps_time_while_nobody_sends(node: Node, turns: list[tuple[float, bool, bool]]):
    agent, customer = await answered(node)

    began = await speak(agent, customer, turns)
    ended = time.monotonic()
    await agent.hang_up()
    first, second, seconds, talk = await recorded(node)

    assert seconds == pytest.approx(talk, abs=EXACT)
    ends = [*began[1:], ended]
    # The recording ends with the call, so times are counted from its end.
    for channel, speaks in ((second, 1), (first, 2)):
        spoken = [
            (start - ended, end - ended) for turn, start, end in zip(turns, began, ends, strict=True) if turn[speaks]
        ]
        heard = [(start - seconds, end - seconds) for start, end in sounds(channel)]
        assert len(heard) == len(spoken)
        for was, should in zip(heard, spoken, strict=True):
            assert was == pytest.approx(should, abs=SEEN)


async def test_recording_keeps_time_when_packets_are_lost(node: Node):
    agent, customer = await answered(node)
    agent.media.endpoint.lose_every, customer.media.endpoint.lose_every = 13, 7

    await speak(agent, customer, [(0.6, True, True), (0.4, False, False)] * 5 + [(0.6, True, True)])
    await agent.hang_up()
    first, second, seconds, talk = await recorded(node)

    assert seconds == pytest.approx(talk, abs=EXACT)
    # MixMonitor lets the channels come 80 ms apart under loss, and the first packet after a pause may be lost itself.
    assert [start for start, _ in sounds(first)] == pytest.approx([start for start, _ in sounds(second)], abs=0.12)


async def test_recording_keeps_time_across_hold(node: Node):
    agent, customer = await talking(node)

    customer.media.endpoint.quiet = True
    await agent.hold()
    await until(lambda: AGENT_HZ not in customer.heard_tones([AGENT_HZ], 0.5))
    await agent.unhold()
    await hears(customer, AGENT_HZ)
    await agent.hang_up()
    _, _, seconds, talk = await recorded(node)

    assert seconds == pytest.approx(talk, abs=EXACT)


@contextlib.asynccontextmanager
async def ami_of(node: Node) -> AsyncIterator[Ami]:
    password = json.loads((node.folder / "run/asterisk-media-1/passwords.json").read_text())["ami"]
    ami = Ami(node.address, int(node.env["TRUNKLINE_AMI_PORT"]), "conductor", password)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(ami.run())
        await asyncio.sleep(0)
        yield ami
        running.cancel()


async def test_paused_recording_is_silent_for_as_long_in_both_channels(node: Node):
    agent, customer = await talking(node)
    (answered_fact,) = await node.of_kind("call.answered")
    leg_id = LegId(next(leg["leg_id"] for leg in answered_fact["body"]["legs"] if leg["role"] == "customer"))

    async with ami_of(node) as ami:
        await mixmonitor.pause(ami, leg_id, paused=True)
        began = time.monotonic()
        await asyncio.sleep(1.0)
        await hears(customer, AGENT_HZ)
        await mixmonitor.pause(ami, leg_id, paused=False)
        lasted = time.monotonic() - began
        await asyncio.sleep(0.5)
        with pytest.raises(RecordingRefusedError):
            await mixmonitor.pause(ami, LegId("nobody"), paused=True)
    await agent.hang_up()
    first, second, seconds, talk = await recorded(node)

    assert seconds == pytest.approx(talk, abs=EXACT)
    for channel in (first, second):
        (_, paused), (resumed, _) = sounds(channel)
        assert resumed - paused == pytest.approx(lasted, abs=SEEN)
