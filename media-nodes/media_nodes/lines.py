"""Callers in line and agents' seats, told to hot state and heard from it: what a node's calls need of `hotstate.acd`.

A call waits only for the answers that it asked for.  What agents' phones do is told in the background, in order; what
is lost of it while Redis is away, the proof that each node gives every second sets right.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from redis.exceptions import RedisError

from callmodel import facts, orders, seats
from callmodel.agentkeys import PAUSE_REASON, AgentKey, AgentOutcome
from callmodel.agents import LastSpoken, Seat
from callmodel.callstate import Call
from callmodel.directory import HQ, Lookups
from callmodel.facts import Fact
from callmodel.ids import CallId, NodeId, ProviderId, QueueId, TenantId
from callmodel.offers import Full, InLine, Offer, OfferEnd
from callmodel.privacy import number_hash
from callmodel.queues import Queue, Waiter, audiences_of, rank_of
from callmodel.seats import SeatChange
from callmodel.today import day_ends_ms
from callmodel.waiting import AWAY
from hotstate.acd import Acd
from media_nodes.callbacks import HeldCallBacks
from servicekit.cancellation import raise_if_cancelled

PROOF_SECONDS = 1.0
AGAIN_SECONDS = 0.5
POOLS_SECONDS = 5.0
MOST_CHANGES = 10_000

logger = logging.getLogger(__name__)

AWAY_ERRORS = (RedisError, OSError, TimeoutError)


@dataclass(frozen=True)
class _Told:
    """caller: the customer's number as a keyed hash, where the leg spoke with one."""

    tenant_id: TenantId
    call_id: CallId
    change: SeatChange
    wrap_up_seconds: int
    caller: str | None
    at_ms: int


class RedisLines:
    """Lines and seats of one node's calls.  `run` for ever beside them.

    calls: those that live here.  tell: hands a fact to a call; False where it does not live here.
    """

    def __init__(
        self,
        node_id: NodeId,
        acd: Acd,
        call_backs: HeldCallBacks,
        directory: Callable[[], Lookups | None],
        now_ms: Callable[[], int],
    ) -> None:
        self._node_id, self._acd, self._directory, self._now_ms = node_id, acd, directory, now_ms
        self._call_backs = call_backs
        self._calls: Callable[[], Iterable[Call]] = tuple
        self._tell: Callable[[CallId, facts.Fact], bool] = lambda call_id, fact: False
        self._told: asyncio.Queue[_Told] = asyncio.Queue(MOST_CHANGES)
        self._pools: set[ProviderId] = set()
        self._new_pool = asyncio.Event()

    def attend(self, calls: Callable[[], Iterable[Call]], tell: Callable[[CallId, facts.Fact], bool]) -> None:
        """Say whose lines these are, before `run`."""
        self._calls, self._tell = calls, tell

    # -- what a call asks for

    async def join(self, call: Call, order: orders.JoinQueue) -> list[Fact]:
        """Get in line, or hear how things stand there."""
        queue, at_ms = self._queue(call.tenant_id, order.queue_id), self._now_ms()
        if queue is None:
            # A conductor that has just begun does not know yet which queues there are.
            reason = AWAY if self._directory() is None else "unknown"
            return [facts.NotQueued(order.queue_id, reason, at_ms)]
        self._enter(queue.pool)
        if call.answered_ms is not None:
            # Nobody turns a customer away who was in a conversation already.
            queue = replace(queue, most_waiting=None)
        try:
            found: Offer | InLine | Full | None = None
            if call.waiting is not None and call.waiting.queue is not None:
                found = await self._acd.widen(queue.pool, call.tenant_id, queue.queue_id, call.call_id, at_ms)
            if found is None:
                found = await self._acd.join(await self._waiter(call, order, queue, at_ms), queue, at_ms)
            signed_in = None
            if isinstance(found, InLine):
                # Whoever waits may wait for nobody, once the last agent has gone.
                signed_in = (await self._acd.see(queue.pool, call.tenant_id, queue.queue_id, at_ms)).signed_in
        except AWAY_ERRORS as error:
            logger.warning("no line without redis", extra={"error": type(error).__name__})
            return [facts.NotQueued(order.queue_id, AWAY, at_ms)]
        return _facts_of(found, queue, at_ms, signed_in)

    async def leave(self, call: Call, order: orders.LeaveQueue) -> None:
        queue = self._queue(call.tenant_id, order.queue_id)
        if queue is None:
            return
        try:
            await self._acd.leave(
                queue.pool,
                call.tenant_id,
                order.queue_id,
                call.call_id,
                self._now_ms(),
                order.keeps_place,
                order.abandoned,
            )
        except AWAY_ERRORS as error:
            logger.warning("left the line without redis", extra={"error": type(error).__name__})

    async def close(self, call: Call, order: orders.CloseOffer) -> list[Fact]:
        """Tell what came of an offer, and hear what the caller has now."""
        queue, at_ms = self._queue(call.tenant_id, order.queue_id), self._now_ms()
        if queue is None:
            return []
        try:
            found = await self._acd.close_offer(
                queue.pool,
                call.tenant_id,
                order.queue_id,
                call.call_id,
                order.agent_id,
                order.token,
                order.end,
                at_ms,
                last_agent_days=queue.last_agent_days,
            )
        except AWAY_ERRORS as error:
            logger.warning("offer closed without redis", extra={"error": type(error).__name__})
            # Whoever still waits asks again, and tells it then.
            return [facts.NotQueued(order.queue_id, AWAY, at_ms)]
        return [] if found is None else _facts_of(found, queue, at_ms)

    async def look(self, call: Call, order: orders.LookAtQueue) -> Fact:
        """See how a queue stands; one that nobody knows, or nobody can tell of, has no agents."""
        queue, at_ms = self._queue(call.tenant_id, order.queue_id), self._now_ms()
        if queue is not None:
            try:
                seen = await self._acd.see(queue.pool, call.tenant_id, order.queue_id, at_ms)
            except AWAY_ERRORS as error:
                logger.warning("queue not seen without redis", extra={"error": type(error).__name__})
            else:
                longest = seen.longest_wait_ms / 1000
                return facts.QueueSeen(
                    order.queue_id, seen.waiting, seen.ready, seen.signed_in, longest, seen.estimate_seconds, at_ms
                )
        return facts.QueueSeen(order.queue_id, 0, 0, 0, 0.0, None, at_ms)

    async def change_agent(self, order: orders.ChangeAgent) -> Fact:
        """Have the agent at a seat do something else, as the agent's phone asked."""
        at_ms = self._now_ms()
        try:
            outcome = await self._change_agent(order.seat, order.key, at_ms)
        except AWAY_ERRORS as error:
            logger.warning("agent not changed without redis", extra={"error": type(error).__name__})
            outcome = AgentOutcome.AWAY
        return facts.AgentChanged(outcome, at_ms)

    async def _change_agent(self, seat: Seat, key: AgentKey, at_ms: int) -> AgentOutcome:
        pool = self._pool_at(seat)
        directory = self._directory()
        if key is AgentKey.SIGN_IN:
            agent = directory.agent_at(seat.tenant_id, seat.extension) if directory is not None else None
            if agent is None:
                return AgentOutcome.NOBODY
            await self._acd.note_pool(agent.pool)
            await self._acd.sign_in(agent, seat, at_ms, ready=True)
            return AgentOutcome.READY
        there = await self._acd.at_seat(pool, seat)
        if there is None:
            return AgentOutcome.NOBODY
        agent_id = there.agent.agent_id
        match key:
            case AgentKey.READY:
                await self._acd.make_ready(pool, agent_id, at_ms)
                return AgentOutcome.READY
            case AgentKey.PAUSE:
                await self._acd.pause(pool, agent_id, PAUSE_REASON, at_ms)
                return AgentOutcome.PAUSED
            case _:
                await self._acd.sign_out(pool, agent_id, at_ms)
                return AgentOutcome.SIGNED_OUT

    def tell(self, call: Call, changes: Iterable[SeatChange]) -> None:
        """Tell agents' states of what their phones do.  Returns at once."""
        for change in changes:
            queue = None if change.queue_id is None else self._queue(call.tenant_id, change.queue_id)
            wrap_up_seconds = 0 if queue is None else queue.wrap_up_seconds
            caller = self._caller_of(call) if change.spoke else None
            told = _Told(call.tenant_id, call.call_id, change, wrap_up_seconds, caller, self._now_ms())
            try:
                self._told.put_nowait(told)
            except asyncio.QueueFull:
                logger.error("seats are not told of: redis does not keep up")
                return

    # -- beside the calls

    async def run(self) -> None:
        """Tell of seats, take offers in, prove and let lapse, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._tell_seats())
            group.create_task(self._prove())
            group.create_task(self._follow_pools(group))

    def adopt(self, call: Call) -> None:
        """Take care of a former conductor's caller from now on."""
        if call.waiting is None:
            return
        # As the call knows it: the directory may be read later than the journal.
        queue = call.waiting.queue or self._queue(call.tenant_id, call.waiting.queue_id)
        if queue is not None:
            self._enter(queue.pool)

    def _enter(self, pool: ProviderId) -> None:
        if pool not in self._pools:
            self._pools.add(pool)
            self._new_pool.set()

    async def _follow_pools(self, group: asyncio.TaskGroup) -> None:
        followed: set[ProviderId] = set()
        while True:
            await self._new_pool.wait()
            self._new_pool.clear()
            for pool in self._pools - followed:
                followed.add(pool)
                group.create_task(self._follow(pool))

    async def _follow(self, pool: ProviderId) -> None:
        """Hand offers that other people's scripts made to their calls, for ever."""
        while True:
            try:
                async for offer in self._acd.offers(pool, self._node_id):
                    await self._take(pool, offer)
            except AWAY_ERRORS as error:
                logger.warning("offers are not heard", extra={"error": type(error).__name__})
                await asyncio.sleep(AGAIN_SECONDS)

    async def _take(self, pool: ProviderId, offer: Offer) -> None:
        queue, at_ms = self._queue(offer.tenant_id, offer.queue_id), self._now_ms()
        if queue is not None and self._tell(offer.call_id, facts.AgentOffered(queue, offer, at_ms)):
            return
        if queue is not None and await self._call_backs.offered(queue, offer):
            return
        for agent in offer.agents:
            await self._acd.close_offer(
                pool,
                offer.tenant_id,
                offer.queue_id,
                offer.call_id,
                agent.agent_id,
                offer.token,
                OfferEnd.WITHDRAWN,
                at_ms,
            )

    async def _tell_seats(self) -> None:
        while True:
            raise_if_cancelled()
            told = await self._told.get()
            if self._directory() is None:
                # Nobody knows whose pool it is.  The proof tells of it later.
                continue
            pool = self._pool_at(told.change.seat)
            self._enter(pool)
            try:
                await self._tell_seat(pool, told)
            except AWAY_ERRORS as error:
                logger.warning("seat not told of", extra={"error": type(error).__name__})

    async def _tell_seat(self, pool: ProviderId, told: _Told) -> None:
        change, at_ms = told.change, told.at_ms
        agent = None if told.caller is None else await self._acd.at_seat(pool, change.seat)
        if agent is not None and told.caller is not None:
            # Before the agent is free again, and may be offered that very caller.
            await self._acd.note_spoken(pool, told.tenant_id, told.caller, agent.agent.agent_id, at_ms)
        await self._acd.seat_busy(
            pool, change.seat, change.leg_id, told.call_id, self._node_id, change.use, at_ms, told.wrap_up_seconds
        )

    async def _prove(self) -> None:
        looked_at = -POOLS_SECONDS
        while True:
            raise_if_cancelled()
            try:
                if time.monotonic() - looked_at >= POOLS_SECONDS:
                    # Pauses end in pools, too, of which no call lives here.
                    for pool in await self._acd.pools():
                        self._enter(pool)
                    looked_at = time.monotonic()
                for pool in tuple(self._pools) if self._directory() is not None else ():
                    await self._prove_in(pool)
            except AWAY_ERRORS as error:
                logger.warning("agents' states not proved", extra={"error": type(error).__name__})
            await asyncio.sleep(PROOF_SECONDS)

    async def _prove_in(self, pool: ProviderId) -> None:
        at_ms = self._now_ms()
        live = {leg_id: leg for call in self._calls() for leg_id, leg in seats.legs_at_seats(call).items()}
        here = {leg_id: leg for leg_id, leg in live.items() if self._pool_at(leg.seat) == pool}
        waiting = [place for call in self._calls() if (place := self._place_in(pool, call)) is not None]
        waiting += self._call_backs.waiting_in(pool)
        repairs = await self._acd.prove(pool, self._node_id, here, waiting, at_ms)
        if repairs.count:
            logger.warning("agents' states repaired", extra={"pool": pool, "repairs": repairs.count})
        for call_id in repairs.lost:
            if not self._tell(call_id, facts.LineLost(at_ms)):
                self._call_backs.lost(call_id)
        # After our own sign of life, which may be an old one by now.
        await self._acd.lapse(pool, at_ms)

    def _place_in(self, pool: ProviderId, call: Call) -> tuple[TenantId, QueueId, CallId] | None:
        waiting = call.waiting
        if waiting is None or waiting.queue is None or waiting.queue.pool != pool:
            return None
        return call.tenant_id, waiting.queue_id, call.call_id

    # -- what is needed to ask

    async def _waiter(self, call: Call, order: orders.JoinQueue, queue: Queue, at_ms: int) -> Waiter:
        caller = self._caller_of(call)
        last = await self._wanted(queue, call.tenant_id, caller, order)
        # The call's own clock widens the audience: both count from the same moment, also after a fail-over.
        entered_ms = at_ms if call.waiting is None else call.waiting.entered_ms
        return Waiter(
            call.tenant_id,
            queue.queue_id,
            queue.pool,
            call.call_id,
            self._node_id,
            at_ms,
            rank_of(order.entered_ms, order.priority, queue),
            order.priority,
            audiences_of(queue, entered_ms, last, order.needs),
            caller,
            self._day_ends_ms(call, at_ms),
        )

    def _day_ends_ms(self, call: Call, at_ms: int) -> int | None:
        """Return until when the caller counts in a queue's figures of today; None for whom we called."""
        directory = self._directory()
        if directory is None or call.lead is not None or call.call_back is not None:
            return None
        return day_ends_ms(at_ms, directory.time_zone_of(call.tenant_id))

    async def _wanted(
        self, queue: Queue, tenant_id: TenantId, caller: str | None, order: orders.JoinQueue
    ) -> LastSpoken | None:
        """Return the agent whom the caller has of their own, else who last spoke with the number."""
        for agent_id in order.wanted_agents:
            view = await self._acd.agent(queue.pool, agent_id)
            if view is not None:
                return LastSpoken(agent_id, self._now_ms(), view.agent.teams, signed_in=True)
        if caller is None or not order.to_last_agent or not (queue.last_agent_seconds or queue.team_seconds):
            return None
        return await self._acd.last_agent(queue.pool, tenant_id, caller)

    def _caller_of(self, call: Call) -> str | None:
        directory = self._directory()
        tenant = directory.tenant_of(call.tenant_id) if directory is not None else None
        return None if tenant is None or call.number is None else number_hash(tenant.number_key, call.number)

    def _queue(self, tenant_id: TenantId, queue_id: QueueId) -> Queue | None:
        directory = self._directory()
        return None if directory is None else directory.queue_of(tenant_id, queue_id)

    def _pool_at(self, seat: Seat) -> ProviderId:
        """Return whose agents sit there: an outsourcing firm's may sit at a client's station."""
        directory = self._directory()
        if directory is None:
            return HQ
        agent = directory.agent_at(seat.tenant_id, seat.extension)
        if agent is not None:
            return agent.pool
        tenant = directory.tenant_of(seat.tenant_id)
        return HQ if tenant is None else tenant.provider_id


def _facts_of(found: Offer | InLine | Full, queue: Queue, at_ms: int, signed_in: int | None = None) -> list[Fact]:
    match found:
        case Offer():
            return [facts.AgentOffered(queue, found, at_ms)]
        case InLine(place, estimate_seconds):
            return [facts.Queued(queue, place - 1, estimate_seconds, at_ms, signed_in)]
        case Full():
            return [facts.NotQueued(queue.queue_id, "full", at_ms)]
