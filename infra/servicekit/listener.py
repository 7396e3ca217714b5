"""HTTP listeners that strangers may reach: so many connections, few of each address, a time-out for a request's head,
quiet about rubbish.

aiohttp itself waits for ever for the first request of a connection, takes any number of them, and logs each malformed
request as an error with a traceback.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Mapping
from ssl import SSLContext
from typing import Any, cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from servicekit.gate import GATE, Gate, address_of
from servicekit.pages import QuietHandler, sign
from servicekit.visitors import Visitor, Visitors

MOST_CONNECTIONS = 1000
STRANGERS_SHARE = 4
"""One source's strangers hold at most one in so many of a listener's connections."""
HEAD_SECONDS = 10.0
STRANGER_SECONDS = 10.0
"""Between two requests of a connection none of whose requests has said who it is."""
KEEPALIVE_SECONDS = 75.0
"""Between two requests of the others; the head of the second must be there by then too."""
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
    stranger_seconds: float = STRANGER_SECONDS,
    proxies: frozenset[str] = frozenset(),
    max_line_bytes: int = 8190,
) -> web.AppRunner:
    """Serve an application (not started yet) on host:port; the caller ends it with `await runner.cleanup()`.

    A connection is a stranger's until `gate.vouch` was called for a request of it.  A quarter of most_connections is
    what one source's strangers may hold; beyond it, and where all are taken, the longest idle stranger is cut for
    whoever comes.  One that brings no whole request head (RFC 9112, 2) within head_seconds is cut then, and a
    stranger's that brings no other request within stranger_seconds.  proxies: addresses whose last X-Forwarded-For
    entry is the source.  Raises OSError when the port is taken.
    """
    visitors = Visitors(most_connections, max(1, most_connections // STRANGERS_SHARE))
    gate = Gate(visitors, head_seconds, stranger_seconds, proxies)
    app[GATE] = gate
    app.middlewares.insert(0, gate.middleware)
    app.on_response_prepare.append(sign)
    app.on_shutdown.append(gate.stop)
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


class _Door(asyncio.Protocol):
    """Stands before the TLS handshake of a connection, of which a server says nothing before it has succeeded."""

    def __init__(self, gate: Gate, build: Callable[[], asyncio.Protocol], tls: SSLContext) -> None:
        self._guard = _Guard(gate, build)
        self._gate = gate
        self._tls = tls
        self._handshake: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # The loop begins anew with the socket, as if it had just been accepted: nothing has been read from it.
        connection = socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno()))
        visitor = self._gate.enter(address_of(transport), self._stop)
        cast(asyncio.Transport, transport).abort()
        if visitor is None:
            connection.close()
            return
        self._guard.visitor = visitor
        shake = self._shake_hands(connection, visitor)
        self._handshake = asyncio.get_running_loop().create_task(shake, name="tls handshake")

    def _stop(self) -> None:
        if self._handshake is not None:
            self._handshake.cancel()

    async def _shake_hands(self, connection: socket.socket, visitor: Visitor) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: self._guard, connection, ssl=self._tls, ssl_handshake_timeout=HANDSHAKE_SECONDS
            )
        except OSError:
            pass  # who comes to fail is no news
        finally:
            if not self._guard.began:
                self._gate.leave(visitor)
                connection.close()


class _Guard(asyncio.Protocol):
    """Stands before aiohttp's own protocol of one connection."""

    def __init__(self, gate: Gate, build: Callable[[], asyncio.Protocol]) -> None:
        self._gate = gate
        self._build = build
        self._inner: asyncio.Protocol | None = None
        self._transport: asyncio.BaseTransport | None = None
        self.visitor: Visitor | None = None
        """Set where the connection was let in before its handshake."""

    @property
    def began(self) -> bool:
        return self._transport is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cut = cast(asyncio.Transport, transport).abort
        if self.visitor is None:
            self.visitor = self._gate.enter(address_of(transport), cut)
        if self.visitor is None:
            cut()
            return
        self._gate.speaks_through(self.visitor, transport, cut)
        self._transport, self._inner = transport, self._build()
        self._inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._inner is not None and self._transport is not None and self.visitor is not None:
            self._gate.leave(self.visitor, self._transport)
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
        gate: Gate,
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
        tls = self._ssl_context

        def build() -> asyncio.Protocol:
            return QuietHandler(server, loop=loop, **self._handling)

        def meet() -> asyncio.Protocol:
            return _Guard(self._gate, build) if tls is None else _Door(self._gate, build, tls)

        self._server = await loop.create_server(meet, *self._address, backlog=self._backlog)


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
