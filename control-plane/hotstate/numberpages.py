"""Sets of numbers in hot state: compressed, exact, and without a number that who reads Redis alone could learn.

A number is cut into a page (16,384 numbers) and a place in it.  A page is a set of small integers, which Redis keeps
as a sorted array of two bytes each, and a bitmap of 2 KB once it has more than 512.  A page's name is a keyed hash,
and its places are turned by a key of their own.
"""

import hashlib
import hmac
from collections.abc import Iterable

from redis.asyncio import Redis

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

    async def script_of_has(self) -> str:
        """Return the hash of the script that looks a number up, which Redis knows from now on; see `place`."""
        return await self._script("has")

    def place(self, tenant_id: TenantId, name: str, number: int) -> tuple[str, int]:
        """Return where a number is in a set: the page's name, and the place in it."""
        page, turn = self._page(tenant_id, name, number >> PAGE_BITS)
        return page, (number & (PAGE_NUMBERS - 1)) ^ turn

    async def _each_page(self, script: str, tenant_id: TenantId, name: str, numbers: Iterable[int]) -> set[str]:
        pages: dict[int, list[int]] = {}
        for number in numbers:
            pages.setdefault(number >> PAGE_BITS, []).append(number & (PAGE_NUMBERS - 1))
        source = await self._script(script)
        waiting = []
        for page, places in pages.items():
            key, turn = self._page(tenant_id, name, page)
            waiting += [
                (key, [place ^ turn for place in places[begin : begin + AT_ONCE]])
                for begin in range(0, len(places), AT_ONCE)
            ]
        for begin in range(0, len(waiting), AT_ONCE):
            async with self._redis.pipeline(transaction=False) as pipeline:
                for key, turned in waiting[begin : begin + AT_ONCE]:
                    pipeline.evalsha(source, 1, key, *map(str, turned))
                await pipeline.execute()
        return {key for key, _ in waiting}

    async def _script(self, name: str) -> str:
        """Return the hash of a script, which Redis knows from now on: one call for a whole pipeline."""
        return str(await self._redis.script_load(_SCRIPTS[name]))

    def _page(self, tenant_id: TenantId, name: str, page: int) -> tuple[str, int]:
        """Return a page's name, and by what the places in it are turned."""
        digest = hmac.digest(self._key, f"{tenant_id}/{name}/{page}".encode(), hashlib.sha256)
        turn = int.from_bytes(digest[:2]) & (PAGE_NUMBERS - 1)
        return f"{tenant_id}:{self._kind}:{name}:{digest[2:14].hex()}", turn


def digits_of(number: E164) -> int:
    """Return a number's digits as an integer."""
    return int(number.removeprefix("+"))
