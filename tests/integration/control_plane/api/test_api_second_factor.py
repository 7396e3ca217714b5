"""A second factor: begun with the password, needed once confirmed, lost and reset, and wanted by a tenant's rule."""

import base64
import time
from typing import Any

from api_house import USER_PASSWORD, Answer, Client, House, World, fresh, signed_in, user

from control_plane.people.totp import PERIOD_MS, code_at


def secret_in(answer: Answer) -> bytes:
    text = answer.body["secret"]
    return base64.b32decode(text + "=" * (-len(text) % 8))


def code_of(secret: bytes, ahead: int = 0) -> str:
    """Return the code of now, or of the next period: each is good once."""
    return code_at(secret, time.time_ns() // 1_000_000 // PERIOD_MS + ahead)


async def sign_in(url: str, name: str, **more: Any) -> Answer:
    body = {"username": name, "password": USER_PASSWORD, **more}
    return await Client(url).call("POST", "/auth/token", body)


async def a_user(world: World, tenant_id: str = "acme", role: str = "agent") -> tuple[str, str, Client]:
    name = fresh("totp")
    made = await world.admin.make("/users", user(name, tenant_id, role))
    return name, made["user_id"], await signed_in(world.url, name, USER_PASSWORD)


async def enrol(client: Client) -> tuple[bytes, list[str]]:
    begun = await client.call("POST", "/auth/totp", {"password": USER_PASSWORD})
    assert begun.status == 200, begun.body
    secret = secret_in(begun)
    confirmed = await client.call("POST", "/auth/totp/confirm", {"code": code_of(secret, -1)})
    assert confirmed.status == 200, confirmed.body
    return secret, confirmed.body["recovery_codes"]


async def test_a_code_is_needed_once_it_was_confirmed_and_is_good_once(house: House, world: World):
    name, _, client = await a_user(world)
    begun = await client.call("POST", "/auth/totp", {"password": USER_PASSWORD})
    assert (await sign_in(house.url, name)).status == 200, "not needed before it is confirmed"
    assert (await client.call("POST", "/auth/totp/confirm", {"code": "000000"})).error_id == "totp-code-wrong"
    secret = secret_in(begun)
    await client.call("POST", "/auth/totp/confirm", {"code": code_of(secret, -1)})

    assert (await sign_in(house.url, name)).error_id == "code-needed"
    assert (await sign_in(house.url, name, code="123456")).error_id == "code-wrong"
    used = code_of(secret)
    assert (await sign_in(house.url, name, code=used)).status == 200
    assert (await sign_in(house.url, name, code=used)).error_id == "code-wrong"
    wrong = {"username": name, "password": "not the password", "code": code_of(secret, 1)}
    assert (await Client(house.url).call("POST", "/auth/token", wrong)).error_id == "wrong-credentials"


async def test_a_recovery_code_is_good_once(house: House, world: World):
    name, _, client = await a_user(world)
    _, codes = await enrol(client)

    assert (await sign_in(house.url, name, code=codes[0].upper().replace("-", ""))).status == 200
    assert (await sign_in(house.url, name, code=codes[0])).error_id == "code-wrong"
    assert (await sign_in(house.url, name, code=codes[1])).status == 200


async def test_codes_are_guessed_as_seldom_as_passwords(house: House, world: World):
    name, _, client = await a_user(world)
    secret, _ = await enrol(client)

    said = [(await sign_in(house.url, name, code=f"{guess:06}")).error_id for guess in range(6)]

    assert said[:4] == ["code-wrong"] * 4 and said[-1] == "too-many-requests"
    assert (await sign_in(house.url, name, code=code_of(secret))).status == 429


async def test_the_password_is_asked_for_and_the_code_too(house: House, world: World):
    _, _, client = await a_user(world)

    assert (await client.call("POST", "/auth/totp", {"password": "wrong password"})).error_id == "password-wrong"
    secret, codes = await enrol(client)
    assert (await client.call("POST", "/auth/totp", {"password": USER_PASSWORD})).error_id == "totp-there"
    removal = {"password": USER_PASSWORD, "code": "000000"}
    assert (await client.call("POST", "/auth/totp/remove", removal)).error_id == "totp-code-wrong"
    assert (await client.call("POST", "/auth/totp/remove", removal | {"code": codes[0]})).status == 204
    assert (await client.get("/auth/me"))["second_factor"] is False
    assert secret


async def test_who_lost_it_is_helped_by_a_manager_of_their_own_tenant(house: House, world: World):
    name, user_id, client = await a_user(world)
    await enrol(client)

    foreign = await world.users["bolt", "manager"].call("DELETE", f"/tenants/bolt/users/{user_id}/totp")
    helped = await world.users["acme", "manager"].call("DELETE", f"/tenants/acme/users/{user_id}/totp")

    assert (foreign.status, helped.status) == (404, 204)
    assert (await client.call("GET", "/auth/me")).status == 401, "sessions end: they may be a thief's"
    assert (await sign_in(house.url, name)).status == 200


async def test_a_tenants_rule_leaves_nothing_but_enrolling(house: House, world: World):
    tenant_id = fresh("strict")
    await world.admin.make("/tenants", {"tenant_id": tenant_id, "name": "Strict"})
    name, _, before = await a_user(world, tenant_id, "manager")
    await before.call("PATCH", f"/tenants/{tenant_id}", {"requires_totp": True})
    client = await signed_in(house.url, name, USER_PASSWORD)

    assert (await client.call("GET", f"/tenants/{tenant_id}")).status == 404
    assert (await client.get("/auth/me"))["must_enrol"] is True
    refreshed = await before.call("POST", "/auth/refresh", {"refresh_token": before.refresh_token})
    limited = Client(house.url, refreshed.body["access_token"])
    assert (await limited.call("GET", f"/tenants/{tenant_id}")).status == 404, "those before the rule come to it"

    _, codes = await enrol(client)
    assert (await client.get(f"/tenants/{tenant_id}"))["requires_totp"] is True
    assert (await client.get("/auth/me"))["must_enrol"] is False
    removal = {"password": USER_PASSWORD, "code": codes[0]}
    assert (await client.call("POST", "/auth/totp/remove", removal)).error_id == "totp-required"
