"""Sets of numbers in hot state: compressed, exact, and without a number that who reads Redis alone could learn.

A number is cut into a page (16,384 numbers) and a place in it.  A page is a set of small integers, which Redis keeps
as a sorted array of two bytes each, and a bitmap of 2 KB once it has more than 512.  A page's name is a keyed hash,
and its places are turned by a key of their own.
"""

import hashlib
import hmac
from collections.abc import Iterable

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from callmodel.ids import E164, TenantId

PAGE_BITS = 14
PAGE_NUMBERS = 1 << PAGE_BITS
AT_ONCE = 500

# KEYS: page.  ARGV: places.
_ADD = """
if redis.call('TYPE', KEYS[1]).ok == 'string' then
  for _, place in ipairs(ARGV) do redis.call('SETBIT', KEYS[1], place, 1) end
  return
end
redis.call('SADD', KEYS[1], unpack(ARGV))
if redis.call('SCARD', KEYS[1]) > 512 then
  local all = redis.call('SMEMBERS', KEYS[1])
  redis.call('DEL', KEYS[1])
  for _, place in ipairs(all) do redis.call('SETBIT', KEYS[1], place, 1) end
end
"""
_REMOVE = """
if redis.call('TYPE', KEYS[1]).ok == 'string' then
  for _, place in ipairs(ARGV) do redis.call('SETBIT', KEYS[1], place, 0) end
else
  redis.call('SREM', KEYS[1], unpack(ARGV))
end
"""
_HAS = """
if redis.call('TYPE', KEYS[1]).ok == 'string' then return redis.call('GETBIT', KEYS[1], ARGV[1]) end
return redis.call('SISMEMBER', KEYS[1], ARGV[1])
"""
_SCRIPTS = {"add": _ADD, "remove": _REMOVE, "has": _HAS}
_DIGESTS = {
    name: hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest() for name, script in _SCRIPTS.items()
}
"""By which Redis knows a script once it is loaded.  Loaded in the same trip: a master that took over knows none."""


class NumberPages:
    """The sets of one `kind`, which names them in Redis; `key` hides what is in them.  All raise redis errors."""

    def __init__(self, redis: Redis, key: bytes, kind: str) -> None:
        self._redis, self._key, self._kind = redis, key, kind

    async def add(self, tenant_id: TenantId, name: str, numbers: Iterable[int]) -> set[str]:
        """Put numbers (E.164 digits as integers) into a set; return the names of their pages."""
        return await self._each_page("add", tenant_id, name, numbers)

    async def remove(self, tenant_id: TenantId, name: str, numbers: Iterable[int]) -> None:
        """Take numbers out of a set."""
        await self._each_page("remove", tenant_id, name, numbers)

    @staticmethod
    def begin_looking_up(pipeline: Pipeline) -> None:
        """Put in front of what a pipeline looks up; its own answer, the first, says nothing."""
        pipeline.script_load(_HAS)

    def look_up(self, pipeline: Pipeline, tenant_id: TenantId, name: str, number: E164) -> None:
        """Have a pipeline answer 1 where a number is in a set, else 0."""
        page, turn = self._page(tenant_id, name, digits_of(number) >> PAGE_BITS)
        place = (digits_of(number) & (PAGE_NUMBERS - 1)) ^ turn
        pipeline.evalsha(_DIGESTS["has"], 1, page, str(place))

    async def _each_page(self, script: str, tenant_id: TenantId, name: str, numbers: Iterable[int]) -> set[str]:
        pages: dict[int, list[int]] = {}
        for number in numbers:
            pages.setdefault(number >> PAGE_BITS, []).append(number & (PAGE_NUMBERS - 1))
        waiting = []
        for page, places in pages.items():
            key, turn = self._page(tenant_id, name, page)
            waiting += [
                (key, [place ^ turn for place in places[begin : begin + AT_ONCE]])
                for begin in range(0, len(places), AT_ONCE)
            ]
        for begin in range(0, len(waiting), AT_ONCE):
            async with self._redis.pipeline(transaction=False) as pipeline:
                pipeline.script_load(_SCRIPTS[script])
                for key, turned in waiting[begin : begin + AT_ONCE]:
                    pipeline.evalsha(_DIGESTS[script], 1, key, *map(str, turned))
                await pipeline.execute()
        return {key for key, _ in waiting}

    def _page(self, tenant_id: TenantId, name: str, page: int) -> tuple[str, int]:
        """Return a page's name, and by what the places in it are turned."""
        digest = hmac.digest(self._key, f"{tenant_id}/{name}/{page}".encode(), hashlib.sha256)
        turn = int.from_bytes(digest[:2]) & (PAGE_NUMBERS - 1)
        return f"{tenant_id}:{self._kind}:{name}:{digest[2:14].hex()}", turn


def digits_of(number: E164) -> int:
    """Return a number's digits as an integer."""
    return int(number.removeprefix("+"))
