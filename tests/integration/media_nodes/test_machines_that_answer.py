"""Machines and people who answer a campaign's call, on a real Asterisk: who is told from whom, and how soon."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from dialling_harness import Diallers, fill, is_through
from engine_harness import tone_wav
from leads_harness import CAMPAIGN, KEY, campaigning, lead, queue_of
from lines_harness import ANA_HZ, QUEUE, VOICES, Desk, now_ms
from media_harness import ACME, BLOCK, Node, running, until

from callmodel.agents import AgentState
from callmodel.campaigns.document import MachineAnswer, MachineDetection
from callmodel.directory import Directory
from callmodel.ids import PromptId
from callmodel.prompts import PromptFile, StoredAudio
from servicekit.audio import telephone_audio
from servicekit.objects import open_objects
from servicekit.voices import EspeakVoice
from simulators.call import PhoneCall
from simulators.g711 import to_frames
from simulators.phone import answer_after
from simulators.tones import Samples, level_dbfs

RATE = 8000
BEEP_HZ, MESSAGE_HZ = 1000, 2300
MACHINES = MachineDetection(enabled=True)
GREETING = "You have reached the voice mail of Mark Taylor. I can not take your call. Please leave a message."
SILENCE_SECONDS = 2.0
"""The longest that whoever answers hears nobody: the grace of the campaign."""
HEARD_DBFS = -45.0
KEPT_AT = "acme/prompts/message"


class Customer:
    """Answers, and says what it is given.  answered_at, beep_ends_at: on the clock of this machine."""

    def __init__(self, said: Samples) -> None:
        self._said = said
        self.calls: list[PhoneCall] = []
        self.agents: list[PhoneCall] = []
        self.answered_at = 0.0
        self.agent_heard_at: float | None = None

    async def __call__(self, call: PhoneCall) -> None:
        assert call.invite is not None
        if not call.invite.uri.startswith("sip:+"):
            self.agents.append(call)
            call.play_tone(ANA_HZ)
            await answer_after(0.0)(call)
            return
        self.calls.append(call)
        call.play_tone(None)
        call.ring()
        await asyncio.sleep(0.1)
        self.answered_at = time.monotonic()
        call.answer()
        call.media.endpoint.play(lambda payload_type: to_frames(self._said, payload_type), loop=False)


def silence(seconds: float) -> Samples:
    return np.zeros(round(RATE * seconds), np.int16)


async def voice(text: str) -> Samples:
    spoken = telephone_audio(await EspeakVoice().say(text, "en")).wav
    return np.frombuffer(spoken[44:], np.int16)


def beep() -> Samples:
    return (5000 * np.sin(2 * np.pi * BEEP_HZ * np.arange(RATE // 2) / RATE)).astype(np.int16)


def known(machines: MachineDetection) -> Directory:
    campaign = replace(CAMPAIGN, pacing=replace(CAMPAIGN.pacing, machines=machines))
    data = tone_wav(MESSAGE_HZ, 2.0)
    stored = StoredAudio(KEPT_AT, hashlib.sha256(data).hexdigest(), 2.0)
    prompt = PromptFile(ACME, PromptId("message"), {"": stored})
    return replace(campaigning(campaign), prompts=(prompt,), queues=(replace(QUEUE, wrap_up_seconds=30),))


@pytest.fixture
async def node(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Node]:
    objects = open_objects(f"file://{tmp_path}/objects", b"s" * 32, "", None)
    await objects.put(KEPT_AT, tone_wav(MESSAGE_HZ, 2.0))
    made = Node(tmp_path, BLOCK, TRUNKLINE_OBJECTS_URL=f"file://{tmp_path}/objects")
    made.directory = known(request.param)
    async with running(made):
        yield made
    await objects.close()


@pytest.fixture
def diallers(node: Node) -> Iterator[Diallers]:
    made = Diallers(node)
    yield made
    made.stop()


@pytest.mark.parametrize("node", [MACHINES], indirect=True)
async def test_a_person_is_with_an_agent_from_the_first_word_on(node: Node, diallers: Diallers):
    """Nobody waits for the detection: the agent hears the hello, and the customer the agent, within the grace."""
    hello = await voice("Hello?")
    customer = Customer(np.concatenate([silence(1.2), hello, silence(3.0), hello, silence(3.0)]))
    node.edge.on_invite = customer
    desk = Desk(node)
    ben = await desk.sign_in("1002")
    await fill(node, [lead(0)])
    diallers.start()

    await until(lambda: customer.calls and customer.calls[0].heard_tones(VOICES, 0.3) == {ANA_HZ}, 20)
    waited = time.monotonic() - customer.answered_at
    assert waited < SILENCE_SECONDS, f"{waited:.2f} s of silence"
    (station,) = customer.agents
    await until(lambda: level_dbfs(station.heard(0.2)) > HEARD_DBFS, 10)
    await until(lambda: "answer told" in node.log("conductor"), 10)
    assert '"verdict": "person"' in node.log("conductor")
    assert (await desk.view(ben)).state is AgentState.TALKING and not station.ended
    await customer.calls[0].hang_up()
    assert (await node.cdr())["result"] == "connected"


@pytest.mark.parametrize("node", [MACHINES], indirect=True)
async def test_an_agent_is_free_again_soon_after_a_machine_answered(node: Node, diallers: Diallers):
    customer = Customer(np.concatenate([silence(0.4), await voice(GREETING), silence(0.5), beep(), silence(5.0)]))
    node.edge.on_invite = customer
    desk = Desk(node)
    ben = await desk.sign_in("1002")
    await fill(node, [lead(0)])
    diallers.start()

    cdr = await node.cdr()
    assert cdr["result"] == "machine" and customer.calls[0].ended
    seen = await is_through(node, 1, 20)
    assert seen.results == {"machine": 1}
    view = await desk.becomes(ben, AgentState.READY, 3)
    assert view.state is AgentState.READY, "there is nothing to be written down of a machine"
    (hour,) = await queue_of(node).outcomes(KEY, now_ms())
    assert (hour.answered, hour.machines, hour.people) == (0, 1, 0), "no customer by whom the cap is kept"


@pytest.mark.parametrize(
    "node",
    [replace(MACHINES, answer=MachineAnswer.LEAVE_MESSAGE, message=PromptId("message"))],
    indirect=True,
)
async def test_a_message_is_left_after_the_beep(node: Node, diallers: Diallers):
    greeting = np.concatenate([silence(0.4), await voice(GREETING), silence(0.5)])
    customer = Customer(np.concatenate([greeting, beep(), silence(9.0)]))
    node.edge.on_invite = customer
    desk = Desk(node)
    ben = await desk.sign_in("1002")
    await fill(node, [lead(0)])
    diallers.start()

    await until(lambda: customer.calls and customer.calls[0].heard_tones([MESSAGE_HZ], 0.3) == {MESSAGE_HZ}, 30)
    began = time.monotonic() - customer.answered_at
    beep_ended = (len(greeting) + RATE // 2) / RATE
    assert began > beep_ended, "the machine records it from its first word"
    assert (await desk.view(ben)).state is AgentState.READY, "the agent is free while it is left"
    assert (await node.cdr())["result"] == "machine"
    assert time.monotonic() - customer.answered_at < beep_ended + 8, "it is hung up after the message"
