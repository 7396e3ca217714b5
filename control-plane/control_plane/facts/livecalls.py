"""Calls in progress: a hash in Redis for each tenant, written by the facts and read by the API and wallboards.

Facts may come late and twice: one script compares versions and writes, and a call that ended does not come back.
Between its end and its record a call is still found by its id, so that nobody who asks is told that there is none.
"""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

from redis.asyncio import Redis

from callmodel import keys
from callmodel.callstate import CallState
from callmodel.cdr import Cdr
from callmodel.codec import ShapeError, from_wire, to_wire
from callmodel.ids import CallId, TenantId
from servicekit.redisio import LuaScripts

ENDED_SECONDS = 3600
"""How long an ended call is remembered: longer than a fact may lie pending before another consumer takes it over."""
ALL_PAGE = 500

_to_json = json.JSONEncoder(separators=(",", ":")).encode

EVENTS_KEPT = 10_000
EVENTS_MS = 86_400_000

# KEYS[4]: the stream of events.  What browsers are told is written with the change itself, once.
_TELL = f"""
local function tell(kind, text)
  redis.call('XADD', KEYS[4], 'MAXLEN', '~', {EVENTS_KEPT}, '*', 'kind', kind, 'm', text)
  redis.call('PEXPIRE', KEYS[4], {EVENTS_MS})
end
"""

# KEYS: live calls, their order, mark of the ended call, events.  ARGV: call id, version, document, what browsers see.
_SHOW = (
    _TELL
    + """
if redis.call('EXISTS', KEYS[3]) == 1 then return 0 end
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known and cjson.decode(known)['version'] >= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('ZADD', KEYS[2], 0, ARGV[1])
if ARGV[4] ~= '' then tell('call.changed', ARGV[4]) end
return 1
"""
)

RECORDED = "recorded"
"""What the mark of an ended call holds once its record is written; the call as it last stood until then."""

# KEYS: live calls, their order, mark of the ended call, events.  ARGV: call id, seconds to remember it.
_END = (
    _TELL
    + """
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known then
  redis.call('SET', KEYS[3], known, 'EX', ARGV[2])
else
  redis.call('SET', KEYS[3], '', 'EX', ARGV[2], 'NX')
end
if known then tell('call.ended', ARGV[1]) end
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('HDEL', KEYS[1], ARGV[1])
"""
)

# KEYS: live calls, their order, mark of the ended call.  ARGV: call id, seconds to remember it, what the mark holds.
_SETTLE = """
redis.call('SET', KEYS[3], ARGV[3], 'EX', ARGV[2])
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('HDEL', KEYS[1], ARGV[1])
"""

# KEYS: live calls, their order, mark of the ended call, events.  ARGV: call id, version.
_FORGET = (
    _TELL
    + """
local known = redis.call('HGET', KEYS[1], ARGV[1])
if not known or cjson.decode(known)['version'] ~= tonumber(ARGV[2]) then return 0 end
redis.call('ZREM', KEYS[2], ARGV[1])
tell('call.ended', ARGV[1])
return redis.call('HDEL', KEYS[1], ARGV[1])
"""
)

# KEYS: live calls, their order.  ARGV: where to begin, most.
_PAGE = """
local ids = redis.call('ZRANGEBYLEX', KEYS[2], ARGV[1], '+', 'LIMIT', 0, ARGV[2])
if #ids == 0 then return {} end
return redis.call('HMGET', KEYS[1], unpack(ids))
"""


class LiveCalls:
    """The hash `keys.live_calls`.  Every method raises redis errors when Redis is away."""

    def __init__(self, redis: Redis, seen: Callable[[Cdr], str] | None = None) -> None:
        """seen: returns a call as browsers see it, as JSON; whoever shows calls tells browsers then."""
        self._seen = seen
        # redis-py types each command as "awaitable or not"; ours always is.
        self._redis: Any = redis
        self._scripts = LuaScripts(redis)
        sources = {"show": _SHOW, "end": _END, "settle": _SETTLE, "forget": _FORGET, "page": _PAGE}
        for name, source in sources.items():
            self._scripts.register(name, source)

    async def show(self, tenant_id: TenantId, call: Cdr) -> bool:
        """Keep the call as it stands; False for old news: it has ended, or a later version is known."""
        args: list[str | int | float] = [call.call_id, call.version, _to_json(to_wire(call))]
        args.append(self._seen(call) if self._seen is not None else "")
        return bool(await self._scripts.run("show", _keys_of(tenant_id, call.call_id), args))

    async def end(self, tenant_id: TenantId, call_id: CallId) -> bool:
        """Take an ended call out for good; False where it was not in.  `one` finds it until `settle`."""
        return bool(await self._scripts.run("end", _keys_of(tenant_id, call_id), [call_id, ENDED_SECONDS]))

    async def settle(self, tenant_id: TenantId, call_id: CallId) -> None:
        """Forget all of an ended call but that it ended: its record is in the store."""
        await self._scripts.run("settle", _keys_of(tenant_id, call_id), [call_id, ENDED_SECONDS, RECORDED])

    async def forget(self, tenant_id: TenantId, call: Cdr) -> bool:
        """Take out a call that nobody vouches for, unless there is newer news of it; should any come, it is back."""
        args: list[str | int | float] = [call.call_id, call.version]
        return bool(await self._scripts.run("forget", _keys_of(tenant_id, call.call_id), args))

    async def one(self, tenant_id: TenantId, call_id: CallId) -> Cdr | None:
        """Return the call as it stands; as `ending` once it has ended and has no record yet, then None.

        Whoever looks for a call looks here first and for its record second, and misses it at no moment.
        """
        _, _, mark, _ = _keys_of(tenant_id, call_id)
        text = await self._redis.hget(keys.live_calls(tenant_id), call_id)
        if text is not None:
            return _read(text)
        ended = await self._redis.get(mark)
        call = _read(ended) if ended and ended != RECORDED else None
        return None if call is None else replace(call, state=CallState.ENDING)

    async def page(self, tenant_id: TenantId, limit: int, after: CallId | None = None) -> list[Cdr]:
        """Return up to `limit` calls, oldest first, that began after the call `after`; it need not live any more."""
        live, order, *_ = _keys_of(tenant_id, CallId(""))
        begin = "-" if after is None else f"({after}"
        texts = await self._scripts.run("page", [live, order], [begin, limit])
        return [call for text in texts if text is not None and (call := _read(text)) is not None]

    async def each(self, tenant_id: TenantId) -> AsyncIterator[Cdr]:
        """Yield the tenant's calls, oldest first."""
        calls = await self.page(tenant_id, ALL_PAGE)
        while calls:
            for call in calls:
                yield call
            calls = await self.page(tenant_id, ALL_PAGE, calls[-1].call_id)


def _keys_of(tenant_id: TenantId, call_id: CallId) -> list[str]:
    live = keys.live_calls(tenant_id)
    return [live, keys.live_order(tenant_id), f"{live}:ended:{call_id}", keys.events(tenant_id)]


def _read(text: str) -> Cdr | None:
    try:
        return from_wire(Cdr, json.loads(text))
    except (ShapeError, ValueError):
        return None
