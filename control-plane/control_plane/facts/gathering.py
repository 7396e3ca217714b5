"""Facts of a tenant written many at a time: whoever comes while a batch is being written is in the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from callmodel.ids import TenantId
from servicekit.stores import StoreUnavailableError

T = TypeVar("T")


class Gathering(Generic[T]):
    """A single item waits for nobody, and a burst of a hundred costs a few requests.

    write: writes some items of a tenant, all or none or in part; what fails is written again by who told of it.
    """

    def __init__(self, write: Callable[[TenantId, Sequence[T]], Awaitable[object]]) -> None:
        self._write = write
        self._turn = asyncio.Lock()
        self._waiting: list[tuple[TenantId, T, asyncio.Future[None]]] = []

    async def add(self, tenant_id: TenantId, item: T) -> None:
        """Return once the item is written; raises what writing it raises."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((tenant_id, item, done))
        async with self._turn:
            batch, self._waiting = self._waiting, []
            for tenant in {waiting[0] for waiting in batch}:
                await self._write_batch(tenant, [(item, done) for of, item, done in batch if of == tenant])
        await done

    async def _write_batch(self, tenant_id: TenantId, batch: Sequence[tuple[T, asyncio.Future[None]]]) -> None:
        try:
            await self._write(tenant_id, [item for item, _ in batch])
        except Exception as error:  # of the whole batch: each one's own handler decides what it means
            if len(batch) > 1 and not isinstance(error, StoreUnavailableError):
                # One of them can not be written; the others must not wait for it.
                for waiting in batch:
                    await self._write_batch(tenant_id, [waiting])
                return
            _settle(batch, error)
        except asyncio.CancelledError:
            # The process stops: whoever waited for this batch must not wait for ever.
            for _, done in batch:
                done.cancel()
            raise
        else:
            _settle(batch, None)


def _settle(batch: Sequence[tuple[T, asyncio.Future[None]]], error: Exception | None) -> None:
    for _, done in batch:
        if not done.done():
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)
