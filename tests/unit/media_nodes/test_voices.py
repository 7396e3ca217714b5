"""What speaks: the program on this machine, and an engine over HTTP that may fail."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from callmodel.directory import Directory
from callmodel.ids import PromptId, TenantId
from callmodel.prompts import Audio, PromptFile, Speech, StoredAudio
from media_nodes.ports import PromptMissingError
from media_nodes.prompts import CachedPrompts
from media_nodes.soundcache import SoundCache
from servicekit.audio import read_sound, tone_audio
from servicekit.objects import FolderObjects
from servicekit.voices import EspeakVoice, HttpVoice, VoiceError, espeak_voice

ACME, OTHER = TenantId("acme"), TenantId("other")
SECRET_TEXT = "balance 4711"
NOTHING = Directory()


@pytest.mark.parametrize(
    ("language", "voice"),
    [("zh-CN", "cmn"), ("zh-HK", "yue"), ("en", "en-us"), ("en-GB", "en-gb"), ("de-AT", "de"), ("; rm", "en-us")],
)
def test_language_has_a_voice(language: str, voice: str):
    assert espeak_voice(language) == voice


@pytest.mark.parametrize(("text", "language"), [("Welcome", "en"), ("您好，欢迎致电", "zh-CN")])
async def test_text_is_spoken(text: str, language: str):
    sound = read_sound(await EspeakVoice().say(text, language))

    assert 0.3 < sound.seconds < 5


async def test_text_stands_in_no_argument(tmp_path: Path):
    program, seen = tmp_path / "voice", tmp_path / "seen"
    program.write_text(f'#!/bin/sh\necho "$@" > {seen}\ncat >> {seen}.text\necho sound\n')
    program.chmod(0o755)

    await EspeakVoice(str(program)).say(SECRET_TEXT, "en")

    assert "4711" not in seen.read_text()
    assert (tmp_path / "seen.text").read_text() == SECRET_TEXT


async def test_program_that_hangs_is_ended(tmp_path: Path):
    program = tmp_path / "voice"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)

    with pytest.raises(VoiceError, match="too long"):
        await EspeakVoice(str(program), seconds=0.2).say("hello", "en")


@pytest.mark.parametrize("program", ["/nowhere/espeak-ng", "false"])
async def test_program_that_fails_is_a_voice_error(program: str):
    with pytest.raises(VoiceError):
        await EspeakVoice(program).say("hello", "en")


class Fallback:
    name = "fallback"

    async def say(self, text: str, language: str) -> bytes:
        return b"fallback"


@asynccontextmanager
async def engine(handler: object) -> AsyncIterator[tuple[str, aiohttp.ClientSession]]:
    app = web.Application()
    app.router.add_post("/speak", handler)  # type: ignore[arg-type]
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession() as session:
        yield f"http://127.0.0.1:{port}/speak", session
    await runner.cleanup()


async def test_engine_over_http_speaks():
    async def speak(request: web.Request) -> web.Response:
        asked = await request.json()
        return web.Response(body=f"{asked['language']}:{asked['text']}".encode())

    async with engine(speak) as (url, session):
        assert await HttpVoice(url, Fallback(), session).say("hello", "en") == b"en:hello"


@pytest.mark.parametrize("what", ["500", "hang", "redirect", "huge"])
async def test_engine_that_fails_is_stood_in_for_and_the_text_in_no_log(what: str, caplog: pytest.LogCaptureFixture):
    async def fail(request: web.Request) -> web.StreamResponse:
        if what == "hang":
            await asyncio.sleep(5)
        if what == "redirect":
            raise web.HTTPFound("http://127.0.0.1:1/")
        if what == "huge":
            return web.Response(body=bytes(21_000_000))
        raise web.HTTPInternalServerError(text=SECRET_TEXT)

    caplog.set_level(logging.DEBUG)
    async with engine(fail) as (url, session):
        said = await HttpVoice(url, Fallback(), session, seconds=0.5).say(SECRET_TEXT, "en")

    assert said == b"fallback"
    ours = [record for record in caplog.records if record.name == "servicekit.voices"]
    assert ours and not any("4711" in f"{record.__dict__}" for record in ours)


class Voice:
    name = "counting"

    def __init__(self) -> None:
        self.said: list[str] = []

    async def say(self, text: str, language: str) -> bytes:
        self.said.append(text)
        return tone_audio(500, 0.5).wav


def prompts(tmp_path: Path, voice: Voice, directory: Directory = NOTHING) -> CachedPrompts:
    objects = FolderObjects(tmp_path / "objects", b"0123456789abcdef")
    return CachedPrompts(SoundCache(tmp_path / "sounds", 10_000_000), voice, objects, lambda: directory)


async def test_text_is_spoken_once_and_its_file_tells_nothing(tmp_path: Path):
    voice = Voice()
    made = prompts(tmp_path, voice)

    for _ in range(2):
        (file,) = await made.files_of(ACME, (Speech(SECRET_TEXT, private=True),), "en")

    assert len(voice.said) == 1
    assert "4711" not in str(file) and file.name.startswith("private-")


async def test_tenants_share_no_files(tmp_path: Path):
    made = prompts(tmp_path, Voice())

    (one,), (other,) = [await made.files_of(tenant, (Speech("hello"),), "en") for tenant in (ACME, OTHER)]

    assert one != other


async def test_audio_comes_from_the_object_store_once_and_is_checked(tmp_path: Path):
    data = tone_audio(700, 0.5).wav
    sha256 = hashlib.sha256(data).hexdigest()
    files = tuple(
        PromptFile(ACME, PromptId(name), {"": StoredAudio("tenants/acme/prompts/a", digest)})
        for name, digest in (("good", sha256), ("changed", "0" * 64))
    )
    made = prompts(tmp_path, Voice(), Directory(prompts=files))
    await FolderObjects(tmp_path / "objects", b"0123456789abcdef").put("tenants/acme/prompts/a", data)

    (file,) = await made.files_of(ACME, (Audio(PromptId("good")),), "en")
    assert read_sound(file.read_bytes()).hz == 8000
    await FolderObjects(tmp_path / "objects", b"0123456789abcdef").delete("tenants/acme/prompts/a")
    assert await made.files_of(ACME, (Audio(PromptId("good")),), "en") == [file]
    for name in ("changed", "unknown"):
        with pytest.raises(PromptMissingError):
            await made.files_of(ACME, (Audio(PromptId(name)),), "en")
    with pytest.raises(PromptMissingError):
        await made.files_of(OTHER, (Audio(PromptId("good")),), "en")
