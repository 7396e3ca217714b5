"""Sessions in Redis, so that any portal process serves any browser.

A hash each: `begun` (ms), `identity` and `tokens` (sealed), `tenant`, `language`.  Fields are written one by one: who
changes the tenant must not bring back tokens that were used meanwhile.
"""

from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from servicekit.redisio import LuaScripts
from tenant_portal.sessions import CookieKey, Identity, SealBrokenError, Session, Tokens, lives_ms

REFRESHING_MS = 20_000
"""Longer than the control plane may take to swap a token."""

# KEYS: the session.  ARGV: now, idle, whole life (all ms).
_LOAD = """
local begun = redis.call('HGET', KEYS[1], 'begun')
if not begun then return false end
local left = math.min(tonumber(ARGV[2]), tonumber(begun) + tonumber(ARGV[3]) - tonumber(ARGV[1]))
if left <= 0 then redis.call('DEL', KEYS[1]) return false end
redis.call('PEXPIRE', KEYS[1], left)
return redis.call('HMGET', KEYS[1], 'identity', 'tokens', 'tenant', 'language')
"""

# KEYS: the session.  ARGV: field, value.  One that has ended does not come back.
_CHANGE = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1
"""


@dataclass(frozen=True)
class Lives:
    """How long sessions live, in milliseconds: without a sign of the browser, and at all."""

    idle_ms: int
    whole_ms: int


class SessionStore:
    """Every method raises redis errors while Redis is away."""

    def __init__(self, redis: Redis, lives: Lives) -> None:
        # redis-py types each command as "awaitable or not"; ours always is.
        self._redis: Any = redis
        self._lives = lives
        self._scripts = LuaScripts(redis)
        self._scripts.register("portal.load", _LOAD)
        self._scripts.register("portal.change", _CHANGE)

    async def begin(self, session: Session, now_ms: int) -> None:
        """Keep a new session."""
        key, identity = session.key, session.identity
        left = lives_ms(identity.begun_ms, now_ms, self._lives.idle_ms, self._lives.whole_ms)
        fields = {
            "begun": identity.begun_ms,
            "identity": key.seal("identity", identity),
            "tokens": key.seal("tokens", session.tokens),
            "tenant": session.tenant_id or "",
            "language": session.language or "",
        }
        async with self._redis.pipeline(transaction=False) as both:
            both.hset(_session(key.name), mapping=fields)
            both.pexpire(_session(key.name), left)
            both.sadd(_sessions(identity.user_id), key.name)
            both.pexpire(_sessions(identity.user_id), self._lives.whole_ms)
            await both.execute()

    async def find(self, key: CookieKey, now_ms: int) -> Session | None:
        """Return the session of a cookie, which is used now; None for one that is over or never was."""
        args: list[str | int | float] = [now_ms, self._lives.idle_ms, self._lives.whole_ms]
        found = await self._scripts.run("portal.load", [_session(key.name)], args)
        if not found or found[0] is None or found[1] is None:
            return None
        try:
            identity = Identity(**key.open("identity", found[0]))
            tokens = Tokens(**key.open("tokens", found[1]))
        except (SealBrokenError, TypeError):
            return None
        return Session(key, identity, tokens, found[2] or None, found[3] or None)

    async def keep_tokens(self, key: CookieKey, tokens: Tokens) -> bool:
        """Keep new tokens; False for a session that has ended meanwhile."""
        return await self._change(key, "tokens", key.seal("tokens", tokens))

    async def choose_tenant(self, key: CookieKey, tenant_id: str | None) -> bool:
        """Keep whose desk is shown; False for a session that has ended meanwhile."""
        return await self._change(key, "tenant", tenant_id or "")

    async def choose_language(self, key: CookieKey, language: str) -> bool:
        """Keep the language; False for a session that has ended meanwhile."""
        return await self._change(key, "language", language)

    async def end(self, key: CookieKey, user_id: str) -> None:
        """Forget a session; doing it again is fine."""
        await self._redis.delete(_session(key.name))
        await self._redis.srem(_sessions(user_id), key.name)

    async def end_all(self, user_id: str) -> None:
        """Forget all sessions of a user."""
        names = await self._redis.smembers(_sessions(user_id))
        await self._redis.delete(_sessions(user_id), *map(_session, names))

    async def begin_refresh(self, key: CookieKey, owner: str) -> bool:
        """Take the turn to swap the session's tokens; False while somebody else has it: a token is good once."""
        return bool(await self._redis.set(_turn(key.name), owner, nx=True, px=REFRESHING_MS))

    async def end_refresh(self, key: CookieKey) -> None:
        """Give the turn back; to be called only by who has it."""
        await self._redis.delete(_turn(key.name))

    async def _change(self, key: CookieKey, field: str, value: str) -> bool:
        return bool(await self._scripts.run("portal.change", [_session(key.name)], [field, value]))


def _session(name: str) -> str:
    return f"platform:portal:session:{name}"


def _sessions(user_id: str) -> str:
    return f"platform:portal:sessions:{user_id}"


def _turn(name: str) -> str:
    return f"platform:portal:refreshing:{name}"
