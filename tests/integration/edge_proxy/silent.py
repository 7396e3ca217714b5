"""Connections that say nothing, or nothing of worth."""

import asyncio
import contextlib
import ssl

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Endpoint = tuple[str, int]


async def opened(to: Endpoint, bind: str, tls: ssl.SSLContext | None = None) -> Connection:
    return await asyncio.open_connection(*to, local_addr=(bind, 0), ssl=tls)


async def cut(connection: Connection, seconds: float, meanwhile: bytes = b"") -> None:
    """Wait until the other side closes; send these bytes every 0.2 s until then.  Raises TimeoutError."""
    reader, writer = connection
    async with asyncio.timeout(seconds):
        with contextlib.suppress(ConnectionError):
            while True:
                try:
                    async with asyncio.timeout(0.2):
                        if not await reader.read(65536):
                            break
                except TimeoutError:
                    writer.write(meanwhile)
    writer.close()


async def answered(connection: Connection) -> bool:
    """Say whether anything comes within a second."""
    try:
        async with asyncio.timeout(1):
            return bool(await connection[0].read(65536))
    except TimeoutError:
        return False


class Crowd:
    """So many connections from one address, silent but for what each says first.  comes_again: it replaces each that
    is closed.
    """

    def __init__(self, to: Endpoint, bind: str, count: int, *, comes_again: bool = False, says: bytes = b"") -> None:
        self._to, self._bind, self._count, self._comes_again, self.says = to, bind, count, comes_again, says
        self.open: set[asyncio.Transport] = set()
        self.came = 0
        self._leaving = False
        self._missing = asyncio.Event()
        self._coming: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Crowd":
        while len(self.open) < self._count and self.came < 2 * self._count:
            await self._come()
        if self._comes_again:
            self._coming = asyncio.get_running_loop().create_task(self._come_again())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._leaving = True
        if self._coming is not None:
            self._coming.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._coming
        for transport in list(self.open):
            transport.abort()

    async def _come(self) -> None:
        loop = asyncio.get_running_loop()
        self.came += 1
        with contextlib.suppress(OSError):
            await loop.create_connection(lambda: _Silent(self), *self._to, local_addr=(self._bind, 0))

    async def _come_again(self) -> None:
        while True:
            if len(self.open) >= self._count:
                self._missing.clear()
                await self._missing.wait()
            await self._come()

    def lost(self, transport: asyncio.Transport) -> None:
        self.open.discard(transport)
        self._missing.set()


class _Silent(asyncio.Protocol):
    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._crowd.open.add(transport)
        transport.write(self._crowd.says)

    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.lost(self._transport)
