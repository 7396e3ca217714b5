"""Words that callers say, on a real Asterisk and with the real recogniser."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
from engine_harness import Engine
from media_harness import until

from callmodel.facts import Fact, Heard
from callmodel.ids import LegId
from callmodel.orders import Listen
from callmodel.rooms import Mode, Party
from media_nodes.listening import WordListener
from media_nodes.recognisers import SphinxRecogniser
from media_nodes.taps import BRIDGE, EAR, MOUTH
from servicekit.audio import telephone_audio
from servicekit.voices import EspeakVoice
from simulators.call import PhoneCall
from simulators.g711 import to_frames
from simulators.tones import silence


@pytest.fixture
async def ear(engine: Engine) -> AsyncIterator[WordListener]:
    recogniser = SphinxRecogniser(1)
    made = WordListener(engine.switch, recogniser, engine.settings.control_address)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(made.run())
        await asyncio.sleep(0)
        yield made
        running.cancel()
    await recogniser.close()


class Answers:
    """What was told of what was said."""

    def __init__(self) -> None:
        self.facts: list[Any] = []
        self._came = asyncio.Event()

    def tell(self, fact: Fact) -> None:
        self.facts.append(fact)
        self._came.set()

    async def first(self, seconds: float = 20.0) -> Heard:
        async with asyncio.timeout(seconds):
            await self._came.wait()
        found = self.facts[0]
        assert isinstance(found, Heard)
        return found


async def say(call: PhoneCall, text: str) -> None:
    """Say it once, and be silent."""
    wav = telephone_audio(await EspeakVoice().say(text, "en")).wav
    samples = np.concatenate([np.frombuffer(wav[44:], np.int16), silence(1.0)])
    call.media.endpoint.play(lambda payload_type: to_frames(samples, payload_type), loop=False)


async def listening(engine: Engine, leg: LegId, *, after: str = "") -> str:
    """Wait until a leg is tapped, by another tap than `after`, and return the tap's name."""
    found: list[str] = []

    async def tapped() -> bool:
        bridges = await engine.ari.command("GET", "/bridges")
        found[:] = [
            each["id"]
            for each in bridges
            if each["id"].startswith(leg) and each["id"].endswith(BRIDGE) and len(each["channels"]) == 2
        ]
        return bool(found) and after not in found

    await until(tapped)
    return found[0]


async def nothing_is_left(engine: Engine) -> None:
    async def clean() -> bool:
        names = [each["id"] for path in ("/channels", "/bridges") for each in await engine.ari.command("GET", path)]
        return not [name for name in names if name.endswith((EAR, MOUTH, BRIDGE))]

    await until(clean)


async def test_word_that_a_caller_says_is_told(engine: Engine, ear: WordListener):
    call, leg = await engine.call_in(hz=0)
    await engine.set_room(Party(leg, Mode.HEARING))
    answers = Answers()

    ear.listen(Listen(leg, "menu", ("yes", "no")), answers.tell)
    await listening(engine, leg)
    await say(call, "yes")
    heard = await answers.first()

    assert (heard.leg_id, heard.listen_id, heard.word) == (leg, "menu", "yes")
    assert heard.confidence >= 0.5
    await nothing_is_left(engine)


async def test_word_is_heard_while_a_prompt_is_played_to_who_says_it(engine: Engine, ear: WordListener):
    call, leg = await engine.call_in(hz=0)
    await engine.switch.play(leg, "menu", [engine.sound(600, 30)])
    answers = Answers()

    ear.listen(Listen(leg, "menu", ("yes", "no")), answers.tell)
    await listening(engine, leg)
    await say(call, "yes")

    assert (await answers.first()).word == "yes"
    assert 600 in call.heard_tones((600,), 0.5)


async def test_silence_is_no_word_and_told_in_time(engine: Engine, ear: WordListener):
    _, leg = await engine.call_in(hz=0)
    answers = Answers()

    began = time.monotonic()
    ear.listen(Listen(leg, "menu", ("yes", "no"), seconds=1), answers.tell)
    heard = await answers.first()

    assert heard.word is None and heard.confidence == 0
    assert 0.9 < time.monotonic() - began < 2.5


async def test_caller_who_hangs_up_leaves_nothing_behind(engine: Engine, ear: WordListener):
    call, leg = await engine.call_in(hz=0)
    answers = Answers()
    ear.listen(Listen(leg, "menu", ("yes", "no"), seconds=2), answers.tell)
    await listening(engine, leg)

    await call.hang_up()
    heard = await answers.first()

    assert heard.word is None
    await nothing_is_left(engine)


async def test_new_listening_takes_the_place_of_the_one_before(engine: Engine, ear: WordListener):
    call, leg = await engine.call_in(hz=0)
    former, later = Answers(), Answers()
    ear.listen(Listen(leg, "first", ("yes", "no")), former.tell)
    tap = await listening(engine, leg)

    ear.listen(Listen(leg, "second", ("sales", "support"), seconds=15), later.tell)
    # A tap that opens in the middle of a word hears half of it.
    await listening(engine, leg, after=tap)
    await say(call, "sales")
    heard = await later.first()

    assert heard.listen_id == "second" and heard.word in ("sales", "support")
    assert former.facts == []


async def test_taps_of_a_process_that_died_are_taken_away(engine: Engine):
    _, leg = await engine.call_in(hz=0)
    await engine.switch.tap(leg, f"{engine.settings.control_address}:9")

    state = await engine.switch.state()

    assert set(state.legs) == {leg} and state.bridges == ()
    await nothing_is_left(engine)
