"""The control plane's API as the portal asks it: time-outs, the next API when one is gone, the browser's address."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from servicekit.problems import TimedOutError, UnavailableError

PREFIX = "/api/v1"
CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 20.0
"""Longer than the API gives its own handlers."""
CONNECTIONS = 200
KEEPALIVE_SECONDS = 5.0
"""Shorter than the API keeps a connection that nothing comes on: none is used at the moment in which it is closed."""
PAGE = 500
MOST_PAGES = 40


@dataclass(frozen=True)
class Answer:
    """What the API said; `body` is None for none."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def error_id(self) -> str:
        """The API's name for what went wrong."""
        return str(self.body.get("error_id", "")) if isinstance(self.body, dict) else ""

    @property
    def detail(self) -> str:
        return str(self.body.get("detail", "")) if isinstance(self.body, dict) else ""


@dataclass(frozen=True)
class Caller:
    """For whom the portal asks: the session's access token, and the address of the browser."""

    token: str
    address: str


class ControlPlane:
    """Open from `start` to `close`."""

    def __init__(self, urls: list[str], local_address: str = "") -> None:
        self._urls = urls
        self._local = (local_address, 0) if local_address else None
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        connector = aiohttp.TCPConnector(
            limit=CONNECTIONS, local_addr=self._local, keepalive_timeout=KEEPALIVE_SECONDS
        )
        # The portal's own calls have time-outs of their own; what is passed on may take as long as its body does.
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=ANSWER_SECONDS)
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=timeout, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def ask(self, method: str, path: str, caller: Caller, body: Any = None, **query: str | int) -> Answer:
        """Ask for a small JSON answer; path without the prefix.  Raises UnavailableError, TimedOutError."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data is not None else {}
        target = f"{PREFIX}{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            async with asyncio.timeout(ANSWER_SECONDS), self.opened(method, target, caller, headers, data) as answer:
                text = await answer.read()
        except TimeoutError:
            raise TimedOutError() from None
        except aiohttp.ClientError:
            raise UnavailableError() from None
        return Answer(answer.status, answer.headers, _read(text))

    async def ping(self) -> bool:
        """Say whether an API answers."""
        answer = await self.ask("GET", "/openapi.json", Caller("", ""))
        return answer.status == 200

    async def all_of(self, path: str, caller: Caller, **query: str | int) -> list[dict[str, Any]] | None:
        """Return the items of all pages; None where the caller may not see them.  Raises as `ask`."""
        items: list[dict[str, Any]] = []
        asked: dict[str, str | int] = {"limit": PAGE, **query}
        for _ in range(MOST_PAGES):
            answer = await self.ask("GET", path, caller, **asked)
            if answer.status in (403, 404):
                return None
            if answer.status != 200:
                raise UnavailableError()
            items += answer.body["items"]
            if answer.body["next"] is None:
                break
            asked["after"] = answer.body["next"]
        return items

    @contextlib.asynccontextmanager
    async def fetched(self, url: str, headers: Mapping[str, str]) -> AsyncIterator[aiohttp.ClientResponse]:
        """Follow a link that the API gave out; it bears its own right.  Raises aiohttp.ClientError."""
        assert self._session is not None, "started"
        async with self._session.get(URL(url, encoded=True), headers=headers, allow_redirects=False) as answer:
            yield answer

    @contextlib.asynccontextmanager
    async def opened(
        self, method: str, target: str, caller: Caller, headers: Mapping[str, str], data: Any = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send a request, and yield the answer whose body is not read yet.  target: path and query as on the wire.

        An API that takes no connection has read nothing: the next one is asked.  Raises aiohttp.ClientError.
        """
        assert self._session is not None, "started"
        sent = {**headers, "X-Forwarded-For": caller.address}
        if caller.token:
            sent["Authorization"] = f"Bearer {caller.token}"
        for place, url in enumerate(list(self._urls)):
            try:
                answer = await self._session.request(
                    method, URL(url + target, encoded=True), headers=sent, data=data, allow_redirects=False
                )
            except aiohttp.ClientConnectorError:
                if place + 1 == len(self._urls):
                    raise
                self._urls = [each for each in self._urls if each != url] + [url]
                continue
            async with answer:
                yield answer
            return


def _read(text: bytes) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None
