"""Passwords under attack: what was begun with an old one ends with it, and guessing from everywhere is slow too.

Each on the API's own process, on SQLite and on Cassandra.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Iterator

import pytest
from api_house import USER_PASSWORD, Answer, Client, House, World, build_world, fresh, run, running, signed_in

from devstack.cassandra import Nodes

NEW_PASSWORD = "another-good-secret-8"
AT_ONCE = 60


@pytest.fixture(scope="module", params=["sqlite", "cassandra"])
def world_of_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    settings = {"TRUNKLINE_SIGN_IN_ATTEMPTS": "1000", "TRUNKLINE_ACCOUNT_ATTEMPTS": "1000"}
    if request.param == "cassandra":
        nodes: Nodes = request.getfixturevalue("cassandra")
        settings["TRUNKLINE_STORE_URL"] = nodes.url(f"passwords_{secrets.token_hex(4)}")
    for house in running(tmp_path_factory.mktemp(f"passwords-{request.param}"), **settings):
        yield run(build_world(house.url))


@pytest.fixture(scope="module")
def guessed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that slows down after ten guesses of one account, and believes what a proxy says of addresses."""
    yield from running(
        tmp_path_factory.mktemp("guessed"),
        TRUNKLINE_ACCOUNT_ATTEMPTS="10",
        TRUNKLINE_ACCOUNT_PAUSE_SECONDS="600",
        TRUNKLINE_TRUSTED_PROXIES='["127.0.0.1"]',
    )


async def new_user(world: World) -> Client:
    name = fresh("user")
    body = {"username": name, "display_name": name, "password": USER_PASSWORD, "belongs_to": "tenant:acme"}
    made = await world.admin.make("/users", body | {"roles": {"acme": ["agent"]}})
    client = await signed_in(world.url, name, USER_PASSWORD)
    client.user_id, client.username = made["user_id"], name
    return client


async def sign_in(url: str, username: str, password: str, address: str = "192.0.2.1") -> Answer:
    body = {"username": username, "password": password}
    return await Client(url).call("POST", "/auth/token", body, headers={"X-Forwarded-For": address})


async def living(url: str, answers: list[Answer]) -> int:
    """Return how many of these sign-ins or refreshes hold a session that works, by either of their tokens."""
    count = 0
    for answer in answers:
        if answer.status == 200:
            by_access = await Client(url, answer.body["access_token"]).call("GET", "/auth/me")
            body = {"refresh_token": answer.body["refresh_token"]}
            by_refresh = await Client(url).call("POST", "/auth/refresh", body)
            count += 200 in (by_access.status, by_refresh.status)
    return count


async def left_beside(world: World, change: Awaitable[Answer], requests: list[Awaitable[Answer]]) -> int:
    """Make a change in the middle of requests, all at once; return how many sessions are left."""
    half = len(requests) // 2
    answers = await asyncio.gather(*requests[:half], change, *requests[half:])
    changed = answers.pop(half)
    assert changed.status in (200, 204), changed.body
    assert {answer.status for answer in answers} <= {200, 401, 503}
    return await living(world.url, answers)


async def test_sign_ins_in_flight_do_not_outlive_a_change_of_the_password(world_of_store: World):
    world = world_of_store
    client = await new_user(world)
    body = {"current_password": USER_PASSWORD, "new_password": NEW_PASSWORD}
    early = [sign_in(world.url, client.username, USER_PASSWORD) for _ in range(AT_ONCE)]

    assert await left_beside(world, client.call("PUT", "/auth/password", body), early) == 0
    assert await living(world.url, [await sign_in(world.url, client.username, NEW_PASSWORD)]) == 1


async def test_sign_ins_in_flight_do_not_outlive_a_reset_by_an_administrator(world_of_store: World):
    world = world_of_store
    client = await new_user(world)
    reset = world.admin.call("PATCH", f"/users/{client.user_id}", {"password": NEW_PASSWORD})
    early = [sign_in(world.url, client.username, USER_PASSWORD) for _ in range(AT_ONCE)]

    assert await left_beside(world, reset, early) == 0
    assert (await client.call("GET", "/auth/me")).status == 401
    assert await living(world.url, [await sign_in(world.url, client.username, NEW_PASSWORD)]) == 1


async def test_refreshes_in_flight_do_not_outlive_a_reset(world_of_store: World):
    world = world_of_store
    client = await new_user(world)
    devices = [await signed_in(world.url, client.username, USER_PASSWORD) for _ in range(20)]
    reset = world.admin.call("PATCH", f"/users/{client.user_id}", {"password": NEW_PASSWORD})
    early = [device.call("POST", "/auth/refresh", {"refresh_token": device.refresh_token}) for device in devices]

    assert await left_beside(world, reset, early) == 0
    assert {(await device.call("GET", "/auth/me")).status for device in devices} == {401}


async def test_a_user_who_is_let_in_again_has_no_session_from_before(world_of_store: World):
    world = world_of_store
    client = await new_user(world)
    for enabled in (False, True):
        answer = await world.admin.call("PATCH", f"/users/{client.user_id}", {"enabled": enabled})
        assert answer.status == 200

    assert (await client.call("GET", "/auth/me")).status == 401
    assert (await client.call("POST", "/auth/refresh", {"refresh_token": client.refresh_token})).status == 401
    assert await living(world.url, [await sign_in(world.url, client.username, USER_PASSWORD)]) == 1


async def test_an_own_change_with_the_old_password_does_not_overtake_a_reset(world_of_store: World):
    """Who knows the old password and holds a session begins changes just before the administrator's."""
    world = world_of_store
    for _ in range(5):
        client = await new_user(world)
        thief = {"current_password": USER_PASSWORD, "new_password": "the-thief-has-this-one-9"}
        reset = {"password": NEW_PASSWORD}
        await asyncio.gather(
            *(client.call("PUT", "/auth/password", thief) for _ in range(4)),
            world.admin.call("PATCH", f"/users/{client.user_id}", reset),
            *(client.call("PUT", "/auth/password", thief) for _ in range(4)),
        )

        assert (await sign_in(world.url, client.username, thief["new_password"])).status == 401
        assert (await sign_in(world.url, client.username, NEW_PASSWORD)).status == 200


async def test_sixty_addresses_do_not_get_sixty_guesses_of_one_account(guessed: House):
    name = fresh("victim")
    guesses = [sign_in(guessed.url, name, f"guess-{host}", f"198.51.100.{host}") for host in range(1, 61)]
    answers = await asyncio.gather(*guesses)

    looked_at = [answer.status for answer in answers].count(401)
    assert 10 <= looked_at <= 20, looked_at
    assert {answer.status for answer in answers} == {401, 429}


async def test_a_user_gets_in_from_a_known_address_and_in_turn_from_a_new_one_while_strangers_guess(guessed: House):
    admin = await signed_in(guessed.url)
    name = fresh("user")
    body = {"username": name, "display_name": name, "password": USER_PASSWORD, "belongs_to": "platform"}
    await admin.make("/users", body)
    assert (await sign_in(guessed.url, name, USER_PASSWORD, "203.0.113.5")).status == 200
    for host in range(1, 61):
        await sign_in(guessed.url, name, "wrong", f"198.51.100.{host}")

    at_home = await sign_in(guessed.url, name, USER_PASSWORD, "203.0.113.5")
    on_the_way = [await sign_in(guessed.url, name, USER_PASSWORD, "203.0.113.77") for _ in range(5)]

    assert at_home.status == 200
    assert 200 in [answer.status for answer in on_the_way]
    assert (await sign_in(guessed.url, name, "wrong", "198.51.100.200")).status in (401, 429)
