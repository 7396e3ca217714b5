"""Signing in, staying in and being thrown out: over HTTP, as an attacker would try it."""

import asyncio
import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
from api_house import ADMIN_PASSWORD, USER_PASSWORD, Answer, Client, House, World, fresh, running, signed_in
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with small limits."""
    yield from running(
        tmp_path_factory.mktemp("strict"),
        TRUNKLINE_SIGN_IN_ATTEMPTS="3",
        TRUNKLINE_SIGN_IN_PAUSE_SECONDS="2",
        TRUNKLINE_AUTH_REQUESTS_PER_MINUTE="40",
        TRUNKLINE_TRUSTED_PROXIES='["127.0.0.1"]',
    )


async def try_password(url: str, username: str, password: str, address: str = "192.0.2.1") -> Answer:
    body = {"username": username, "password": password}
    return await Client(url).call("POST", "/auth/token", body, headers={"X-Forwarded-For": address})


async def new_user(world: World, **changes: object) -> Client:
    name = fresh("user")
    body = {"username": name, "display_name": name, "password": USER_PASSWORD, "belongs_to": "tenant:acme"}
    made = await world.admin.make("/users", body | {"roles": {"acme": ["agent"]}} | changes)
    client = await signed_in(world.url, name, USER_PASSWORD)
    client.user_id, client.username = made["user_id"], name
    return client


async def test_unknown_user_and_wrong_password_get_the_same_answer_in_the_same_time(world: World):
    async def timed(username: str) -> tuple[float, dict[str, object]]:
        best, body = 9.0, {}
        for _ in range(4):
            began = time.perf_counter()
            answer = await Client(world.url).call(
                "POST", "/auth/token", {"username": username, "password": fresh("x")}
            )
            best, body = min(best, time.perf_counter() - began), answer.body
            assert answer.status == 401
        return best, {name: value for name, value in body.items() if name != "request_id"}

    known = await new_user(world)
    known_seconds, known_body = await timed(known.username)
    unknown_seconds, unknown_body = await timed(fresh("nobody"))

    assert known_body == unknown_body and known_body["error_id"] == "wrong-credentials"
    # An answer without a hash would take a millisecond or two, one with it takes twenty.
    assert unknown_seconds > known_seconds / 2


async def test_wrong_passwords_bring_a_pause_for_that_user_and_address_only(strict: House):
    for _ in range(3):
        assert (await try_password(strict.url, "admin", "wrong")).status == 401

    paused = await try_password(strict.url, "admin", ADMIN_PASSWORD)
    elsewhere = await try_password(strict.url, "admin", ADMIN_PASSWORD, "192.0.2.2")

    assert paused.status == 429 and 1 <= int(paused.headers["Retry-After"]) <= 2
    assert elsewhere.status == 200
    async with asyncio.timeout(10):
        while (await try_password(strict.url, "admin", ADMIN_PASSWORD)).status == 429:  # noqa: ASYNC110 - happens in another process
            await asyncio.sleep(0.2)  # the address has a limit of its own


async def test_a_pause_does_not_tell_whether_a_user_exists(strict: House):
    answers = [(await try_password(strict.url, "nobody-here", "wrong", "192.0.2.3")).status for _ in range(4)]

    assert answers == [401, 401, 401, 429]


async def test_one_address_may_not_ask_too_often(strict: House):
    answers = [await try_password(strict.url, fresh("u"), "x", "192.0.2.4") for _ in range(41)]

    assert [answer.status for answer in answers[:40]] == [401] * 40
    assert answers[40].status == 429 and answers[40].error_id == "too-many-requests"


async def test_a_refresh_token_is_good_once_and_its_second_use_ends_the_session(world: World):
    client = await new_user(world)
    first = await client.call("POST", "/auth/refresh", {"refresh_token": client.refresh_token})
    thief = await client.call("POST", "/auth/refresh", {"refresh_token": client.refresh_token})
    victim = await client.call("POST", "/auth/refresh", {"refresh_token": first.body["refresh_token"]})

    assert first.status == 200 and first.body["refresh_token"] != client.refresh_token
    assert thief.status == 401 and thief.error_id == "refresh-token-invalid"
    assert victim.status == 401, "nobody knows which of the two is the thief"
    assert (await Client(world.url, first.body["access_token"]).call("GET", "/auth/me")).error_id == "token-invalid"


async def test_signing_out_ends_access_tokens_at_once(world: World):
    client = await new_user(world)
    await client.get("/auth/me")

    assert (await client.call("POST", "/auth/sign-out", {"refresh_token": client.refresh_token})).status == 204
    assert (await client.call("GET", "/auth/me")).status == 401


async def test_tokens_that_are_not_ours_are_refused(world: World, house: House):
    good = world.admin.token
    header, claims, signature = good.split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "at+jwt"}).encode()).decode().rstrip("=")
    kid = jwt.get_unverified_header(good)["kid"]
    payload = jwt.decode(good, options={"verify_signature": False})
    foreign = jwt.encode(payload, Ed25519PrivateKey.generate(), "EdDSA", headers={"kid": kid, "typ": "at+jwt"})
    bad = {
        "garbled": "x" * 50,
        "empty": "",
        "without signature": f"{header}.{claims}.",
        "algorithm none": f"{none}.{claims}.",
        "changed": f"{header}.{claims[:-2]}AA.{signature}",
        "foreign key": foreign,
        "HS256 with our public text": jwt.encode(payload, "x" * 64, "HS256", headers={"kid": kid, "typ": "at+jwt"}),
        "not ASCII": "\u00fc.\u00fc.\u00fc",
    }

    for what, token in bad.items():
        answer = await Client(world.url).call("GET", "/auth/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status == 401 and answer.error_id == "token-invalid", what


async def test_tokens_of_another_time_or_audience_are_refused(world: World, house: House):
    key = load_pem_private_key(
        Path(house.environment["TRUNKLINE_MASTER_KEY_FILE"]).with_name("jwt.pem").read_bytes(), None
    )
    assert isinstance(key, Ed25519PrivateKey)
    header = jwt.get_unverified_header(world.admin.token)
    payload = jwt.decode(world.admin.token, options={"verify_signature": False})
    now = int(time.time())

    async def error_of(**claims: object) -> str:
        headers = {"kid": header["kid"], "typ": header["typ"]}
        changed = {name: value for name, value in (payload | claims).items() if value is not None}
        client = Client(world.url, jwt.encode(changed, key, "EdDSA", headers=headers))
        answer = await client.call("GET", "/auth/me")
        return "accepted" if answer.status == 200 else answer.error_id

    assert await error_of() == "accepted"
    assert await error_of(exp=now - 60, iat=now - 960, nbf=now - 960) == "token-expired"
    assert await error_of(exp=now - 3) == "accepted", "clocks differ by seconds"
    assert await error_of(nbf=now + 600) == "token-invalid"
    assert await error_of(aud="another-api") == "token-invalid"
    assert await error_of(iss="somebody") == "token-invalid"
    assert await error_of(exp=None) == "token-invalid"
    assert await error_of(sid="no-such-session") == "token-invalid"
    assert await error_of(sub="01990000-0000-7000-8000-000000000000") == "token-invalid"


async def test_a_disabled_user_is_out_at_once(world: World):
    client = await new_user(world)
    await world.admin.call("PATCH", f"/users/{client.user_id}", {"enabled": False})

    assert (await client.call("GET", "/auth/me")).status == 401
    again = await client.call("POST", "/auth/refresh", {"refresh_token": client.refresh_token})
    assert again.status == 401
    body = {"username": client.username, "password": USER_PASSWORD}
    assert (await Client(world.url).call("POST", "/auth/token", body)).error_id == "wrong-credentials"


async def test_a_role_taken_away_counts_at_once(world: World):
    client = await new_user(world)
    await client.get("/tenants/acme")

    await world.admin.call("PATCH", f"/users/{client.user_id}", {"roles": {}})

    assert (await client.call("GET", "/tenants/acme")).status == 404


async def test_a_new_password_ends_every_session(world: World):
    client = await new_user(world)
    elsewhere = await signed_in(world.url, client.username, USER_PASSWORD)
    change = {"current_password": USER_PASSWORD, "new_password": "another-good-secret-8"}

    wrong = await client.call("PUT", "/auth/password", change | {"current_password": "wrong"})
    weak = await client.call("PUT", "/auth/password", change | {"new_password": "password12345"})
    done = await client.call("PUT", "/auth/password", change)

    assert (wrong.status, wrong.error_id) == (403, "password-wrong")
    assert (weak.status, weak.error_id) == (422, "password-weak")
    assert done.status == 204
    assert (await elsewhere.call("GET", "/auth/me")).status == 401
    await signed_in(world.url, client.username, "another-good-secret-8")


async def test_who_is_signed_in_may_not_guess_the_password_for_long(strict: House):
    admin = await signed_in(strict.url)
    guess = {"current_password": "not this one", "new_password": "another-river-4711"}

    said = [await admin.call("PUT", "/auth/password", guess) for _ in range(4)]

    assert [answer.status for answer in said] == [403, 403, 403, 429]
    assert said[0].error_id == "password-wrong" and int(said[3].headers["Retry-After"]) <= 2


async def test_nothing_secret_is_in_the_log(world: World, house: House):
    client = await new_user(world)
    await Client(world.url).call("POST", "/auth/token", {"username": "admin", "password": "my-secret-guess"})

    log = house.log("api")
    assert '"route": "/api/v1/auth/token"' in log
    for secret in (ADMIN_PASSWORD, USER_PASSWORD, "my-secret-guess", client.token, client.refresh_token):
        assert secret not in log


async def test_of_two_refreshes_at_once_one_counts_and_the_session_ends(world: World):
    client = await new_user(world)
    body = {"refresh_token": client.refresh_token}
    answers = await asyncio.gather(*(client.call("POST", "/auth/refresh", body) for _ in range(4)))

    assert sorted(answer.status for answer in answers) == [200, 401, 401, 401]
    assert (await client.call("GET", "/auth/me")).status == 401


async def test_guesses_made_at_once_are_all_counted(strict: House):
    guesses = [try_password(strict.url, "admin", f"guess-{number}", "192.0.2.9") for number in range(12)]
    answers = await asyncio.gather(*guesses)

    assert sorted(answer.status for answer in answers) == [401] * 3 + [429] * 9
