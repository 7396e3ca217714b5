"""The HTTP listener among strangers: slow ones, many, and those who speak no HTTP."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web
from redis_server import free_port

from servicekit.listener import serve_http

HEAD = b"GET /now HTTP/1.1\r\nHost: x\r\n"


@asynccontextmanager
async def listening(**limits: float) -> AsyncIterator[tuple[int, asyncio.Event]]:
    """Serve /now at once and /later once the event is set."""
    go_on = asyncio.Event()

    async def now(_request: web.Request) -> web.Response:
        return web.Response(text="now")

    async def later(_request: web.Request) -> web.Response:
        await go_on.wait()
        return web.Response(text="later")

    app = web.Application()
    app.router.add_get("/now", now)
    app.router.add_get("/later", later)
    port = free_port()
    runner = await serve_http(app, "127.0.0.1", port, **limits)  # type: ignore[arg-type]
    try:
        yield port, go_on
    finally:
        await runner.cleanup()


async def rest_of(reader: asyncio.StreamReader) -> bytes:
    """Return what still comes until the other side closes or cuts the connection."""
    async with asyncio.timeout(10):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


@pytest.mark.parametrize("sent", [b"", b"GET", HEAD])
async def test_who_brings_no_whole_head_in_time_is_cut(sent: bytes):
    async with listening(head_seconds=0.2) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)

        assert await rest_of(reader) == b""
        writer.close()


async def test_a_request_and_a_connection_may_last_longer_than_a_head():
    async with listening(head_seconds=0.2) as (port, go_on), ClientSession(f"http://127.0.0.1:{port}") as client:

        async def let_a_heads_time_pass() -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert await rest_of(reader) == b""
            writer.close()
            go_on.set()

        async def ask(path: str) -> str:
            async with client.get(path) as answer:
                return await answer.text()

        assert await asyncio.gather(ask("/later"), let_a_heads_time_pass()) == ["later", None]
        assert await ask("/now") == "now"


async def test_connections_beyond_the_most_are_cut_and_a_free_place_is_taken(caplog: pytest.LogCaptureFixture):
    async with listening(most_connections=2) as (port, _):
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for reader, writer in held:
            writer.write(HEAD + b"\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        for _ in range(3):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert await rest_of(reader) == b""
            writer.close()
        assert [record.message for record in caplog.records].count("listener is full") == 1

        held[0][1].close()
        await held[0][1].wait_closed()
        # The listener hears of it a moment later.
        async with asyncio.timeout(10):
            while True:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(HEAD + b"Connection: close\r\n\r\n")
                if (await rest_of(reader)).startswith(b"HTTP/1.1 200"):
                    break
        writer.close()
        held[1][1].close()


async def test_rubbish_is_refused_in_one_calm_line(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    async with listening() as (port, _):
        for rubbish in (b"\x16\x03\x01\x00\xa5\x01\r\n\r\n", b"GET /now HTTP/1.1\r\nbad header\x00: x\r\n\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(rubbish)
            assert (await rest_of(reader)).startswith(b"HTTP/1.0 400")
            writer.close()

    assert not [record for record in caplog.records if record.levelno > logging.INFO or record.exc_info]
    assert "malformed request refused" in caplog.messages


async def test_a_taken_port_is_an_error():
    async with listening() as (port, _):
        with pytest.raises(OSError, match="in use"):
            await serve_http(web.Application(), "127.0.0.1", port)
