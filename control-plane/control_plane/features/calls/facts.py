"""Facts about calls become records: many at a time, and each call once."""

import asyncio
from collections.abc import Sequence

from callmodel.cdr import Cdr
from callmodel.codec import from_wire
from callmodel.ids import TenantId
from callmodel.orders import Milestone
from callmodel.wire import Envelope
from control_plane.features.calls.store import CallStore
from servicekit.stores import StoreUnavailableError
from servicekit.streams import RetryLaterError

Waiting = tuple[TenantId, Cdr, asyncio.Future[None]]


class CdrWriter:
    """Writes CDRs in batches: whoever comes while a batch is being written is in the next one.

    A single call waits for nobody, and a burst of a hundred costs a few transactions.
    """

    def __init__(self, calls: CallStore) -> None:
        self._calls = calls
        self._turn = asyncio.Lock()
        self._waiting: list[Waiting] = []

    async def handle(self, envelope: Envelope) -> None:
        """Keep what the fact says of a call; returns once it is in the store.

        Raises RetryLaterError while the store is away, codec.ShapeError for a fact that can never be kept.
        """
        try:
            if envelope.kind == Milestone.ENDED.value:
                await self._write(envelope.tenant_id, from_wire(Cdr, envelope.body))
        except StoreUnavailableError as error:
            raise RetryLaterError("the store is away") from error

    async def _write(self, tenant_id: TenantId, cdr: Cdr) -> None:
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((tenant_id, cdr, done))
        async with self._turn:
            batch, self._waiting = self._waiting, []
            for tenant in {waiting[0] for waiting in batch}:
                await self._write_batch(tenant, [waiting for waiting in batch if waiting[0] == tenant])
        await done

    async def _write_batch(self, tenant_id: TenantId, batch: Sequence[Waiting]) -> None:
        try:
            await self._calls.write(tenant_id, [cdr for _, cdr, _ in batch])
        except Exception as error:  # of the whole batch: each one's own handler decides what it means
            if len(batch) > 1 and not isinstance(error, StoreUnavailableError):
                # One of them can not be written; the others must not wait for it.
                for waiting in batch:
                    await self._write_batch(tenant_id, [waiting])
                return
            _settle(batch, error)
        except asyncio.CancelledError:
            # The process stops: whoever waited for this batch must not wait for ever.
            for _, _, done in batch:
                done.cancel()
            raise
        else:
            _settle(batch, None)


def _settle(batch: Sequence[Waiting], error: Exception | None) -> None:
    for _, _, done in batch:
        if not done.done():
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)
