"""Calls in progress: a hash in Redis for each tenant, written by the facts and read by the API and wallboards.

Facts may come late and twice: one script compares and writes, and a call that ended does not come back.  Between its
end and its record a call is still found by its id, so that nobody who asks is told that there is none.
"""

import json
from dataclasses import replace
from typing import Any

from redis.asyncio import Redis

from callmodel import keys
from callmodel.callstate import CallState
from callmodel.codec import ShapeError, from_wire, to_wire
from callmodel.ids import CallId, TenantId
from callmodel.wire import LiveCall
from servicekit.redisio import LuaScripts

ENDED_SECONDS = 3600
"""How long an ended call is remembered: longer than a fact may lie pending before another consumer takes it over."""

_RANKS = {state.value: rank for rank, state in enumerate(CallState)}

# KEYS: live calls, mark of the ended call.  ARGV: call id, rank of the state, ranks of all states, document.
_SHOW = """
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known then
  local rank = cjson.decode(ARGV[3])[cjson.decode(known)['state']]
  if rank and rank >= tonumber(ARGV[2]) then return 0 end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
return 1
"""

RECORDED = "recorded"
"""What the mark of an ended call holds once its record is written; the call as it last stood until then."""

# KEYS: live calls, mark of the ended call.  ARGV: call id, seconds to remember it.
_END = """
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known then
  redis.call('SET', KEYS[2], known, 'EX', ARGV[2])
else
  redis.call('SET', KEYS[2], '', 'EX', ARGV[2], 'NX')
end
return redis.call('HDEL', KEYS[1], ARGV[1])
"""

# KEYS: live calls, mark of the ended call.  ARGV: call id, seconds to remember it, what the mark holds.
_SETTLE = """
redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[2])
return redis.call('HDEL', KEYS[1], ARGV[1])
"""


class LiveCalls:
    """The hash `keys.live_calls`.  Every method raises redis errors when Redis is away."""

    def __init__(self, redis: Redis) -> None:
        # redis-py types each command as "awaitable or not"; ours always is.
        self._redis: Any = redis
        self._scripts = LuaScripts(redis)
        self._scripts.register("show", _SHOW)
        self._scripts.register("end", _END)
        self._scripts.register("settle", _SETTLE)

    async def show(self, tenant_id: TenantId, call: LiveCall) -> bool:
        """Keep the call as it stands; False for old news: it has ended, or is known to be further."""
        document = json.dumps(to_wire(call), separators=(",", ":"))
        args: list[str | int | float] = [call.call_id, _RANKS.get(call.state, 0), json.dumps(_RANKS), document]
        return bool(await self._scripts.run("show", _keys_of(tenant_id, call.call_id), args))

    async def end(self, tenant_id: TenantId, call_id: CallId) -> bool:
        """Take an ended call out for good; False where it was not in.  `one` finds it until `settle`."""
        return bool(await self._scripts.run("end", _keys_of(tenant_id, call_id), [call_id, ENDED_SECONDS]))

    async def settle(self, tenant_id: TenantId, call_id: CallId) -> None:
        """Forget all of an ended call but that it ended: its record is in the store."""
        await self._scripts.run("settle", _keys_of(tenant_id, call_id), [call_id, ENDED_SECONDS, RECORDED])

    async def forget(self, tenant_id: TenantId, call_id: CallId) -> None:
        """Take out a call that nobody vouches for; should news of it come after all, it is back."""
        await self._redis.hdel(keys.live_calls(tenant_id), call_id)

    async def one(self, tenant_id: TenantId, call_id: CallId) -> LiveCall | None:
        """Return the call as it stands; as `ending` once it has ended and has no record yet, then None.

        Whoever looks for a call looks here first and for its record second, and misses it at no moment.
        """
        text = await self._redis.hget(keys.live_calls(tenant_id), call_id)
        if text is not None:
            return _read(text)
        _, mark = _keys_of(tenant_id, call_id)
        ended = await self._redis.get(mark)
        call = _read(ended) if ended and ended != RECORDED else None
        return None if call is None else replace(call, state=CallState.ENDING.value)

    async def all(self, tenant_id: TenantId) -> list[LiveCall]:
        """Return the tenant's calls, oldest first."""
        texts = await self._redis.hvals(keys.live_calls(tenant_id))
        calls = [call for text in texts if (call := _read(text)) is not None]
        return sorted(calls, key=lambda call: (call.started_ms, call.call_id))


def _keys_of(tenant_id: TenantId, call_id: CallId) -> list[str]:
    live = keys.live_calls(tenant_id)
    return [live, f"{live}:ended:{call_id}"]


def _read(text: str) -> LiveCall | None:
    try:
        return from_wire(LiveCall, json.loads(text))
    except (ShapeError, ValueError):
        return None
