"""Conditions to wait for: each says once, quickly, whether something is there.  Waiting is `until`'s."""

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

Condition = Callable[[], Awaitable[bool]]

TRY_SECONDS = 1.0
SERVING_SETS = (1, 3)
PAUSE_SECONDS = 0.05


async def until(condition: Condition, seconds: float, *, pause_seconds: float = PAUSE_SECONDS) -> bool:
    """Ask a condition again and again until it holds; False when it did not within so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        if await condition():
            return True
        if time.monotonic() >= deadline:
            return False
        await asyncio.sleep(pause_seconds)


def tcp_open(host: str, port: int) -> Condition:
    """Somebody accepts connections."""

    async def condition() -> bool:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(TRY_SECONDS):
                _, writer = await asyncio.open_connection(host, port)
                writer.close()
                await writer.wait_closed()
                return True
        return False

    return condition


def http_status(host: str, port: int, path: str, wanted: frozenset[int] = frozenset({200})) -> Condition:
    """A GET is answered with one of the wanted statuses."""

    async def condition() -> bool:
        with contextlib.suppress(OSError, TimeoutError, ValueError, IndexError):
            async with asyncio.timeout(TRY_SECONDS):
                reader, writer = await asyncio.open_connection(host, port)
                try:
                    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
                    line = await reader.readline()
                finally:
                    writer.close()
                return int(line.split()[1]) in wanted
        return False

    return condition


def edge_serves(host: str, secrets_file: Path, rpc_port: int = 5063, *, destinations: int = 1) -> Condition:
    """A Kamailio sends new work to so many active destinations: media nodes at HQ, HQ's edges at a branch.

    secrets_file: the edge's own, with the token of its RPC.
    """

    async def condition() -> bool:
        with contextlib.suppress(OSError, TimeoutError, ValueError):
            async with asyncio.timeout(TRY_SECONDS):
                token = _rpc_token(secrets_file)
                reader, writer = await asyncio.open_connection(host, rpc_port)
                try:
                    body = b'{"jsonrpc": "2.0", "id": 1, "method": "dispatcher.list"}'
                    head = f"POST /RPC HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
                    head += f"Authorization: Bearer {token}\r\n"
                    writer.write(f"{head}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                    answer = await reader.read(100_000)
                    return serving_in(json.loads(answer.partition(b"\r\n\r\n")[2])) >= destinations
                finally:
                    writer.close()
        return False

    return condition


def _rpc_token(secrets_file: Path) -> str:
    return str(json.loads(secrets_file.read_text(encoding="utf-8")).get("rpc"))


def serving_in(answer: dict[str, Any]) -> int:
    """Return how many destinations of a dispatcher.list get new work."""
    return sum(
        item["DEST"]["FLAGS"].startswith("A")  # active: pinged, and it answered
        for record in answer.get("result", {}).get("RECORDS", [])
        if record["SET"]["ID"] in SERVING_SETS
        for item in record["SET"]["TARGETS"]
    )


def redis_answers(host: str, port: int, password: str = "") -> Condition:
    """Redis says PONG (and is not still loading)."""
    return redis_reports(host, port, "PING", b"+PONG", password=password)


def redis_reports(host: str, port: int, command: str, *wanted: bytes, password: str = "") -> Condition:
    """Redis, or a sentinel, answers a command with bytes that hold all of these."""

    async def condition() -> bool:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(TRY_SECONDS):
                reader, writer = await asyncio.open_connection(host, port)
                try:
                    if password:
                        writer.write(f"AUTH {password}\r\n".encode())
                        if await reader.readline() != b"+OK\r\n":
                            return False
                    writer.write(f"{command}\r\n".encode())
                    answer = b""
                    # Whoever waits for more than there is, runs into the time-out.
                    while not all(part in answer for part in wanted) and not answer.startswith(b"-"):
                        part = await reader.read(65536)
                        if not part:
                            return False
                        answer += part
                    return not answer.startswith(b"-")
                finally:
                    writer.close()
        return False

    return condition


def cql_answers(host: str, port: int = 9042) -> Condition:
    """Cassandra answers an OPTIONS frame of its native protocol, version 4, with SUPPORTED."""

    async def condition() -> bool:
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(TRY_SECONDS):
                reader, writer = await asyncio.open_connection(host, port)
                try:
                    writer.write(b"\x04\x00\x00\x00\x05\x00\x00\x00\x00")
                    return (await reader.readexactly(9))[4] == 6
                finally:
                    writer.close()
        return False

    return condition


def sip_answers(host: str, port: int = 5060, source: str = "127.0.0.1") -> Condition:
    """OPTIONS over UDP gets any SIP response."""

    async def condition() -> bool:
        return (await _udp_exchange(host, port, source, _options(host, port))).startswith(b"SIP/2.0 ")

    return condition


def _options(host: str, port: int) -> Callable[[str, int], bytes]:
    def message(local_host: str, local_port: int) -> bytes:
        mark = secrets.token_hex(8)
        return (
            f"OPTIONS sip:ready@{host}:{port} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {local_host}:{local_port};branch=z9hG4bK{mark};rport\r\n"
            f"From: <sip:ready@{local_host}>;tag={mark}\r\nTo: <sip:ready@{host}>\r\n"
            f"Call-ID: {mark}@{local_host}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        ).encode()

    return message


def rtpengine_answers(host: str, port: int = 2223) -> Condition:
    """rtpengine's ng protocol answers a ping."""

    async def condition() -> bool:
        cookie = secrets.token_hex(4).encode()
        answer = await _udp_exchange(host, port, "127.0.0.1", lambda *_: cookie + b" d7:command4:pinge")
        return answer.startswith(cookie) and b"pong" in answer

    return condition


class _OneAnswer(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if not self.answer.done():
            self.answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.answer.done():
            self.answer.set_result(b"")


async def _udp_exchange(host: str, port: int, source: str, message: Callable[[str, int], bytes]) -> bytes:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        _OneAnswer, local_addr=(source, 0), remote_addr=(host, port)
    )
    try:
        transport.sendto(message(*transport.get_extra_info("sockname")[:2]))
        async with asyncio.timeout(TRY_SECONDS):
            return await protocol.answer
    except (OSError, TimeoutError):
        return b""
    finally:
        transport.close()
