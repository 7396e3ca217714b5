"""A tenant's system is asked, whatever it answers, and never one of ours."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from callmodel.orders import LookUp
from media_nodes.lookups import HttpLookUps, parts_of

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
WANTED = {"name": "customer.name", "state": "orders.0.state", "vip": "customer.vip"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def system(handler: Handler) -> AsyncIterator[str]:
    """A tenant's system that answers as told; its address."""
    app = web.Application()
    app.router.add_post("/", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        yield f"http://127.0.0.1:{port}/"
    finally:
        await runner.cleanup()


def asked(handler: Handler, *, allowed=LOOPBACK, timeout_ms: int = 2_000):
    async def ask():
        look_ups = HttpLookUps(allowed)
        try:
            async with system(handler) as url:
                return await look_ups.ask(LookUp("l1", url, timeout_ms, {"caller": "c-1"}, WANTED, {"card": "4111"}))
        finally:
            await look_ups.close()

    return asyncio.run(ask())


async def answers(request: web.Request) -> web.Response:
    assert await request.json() == {"caller": "c-1", "card": "4111"}
    return web.json_response({"customer": {"name": "Li Na", "vip": True}, "orders": [{"state": "sent"}]})


async def hangs(request: web.Request) -> web.Response:
    await asyncio.get_running_loop().create_future()
    raise AssertionError


async def pours(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    try:
        while True:
            await response.write(b" " * 65_536)
    except ConnectionError:
        return response


async def redirects(request: web.Request) -> web.Response:
    raise web.HTTPFound("http://127.0.0.1:8088/ari/asterisk/info")


async def fails(request: web.Request) -> web.Response:
    return web.Response(status=500, text="at com.example.Crm(Crm.java:42)")


async def babbles(request: web.Request) -> web.Response:
    return web.Response(text="<html>")


def test_the_wanted_parts_of_the_answer_come_back():
    assert asked(answers) == ({"name": "Li Na", "state": "sent", "vip": "true"}, None)


@pytest.mark.parametrize(
    ("handler", "problem"),
    [(fails, "status-500"), (babbles, "not-json"), (pours, "too-long"), (redirects, "status-302")],
)
def test_what_went_wrong_is_a_word(handler, problem):
    assert asked(handler) == ({}, problem)


def test_a_system_that_hangs_has_only_its_time():
    assert asked(hangs, timeout_ms=100) == ({}, "timeout")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://localhost:9/", "http://[::ffff:127.0.0.1]:9/"])
def test_no_tenant_reaches_our_own_network(url):
    async def ask():
        look_ups = HttpLookUps()
        try:
            return await look_ups.ask(LookUp("l1", url, 2_000))
        finally:
            await look_ups.close()

    assert asyncio.run(ask()) == ({}, "forbidden")


def test_nobody_there_is_unreachable():
    async def ask():
        look_ups = HttpLookUps(LOOPBACK)
        try:
            return await look_ups.ask(LookUp("l1", "http://127.0.0.1:9/", 2_000))
        finally:
            await look_ups.close()

    assert asyncio.run(ask()) == ({}, "unreachable")


def test_paths_lead_where_they_can():
    body = b'{"a": [1, {"b": 2.5}], "deep": {"er": null}}'

    found = parts_of(body, {"x": "a.1.b", "y": "a.7", "z": "deep.er", "w": "a.b", "v": "a.0"})
    assert found == {"x": "2.5", "v": "1"}
