"""A tenant's own system is told of missed calls and messages: signed, with a masked number, until it takes it."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from facts_house import ACME, CUSTOMER, House, cdr, new_call_id, until
from test_follow_ups import missed

from callmodel.callstate import CallState, LegRole
from callmodel.cdr import Cdr
from callmodel.endings import Ending
from callmodel.ids import CallId, RecordingId
from callmodel.voice.figures import LegVoice, Stream
from control_plane.facts.webhooks import SIGNATURE, Webhook, deliver, signature_of
from control_plane.people.permissions import Role
from servicekit.publicnet import AddressForbiddenError

PATH = f"/tenants/{ACME}/webhook"
NETWORKS = {"TRUNKLINE_WEBHOOK_NETWORKS": "127.0.0.0/8"}


class Crm:
    """A tenant's system: keeps what it is told, and answers as it is in the mood to."""

    def __init__(self, *moods: int) -> None:
        self.told: list[tuple[str, bytes]] = []
        self._moods = list(moods)

    async def hear(self, request: web.Request) -> web.Response:
        self.told.append((request.headers[SIGNATURE], await request.read()))
        return web.Response(status=self._moods.pop(0) if self._moods else 204)


async def listening(crm: Crm) -> TestServer:
    app = web.Application()
    app.router.add_post("/hook", crm.hear)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    return server


@pytest.fixture
async def house(tmp_path: Any) -> Any:
    house = House(tmp_path, **NETWORKS)
    await house.open()
    yield house
    await house.close()


async def test_a_message_is_told_with_its_recording_until_it_is_taken(house: House):
    crm = Crm(500)
    server = await listening(crm)
    manager, call_id = await house.token("mia", Role.MANAGER), new_call_id()
    message = {"mailbox": "sales", "recording_id": RecordingId(f"{call_id}-r1"), "missed": "no-answer"}

    status, made = await house.ask(manager, "PUT", PATH, {"url": str(server.make_url("/hook"))})
    _, seen = await house.ask(manager, "GET", PATH)
    assert status == 200 and "secret" not in seen and seen["url"] == made["url"]
    await house.start_facts()
    await house.start_worker(TRUNKLINE_WORKER_QUEUES="webhooks")
    for _ in range(2):
        await house.tell("call.ended", missed(call_id, Ending.VOICEMAIL, **message))

    async def taken() -> bool:
        return len(crm.told) == 2

    await until(taken, 30)
    # The first one was refused; the fact came twice, and is one message.
    signature, body = crm.told[1]
    at_ms = int(signature.partition(",")[0].removeprefix("t="))
    told = json.loads(body)
    assert signature == signature_of(made["secret"], at_ms, body)
    assert (told["event"], told["tenant_id"], told["call_id"]) == ("follow-up", ACME, call_id)
    assert (told["kind"], told["mailbox"], told["recording_id"]) == ("voicemail", "sales", f"{call_id}-r1")
    assert told["number"] == "+86138****5678" and CUSTOMER[3:] not in body.decode()
    await server.close()


def dying(call_id: CallId, since_ms: int | None, version: int) -> Cdr:
    """Return a call in progress whose customer is not heard since then."""
    call = cdr(call_id)
    voice = LegVoice(Stream(50, dead_seconds=3.2), Stream(200), dead_since_ms=since_ms)
    legs = tuple(replace(leg, voice=voice) if leg.role is LegRole.CUSTOMER else leg for leg in call.legs)
    talks = {"state": CallState.TALKING, "ended_ms": None, "ending": None, "ending_class": None, "version": version}
    return replace(call, legs=legs, **talks)


async def test_a_voice_that_dies_is_told_once_each_time(house: House):
    crm = Crm()
    server = await listening(crm)
    manager, call_id = await house.token("mia", Role.MANAGER), new_call_id()
    await house.ask(manager, "PUT", PATH, {"url": str(server.make_url("/hook"))})
    await house.start_facts()
    await house.start_worker(TRUNKLINE_WORKER_QUEUES="webhooks")
    for version, since_ms in enumerate((1000, 1000, None, 9000), start=2):
        await house.tell("call.changed", dying(call_id, since_ms, version))

    async def taken() -> bool:
        return len(crm.told) >= 2

    await until(taken, 30)
    told = sorted((json.loads(body) for _, body in crm.told), key=lambda each: each["since_ms"])
    assert [each["since_ms"] for each in told] == [1000, 9000]
    assert {each["event"] for each in told} == {"voice-dead"}
    assert (told[0]["call_id"], told[0]["role"], told[0]["direction"]) == (call_id, "customer", "sent")
    assert told[0]["number"] == "+86138****5678"
    assert not any(CUSTOMER[3:] in body.decode() for _, body in crm.told)
    await server.close()


async def test_who_has_no_webhook_is_not_told_and_the_call_is_kept(house: House):
    crm = Crm()
    server = await listening(crm)
    manager, call_id = await house.token("mia", Role.MANAGER), new_call_id()
    await house.ask(manager, "PUT", PATH, {"url": str(server.make_url("/hook"))})
    assert (await house.ask(manager, "DELETE", PATH))[0] == 204
    await house.start_facts()
    await house.start_worker(TRUNKLINE_WORKER_QUEUES="webhooks")
    await house.tell("call.ended", missed(call_id))

    async def kept() -> bool:
        return (await house.ask(manager, "GET", f"/tenants/{ACME}/follow-ups/{call_id}"))[0] == 200

    await until(kept)
    assert (await house.ask(manager, "GET", PATH))[0] == 404
    queued: int = await house.redis.llen("celery:webhooks")  # type: ignore[misc]
    assert queued == 0 and crm.told == []
    await server.close()


@pytest.mark.parametrize("url", ["http://10.0.0.1/hook", "http://169.254.169.254/latest", "http://[::1]:8080/"])
async def test_no_webhook_is_beside_us(house: House, url: str):
    manager, agent = await house.token("mia", Role.MANAGER), await house.token("ana", Role.AGENT)

    status, problem = await house.ask(manager, "PUT", PATH, {"url": url})
    refused, _ = await house.ask(agent, "PUT", PATH, {"url": "https://crm.example/"})

    assert (status, problem["error_id"]) == (422, "webhook-forbidden")
    assert refused == 403


async def test_a_name_that_leads_beside_us_is_told_nothing(house: House):
    """Its address is looked at when it is told: a name may lead elsewhere by then."""
    crm = Crm()
    server = await listening(crm)
    hook = Webhook(f"http://localhost:{server.port}/hook", "secret", 1)

    with pytest.raises(AddressForbiddenError):
        async with asyncio.timeout(10):
            await deliver(hook, {"tenant_id": ACME}, 1, ())

    assert crm.told == []
    await server.close()
