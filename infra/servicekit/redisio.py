"""Connections to Redis with time-outs and bounded retries, Lua scripts by hash, and writes that replicas have too."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis._parsers.base import BaseParser
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import ConnectionError, NoScriptError

from servicekit import sentinel, tracing
from servicekit.settings import ServiceSettings

CONNECT_SECONDS = 2.0
SOCKET_SECONDS = 5.0
POOL_SIZE = 64
ASK_SECONDS = 1.0
"""How long one sentinel may take to say who the master is; then the next is asked."""


class TooFewReplicasError(ConnectionError):
    """The master has lost its replicas and takes no writes (min-replicas-to-write): it counts as away."""


# redis-py takes LOADING for a lost connection, and this for a fault of the command: workers and beats died of it.
BaseParser.EXCEPTION_CLASSES["NOREPLICAS"] = TooFewReplicasError


def connect(url: str) -> Redis:
    """Return a client (nothing is sent yet; decode_responses=True; at most 64 connections, callers wait 5 s for one).

    url: redis://, rediss://, unix:///path/to/socket, or redis+sentinel:// (see `sentinel.SHAPE`).
    A lost connection is tried 3 more times within about a second, so a command may run twice: all that is sent here
    must bear that.  A time-out is not retried.  Close with `await client.aclose()`.
    """
    # A Unix socket has no peer that could vanish unnoticed, and redis-py knows no such option for it.
    tcp_only = {} if url.startswith("unix://") else {"socket_keepalive": True}
    options: dict[str, Any] = {
        "max_connections": POOL_SIZE,
        "timeout": SOCKET_SECONDS,
        "protocol": 2,
        "decode_responses": True,
        "socket_connect_timeout": CONNECT_SECONDS,
        "socket_timeout": SOCKET_SECONDS,
        "health_check_interval": 15,
        "retry": Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.5), 3, supported_errors=(ConnectionError,)),
        **tcp_only,
    }
    if sentinel.is_sentinel(url):
        return Redis.from_pool(MasterPool(sentinel.parse(url), **options))
    pool: Any = BlockingConnectionPool.from_url(url, **options)
    return Redis.from_pool(pool)


class MasterPool(SentinelConnectionPool, BlockingConnectionPool):
    """A bounded pool whose connections lead to the master.

    Each new connection asks the sentinels first.  One that finds itself at a former master (READONLY) is dropped, and
    its command is sent again to the new one.
    """

    def __init__(self, address: sentinel.SentinelAddress, **options: Any) -> None:
        """options: as of BlockingConnectionPool."""
        asked: dict[str, Any] = {"socket_timeout": ASK_SECONDS, "socket_connect_timeout": ASK_SECONDS}
        asked["password"] = address.sentinel_password
        # No tries at one that is gone: there are others.
        manager: Any = Sentinel(  # type: ignore[no-untyped-call]  # redis-py has no types here
            address.sentinels, sentinel_kwargs={**asked, "retry": Retry(NoBackoff(), 0)}
        )
        super().__init__(  # type: ignore[no-untyped-call]
            address.master,
            manager,
            db=address.database,
            username=address.username,
            password=address.password,
            **options,
        )

    async def disconnect(self, inuse_connections: bool = True) -> None:
        """Close the connections; the ones to sentinels too when all are meant."""
        await super().disconnect(inuse_connections)
        if inuse_connections:
            await self.sentinel_manager.aclose()


@dataclass(frozen=True)
class Replicas:
    """How many replicas must have what was written before it counts, and how long to wait for them; 0: none.

    Replication is asynchronous: what a master alone has is lost with it.
    """

    count: int = 0
    wait_ms: int = 100


ALONE = Replicas()


class NotReplicatedError(ConnectionError):
    """The master took it, and too few replicas within the time: it may be lost, so write it again."""


def replicas_of(settings: ServiceSettings) -> Replicas:
    """Return what a service's settings ask for."""
    return Replicas(settings.redis_wait_replicas, settings.redis_wait_ms)


async def execute(pipeline: Pipeline, replicas: Replicas) -> list[Any]:
    """Send a pipeline (transaction=False) and return its answers once enough replicas have what it wrote.

    Raises NotReplicatedError, redis errors.
    """
    if not replicas.count:
        return list(await pipeline.execute())
    # WAIT is about its own connection's writes, so it goes the same way in the same breath.
    pipeline.wait(replicas.count, replicas.wait_ms)
    *answers, reached = await pipeline.execute()
    if reached < replicas.count:
        raise NotReplicatedError(f"{reached} of {replicas.count} replicas")
    return answers


async def get_each(redis: Redis, keys: Sequence[str]) -> list[str | None]:
    """Return the values of these keys, None for one that is not there, in one round trip.  Raises redis errors.

    One GET each, not MGET: in a cluster the keys may lie on different shards.
    """
    if not keys:
        return []
    async with redis.pipeline(transaction=False) as pipeline:
        for key in keys:
            pipeline.get(key)
        return list(await pipeline.execute())


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
        return (await self.run_replicated(name, keys, args or [], ALONE))[0]

    async def run_replicated(
        self, name: str, keys: list[str], args: list[str | int | float], replicas: Replicas
    ) -> tuple[Any, bool]:
        """Run a script, and return what it returns and whether enough replicas have what it wrote.

        Raises as `run` does.
        """
        digest, source = self._scripts[name]
        with tracing.span(f"redis.{name}", "client"):
            try:
                return await self._run("EVALSHA", digest, keys, args, replicas)
            except NoScriptError:
                return await self._run("EVAL", source, keys, args, replicas)

    async def _run(
        self, command: str, script: str, keys: list[str], args: list[str | int | float], replicas: Replicas
    ) -> tuple[Any, bool]:
        redis: Any = self._redis
        if not replicas.count:
            return await redis.execute_command(command, script, len(keys), *keys, *args), True
        async with redis.pipeline(transaction=False) as pipeline:
            pipeline.execute_command(command, script, len(keys), *keys, *args)
            pipeline.wait(replicas.count, replicas.wait_ms)
            answer, reached = await pipeline.execute()
        return answer, reached >= replicas.count
