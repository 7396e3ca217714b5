"""The call backs that this node holds: in line while nobody is on the line, and begun as an agent is reserved."""

import asyncio
import logging
import secrets
from collections.abc import Callable

from redis.exceptions import RedisError

from callmodel import facts, orders
from callmodel.callbacks import CallBack, after_failure, may_be_kept
from callmodel.callstate import Call
from callmodel.directory import Lookups
from callmodel.ids import CallId, NodeId, ProviderId, QueueId, TenantId, uuid7
from callmodel.offers import Offer
from callmodel.privacy import number_hash
from callmodel.queues import Queue, Waiter, audiences_of, rank_of
from hotstate.acd import Acd
from hotstate.callbacks import CallBacks
from servicekit.cancellation import raise_if_cancelled

HOLD_SECONDS = 2.0
AWAY_ERRORS = (RedisError, OSError, TimeoutError)

Begin = Callable[[CallBack, Queue, Offer], None]

logger = logging.getLogger(__name__)


class HeldCallBacks:
    """`run` for ever beside the calls, once `attend` has said whose they are."""

    def __init__(
        self,
        node_id: NodeId,
        store: CallBacks,
        acd: Acd,
        directory: Callable[[], Lookups | None],
        now_ms: Callable[[], int],
    ) -> None:
        self._node_id, self._store, self._acd = node_id, store, acd
        self._directory, self._now_ms = directory, now_ms
        self._held: dict[ProviderId, dict[CallId, CallBack]] = {}
        """Of these no call lives."""
        self._in_line: set[CallId] = set()
        self._begin: Begin = lambda call_back, queue, offer: None
        self._lives: Callable[[CallId], bool] = lambda call_id: False
        self._takes: Callable[[], bool] = lambda: False

    def attend(self, begin: Begin, lives: Callable[[CallId], bool], takes: Callable[[], bool]) -> None:
        """begin: makes the call.  lives: whether it is here.  takes: whether this node makes calls now."""
        self._begin, self._lives, self._takes = begin, lives, takes

    # -- what a call asks for

    async def keep(self, call: Call, order: orders.KeepPlace) -> facts.PlaceKept:
        """Keep a caller's place, unless its number is one that people are to look at first."""
        at_ms = self._now_ms()
        directory = self._directory()
        tenant = None if directory is None else directory.tenant_of(call.tenant_id)
        if tenant is None or not may_be_kept(order.number, call.caller_number, tenant.limits):
            return facts.PlaceKept(None, at_ms)
        call_back = CallBack(
            CallId(uuid7(at_ms, secrets.randbits(74))),
            call.tenant_id,
            order.queue_id,
            order.number,
            call.caller_number,
            call.call_id,
            order.since_ms,
            order.until_ms,
            order.priority,
            order.needs,
            call.language,
            0,
            0,
            order.tries,
            order.again_minutes,
        )
        queue, caller = self._queue(call_back), self._caller(call.tenant_id, order.number)
        if queue is None or caller is None:
            return facts.PlaceKept(None, at_ms)
        try:
            kept = await self._store.keep(queue.pool, self._node_id, call_back, caller, at_ms)
            if kept == call_back.call_id:
                await self._acd.note_pool(queue.pool)
                self._held.setdefault(queue.pool, {})[kept] = call_back
                await self._stand(queue, call_back, at_ms)
        except AWAY_ERRORS as error:
            logger.warning("place not kept without redis", extra={"error": type(error).__name__})
            return facts.PlaceKept(None, at_ms)
        return facts.PlaceKept(kept, at_ms)

    async def end(self, call: Call, *, reached: bool) -> None:
        """Let a call back go that has come to an end, or keep the next try."""
        if call.call_back is not None:
            await self._settle(call.call_back, reached=reached)

    # -- beside the calls

    async def run(self) -> None:
        """Hold, and stand in line, until cancelled."""
        while True:
            raise_if_cancelled()
            try:
                # A node that makes no calls lets its own go to others.
                for pool in await self._acd.pools() if self._takes() and self._directory() is not None else ():
                    await self._hold(pool)
            except AWAY_ERRORS as error:
                logger.warning("call backs not held", extra={"error": type(error).__name__})
            await asyncio.sleep(HOLD_SECONDS)

    async def _hold(self, pool: ProviderId) -> None:
        at_ms, held = self._now_ms(), dict[CallId, CallBack]()
        for call_back, calls in await self._store.hold(pool, self._node_id, at_ms):
            if self._lives(call_back.call_id):
                continue
            if calls or at_ms > call_back.until_ms:
                await self._settle(call_back, reached=False)
            else:
                held[call_back.call_id] = call_back
        self._held[pool] = held
        self._in_line &= {call_id for each in self._held.values() for call_id in each}
        for call_back in tuple(held.values()):
            queue = self._queue(call_back)
            if queue is not None and call_back.due_ms <= at_ms:
                await self._stand(queue, call_back, at_ms)

    def waiting_in(self, pool: ProviderId) -> list[tuple[TenantId, QueueId, CallId]]:
        """Return the places that stand in a pool's lines; a node that makes no calls vouches for none."""
        held = self._held.get(pool, {}).values() if self._takes() else ()
        return [(each.tenant_id, each.queue_id, each.call_id) for each in held if each.call_id in self._in_line]

    def lost(self, call_id: CallId) -> None:
        """Hear that a place is in no line any more, as after a fail-over: it is entered again at the next look."""
        self._in_line.discard(call_id)

    async def offered(self, queue: Queue, offer: Offer) -> bool:
        """Make the call for which agents are reserved; False where this node may not."""
        call_back = self._held.get(queue.pool, {}).get(offer.call_id)
        if call_back is None or not self._takes():
            return False
        if not await self._store.take(queue.pool, self._node_id, call_back.call_id):
            return False
        self._held[queue.pool].pop(offer.call_id, None)
        self._in_line.discard(offer.call_id)
        self._begin(call_back, queue, offer)
        return True

    async def _stand(self, queue: Queue, call_back: CallBack, at_ms: int) -> None:
        """Get in line; who is there already is matched anew where others may be offered after a while."""
        found: object = None
        if call_back.call_id not in self._in_line:
            self._in_line.add(call_back.call_id)
            found = await self._acd.join(self._waiter(queue, call_back, at_ms), queue, at_ms)
        elif queue.relaxations:
            place = call_back.tenant_id, queue.queue_id, call_back.call_id
            found = await self._acd.widen(queue.pool, *place, at_ms)
        if isinstance(found, Offer):
            await self.offered(queue, found)

    async def _settle(self, done: CallBack, *, reached: bool) -> None:
        at_ms = self._now_ms()
        queue, caller = self._queue(done), self._caller(done.tenant_id, done.number)
        if queue is None or caller is None:
            return
        next_id = CallId(uuid7(at_ms, secrets.randbits(74)))
        again = None if reached else after_failure(done, next_id, at_ms)
        try:
            await self._store.settle(queue.pool, self._node_id, done, caller, again, at_ms)
        except AWAY_ERRORS as error:
            # Found at the next look as a call that does not live.
            logger.warning("call back not settled", extra={"error": type(error).__name__})

    def _waiter(self, queue: Queue, call_back: CallBack, at_ms: int) -> Waiter:
        # Not by the number: whoever rings again meanwhile has a place of their own.
        rank = rank_of(call_back.since_ms, call_back.priority, queue)
        audiences = audiences_of(queue, at_ms, None, call_back.needs)
        return Waiter(
            call_back.tenant_id,
            queue.queue_id,
            queue.pool,
            call_back.call_id,
            self._node_id,
            call_back.since_ms,
            rank,
            call_back.priority,
            audiences,
        )

    def _queue(self, of: CallBack) -> Queue | None:
        directory = self._directory()
        return None if directory is None else directory.queue_of(of.tenant_id, of.queue_id)

    def _caller(self, tenant_id: TenantId, number: str) -> str | None:
        directory = self._directory()
        tenant = None if directory is None else directory.tenant_of(tenant_id)
        return None if tenant is None else number_hash(tenant.number_key, number)
