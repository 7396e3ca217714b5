"""Sessions: any portal serves any browser, no token reaches one, and nothing is lost when tokens are swapped."""

import asyncio
import json

from api_house import World
from portal_house import Browser, PortalHouse


async def test_who_signs_in_gets_a_session_and_no_token(portal: PortalHouse, world: World):
    async with Browser(portal.portals[0]) as browser:
        answer = await browser.call(
            "POST", "/session", {"username": "agent.acme", "password": "quiet-river-under-stars-7"}
        )

        assert answer.status == 200
        cookie = answer.headers["Set-Cookie"]
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert answer.body["user"]["roles"] == {"acme": ["agent"]}
        assert "calls.place" in answer.body["user"]["permissions"]["acme"]
        assert [each["id"] for each in answer.body["tenants"]] == ["acme"]
        assert answer.body["tenant"] == "acme"
        assert "token" not in json.dumps(answer.body)


async def test_any_portal_serves_any_browser(portal: PortalHouse, world: World):
    async with Browser(portal.portals[0]) as first, Browser(portal.portals[1]) as second:
        session = await first.sign_in("agent.acme")
        second.cookie = first.cookie

        assert (await second.get("/session"))["csrf"] == session["csrf"]


async def test_the_api_answers_with_the_sessions_rights(portal: PortalHouse, world: World):
    async with Browser(portal.portals[0]) as browser:
        await browser.sign_in("manager.acme")

        assert (await browser.get("/api/v1/tenants/acme"))["tenant_id"] == "acme"
        assert (await browser.call("GET", "/api/v1/tenants/bolt")).status == 404
        assert (await browser.call("GET", "/api/v1/platform/status")).status == 403
        changed = await browser.call("PATCH", "/api/v1/tenants/acme", {"ring_timeout_seconds": 45})
        assert changed.body["ring_timeout_seconds"] == 45


async def test_many_requests_at_once_swap_the_tokens_once(portal: PortalHouse, world: World):
    async with Browser(portal.portals[0]) as browser, Browser(portal.portals[1]) as other:
        await browser.sign_in("agent.acme")
        other.cookie = browser.cookie
        await portal.let_tokens_age(browser.cookie)

        answers = await asyncio.gather(
            *(each.call("GET", "/api/v1/auth/me") for each in (browser, other) for _ in range(10))
        )

        assert [answer.status for answer in answers] == [200] * 20
        assert (await browser.call("GET", "/session")).status == 200
