"""Sessions: any portal serves any browser, no token reaches one, and nothing is lost when tokens are swapped."""

import asyncio
import base64
import json
import time

from api_house import USER_PASSWORD, World, fresh, user
from portal_house import Browser, PortalHouse

from control_plane.people.totp import PERIOD_MS, code_at


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


async def test_who_serves_several_tenants_switches_and_loses_one_with_the_role(portal: PortalHouse, world: World):
    name = fresh("switcher")
    body = user(name, "acme", "supervisor") | {"belongs_to": "platform"}
    made = await world.admin.make("/users", body | {"roles": {"acme": ["supervisor"], "bolt": ["agent"]}})
    async with Browser(portal.portals[0]) as browser, Browser(portal.portals[1]) as other:
        assert (await browser.sign_in(name))["tenant"] == "acme"
        other.cookie = browser.cookie
        async with browser.events("/events?topics=agents,me") as events:
            assert set((await events.until("snapshot"))["topics"]) == {"agents", "me"}
            switched = await browser.call("PUT", "/session/tenant", {"tenant_id": "bolt"})
            assert (switched.status, switched.body["tenant"]) == (200, "bolt")
            assert await events.closed() == 4409
        assert (await other.get("/session"))["tenant"] == "bolt"
        async with other.events("/events?topics=agents,me") as events:
            # An agent there, who sees no others.
            assert set((await events.until("snapshot"))["topics"]) == {"me"}

        taken = await world.admin.call("PATCH", f"/users/{made['user_id']}", {"roles": {"acme": ["supervisor"]}})
        assert taken.status == 200
        left = await other.get("/session")

    assert (left["tenant"], [each["id"] for each in left["tenants"]]) == ("acme", ["acme"])


async def test_a_second_factor_is_asked_for_by_the_portal_too(portal: PortalHouse, world: World):
    name = fresh("coded")
    await world.admin.make("/users", user(name, "acme", "agent"))
    async with Browser(portal.portals[0]) as browser:
        await browser.sign_in(name)
        begun = await browser.call("POST", "/api/v1/auth/totp", {"password": USER_PASSWORD})
        secret = base64.b32decode(begun.body["secret"])
        step = time.time_ns() // 1_000_000 // PERIOD_MS
        confirmed = await browser.call("POST", "/api/v1/auth/totp/confirm", {"code": code_at(secret, step - 1)})
        assert (await browser.get("/session"))["user"]["second_factor"] is True
    async with Browser(portal.portals[0]) as again:
        asked = await again.call("POST", "/session", {"username": name, "password": USER_PASSWORD})
        assert (asked.status, asked.body["error_id"]) == (401, "code-needed")
        assert (await again.call("GET", "/session")).error_id == "signed-out"
        await again.sign_in(name, code=confirmed.body["recovery_codes"][0])


async def test_a_recording_and_a_brand_come_from_the_portals_own_origin(portal: PortalHouse, world: World):
    await world.admin.call("PUT", "/tenants/bolt/brand", {"name": "Bolt", "colour": "#112233"})
    async with Browser(portal.portals[0]) as browser:
        brand = await browser.get("/brands/bolt")
        nobodys = [await browser.call("GET", path) for path in ("/brands/acme", "/brands/none", "/brands/bolt/logo")]
        await browser.sign_in("client.acme")
        none = await browser.call("GET", f"/recordings/acme/{world.ids['acme']['recording_id']}")

    assert brand == {"tenant": "bolt", "name": "Bolt", "brand": {**brand["brand"], "colour": "#112233", "logo": None}}
    assert [answer.status for answer in (*nobodys, none)] == [404] * 4
