"""HTTP listeners that strangers may reach: so many connections, a time-out for a request's head, quiet about rubbish.

aiohttp itself waits for ever for the first request of a connection, takes any number of them, and logs each malformed
request as an error with a traceback.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from ssl import SSLContext
from typing import Any, cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

from servicekit.pages import QuietHandler, sign

MOST_CONNECTIONS = 1000
HEAD_SECONDS = 10.0
KEEPALIVE_SECONDS = 75.0
"""Between two requests of a connection; the head of the second must be there by then too."""
HANDSHAKE_SECONDS = 10.0

logger = logging.getLogger(__name__)


async def serve_http(
    app: web.Application,
    host: str,
    port: int,
    *,
    tls: SSLContext | None = None,
    shutdown_seconds: float = 1.0,
    most_connections: int = MOST_CONNECTIONS,
    head_seconds: float = HEAD_SECONDS,
    max_line_bytes: int = 8190,
) -> web.AppRunner:
    """Serve an application (not started yet) on host:port; the caller ends it with `await runner.cleanup()`.

    Connections beyond most_connections are cut at once; one that brings no whole request head (RFC 9112, 2) within
    head_seconds is cut then.  Raises OSError when the port is taken.
    """
    gate = _Gate(most_connections, head_seconds)
    app.middlewares.insert(0, gate.middleware)
    app.on_response_prepare.append(sign)
    server_log = logging.getLogger("aiohttp.server")
    if not any(isinstance(known, _Calm) for known in server_log.filters):
        server_log.addFilter(_Calm())
    handling: dict[str, Any] = {"access_log": None, "keepalive_timeout": KEEPALIVE_SECONDS}
    handling["max_line_size"] = max_line_bytes
    runner = web.AppRunner(app, shutdown_timeout=shutdown_seconds, **handling)
    await runner.setup()
    try:
        await _Site(runner, gate, host, port, tls, handling).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner


class _Gate:
    """Counts the connections of a listener, and knows those that have not brought a request yet."""

    def __init__(self, most: int, head_seconds: float) -> None:
        self._most = most
        self._head_seconds = head_seconds
        self._silent: dict[asyncio.BaseTransport, asyncio.TimerHandle] = {}
        self._count = 0
        self._full = False

    def enter(self, transport: asyncio.Transport) -> bool:
        """Let a connection in; False where there are too many."""
        if self._count >= self._most:
            if not self._full:
                logger.warning("listener is full", extra={"connections_count": self._count})
            self._full = True
            return False
        self._count += 1
        self._silent[transport] = asyncio.get_running_loop().call_later(self._head_seconds, transport.abort)
        return True

    def leave(self, transport: asyncio.BaseTransport) -> None:
        """Count a connection no more."""
        self._count -= 1
        # Told once each time that it fills up, and not for each connection around the limit.
        self._full = self._full and self._count > self._most // 2
        self._spoke(transport)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.transport is not None:
            self._spoke(request.transport)
        return await handler(request)

    def _spoke(self, transport: asyncio.BaseTransport) -> None:
        timer = self._silent.pop(transport, None)
        if timer is not None:
            timer.cancel()


class _Guard(asyncio.Protocol):
    """Stands before aiohttp's own protocol of one connection."""

    def __init__(self, gate: _Gate, build: Callable[[], asyncio.Protocol]) -> None:
        self._gate = gate
        self._build = build
        self._inner: asyncio.Protocol | None = None
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not self._gate.enter(cast(asyncio.Transport, transport)):
            cast(asyncio.Transport, transport).abort()
            return
        self._transport, self._inner = transport, self._build()
        self._inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._inner is not None and self._transport is not None:
            self._gate.leave(self._transport)
            self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._inner is not None:
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received() if self._inner is not None else None

    def pause_writing(self) -> None:
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        if self._inner is not None:
            self._inner.resume_writing()


class _Site(web.BaseSite):
    """As `web.TCPSite`, with a guard before each connection."""

    def __init__(
        self,
        runner: web.AppRunner,
        gate: _Gate,
        host: str,
        port: int,
        tls: SSLContext | None,
        handling: Mapping[str, Any],
    ) -> None:
        super().__init__(runner, ssl_context=tls)
        self._gate, self._handling = gate, handling
        self._address = (host, port)

    @property
    def name(self) -> str:
        scheme = "https" if self._ssl_context else "http"
        return f"{scheme}://{self._address[0]}:{self._address[1]}"

    async def start(self) -> None:
        await super().start()
        server, loop = self._runner.server, asyncio.get_running_loop()
        assert server is not None  # BaseSite sees to it
        self._server = await loop.create_server(
            lambda: _Guard(self._gate, lambda: QuietHandler(server, loop=loop, **self._handling)),
            *self._address,
            ssl=self._ssl_context,
            ssl_handshake_timeout=HANDSHAKE_SECONDS if self._ssl_context else None,
            backlog=self._backlog,
        )


class _Calm(logging.Filter):
    """What strangers send is no error of ours: one line without a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            record.levelno, record.levelname = logging.INFO, "INFO"
            record.msg, record.args = "malformed request refused", None
            record.exc_info = record.exc_text = None
            return logging.getLogger().isEnabledFor(logging.INFO)
        return True
