"""Do-not-call lists in hot state, asked at the moment of dialling: compressed, exact, and changed at once (ADR 43).

A number is cut into a page (16,384 numbers) and a place in it.  A page is a set of small integers, which Redis keeps
as a sorted array of two bytes each, and a bitmap of 2 KB once it has more than 512.  A page's name is a keyed hash,
and its places are turned by a key of their own: who reads Redis alone learns no number.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from callmodel.ids import E164, CampaignId, TenantId
from servicekit.crypto import TenantCipher

PAGE_BITS = 14
PAGE_NUMBERS = 1 << PAGE_BITS
AT_ONCE = 500
PLATFORM = TenantId("platform")
EPOCH = f"{PLATFORM}:dnc:epoch"
"""There while hot state has all lists: gone with them, it is only written once they are back."""

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
"""By which Redis knows a script once it is loaded."""


class ListsMissingError(Exception):
    """Hot state has lost its lists, and has not got them back yet: nobody may be called."""


@dataclass(frozen=True)
class DncScope:
    """For whom a list counts.  tenant_id: PLATFORM for everybody.  name: `system`, `tenant` and so on."""

    tenant_id: TenantId
    name: str


SYSTEM, NATIONAL = DncScope(PLATFORM, "system"), DncScope(PLATFORM, "national")


def tenant_scope(tenant_id: TenantId) -> DncScope:
    """Return the scope of a tenant's own list."""
    return DncScope(tenant_id, "tenant")


def campaign_scope(tenant_id: TenantId, campaign_id: CampaignId) -> DncScope:
    """Return the scope of a campaign's own list."""
    return DncScope(tenant_id, f"campaign.{campaign_id}")


class DoNotCall:
    """The lists.  Every method raises redis errors."""

    def __init__(self, redis: Redis, cipher: TenantCipher) -> None:
        """redis: as of `redisio.connect`.  cipher: by the key of leads' numbers, as for `LeadQueue`."""
        self._redis = redis
        self._key = bytes.fromhex(cipher.keyed_hash(PLATFORM, "pages of do-not-call lists"))

    async def add(self, scope: DncScope, numbers: Iterable[int]) -> None:
        """Have these numbers not be called from now on.  numbers: E.164 digits as integers."""
        await self._each_page("add", scope, numbers)

    async def remove(self, scope: DncScope, numbers: Iterable[int]) -> None:
        """Let these numbers be called again."""
        await self._each_page("remove", scope, numbers)

    async def complete(self) -> None:
        """Say that hot state has all lists."""
        await self._redis.set(EPOCH, "1")

    async def is_complete(self) -> bool:
        """Say whether hot state has all lists."""
        return bool(await self._redis.exists(EPOCH))

    async def found_in(
        self, tenant_id: TenantId, campaign_id: CampaignId | None, numbers: Sequence[E164]
    ) -> list[DncScope | None]:
        """Return of each number the first list on which it is, None for one that may be called.

        Asked by the dialler between a number's claim and the order to call it.  Raises ListsMissingError.
        """
        scopes = [SYSTEM, NATIONAL, tenant_scope(tenant_id)]
        if campaign_id is not None:
            scopes.append(campaign_scope(tenant_id, campaign_id))
        source = _DIGESTS["has"]
        async with self._redis.pipeline(transaction=False) as pipeline:
            # In the same trip: a master that took over knows no script.
            pipeline.script_load(_SCRIPTS["has"])
            pipeline.exists(EPOCH)
            for number in numbers:
                for scope in scopes:
                    page, place = self._place(scope, digits_of(number))
                    pipeline.evalsha(source, 1, page, str(place))
            _, complete, *answers = await pipeline.execute()
        if not complete:
            raise ListsMissingError()
        count = len(scopes)
        rows = [answers[begin : begin + count] for begin in range(0, len(answers), count)]
        return [next((scope for scope, on in zip(scopes, row, strict=True) if on), None) for row in rows]

    async def _each_page(self, script: str, scope: DncScope, numbers: Iterable[int]) -> None:
        pages: dict[int, list[int]] = {}
        for number in numbers:
            pages.setdefault(number >> PAGE_BITS, []).append(number & (PAGE_NUMBERS - 1))
        source = _DIGESTS[script]
        waiting = []
        for page, places in pages.items():
            name, turn = self._page(scope, page)
            waiting += [
                (name, [place ^ turn for place in places[begin : begin + AT_ONCE]])
                for begin in range(0, len(places), AT_ONCE)
            ]
        for begin in range(0, len(waiting), AT_ONCE):
            async with self._redis.pipeline(transaction=False) as pipeline:
                pipeline.script_load(_SCRIPTS[script])
                for name, turned in waiting[begin : begin + AT_ONCE]:
                    pipeline.evalsha(source, 1, name, *map(str, turned))
                await pipeline.execute()

    def _place(self, scope: DncScope, number: int) -> tuple[str, int]:
        name, turn = self._page(scope, number >> PAGE_BITS)
        return name, (number & (PAGE_NUMBERS - 1)) ^ turn

    def _page(self, scope: DncScope, page: int) -> tuple[str, int]:
        """Return a page's name, and by what the places in it are turned."""
        digest = hmac.digest(self._key, f"{scope.tenant_id}/{scope.name}/{page}".encode(), hashlib.sha256)
        turn = int.from_bytes(digest[:2]) & (PAGE_NUMBERS - 1)
        return f"{scope.tenant_id}:dnc:{scope.name}:{digest[2:14].hex()}", turn


def digits_of(number: E164) -> int:
    """Return a number's digits as an integer."""
    return int(number.removeprefix("+"))
