"""What a portal says while what it stands on is away, and how sessions end."""

import time

import pytest
from api_house import World
from portal_house import Browser, PortalHouse
from redis.asyncio import Redis

from tenant_portal.sessions import CookieKey, Session, Tokens, new_identity
from tenant_portal.sessionstore import Lives, SessionStore
from tests.loopback import free_port

LIVES = Lives(idle_ms=60_000, whole_ms=100_000)
BEGUN_MS = 1_733_000_000_000


async def test_without_redis_and_api_it_says_so_and_goes_on(portal: PortalHouse):
    url, health = portal.start_lonely_portal()
    async with Browser(url) as browser:
        signed = await browser.call("POST", "/session", {"username": "agent.acme", "password": "whatever it is"})
        browser.cookie = "x" * 43
        asked = [await browser.call("GET", path) for path in ("/session", "/phone", "/api/v1/tenants", "/events")]
        page = await browser.call("GET", "/")

    assert [(answer.status, answer.error_id) for answer in (signed, *asked)] == [(503, "unavailable")] * 5
    assert signed.headers["Retry-After"] == "2"
    assert b"make console" in page.body
    assert portal.readiness_at(health) == 503


async def test_an_api_that_is_gone_is_passed_over(portal: PortalHouse, world: World):
    url = portal.start_portal(TRUNKLINE_PORTAL_API_URLS=f"http://127.0.0.1:{free_port()},{portal.url}")
    async with Browser(url) as browser:
        await browser.sign_in("agent.acme")

        assert (await browser.get("/api/v1/auth/me"))["username"] == "agent.acme"


def a_session(begun_ms: int = BEGUN_MS) -> Session:
    return Session(CookieKey.new(), new_identity("u1", "ana", begun_ms), Tokens("a", "r", begun_ms), "acme", "en")


async def test_a_session_ends_with_its_whole_life_however_often_it_is_used(redis: Redis):
    store, session = SessionStore(redis, LIVES), a_session()
    await store.begin(session, BEGUN_MS)

    for age_ms in (0, 50_000, 99_000):
        assert await store.find(session.key, BEGUN_MS + age_ms) == session
    assert await store.find(session.key, BEGUN_MS + 100_000) is None
    assert await store.find(session.key, BEGUN_MS) is None, "what ended does not come back"


async def test_silence_is_counted_by_redis_and_use_begins_it_anew(redis: Redis):
    store, session = SessionStore(redis, LIVES), a_session()
    await store.begin(session, BEGUN_MS)
    name = f"platform:portal:session:{session.key.name}"

    await redis.pexpire(name, 5_000)
    await store.find(session.key, BEGUN_MS + 10_000)
    assert 55_000 < await redis.pttl(name) <= 60_000
    await store.find(session.key, BEGUN_MS + 90_000)
    assert await redis.pttl(name) <= 10_000, "never beyond the whole life"


@pytest.mark.parametrize("change", ["tokens", "tenant", "language"])
async def test_nothing_brings_an_ended_session_back(redis: Redis, change: str):
    store, session = SessionStore(redis, LIVES), a_session(time.time_ns() // 1_000_000)
    await store.begin(session, session.identity.begun_ms)
    await store.end(session.key, "u1")

    kept = {
        "tokens": lambda: store.keep_tokens(session.key, session.tokens),
        "tenant": lambda: store.choose_tenant(session.key, "bolt"),
        "language": lambda: store.choose_language(session.key, "zh-CN"),
    }[change]
    assert await kept() is False
    assert await store.find(session.key, session.identity.begun_ms) is None


async def test_who_changes_the_tenant_does_not_bring_old_tokens_back(redis: Redis):
    store, session = SessionStore(redis, LIVES), a_session()
    await store.begin(session, BEGUN_MS)
    new = Tokens("new", "new", BEGUN_MS)

    assert await store.keep_tokens(session.key, new)
    assert await store.choose_tenant(session.key, "bolt")

    found = await store.find(session.key, BEGUN_MS)
    assert found is not None and (found.tokens, found.tenant_id) == (new, "bolt")
    assert await store.begin_refresh(session.key, "one") and not await store.begin_refresh(session.key, "other")
