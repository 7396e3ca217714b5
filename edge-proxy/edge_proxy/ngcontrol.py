"""Asks rtpengine whether it lives and which calls it has: the ng protocol, bencoded behind a cookie in a datagram."""

import asyncio
import secrets
from collections.abc import Collection
from typing import Any

from edge_proxy import bencoding

PING_SECONDS = 1.0
GONE_SECONDS = 60.0
"""An Asterisk whose call lives sends a report each five seconds (RTCP), whoever speaks or not."""


class _Answer(asyncio.DatagramProtocol):
    def __init__(self, cookie: bytes) -> None:
        self._cookie = cookie
        self.received: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        if data.startswith(self._cookie + b" ") and not self.received.done():
            self.received.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.received.done():
            self.received.set_exception(exc)


async def is_alive(host: str, port: int) -> bool:
    """Say whether rtpengine answers a ping within a second."""
    return b"6:result4:pong" in await _ask(host, port, b"d7:command4:pinge")


async def calls(host: str, port: int, most: int) -> list[str]:
    """Return the Call-IDs of calls with media here, `most` at most; none when rtpengine does not answer."""
    said = await _told(host, port, b"d7:command4:list5:limiti%dee" % most)
    return [str(call_id) for call_id in said.get("calls", [])]


async def is_left_by(nodes: Collection[str], host: str, port: int, call_id: str, now: float) -> bool:
    """Say whether a call's media node, one of these addresses, has been silent for so long that it holds it no more.

    now: seconds since 1970.
    """
    said = await _told(host, port, bencoding.encode({"command": "query", "call-id": call_id}))
    streams = [
        stream for tag in said.get("tags", {}).values() for media in tag["medias"] for stream in media["streams"]
    ]
    heard = [stream["last packet"] for stream in streams if stream.get("endpoint", {}).get("address") in nodes]
    return bool(heard) and now - max(heard) > GONE_SECONDS


async def _told(host: str, port: int, question: bytes) -> dict[str, Any]:
    try:
        said = bencoding.decode((await _ask(host, port, question)).partition(b" ")[2])
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


async def _ask(host: str, port: int, question: bytes) -> bytes:
    cookie = secrets.token_hex(6).encode()
    try:
        transport, answer = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Answer(cookie), remote_addr=(host, port)
        )
    except OSError:
        return b""
    try:
        transport.sendto(cookie + b" " + question)
        async with asyncio.timeout(PING_SECONDS):
            return await answer.received
    except (OSError, TimeoutError):
        return b""
    finally:
        transport.close()
