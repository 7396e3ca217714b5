"""SIP over WebSocket as a browser does it (RFC 7118): one connection, one message a frame, no address of its own."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import ssl

import aiohttp

from .sip_message import MAX_MESSAGE_BYTES
from .tasks import Tasks
from .transport import CONNECT_SECONDS, Endpoint, Lost, Receive

NO_PORT = 5060
"""Written with the invented host name; nobody can be reached there."""


class WebSocketTransport:
    """Connects where it is first told to send; with a TLS context over wss.  `origin`: the page it comes from."""

    reliable = True

    def __init__(self, bind: str, origin: str, client_tls: ssl.SSLContext | None = None) -> None:
        self.name = "WSS" if client_tls else "WS"
        # Browsers do not know their address: each invents a name under `invalid` (RFC 7118, 5).
        self.local: Endpoint = (f"{secrets.token_hex(6)}.invalid", NO_PORT)
        self.lost_listeners: list[Lost] = []
        self._bind, self._origin, self._tls = bind, origin, client_tls
        self._receive: Receive = lambda data, source: None
        self._session: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._tasks = Tasks()

    async def start(self, receive: Receive) -> None:
        self._receive = receive
        connector = aiohttp.TCPConnector(local_addr=(self._bind, 0), ssl=self._tls or True)
        self._session = aiohttp.ClientSession(connector=connector)

    async def connect(self, to: Endpoint) -> None:
        # Routes may name any address; a browser has its one connection.
        if self._session is None or (self._socket is not None and not self._socket.closed):
            return
        scheme = "wss" if self._tls else "ws"
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                socket = await self._session.ws_connect(
                    f"{scheme}://{to[0]}:{to[1]}/",
                    protocols=("sip",),
                    origin=self._origin,
                    max_msg_size=MAX_MESSAGE_BYTES,
                )
        except aiohttp.ClientError as error:
            raise ConnectionError(str(error)) from error
        self._socket = socket
        self._tasks.start(self._read(socket, to), f"websocket {to[0]}:{to[1]}")

    async def _read(self, socket: aiohttp.ClientWebSocketResponse, peer: Endpoint) -> None:
        async for frame in socket:
            if frame.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                data = frame.data.encode() if isinstance(frame.data, str) else frame.data
                if data.strip():
                    self._receive(data, peer)
        for listener in self.lost_listeners:
            listener({peer})

    def send(self, data: bytes, to: Endpoint) -> None:
        if self._socket is not None and not self._socket.closed:
            self._tasks.start(self._send(self._socket, data), "websocket frame")

    async def _send(self, socket: aiohttp.ClientWebSocketResponse, data: bytes) -> None:
        with contextlib.suppress(ConnectionError):
            await socket.send_str(data.decode())

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()
        await self._tasks.close()
        if self._session is not None:
            await self._session.close()
