"""Runs the package's scripts, and reads what can be read without one."""

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import TimeoutError as RedisTimeoutError

from callmodel.agents import AgentView, Seat
from callmodel.ids import AgentId, ProviderId
from hotstate.acd import packing, scripts
from servicekit import meters
from servicekit.redisio import LuaScripts, Replicas

Value = str | int | float

ANSWER_SECONDS = 1.0
POOLS = "platform:pools"
"""Set of the names of all pools in which somebody has signed in lately: the one key that is in no pool's slot."""
POOLS_LIFE_SECONDS = 172_800
VIEWED_AT_ONCE = 200
"""Agents a script tells of: others wait for it meanwhile."""
UNREPLICATED = meters.Counter("trunkline.acd.unreplicated", "{change}", "changes that too few replicas had in time")


class Runner:
    def __init__(self, redis: Redis, replicas: Replicas) -> None:
        self._redis = redis
        self._replicas = replicas
        self._scripts = LuaScripts(redis)
        scripts.register(self._scripts)

    async def run(self, name: str, pool: ProviderId, values: Sequence[Value]) -> Any:
        """Run a script on a pool and return its answer.  Raises redis errors, TimeoutError of redis among them."""
        key = packing.pool_key(pool)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer, sure = await self._scripts.run_replicated(
                    scripts.script_name(name), [key], list(values), self._replicas
                )
        except TimeoutError as error:
            raise RedisTimeoutError(f"redis did not answer {name} within {ANSWER_SECONDS} s") from error
        if not sure:
            # The decision stands: what a fail-over takes along is repaired by the nodes' proofs.
            UNREPLICATED.add(script=name)
        return answer

    async def note_pool(self, pool: ProviderId) -> None:
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.sadd(POOLS, pool)
            pipeline.expire(POOLS, POOLS_LIFE_SECONDS)
            await self._ask(pipeline.execute())

    async def pools(self) -> list[ProviderId]:
        return [ProviderId(name) for name in sorted(await self._ask(self._redis.smembers(POOLS)))]

    async def agent_ids(self, pool: ProviderId) -> list[AgentId]:
        """Return who is signed in, by id."""
        return [AgentId(name) for name in sorted(await self._ask(self._redis.zrange(packing.pool_key(pool), 0, -1)))]

    async def agent_at(self, pool: ProviderId, seat: Seat) -> AgentId | None:
        found = await self._ask(self._redis.hget(packing.seat_key(pool, seat), "agent"))
        return None if found is None else AgentId(found)

    async def views(self, pool: ProviderId, agent_ids: Sequence[AgentId]) -> list[AgentView | None]:
        """Return these agents in the same order."""
        views: list[AgentView | None] = []
        for start in range(0, len(agent_ids), VIEWED_AT_ONCE):
            found = await self.run("views", pool, [0, *agent_ids[start : start + VIEWED_AT_ONCE]])
            views += map(packing.view_of, found)
        return views

    async def _ask(self, asked: Any) -> Any:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await asked
        except TimeoutError as error:
            raise RedisTimeoutError(f"redis did not answer within {ANSWER_SECONDS} s") from error
