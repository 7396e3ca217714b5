"""What strangers get to read: the same words of every listener, whatever they send, and nothing of it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from redis_server import free_port

from servicekit.listener import serve_http

MARK = b"s3cret-mark"
LIBRARIES = re.compile(rb"aiohttp|python|asyncio|llhttp|[0-9]+\.[0-9]+\.[0-9]+|traceback", re.IGNORECASE)
BAD = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + MARK + b"\r\n\r\n",
    "bad version": b"GET /" + MARK + b" HTTP/9.9\r\nHost: x\r\n\r\n",
    "bad method": b"G=T " + MARK + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "no path": b"GET\r\n" + MARK + b"\r\n\r\n",
    "bad header": b"GET / HTTP/1.1\r\nHost: x\r\n" + MARK + b"\r\n\r\n",
    "bad header name": b"GET / HTTP/1.1\r\nHost: x\r\nX " + MARK + b": y\r\n\r\n",
    "bad length": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + MARK + b"\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n" + MARK,
    "long line": b"GET /" + MARK * 2000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "long header": b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + MARK * 2000 + b"\r\n\r\n",
    "bad chunk": b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + MARK + b"\r\n\r\n",
    "unknown expectation": b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nExpect: " + MARK + b"\r\n\r\n",
    "bad host": b"GET /echo HTTP/1.1\r\nHost: <" + MARK + b">\r\n\r\n",
    "no such page": b"GET /" + MARK + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "wrong method": b"DELETE /echo HTTP/1.1\r\nHost: x\r\nX: " + MARK + b"\r\n\r\n",
    "broken page": b"GET /broken HTTP/1.1\r\nHost: x\r\nX: " + MARK + b"\r\n\r\n",
    "broken page for a browser": b"GET /broken HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n",
    "too large a body": b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n" + b"x" * 3_000_000,
}


@asynccontextmanager
async def listening() -> AsyncIterator[int]:
    async def echo(request: web.Request) -> web.Response:
        return web.Response(text=f"{len(await request.read())} bytes")

    async def broken(_request: web.Request) -> web.Response:
        raise RuntimeError(f"it broke with {MARK.decode()}")

    app = web.Application()
    app.router.add_post("/echo", echo)
    app.router.add_get("/broken", broken)
    port = free_port()
    runner = await serve_http(app, "127.0.0.1", port)
    try:
        yield port
    finally:
        await runner.cleanup()


async def answer_to(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    async with asyncio.timeout(10):
        head = await reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"Content-Length: ([0-9]+)", head)
        body = await reader.readexactly(int(found[1])) if found else b""
    writer.close()
    return head + body


@pytest.mark.parametrize("request_bytes", BAD.values(), ids=BAD)
async def test_no_page_names_a_library_or_repeats_what_was_sent(request_bytes: bytes):
    async with listening() as port:
        said = await answer_to(port, request_bytes)

    status = int(said.split()[1])
    assert 400 <= status <= 599
    assert b"\r\nServer: trunkline\r\n" in said
    assert b"application/problem+json" in said
    assert MARK not in said
    assert LIBRARIES.search(said.replace(b"HTTP/1.1", b"")) is None, said


async def test_what_is_right_is_answered_and_signed_too():
    async with listening() as port:
        said = await answer_to(port, b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
        wrong = await answer_to(port, b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")

    assert said.startswith(b"HTTP/1.1 200 ") and said.endswith(b"3 bytes")
    assert b"\r\nServer: trunkline\r\n" in said
    assert b"\r\nAllow: POST\r\n" in wrong
