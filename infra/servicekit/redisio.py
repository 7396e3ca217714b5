"""Connections to Redis with time-outs and bounded retries, and Lua scripts by hash."""

import hashlib
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ConnectionError, NoScriptError

CONNECT_SECONDS = 2.0
SOCKET_SECONDS = 5.0
POOL_SIZE = 64


def connect(url: str) -> Redis:
    """Return a client (nothing is sent yet; decode_responses=True; at most 64 connections, callers wait 5 s for one).

    url: redis://, rediss:// or unix:///path/to/socket.
    A lost connection is tried 3 more times within about a second, so a command may run twice: all that is sent here
    must bear that.  A time-out is not retried.  Close with `await client.aclose()`.
    """
    # A Unix socket has no peer that could vanish unnoticed, and redis-py knows no such option for it.
    tcp_only = {} if url.startswith("unix://") else {"socket_keepalive": True}
    pool: Any = BlockingConnectionPool.from_url(
        url,
        max_connections=POOL_SIZE,
        timeout=SOCKET_SECONDS,
        protocol=2,
        decode_responses=True,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=SOCKET_SECONDS,
        health_check_interval=15,
        retry=Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.5), 3, supported_errors=(ConnectionError,)),
        **tcp_only,
    )
    return Redis.from_pool(pool)


class LuaScripts:
    """Named Lua scripts: sent by hash, and whole only when Redis does not know the hash (restart, fail-over)."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._scripts: dict[str, tuple[str, str]] = {}

    def register(self, name: str, source: str) -> None:
        """Register a script; the same name with another source replaces it."""
        self._scripts[name] = (hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest(), source)

    async def run(self, name: str, keys: list[str], args: list[str | int | float] | None = None) -> Any:
        """Run a script and return what it returns.

        Raises KeyError for an unregistered name, redis ResponseError for an error in the script.
        """
        digest, source = self._scripts[name]
        values = [*keys, *(args or [])]
        try:
            return await self._redis.evalsha(digest, len(keys), *values)
        except NoScriptError:
            return await self._redis.eval(source, len(keys), *values)
