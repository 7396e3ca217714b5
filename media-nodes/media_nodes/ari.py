"""ARI's two connections: commands over pooled keep-alive HTTP, events over one websocket.

A general HTTP client spends several times the CPU of the command itself; ARI's answers are simple (always a length,
never chunked), so their few lines are read here.  Vendor words stay out: this module moves bytes.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import orjson

COMMAND_SECONDS = 5.0
CONNECT_SECONDS = 2.0
POOL_SIZE = 48
MAX_ANSWER_BYTES = 16 * 1024 * 1024
HEARTBEAT_SECONDS = 5.0


class AriError(Exception):
    """Asterisk refused a command.  `status` is the HTTP status: 404 gone, 409 and 422 a bad moment."""

    def __init__(self, status: int, method: str, path: str, text: str) -> None:
        super().__init__(f"{method} {path}: {status} {text}")
        self.status = status


class AriAwayError(ConnectionError):
    """Asterisk does not answer: it is not there, stuck, or the connection broke.

    refused: no process listens there.
    """

    def __init__(self, text: str, *, refused: bool = False) -> None:
        super().__init__(text)
        self.refused = refused


class Ari:
    """Commands and events of one Asterisk.  Close it with `close`."""

    def __init__(self, host: str, port: int, user: str, password: str) -> None:
        self._host, self._port = host, port
        self._authorization = aiohttp.encode_basic_auth(user, password)
        self._fixed = f" HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: {self._authorization}\r\n"
        self._idle: list[_Connection] = []
        self._slots = asyncio.Semaphore(POOL_SIZE)

    async def command(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> Any:
        """Send one command and return what its JSON answer holds, None for an empty one.

        Raises AriError when it is refused, AriAwayError when no answer comes within COMMAND_SECONDS.
        """
        data = self._request(method, path, query, body)
        async with self._slots:
            try:
                async with asyncio.timeout(COMMAND_SECONDS):
                    status, text = await self._exchange(data)
            except (OSError, TimeoutError) as error:
                raise AriAwayError(f"{method} {path}: {type(error).__name__}") from error
        if status >= 300:
            raise AriError(status, method, path, text[:200].decode(errors="replace"))
        return orjson.loads(text) if text else None

    async def _exchange(self, data: bytes) -> tuple[int, bytes]:
        while self._idle:
            connection = self._idle.pop()
            if connection.open:
                break
        else:
            loop = asyncio.get_running_loop()
            _, connection = await loop.create_connection(_Connection, self._host, self._port)
        try:
            answer = await connection.exchange(data)
        except BaseException:
            # Whatever was cut off may still be answered, so this connection can not be used again.
            connection.close()
            raise
        self._idle.append(connection)
        return answer

    def _request(
        self, method: str, path: str, query: Mapping[str, str] | None, body: Mapping[str, Any] | None
    ) -> bytes:
        target = f"{quote(path)}?{urlencode(query)}" if query else quote(path)
        content = orjson.dumps(body) if body is not None else b""
        kind = "Content-Type: application/json\r\n" if body is not None else ""
        head = f"{method} /ari{target}{self._fixed}{kind}Content-Length: {len(content)}\r\n\r\n"
        return head.encode() + content

    @contextlib.asynccontextmanager
    async def events(self, app: str) -> AsyncIterator[AsyncIterator[str]]:
        """Connect, and yield an iterator over each event's JSON that ends with the connection.

        Asterisk keeps the app's events for us from the moment of connecting.  Raises AriAwayError.
        """
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS)
        url = f"http://{self._host}:{self._port}/ari/events?app={app}"
        headers = {"Authorization": self._authorization}
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
            try:
                async with asyncio.timeout(CONNECT_SECONDS + 1):
                    socket = await session.ws_connect(url, heartbeat=HEARTBEAT_SECONDS, max_msg_size=0)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                refused = isinstance(getattr(error, "os_error", None), ConnectionRefusedError)
                raise AriAwayError(f"events: {type(error).__name__}", refused=refused) from error
            try:
                yield _texts(socket)
            finally:
                await socket.close()

    async def close(self) -> None:
        while self._idle:
            self._idle.pop().close()


async def _texts(socket: aiohttp.ClientWebSocketResponse) -> AsyncIterator[str]:
    async for message in socket:
        if message.type is aiohttp.WSMsgType.TEXT:
            yield message.data


class _Connection(asyncio.Protocol):
    """One HTTP connection with one command on it at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._received = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._body_at = 0
        self._length = 0

    @property
    def open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    async def exchange(self, data: bytes) -> tuple[int, bytes]:
        """Return status and body.  Raises ConnectionError."""
        if self._transport is None:
            raise ConnectionError("closed")
        self._answer = asyncio.get_running_loop().create_future()
        self._received.clear()
        self._body_at = 0
        self._transport.write(data)
        return await self._answer

    def connection_made(self, transport: Any) -> None:
        # uvloop's transports are none of asyncio's classes.
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._fail()

    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        if not self._body_at:
            end = received.find(b"\r\n\r\n")
            if end < 0:
                return
            self._body_at = end + 4
            self._length = _length_in(bytes(received[:end]))
            if self._length > MAX_ANSWER_BYTES:
                self.close()
                return
        if len(received) - self._body_at < self._length:
            return
        if self._answer is not None and not self._answer.done():
            body = bytes(received[self._body_at : self._body_at + self._length])
            self._answer.set_result((int(received[9:12]), body))

    def _fail(self) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("closed before the answer"))


def _length_in(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(b"\r\ncontent-length:")
    if at < 0:
        return 0
    line = lowered[at + 17 :].split(b"\r\n", 1)[0].strip()
    return int(line) if line.isdigit() else 0
