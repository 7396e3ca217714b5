"""Recognisers: the real one in its process, processes that hang or die, and an engine over HTTP."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from media_nodes import recognisers
from media_nodes.recognisers import HttpRecogniser, Recognised, RecogniserError, SphinxRecogniser
from servicekit.audio import telephone_audio
from servicekit.voices import EspeakVoice

AUDIO = bytes(3200)
ANSWERS = """
import json, sys, time
for line in sys.stdin.buffer:
    asked = json.loads(line)
    sys.stdin.buffer.read(asked["bytes"])
    word = asked["words"][0]
    if word == "hang":
        time.sleep(60)
    if word == "die":
        sys.exit(1)
    if word == "babble":
        print("no json", flush=True)
    else:
        print(json.dumps({"word": asked["words"][-1], "confidence": 0.7}), flush=True)
"""


@pytest.fixture
async def scripted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SphinxRecogniser]:
    monkeypatch.setattr(recognisers, "RECOGNISE_SECONDS", 0.3)
    script = tmp_path / "answers.py"
    script.write_text(ANSWERS)
    made = SphinxRecogniser(1, (sys.executable, str(script)))
    yield made
    await made.close()


async def test_english_words_are_recognised():
    recogniser = SphinxRecogniser(1)
    said = telephone_audio(await EspeakVoice().say("yes", "en")).wav[44:]
    try:
        found = await recogniser.recognise(bytes(8000) + said + bytes(8000), ("yes", "no", "{rubbish}|x;"), "en-GB")
        nothing = await recogniser.recognise(bytes(16000), ("你好",), "en")
    finally:
        await recogniser.close()

    assert found.word == "yes" and found.confidence >= 0.5
    assert nothing == Recognised(None, 0.0)


async def test_other_languages_need_an_engine():
    with pytest.raises(RecogniserError, match="language"):
        await SphinxRecogniser(1).recognise(AUDIO, ("是",), "zh-CN")


@pytest.mark.parametrize(("word", "reason"), [("hang", "timeout"), ("die", "engine"), ("babble", "engine")])
async def test_process_that_fails_is_replaced(scripted: SphinxRecogniser, word: str, reason: str):
    await scripted.recognise(AUDIO, ("a", "b"), "en")
    with pytest.raises(RecogniserError, match=reason):
        await scripted.recognise(AUDIO, (word,), "en")

    assert await scripted.recognise(AUDIO, ("a", "b"), "en") == Recognised("b", 0.7)


async def test_one_who_gives_up_spoils_nobody_elses_answer(scripted: SphinxRecogniser):
    async with asyncio.TaskGroup() as group:
        first = group.create_task(scripted.recognise(AUDIO, ("hang", "wrong"), "en"))
        second = group.create_task(scripted.recognise(AUDIO, ("a", "right"), "en"))
        await asyncio.sleep(0.05)
        first.cancel()

    assert (await second).word == "right"


async def test_line_before_the_processes_is_bounded(scripted: SphinxRecogniser):
    many = [scripted.recognise(AUDIO, ("a",), "en") for _ in range(recognisers.MOST_WAITING + 5)]
    found = await asyncio.gather(*many, return_exceptions=True)

    refused = [each for each in found if isinstance(each, RecogniserError)]
    assert refused and all(str(each) == "busy" for each in refused)


class Fallback:
    async def recognise(self, audio: bytes, words: tuple[str, ...], language: str) -> Recognised:
        return Recognised("fallback", 0.1)

    async def close(self) -> None: ...


@asynccontextmanager
async def engine(answer: dict[str, object] | None) -> AsyncIterator[tuple[str, aiohttp.ClientSession]]:
    async def recognise(request: web.Request) -> web.Response:
        asked = await request.json()
        if answer is None or not asked["audio"]:
            raise web.HTTPInternalServerError
        return web.json_response(answer)

    app = web.Application()
    app.router.add_post("/words", recognise)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/words", session
    await runner.cleanup()


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"word": "是", "confidence": 0.95}, Recognised("是", 0.95)),
        ({"word": None, "confidence": 0}, Recognised(None, 0.0)),
        ({"word": "什么", "confidence": 1}, Recognised("fallback", 0.1)),
        ({"word": "是", "confidence": "high"}, Recognised("fallback", 0.1)),
        (None, Recognised("fallback", 0.1)),
    ],
)
async def test_engine_over_http_is_believed_where_it_makes_sense(answer: dict[str, object] | None, found: Recognised):
    async with engine(answer) as (url, session):
        began = time.monotonic()
        assert await HttpRecogniser(url, Fallback(), session).recognise(AUDIO, ("是", "不是"), "zh-CN") == found
        assert time.monotonic() - began < 3
