"""The portal as browsers meet it: its own processes before the real API, facts and Redis."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
from api_house import COMMAND, USER_PASSWORD, Answer, House, connects, until
from yarl import URL

from servicekit.redisio import connect
from tenant_portal.sessions import CookieKey
from tenant_portal.sessionstore import Lives, SessionStore
from tests.loopback import free_port, own_block


class PortalHouse(House):
    """A house whose API believes the address that its portals name."""

    def __init__(self, folder: Path, **environment: str) -> None:
        portal_address = own_block().address("22.1")
        super().__init__(folder, TRUNKLINE_TRUSTED_PROXIES=f'["{portal_address}"]', **environment)
        self.console = folder / "console"
        self.environment |= {
            "TRUNKLINE_PORTAL_API_URLS": self.url,
            "TRUNKLINE_PORTAL_API_FROM": portal_address,
            "TRUNKLINE_PORTAL_PHONE_EDGES": "wss://edge.test:5443",
            "TRUNKLINE_PORTAL_CONSOLE_DIR": str(self.console),
            "TRUNKLINE_PORTAL_MAX_UPLOAD_BYTES": "1048576",
        }
        self.portals: list[str] = []

    def start(self) -> None:
        super().start()
        self.start_facts()
        self.start_portal()
        self.start_portal()

    def start_facts(self) -> None:
        """Start the process that turns facts into the picture of calls in progress."""
        health = free_port()
        command = [*COMMAND, "control-plane", "facts"]
        self.spawn("facts", command, TRUNKLINE_HEALTH_PORT=str(health))
        until(lambda: self.readiness_at(health) == 200 or self.has_ended("facts"))
        assert not self.has_ended("facts"), self.log("facts")

    def start_lonely_portal(self) -> tuple[str, int]:
        """Start a portal with neither Redis nor API; return its address, and the port of its health."""
        port, health, nobody = free_port(), free_port(), free_port()
        away = {
            "TRUNKLINE_PORTAL_PORT": str(port),
            "TRUNKLINE_HEALTH_PORT": str(health),
            "TRUNKLINE_REDIS_URL": f"redis://127.0.0.1:{nobody}/0",
            "TRUNKLINE_PORTAL_API_URLS": f"http://127.0.0.1:{nobody}",
        }
        self.spawn("portal-lonely", [*COMMAND, "portal"], **away)
        until(lambda: connects(port) or self.has_ended("portal-lonely"))
        assert not self.has_ended("portal-lonely"), self.log("portal-lonely")
        return f"http://127.0.0.1:{port}", health

    def start_portal(self, **environment: str) -> str:
        """Start one more portal; return its address."""
        port, name = free_port(), f"portal-{len(self.portals) + 1}"
        ours = {"TRUNKLINE_PORTAL_PORT": str(port), "TRUNKLINE_HEALTH_PORT": str(free_port())}
        self.spawn(name, [*COMMAND, "portal"], **(ours | environment))
        health = int(ours["TRUNKLINE_HEALTH_PORT"])
        until(lambda: self.readiness_at(health) == 200 or self.has_ended(name))
        assert not self.has_ended(name), self.log(name)
        self.portals.append(f"http://127.0.0.1:{port}")
        return self.portals[-1]

    async def let_tokens_age(self, cookie: str) -> None:
        """Have a session's access token count as one that is about to end."""
        redis = connect(self.environment["TRUNKLINE_REDIS_URL"])
        try:
            store, key = SessionStore(redis, Lives(60_000, 60_000)), CookieKey(cookie)
            session = await store.find(key, time.time_ns() // 1_000_000)
            assert session is not None
            await store.keep_tokens(key, replace(session.tokens, use_until_ms=0))
        finally:
            await redis.aclose()


class Browser:
    """Someone's browser at a portal: keeps the cookie, and sends the page's token with what changes something."""

    def __init__(self, url: str, address: str | None = None) -> None:
        self.url = url
        self.csrf = ""
        self.origin = url
        connector = aiohttp.TCPConnector(local_addr=(address, 0) if address else None)
        jar = aiohttp.CookieJar(unsafe=True)
        self._session = aiohttp.ClientSession(
            connector=connector, cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=20)
        )

    async def __aenter__(self) -> "Browser":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    @property
    def cookie(self) -> str:
        return self._session.cookie_jar.filter_cookies(URL(self.url))["trunkline"].value

    @cookie.setter
    def cookie(self, value: str) -> None:
        self._session.cookie_jar.update_cookies({"trunkline": value}, URL(self.url))

    async def call(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None, data: Any = None
    ) -> Answer:
        given = {"Origin": self.origin, "X-CSRF-Token": self.csrf} if method != "GET" else {}
        async with self._session.request(
            method, URL(self.url + path, encoded=True), json=body, data=data, headers=given | (headers or {})
        ) as answer:
            text = await answer.read()
            is_json = "json" in answer.content_type
            return Answer(answer.status, answer.headers, await answer.json(content_type=None) if is_json else text)

    async def get(self, path: str) -> Any:
        """Return the body of a 200."""
        answer = await self.call("GET", path)
        assert answer.status == 200, answer.body
        return answer.body

    async def sign_in(self, username: str, password: str = USER_PASSWORD, **more: str) -> Any:
        """Return the session."""
        answer = await self.call("POST", "/session", {"username": username, "password": password, **more})
        assert answer.status == 200, answer.body
        self.csrf = answer.body["csrf"]
        return answer.body

    @contextlib.asynccontextmanager
    async def events(self, path: str = "/events") -> AsyncIterator["Events"]:
        """Follow events."""
        async with self._session.ws_connect(self.url + path, headers={"Origin": self.origin}) as socket:
            yield Events(socket)


class Events:
    """An open event socket; `seen`: all that came."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.seen: list[dict[str, Any]] = []

    async def until(self, kind: str, fits: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """Return the first message of a kind that fits, of those to come."""
        async with asyncio.timeout(15):
            while True:
                message: dict[str, Any] = await self.socket.receive_json()
                self.seen.append(message)
                if message["kind"] == kind and fits(message):
                    return message

    async def closed(self) -> int | None:
        """Return the code with which the server ends it."""
        async with asyncio.timeout(15):
            async for _ in self.socket:
                pass
        return self.socket.close_code


def a_strangers_address(number: int) -> str:
    """Return an address from which a browser may come."""
    return own_block().address(f"23.{number}")


def running_portal(folder: Path, **environment: str) -> Iterator[PortalHouse]:
    house = PortalHouse(folder, **environment)
    try:
        house.start()
        yield house
    finally:
        house.stop()
