"""Runs the package's scripts, each put together from the common part and its own."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import TimeoutError as RedisTimeoutError

from hotstate.leads.shapes import CampaignKey
from servicekit.redisio import LuaScripts, Replicas

Value = str | int | float

ANSWER_SECONDS = 1.0
FOLDER = Path(__file__).with_name("lua")
NAMES = (
    "lead",
    "resign",
    "put",
    "change",
    "take_out",
    "clear",
    "look",
    "postpone",
    "claim",
    "give_back",
    "settle",
    "calls",
    "take",
    "note",
)


class Runner:
    """Scripts of one connection.  `replicas`: how many should have a change before it counts."""

    def __init__(self, redis: Redis, replicas: Replicas) -> None:
        self.redis = redis
        self._replicas = replicas
        self._scripts = LuaScripts(redis)
        base = (FOLDER / "base.lua").read_text(encoding="utf-8")
        for name in NAMES:
            self._scripts.register(f"leads.{name}", f"{base}\n{(FOLDER / f'{name}.lua').read_text(encoding='utf-8')}")

    async def run(self, name: str, key: CampaignKey, values: Sequence[Value]) -> Any:
        """Run a script on a campaign and return its answer.  Raises redis errors."""
        return (await self.run_surely(name, key, values))[0]

    async def run_surely(self, name: str, key: CampaignKey, values: Sequence[Value]) -> tuple[Any, bool]:
        """Return a script's answer, and whether enough replicas have what it wrote.  Raises redis errors."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._scripts.run_replicated(
                    f"leads.{name}", [campaign_key(key), tenant_key(key)], list(values), self._replicas
                )
        except TimeoutError as error:
            raise RedisTimeoutError(f"redis did not answer {name} within {ANSWER_SECONDS} s") from error


def tenant_key(key: CampaignKey) -> str:
    """Return the name from which scripts make those of a tenant's numbers in the pool.

    Raises ValueError for names that can not stand in a key.
    """
    if not key.pool or "}" in key.pool:
        raise ValueError("a provider's id is the hash tag: not empty, without a brace")
    if not key.tenant_id or ":" in key.tenant_id:
        raise ValueError("a tenant's id is a part of the key: not empty, without a colon")
    return f"{{pool:{key.pool}}}:{key.tenant_id}"


def campaign_key(key: CampaignKey) -> str:
    """Return the name from which scripts make all of a campaign's."""
    return f"{tenant_key(key)}:campaign:{key.campaign_id}"
