"""Asks rtpengine whether it lives and has calls: the ng protocol, bencoded behind a cookie in one UDP datagram."""

import asyncio
import secrets

PING_SECONDS = 1.0


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


async def has_calls(host: str, port: int) -> bool:
    """Say whether any call has its media here; none has when rtpengine does not answer."""
    answer = await _ask(host, port, b"d7:command4:list5:limiti1ee")
    return bool(answer) and b"5:callsle" not in answer


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
