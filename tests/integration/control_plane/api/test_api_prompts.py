"""Prompts over HTTP: sound files are checked, made fit for telephones, kept, and heard again by a link."""

import asyncio
import hashlib
import io
import urllib.request
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from api_house import Answer, Client, House, World, a_flow, a_sound, fresh, send_sound
from published import published
from redis.asyncio import Redis

from callmodel import keys
from control_plane.features.prompts.service import MOST_BYTES
from servicekit.redisio import connect


@pytest.fixture
async def redis(house: House) -> AsyncIterator[Redis]:
    client = connect(house.environment["TRUNKLINE_REDIS_URL"])
    yield client
    await client.aclose()


@pytest.fixture
async def tenant_id(world: World) -> str:
    made = fresh("t")
    await world.admin.make("/tenants", {"tenant_id": made, "name": "Some Firm"})
    await world.admin.make(f"/tenants/{made}/prompts", {"prompt_id": "welcome", "name": "Welcome"})
    return made


async def send(client: Client, tenant_id: str, data: bytes, language: str = "en", prompt: str = "welcome") -> Answer:
    path = f"/tenants/{tenant_id}/prompts/{prompt}/audio/{language}"
    return await send_sound(client, path, data)


async def fetched(world: World, tenant_id: str, language: str = "en") -> bytes:
    link = await world.admin.get(f"/tenants/{tenant_id}/prompts/welcome/audio/{language}")
    answer = await asyncio.to_thread(urllib.request.urlopen, link["url"], timeout=10)
    data: bytes = answer.read()
    assert hashlib.sha256(data).hexdigest() == link["sha256"]
    return data


async def test_audio_is_made_fit_for_telephones_and_reaches_media_nodes(world: World, redis: Redis, tenant_id: str):
    sent = await send(world.admin, tenant_id, a_sound(1.5))
    found = await published(
        redis, keys.DIRECTORY, lambda found: (made := found.prompt_of(tenant_id, "welcome")) and made.audio
    )

    assert sent.status == 200 and sent.body["audio"]["en"]["seconds"] == pytest.approx(1.5, abs=0.05)
    data = await fetched(world, tenant_id)
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
    told = found.prompt_of(tenant_id, "welcome").audio
    assert told.keys() == {"en"}
    assert told["en"].sha256 == sent.body["audio"]["en"]["sha256"] == hashlib.sha256(data).hexdigest()
    assert told["en"].object_key.startswith(f"{tenant_id}/prompts/welcome/")


async def test_text_is_spoken_kept_and_told(world: World, tenant_id: str):
    path = f"/tenants/{tenant_id}/prompts/welcome/audio"
    for language, said in (
        ("zh-CN", {"text": "您好，欢迎致电"}),
        ("any", {"text": "Welcome.", "spoken_in": "en-GB"}),
    ):
        made = (await world.admin.call("POST", f"{path}/{language}/speak", said)).body["audio"][language]
        data = await fetched(world, tenant_id, language)
        assert (made["text"], hashlib.sha256(data).hexdigest()) == (said["text"], made["sha256"])
        assert 0.3 < made["seconds"] < 5
    assert (await send(world.admin, tenant_id, a_sound(1.0), "zh-CN")).body["audio"]["zh-CN"]["text"] is None


@pytest.mark.parametrize("said", [{"text": ""}, {"text": "a" * 2001}, {}, {"text": "Welcome.", "spoken_in": "_"}])
async def test_what_can_not_be_spoken_is_refused(world: World, tenant_id: str, said: dict[str, str]):
    refused = await world.admin.call("POST", f"/tenants/{tenant_id}/prompts/welcome/audio/any/speak", said)
    assert refused.status == 422 and refused.body["errors"], refused


async def test_each_language_has_its_own_and_any_fits_every_call(world: World, redis: Redis, tenant_id: str):
    for language, tone in (("zh-CN", 300.0), ("any", 500.0)):
        assert (await send(world.admin, tenant_id, a_sound(tone=tone), language)).status == 200
    again = await send(world.admin, tenant_id, a_sound(tone=700.0), "zh-CN")
    found = await published(
        redis,
        keys.DIRECTORY,
        lambda found: (
            (made := found.prompt_of(tenant_id, "welcome"))
            and made.audio.keys() == {"zh-CN", ""}
            and made.audio["zh-CN"].sha256 == again.body["audio"]["zh-CN"]["sha256"]
        ),
    )

    prompt = found.prompt_of(tenant_id, "welcome")
    assert prompt.in_language("zh-CN") == prompt.audio["zh-CN"]
    assert prompt.in_language("de") == prompt.audio[""]
    gone = await world.admin.call("DELETE", f"/tenants/{tenant_id}/prompts/welcome/audio/zh-CN")
    assert gone.body["audio"].keys() == {"any"}
    assert (await world.admin.call("GET", f"/tenants/{tenant_id}/prompts/welcome/audio/zh-CN")).status == 404


@pytest.mark.parametrize(
    "data, reason",
    [
        (b"", "audio-empty"),
        (b"MZ this is a program and no sound" * 100, "audio-not-readable"),
        (a_sound(loud=0.0), "audio-silent"),
        (a_sound(hz=4000), "audio-rate-unsupported"),
        (a_sound(channels=5), "audio-channels-unsupported"),
        (a_sound(301, hz=8000, channels=1), "audio-too-long"),
        (a_sound()[:100], "audio-too-short"),
    ],
)
async def test_what_is_no_audio_is_refused_and_says_why(world: World, tenant_id: str, data: bytes, reason: str):
    answer = await send(world.admin, tenant_id, data)

    assert (answer.status, answer.error_id) == (422, "audio-not-usable"), answer.body
    assert answer.body["reason"] == reason
    assert (await world.admin.get(f"/tenants/{tenant_id}/prompts/welcome"))["audio"] == {}


async def test_a_file_that_is_too_large_is_not_read_to_its_end(world: World, tenant_id: str):
    answer = await send(world.admin, tenant_id, bytes(MOST_BYTES + 1))
    typed = await world.admin.call("PUT", f"/tenants/{tenant_id}/prompts/welcome/audio/en", {"file": "x"})

    assert (answer.status, answer.error_id) == (413, "body-too-large")
    assert (typed.status, typed.error_id) == (415, "unsupported-media-type")


async def test_files_that_come_at_once_are_taken_one_after_the_other(world: World, tenant_id: str):
    for each in range(6):
        await world.admin.make(f"/tenants/{tenant_id}/prompts", {"prompt_id": f"p-{each}"})
    data = a_sound()

    answers = await asyncio.gather(*(send(world.admin, tenant_id, data, prompt=f"p-{each}") for each in range(6)))

    assert {answer.status for answer in answers} == {200}


async def test_a_prompt_in_use_stays(world: World, tenant_id: str):
    path = f"/tenants/{tenant_id}"
    number = f"+8621{int(fresh('n')[2:], 16) % 10**8:08}"
    await send(world.admin, tenant_id, a_sound())
    await world.admin.make("/numbers", {"number": number, "tenant_id": tenant_id})
    flow = a_flow(start={"kind": "hang_up", "prompts": [{"prompt_id": "welcome"}]})
    await world.admin.make(f"{path}/flows", {"flow_id": "bye", "document": flow})
    published = await world.admin.call("POST", f"{path}/flows/bye/publish", {"edit": 1})
    await world.admin.make(f"{path}/queues", {"queue_id": "sales", "comfort": ["welcome"]})
    lost = await world.admin.call("PATCH", f"{path}/queues/sales", {"music": "nowhere"})

    stuck = await world.admin.call("DELETE", f"{path}/prompts/welcome")

    assert published.status == 200, published.body
    assert (lost.status, lost.error_id) == (422, "prompt-unknown")
    assert {(use["kind"], use["id"]) for use in stuck.body["used_by"]} == {("flow", "bye"), ("queue", "sales")}
    await world.admin.call("DELETE", f"{path}/flows/bye")
    await world.admin.call("PATCH", f"{path}/queues/sales", {"comfort": []})
    assert (await world.admin.call("DELETE", f"{path}/prompts/welcome")).status == 204
    assert (await send(world.admin, tenant_id, a_sound())).error_id == "archived"
    assert (await world.admin.call("POST", f"{path}/prompts/welcome/restore")).body["audio"].keys() == {"en"}


async def test_a_file_is_its_tenants_alone(world: World, house: House, tenant_id: str):
    await send(world.admin, tenant_id, a_sound())

    objects = Path(house.environment["TRUNKLINE_OBJECTS_URL"].removeprefix("file://"))

    assert [path.parent.name for path in (objects / tenant_id).rglob("*.wav")] == ["welcome"]
    manager = world.users[("acme", "manager")]
    for call in (send(manager, tenant_id, a_sound()), manager.call("GET", f"/tenants/{tenant_id}/prompts/welcome")):
        assert (await call).status == 404
