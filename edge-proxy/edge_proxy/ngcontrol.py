"""Asks rtpengine whether it lives: the ng protocol, a bencoded dictionary behind a cookie in one UDP datagram."""

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
    cookie = secrets.token_hex(6).encode()
    try:
        transport, answer = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Answer(cookie), remote_addr=(host, port)
        )
    except OSError:
        return False
    try:
        transport.sendto(cookie + b" d7:command4:pinge")
        async with asyncio.timeout(PING_SECONDS):
            return b"6:result4:pong" in await answer.received
    except (OSError, TimeoutError):
        return False
    finally:
        transport.close()
