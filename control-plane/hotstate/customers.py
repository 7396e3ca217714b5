"""Whom a tenant's people may call by hand: the customers on its lists, and who was approved for a while.

A list's numbers are in hot state as long as the tenant's rules ask for them (see `callmodel.handdialling`); whoever
keeps them there finds what is missing by `lists`, also after hot state was lost.  An approval is hot state's alone.
"""

from collections.abc import Collection

from redis.asyncio import Redis

from callmodel.ids import E164, ListId, TenantId
from callmodel.privacy import number_hash
from hotstate.numberpages import NumberPages

KIND = "customers"


class Customers:
    """All methods raise redis errors.  Numbers are known by the tenant's `number_key`."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def lists(self, tenant_id: TenantId) -> set[ListId]:
        """Return which lists are known whole."""
        return {ListId(str(name)) for name in await self._redis.smembers(_lists_key(tenant_id))}

    async def add(self, tenant_id: TenantId, number_key: str, list_id: ListId, numbers: Collection[int]) -> None:
        """Know these numbers (E.164 digits as integers) as a list's."""
        pages = await self._numbers(number_key).add(tenant_id, list_id, numbers)
        if pages:
            await self._redis.sadd(_pages_key(tenant_id, list_id), *pages)

    async def complete(self, tenant_id: TenantId, list_id: ListId) -> None:
        """Say that a list is known whole."""
        await self._redis.sadd(_lists_key(tenant_id), list_id)

    async def drop(self, tenant_id: TenantId, list_id: ListId) -> None:
        """Know a list no more."""
        await self._redis.srem(_lists_key(tenant_id), list_id)
        pages = await self._redis.smembers(_pages_key(tenant_id, list_id))
        async with self._redis.pipeline(transaction=False) as pipeline:
            for page in (*pages, _pages_key(tenant_id, list_id)):
                pipeline.unlink(page)
            await pipeline.execute()

    async def is_listed(self, tenant_id: TenantId, number_key: str, number: E164) -> bool:
        """Say whether a number is on any list."""
        pages, lists = self._numbers(number_key), await self.lists(tenant_id)
        if not lists:
            return False
        async with self._redis.pipeline(transaction=False) as pipeline:
            pages.begin_looking_up(pipeline)
            for list_id in lists:
                pages.look_up(pipeline, tenant_id, list_id, number)
            _, *answers = await pipeline.execute()
        return any(answers)

    async def approve(self, tenant_id: TenantId, number_key: str, number: E164, seconds: int) -> None:
        """Let a number be dialled by hand for so long."""
        await self._redis.set(_approval_key(tenant_id, number_key, number), "1", ex=seconds)

    async def withdraw(self, tenant_id: TenantId, number_key: str, number: E164) -> None:
        """Let a number be dialled by hand no more."""
        await self._redis.delete(_approval_key(tenant_id, number_key, number))

    async def is_approved(self, tenant_id: TenantId, number_key: str, number: E164) -> bool:
        """Say whether a number may be dialled by hand now."""
        return bool(await self._redis.exists(_approval_key(tenant_id, number_key, number)))

    def _numbers(self, number_key: str) -> NumberPages:
        return NumberPages(self._redis, number_key.encode(), KIND)


def _lists_key(tenant_id: TenantId) -> str:
    return f"{tenant_id}:{KIND}"


def _pages_key(tenant_id: TenantId, list_id: ListId) -> str:
    return f"{tenant_id}:{KIND}:{list_id}:pages"


def _approval_key(tenant_id: TenantId, number_key: str, number: E164) -> str:
    return f"{tenant_id}:approved:{number_hash(number_key, number)}"
