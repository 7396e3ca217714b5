"""The HTTP listener among strangers: slow ones, many, and those who speak no HTTP."""

import asyncio
import datetime
import ipaddress
import logging
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvloop
from aiohttp import ClientSession, web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from redis_server import free_port

from servicekit.gate import vouch
from servicekit.listener import serve_http

HEAD = b"GET /now HTTP/1.1\r\nHost: x\r\n"


@asynccontextmanager
async def listening(**limits: Any) -> AsyncIterator[tuple[int, asyncio.Event]]:
    """Serve /now at once, /known to whoever asks as somebody known, and /later once the event is set."""
    go_on = asyncio.Event()

    async def now(_request: web.Request) -> web.Response:
        return web.Response(text="now")

    async def known(request: web.Request) -> web.Response:
        vouch(request)
        return web.Response(text="known")

    async def later(_request: web.Request) -> web.Response:
        await go_on.wait()
        return web.Response(text="later")

    app = web.Application()
    app.router.add_get("/now", now)
    app.router.add_get("/later", later)
    app.router.add_get("/known", known)
    port = free_port()
    runner = await serve_http(app, "127.0.0.1", port, **limits)
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


class Visit:
    """One connection, which asks one thing after another."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, port: int, bind: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> "Visit":
        return cls(*await asyncio.open_connection("127.0.0.1", port, local_addr=(bind, 0), ssl=tls))

    async def get(self, path: str, headers: str = "") -> int | None:
        """Return the status of the answer, None where the connection was cut."""
        async with asyncio.timeout(10):
            try:
                self.writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode())
                head = await self.reader.readuntil(b"\r\n\r\n")
                length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
                await self.reader.readexactly(int(length.split(b":")[1]))
            except (ConnectionError, asyncio.IncompleteReadError):
                return None
        return int(head.split()[1])

    async def leave(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


async def known_visit(port: int, bind: str = "127.0.0.1") -> Visit:
    visit = await Visit.to(port, bind)
    assert await visit.get("/known") == 200
    return visit


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until the listener has heard of what happened."""
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110 - it happens on the other side
            await asyncio.sleep(0.01)


def contexts(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the TLS sides of a server at 127.0.0.1 and of who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    now = datetime.datetime.now(datetime.UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(alternative, critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = serialization.Encoding.PEM
    file.write_bytes(key.private_bytes(pem, *plain) + certificate.public_bytes(pem))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))


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


async def test_when_all_places_are_held_by_who_is_known_a_newcomer_is_cut_and_a_free_place_is_taken(
    caplog: pytest.LogCaptureFixture,
):
    async with listening(most_connections=2) as (port, _):
        held = [await known_visit(port) for _ in range(2)]
        for _ in range(3):
            assert await (await Visit.to(port)).get("/now") is None
        assert caplog.messages.count("connections cut") == 1

        await held[0].leave()

        async def a_place_is_free() -> bool:
            return await (await Visit.to(port)).get("/now") == 200

        await until(a_place_is_free)
        assert await held[1].get("/known") == 200


async def test_a_stranger_who_has_been_idle_longest_gives_way_when_all_places_are_taken():
    async with listening(most_connections=8) as (port, _):
        known = [await known_visit(port, "127.0.0.2") for _ in range(5)]
        first, second = await Visit.to(port, "127.0.0.3"), await Visit.to(port, "127.0.0.3")
        only = await Visit.to(port, "127.0.0.4")
        for visit in (second, first, only):
            assert await visit.get("/nowhere") == 404

        newcomer = await Visit.to(port, "127.0.0.5")
        assert await newcomer.get("/now") == 200

        assert await second.get("/now") is None, "of the address with the most, who was idle longest"
        assert await first.get("/now") == 200
        assert await only.get("/now") == 200
        assert [await visit.get("/now") for visit in known] == [200] * 5


async def test_a_thousand_connections_of_one_address_shut_nobody_out():
    async with listening() as (port, _):
        crowd = [await Visit.to(port, "127.0.0.66") for _ in range(1_100)]
        await asyncio.gather(*(visit.get("/nowhere") for visit in crowd))

        for _ in range(5):
            began = time.monotonic()
            visit = await Visit.to(port, "127.0.0.7")
            assert await visit.get("/now") == 200
            assert time.monotonic() - began < 0.1
        left = [visit for visit in crowd if await visit.get("/now") == 200]
        assert len(left) == 250, "a quarter of a thousand, and the last who came"
        assert left == crowd[-250:]


async def test_a_crowd_behind_one_address_that_says_who_it_is_is_no_crowd():
    async with listening(most_connections=40, stranger_seconds=0.2) as (port, _):
        office = [await known_visit(port, "127.0.0.9") for _ in range(30)]
        for _ in range(30):
            await (await Visit.to(port, "127.0.0.9")).get("/nowhere")

        assert [await visit.get("/now") for visit in office] == [200] * 30


async def test_a_stranger_is_cut_soon_after_an_answer_and_who_is_known_is_not():
    async with listening(stranger_seconds=0.2) as (port, _):
        known, stranger = await Visit.to(port), await Visit.to(port)
        assert await known.get("/known") == 200
        assert await stranger.get("/nowhere") == 404

        assert await rest_of(stranger.reader) == b""
        assert await known.get("/now") == 200


async def test_a_slow_answer_is_no_idleness():
    async with listening(stranger_seconds=0.2) as (port, go_on):
        waiting = await Visit.to(port)
        asking = asyncio.ensure_future(waiting.get("/later"))  # noqa: TID251 - awaited below
        other = await Visit.to(port)
        assert await other.get("/nowhere") == 404
        assert await rest_of(other.reader) == b""
        go_on.set()
        assert await asking == 200


async def test_a_proxys_connections_count_for_those_it_speaks_for():
    async with listening(most_connections=8, proxies=frozenset({"127.0.0.8"})) as (port, _):
        proxied = [await Visit.to(port, "127.0.0.8") for _ in range(6)]
        for visit in proxied[:4]:
            # The last entry is the proxy's own word; what stands before it anybody may have written.
            assert await visit.get("/nowhere", "X-Forwarded-For: 192.0.2.1, 192.0.2.66\r\n") == 404
        assert await proxied[4].get("/now", "X-Forwarded-For: 192.0.2.7\r\n") == 200

        assert [await visit.get("/now", "X-Forwarded-For: 192.0.2.7\r\n") for visit in proxied[:2]] == [None, None]
        # A stranger's own word counts for nothing.
        first, *others = crowd = [await Visit.to(port, "127.0.0.66") for _ in range(2)]
        for number, visit in enumerate(crowd):
            assert await visit.get("/now", f"X-Forwarded-For: 192.0.2.{100 + number}\r\n") == 200
        others.append(await Visit.to(port, "127.0.0.66"))
        assert await first.get("/now") is None
        assert [await visit.get("/now") for visit in others] == [200, 200]


def test_handshakes_that_never_end_shut_nobody_out(tmp_path: Path):
    for loop in (asyncio.new_event_loop, uvloop.new_event_loop):
        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(_handshakes_that_never_end(tmp_path))


async def _handshakes_that_never_end(folder: Path) -> None:
    server, client = contexts(folder)
    async with listening(most_connections=100, tls=server) as (port, _):
        halves = [await Visit.to(port, "127.0.0.66") for _ in range(120)]
        for half in halves[::2]:
            half.writer.write(bytes.fromhex("16030100c8010000c40303"))
        visits = await asyncio.gather(*(Visit.to(port, f"127.0.1.{n}", client) for n in range(1, 41)))
        assert await asyncio.gather(*(visit.get("/known") for visit in visits)) == [200] * 40

        kept = [half for half in halves if not half.reader.at_eof() and half.reader.exception() is None]
        assert len(kept) == 25, "a quarter of the places"
        again = await Visit.to(port, "127.0.1.99", client)
        assert await again.get("/now") == 200


async def test_a_handshake_that_is_not_finished_in_time_ends_the_connection(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("servicekit.listener.HANDSHAKE_SECONDS", 0.2)
    server, client = contexts(tmp_path)
    async with listening(tls=server) as (port, _):
        slow, plain = await Visit.to(port), await Visit.to(port)
        plain.writer.write(HEAD + b"\r\n")
        await rest_of(plain.reader)
        await rest_of(slow.reader)
        assert await (await Visit.to(port, tls=client)).get("/now") == 200


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
