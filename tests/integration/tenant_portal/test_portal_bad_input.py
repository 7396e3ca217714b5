"""What strangers and broken pages send: refused, clearly, and nothing of it kept or passed on."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from api_house import USER_PASSWORD, World, fresh, user
from portal_house import Browser, PortalHouse, a_strangers_address
from redis.asyncio import Redis

CREDENTIALS = {"username": "agent.acme", "password": USER_PASSWORD}


@pytest.mark.parametrize("cookie", ["forged", "x" * 43, "x" * 5000, "a b;c", "../../etc"])
async def test_a_forged_cookie_is_no_session(portal: PortalHouse, world: World, cookie: str):
    async with Browser(portal.portals[0]) as browser:
        for path in ("/session", "/phone", "/events", "/api/v1/tenants", "/recordings/acme/x", "/prompt-audio/a/x/e"):
            answer = await browser.call("GET", path, headers={"Cookie": f"trunkline={cookie}"})
            assert (answer.status, answer.error_id) == (401, "signed-out"), path


async def test_a_session_that_is_over_does_not_come_back(portal: PortalHouse, world: World):
    async with Browser(portal.portals[0]) as browser, Browser(portal.portals[1]) as thief:
        await browser.sign_in("client.acme")
        thief.cookie, thief.csrf = browser.cookie, browser.csrf
        assert (await browser.call("DELETE", "/session")).status == 204

        assert (await thief.call("GET", "/session")).error_id == "signed-out"
        assert (await thief.call("GET", "/api/v1/tenants")).error_id == "signed-out"
        assert (await thief.call("DELETE", "/session")).status == 204, "twice is harmless"


async def test_what_changes_something_needs_the_pages_token_and_our_own_page(portal: PortalHouse, world: World):
    async with Browser(portal.portals[0]) as browser:
        await browser.sign_in("manager.acme")
        path, body = "/api/v1/tenants/acme", {"ring_timeout_seconds": 50}
        right = browser.csrf
        for wrong in ("", "x", right[:-1]):
            browser.csrf = wrong
            assert (await browser.call("PATCH", path, body)).error_id == "csrf-token-wrong"
        browser.csrf = right
        for origin in ("https://evil.example", "null", browser.url + ".evil.example", "http://127.0.0.1:1"):
            foreign = await browser.call("PATCH", path, body, headers={"Origin": origin})
            assert (foreign.status, foreign.error_id) == (403, "origin-foreign")
        assert (await browser.call("PATCH", path, body)).status == 200


async def test_a_foreign_page_signs_nobody_in(portal: PortalHouse, world: World):
    async with Browser(portal.portals[0]) as browser:
        answer = await browser.call("POST", "/session", CREDENTIALS, headers={"Origin": "https://evil.example"})
        form = await browser.call(
            "POST", "/session", data="username=agent.acme", headers={"Content-Type": "text/plain"}
        )

    assert (answer.error_id, form.error_id) == ("origin-foreign", "invalid-request")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/auth/token", "/api/v1/auth/refresh", "/api/v1/auth/sign-out", "/api/v1/auth//token",
        "/api/v1/auth/./token", "/api/v1/x/../auth/token", "/api/v1/auth/%74oken", "/api/v1/auth%2ftoken",
        "/api/v1/auth/token/", "/api/v1/%2e%2e/objects/x", "/api/v1/auth/tok%00en", "/api/v1/AUTH/Token",
    ],
)  # fmt: skip
async def test_no_way_leads_to_the_tokens(portal: PortalHouse, world: World, path: str):
    async with Browser(portal.portals[0]) as browser:
        await browser.sign_in("agent.acme")

        answer = await browser.call("POST", path, CREDENTIALS)

    assert answer.status == 404
    assert "access_token" not in str(answer.body)


async def test_tokens_and_cookies_of_a_page_are_not_passed_on(portal: PortalHouse, world: World):
    """A page may not choose its rights, and what the API says to its own clients is not for browsers."""
    admin = world.admin.token
    async with Browser(portal.portals[0]) as browser:
        await browser.sign_in("agent.acme")

        answer = await browser.call("GET", "/api/v1/auth/me", headers={"Authorization": f"Bearer {admin}"})
    async with Browser(portal.portals[0]) as nobody:
        alone = await nobody.call("GET", "/api/v1/auth/me", headers={"Authorization": f"Bearer {admin}"})

    assert answer.body["username"] == "agent.acme"
    assert alone.error_id == "signed-out"
    assert "Set-Cookie" not in answer.headers


async def test_another_tenants_ids_are_nothing(portal: PortalHouse, world: World):
    ids = world.ids["bolt"]
    async with Browser(portal.portals[0]) as browser:
        await browser.sign_in("manager.acme")
        for path in (
            "/api/v1/tenants/bolt/calls",
            f"/api/v1/tenants/bolt/stations/{ids['extension']}",
            f"/recordings/bolt/{ids['recording_id']}",
            f"/recordings/acme/{ids['recording_id']}",
            "/prompt-audio/bolt/hello-2/en",
            "/prompt-audio/acme/hello-2/en",
            "/prompt-audio/acme/%2e%2e/en",
        ):
            assert (await browser.call("GET", path)).status == 404, path
        for tenant_id in ("bolt", "nowhere", "../acme", ""):
            answer = await browser.call("PUT", "/session/tenant", {"tenant_id": tenant_id})
            assert answer.status in (404, 422)
        assert (await browser.get("/session"))["tenant"] == "acme"


async def test_a_gigabyte_is_refused_at_once_and_a_stream_at_the_limit(portal: PortalHouse, world: World):
    async with Browser(portal.portals[0]) as browser:
        await browser.sign_in("manager.acme")
        path = "/api/v1/tenants/acme/prompts/hello-1/audio/en"
        told = await first_line_of(browser, path, {"Content-Length": str(1 << 30)})
        sent = 0

        async def endless() -> AsyncIterator[bytes]:
            nonlocal sent
            while sent < 1 << 30:
                sent += 65_536
                yield b"\0" * 65_536

        with contextlib.suppress(ConnectionError, OSError):
            answer = await browser.call(
                "PUT", path, data=endless(), headers={"Content-Type": "application/octet-stream"}
            )
            assert (answer.status, answer.error_id) == (413, "body-too-large")

    assert told == b"HTTP/1.1 413 Request Entity Too Large\r\n"
    assert sent < 64 << 20, "nobody reads on what is refused"


async def first_line_of(browser: Browser, path: str, headers: dict[str, str]) -> bytes:
    """Send a request's head alone, and return the first line of the answer."""
    host = urlsplit(browser.url)
    reader, writer = await asyncio.open_connection(host.hostname, host.port)
    head = {
        "Host": host.netloc, "Origin": browser.url, "X-CSRF-Token": browser.csrf,
        "Cookie": f"trunkline={browser.cookie}", "Content-Type": "application/octet-stream", **headers,
    }  # fmt: skip
    writer.write(f"PUT {path} HTTP/1.1\r\n".encode())
    writer.write("".join(f"{name}: {value}\r\n" for name, value in head.items()).encode() + b"\r\n")
    async with asyncio.timeout(10):
        line = await reader.readline()
    writer.close()
    return line


async def test_a_stranger_locks_nobody_out(portal: PortalHouse, world: World):
    """Guesses count for the browser's own address, which the portal names, and not for the portal's."""
    name = fresh("guessed")
    await world.admin.make("/users", user(name, "acme", "agent"))
    async with Browser(portal.portals[0], a_strangers_address(1)) as stranger:
        said = [
            await stranger.call("POST", "/session", {"username": name, "password": f"guess-{number}"})
            for number in range(6)
        ]
        assert said[-1].status == 429 and int(said[-1].headers["Retry-After"]) > 0
        # Who says to be somewhere else is not believed.
        lying = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9", "X-Real-IP": "203.0.113.9"}
        answer = await stranger.call("POST", "/session", {"username": name, "password": "again"}, headers=lying)
        assert answer.status == 429
    async with Browser(portal.portals[0], a_strangers_address(2)) as own:
        await own.sign_in(name)


async def test_the_audit_names_the_browsers_address(portal: PortalHouse, world: World):
    address = a_strangers_address(3)
    async with Browser(portal.portals[0], address) as browser:
        await browser.sign_in("manager.acme")
        await browser.call("PATCH", "/api/v1/tenants/acme", {"ring_timeout_seconds": 51})
    day = datetime.now(UTC).date().isoformat()
    trail = (await world.admin.get(f"/tenants/acme/audit?day={day}&limit=5"))["items"]

    assert (trail[0]["action"], trail[0]["address"]) == ("tenants.change", address)


async def test_redis_holds_no_token_and_no_cookie_in_clear(portal: PortalHouse, world: World, redis: Redis):
    async with Browser(portal.portals[0]) as browser:
        await browser.sign_in("client.acme")
        cookie, csrf = browser.cookie, browser.csrf
        keys = redis.scan_iter("platform:portal:session:*")
        held = [f"{key} {await redis.hgetall(key)}" async for key in keys]  # type: ignore[misc]

    assert held
    assert not [text for text in held if cookie in text or csrf in text or "eyJ" in text or "client.acme" in text]


async def test_a_browsers_clock_does_not_matter(portal: PortalHouse, world: World):
    async with Browser(portal.portals[0]) as browser:
        session = await browser.sign_in("agent.acme")
        answer = await browser.call("GET", "/session", headers={"Date": "Thu, 01 Jan 1970 00:00:00 GMT"})

    assert answer.status == 200
    assert 0 <= answer.body["server_time_ms"] - session["server_time_ms"] < 20_000


async def test_rubbish_is_told_nothing(portal: PortalHouse):
    host = urlsplit(portal.portals[0])
    for rubbish in (
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET /\r\n\r\n",
        b"GET http://evil/api/v1/auth/me HTTP/1.1\r\n\r\n",
    ):
        with socket.create_connection((host.hostname, host.port), 5) as connection:
            connection.sendall(rubbish)
            connection.settimeout(5)
            answer = connection.recv(4096)
        assert b"Python" not in answer and b"aiohttp" not in answer and b"Traceback" not in answer
