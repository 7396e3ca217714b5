"""The few actions that ARI has no command for, over one AMI connection that mends itself."""

import asyncio
import contextlib
import itertools
import logging

ACTION_SECONDS = 5.0

logger = logging.getLogger(__name__)


class AmiError(Exception):
    """Asterisk refused an action.  The text is its own word on it."""


class AmiAwayError(ConnectionError):
    """No connection to AMI, or no answer in time."""


class Ami:
    """Actions of one Asterisk.  Connects on the first action, and again after a loss."""

    def __init__(self, host: str, port: int, user: str, secret: str) -> None:
        self._address = (host, port)
        self._login = {"Username": user, "Secret": secret, "Events": "off"}
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: dict[str, asyncio.Future[dict[str, str]]] = {}
        self._numbers = itertools.count(1)
        self._connecting = asyncio.Lock()
        self._group: asyncio.TaskGroup | None = None
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Hold the connection until cancelled; actions work only meanwhile."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                await self._stop.wait()
            finally:
                self._group = None
                self._drop()

    async def action(self, name: str, fields: dict[str, str]) -> None:
        """Do one action.  Raises AmiError when refused, AmiAwayError when no answer comes."""
        try:
            async with asyncio.timeout(ACTION_SECONDS):
                await self._connect()
                answer = await self._exchange(name, fields)
        except (OSError, TimeoutError) as error:
            raise AmiAwayError(f"{name}: {type(error).__name__}") from error
        if answer.get("response") != "Success":
            raise AmiError(answer.get("message", "refused"))

    async def _connect(self) -> None:
        async with self._connecting:
            if self._writer is not None and not self._writer.is_closing():
                return
            if self._group is None:
                raise AmiAwayError("not running")
            reader, self._writer = await asyncio.open_connection(*self._address)
            self._group.create_task(self._read(reader, self._writer), name="ami-reader")
            answer = await self._exchange("Login", self._login)
            if answer.get("response") != "Success":
                self._drop()
                raise AmiAwayError("login refused")

    async def _exchange(self, name: str, fields: dict[str, str]) -> dict[str, str]:
        number = str(next(self._numbers))
        lines = [f"Action: {name}", f"ActionID: {number}", *(f"{key}: {value}" for key, value in fields.items())]
        if any("\r" in line or "\n" in line for line in lines):
            raise AmiError("a line break in a field")
        answer: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            if self._writer is None:
                raise AmiAwayError("closed")
            self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
            return await answer
        finally:
            self._waiting.pop(number, None)

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        message: dict[str, str] = {}
        with contextlib.suppress(OSError, ValueError):
            async for line in reader:
                key, separator, value = line.decode(errors="replace").rstrip("\r\n").partition(": ")
                if separator:
                    message[key.lower()] = value
                elif message:
                    waiting = self._waiting.get(message.get("actionid", ""))
                    if waiting is not None and not waiting.done():
                        waiting.set_result(message)
                    message = {}
        if self._writer is writer:
            self._drop()

    def _drop(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(AmiAwayError("connection lost"))
