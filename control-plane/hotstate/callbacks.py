"""Customers who are to be called back: each held by one media node under a lease, and one a number (ADR 45)."""

import asyncio
import json
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import TimeoutError as RedisTimeoutError

from callmodel.callbacks import CallBack
from callmodel.codec import ShapeError, from_wire, to_wire
from callmodel.ids import CallId, NodeId, ProviderId, TenantId
from servicekit.redisio import ALONE, LuaScripts, Replicas

LEASE_MS = 15_000
"""A node that has not held its call backs for so long has lost them to whoever asks next."""
MOST_HELD = 5_000
ANSWER_SECONDS = 1.0

# KEYS: what is kept by call id, who holds it until when, whose number it is.  ARGV[1] is a node, ARGV[2] now.
_KEEP = """
local known = redis.call('HGET', KEYS[3], ARGV[4])
if known then return known end
redis.call('HSET', KEYS[1], ARGV[3], ARGV[5])
redis.call('HSET', KEYS[3], ARGV[4], ARGV[3])
redis.call('HSET', KEYS[4], ARGV[3], ARGV[1])
redis.call('ZADD', KEYS[2], ARGV[2] + ARGV[6], ARGV[3])
return ARGV[3]
"""
_HOLD = """
local found = {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, ARGV[4] - 1)) do
  local holder = redis.call('HGET', KEYS[4], id)
  local mine = holder == ARGV[1] or holder == ARGV[1] .. ' calls'
  if mine or tonumber(redis.call('ZSCORE', KEYS[2], id)) <= tonumber(ARGV[2]) then
    -- What another node was calling when it fell silent has come to nothing.
    local calls = string.sub(holder or '', -6) == ' calls'
    redis.call('ZADD', KEYS[2], ARGV[2] + ARGV[3], id)
    if not mine then redis.call('HSET', KEYS[4], id, ARGV[1] .. (calls and ' calls' or '')) end
    found[#found + 1] = redis.call('HGET', KEYS[1], id)
    found[#found + 1] = calls and 1 or 0
  end
end
return found
"""
_TAKE = """
if redis.call('HGET', KEYS[4], ARGV[3]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[4], ARGV[3], ARGV[1] .. ' calls')
return 1
"""
_SETTLE = """
local holder = redis.call('HGET', KEYS[4], ARGV[3])
if holder ~= ARGV[1] and holder ~= ARGV[1] .. ' calls' then return 0 end
redis.call('HDEL', KEYS[1], ARGV[3])
redis.call('HDEL', KEYS[4], ARGV[3])
redis.call('ZREM', KEYS[2], ARGV[3])
if ARGV[5] == '' then
  redis.call('HDEL', KEYS[3], ARGV[4])
else
  redis.call('HSET', KEYS[1], ARGV[6], ARGV[5])
  redis.call('HSET', KEYS[3], ARGV[4], ARGV[6])
  redis.call('HSET', KEYS[4], ARGV[6], ARGV[1])
  redis.call('ZADD', KEYS[2], ARGV[2] + ARGV[7], ARGV[6])
end
return 1
"""


class CallBacks:
    """Those of any pool.  All methods raise redis errors, within about a second, while Redis is away.

    caller: the customer's number as a keyed hash.  at_ms: milliseconds since 1970.
    """

    def __init__(self, redis: Redis, replicas: Replicas = ALONE) -> None:
        self._replicas = replicas
        self._scripts = LuaScripts(redis)
        for name, source in (("keep", _KEEP), ("hold", _HOLD), ("take", _TAKE), ("settle", _SETTLE)):
            self._scripts.register(f"callbacks.{name}", source)

    async def keep(self, pool: ProviderId, node_id: NodeId, call_back: CallBack, caller: str, at_ms: int) -> CallId:
        """Keep a call back that the node holds; return the one that stands for the number, which may be an older."""
        number, text = _number(call_back.tenant_id, caller), json.dumps(to_wire(call_back))
        values: list[str | int | float] = [node_id, at_ms, call_back.call_id, number, text, LEASE_MS]
        return CallId(await self._run("keep", pool, values))

    async def hold(self, pool: ProviderId, node_id: NodeId, at_ms: int) -> list[tuple[CallBack, bool]]:
        """Return all that the node holds from now on: its own, and those of nodes that fell silent.

        Each with whether a call was being made of it: one that does not live here has come to nothing.
        """
        answer = await self._run("hold", pool, [node_id, at_ms, LEASE_MS, MOST_HELD])
        found = zip(answer[::2], answer[1::2], strict=True)
        read = ((_read(text), bool(calls)) for text, calls in found)
        return [(call_back, calls) for call_back, calls in read if call_back is not None]

    async def take(self, pool: ProviderId, node_id: NodeId, call_id: CallId) -> bool:
        """Say whether the node may make the call now: once, and only while it holds the call back."""
        return bool(await self._run("take", pool, [node_id, 0, call_id]))

    async def settle(
        self, pool: ProviderId, node_id: NodeId, done: CallBack, caller: str, again: CallBack | None, at_ms: int
    ) -> bool:
        """Let what was done go, and keep what is still to be done, in one step; False where another node holds it."""
        text = "" if again is None else json.dumps(to_wire(again))
        next_id = "" if again is None else again.call_id
        number = _number(done.tenant_id, caller)
        values: list[str | int | float] = [node_id, at_ms, done.call_id, number, text, next_id, LEASE_MS]
        return bool(await self._run("settle", pool, values))

    async def _run(self, name: str, pool: ProviderId, values: list[str | int | float]) -> Any:
        if not pool or "}" in pool:
            raise ValueError("a provider's id is the hash tag: not empty, without a brace")
        keys = [f"{{pool:{pool}}}:callbacks{part}" for part in ("", ":leases", ":numbers", ":holders")]
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return (await self._scripts.run_replicated(f"callbacks.{name}", keys, values, self._replicas))[0]
        except TimeoutError as error:
            raise RedisTimeoutError(f"redis did not answer {name} within {ANSWER_SECONDS} s") from error


def _number(tenant_id: TenantId, caller: str) -> str:
    return f"{tenant_id}/{caller}"


def _read(text: str | None) -> CallBack | None:
    try:
        return None if text is None else from_wire(CallBack, json.loads(text))
    except (ShapeError, ValueError):
        return None
