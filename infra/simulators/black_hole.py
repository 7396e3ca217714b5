"""A TCP proxy that can stop forwarding: connections stay, and nothing comes through.  Not a death: a partition."""

import asyncio
import contextlib
from typing import Self


class BlackHole:
    """Stands between two processes, on an address of its own: `async with`, or start and stop."""

    def __init__(self, host: str, port: int, target_host: str, target_port: int) -> None:
        self._here, self._target = (host, port), (target_host, target_port)
        self._open = asyncio.Event()
        self._open.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, *self._here)

    def swallow(self) -> None:
        """Let nothing through from now on, in either direction; what was on its way is held back."""
        self._open.clear()

    def heal(self) -> None:
        """Let everything through, also what was held back: it comes late, as packets do."""
        self._open.set()

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._open.wait()
        there_reader, there_writer = await asyncio.open_connection(*self._target)
        async with asyncio.TaskGroup() as group:
            for source, target in ((reader, there_writer), (there_reader, writer)):
                task = group.create_task(self._forward(source, target))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _forward(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                await self._open.wait()
                target.write(data)
                await target.drain()
        target.close()
