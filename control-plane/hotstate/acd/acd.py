"""The one way to agents and queues in Redis.  Each method is one script, so it is done whole or not at all."""

from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any

from redis.asyncio import Redis

from callmodel.agents import Agent, AgentView, LastSpoken, Seat, SeatLeg, SeatUse
from callmodel.ids import AgentId, CallId, LegId, NodeId, ProviderId, QueueId, TenantId
from callmodel.offers import Full, InLine, Offer, OfferEnd, QueueView, Repairs
from callmodel.queues import Queue, Waiter
from callmodel.today import Today
from hotstate.acd import offers, packing
from hotstate.acd.running import Runner, Value
from servicekit import meters
from servicekit.redisio import ALONE, Replicas

DAY_MS = 86_400_000
LAST_AGENT_DAYS = 30

REPAIRS = meters.Counter("trunkline.acd.repairs", "{repair}", "agents and callers that differed from a node's")


class Acd:
    """Agents and callers of any pool.

    Every method may be called twice: the second time changes nothing.  `at_ms` is the caller's clock, milliseconds
    since 1970.  All raise redis.exceptions.RedisError, within about a second, while Redis is away; nothing is tried
    again here.  ValueError for a name that can not stand in a key.  What a master alone had when it died is repaired
    by `prove`.
    """

    def __init__(self, redis: Redis, replicas: Replicas = ALONE) -> None:
        """redis: as of `redisio.connect`.  replicas: how many should have a change before it is answered."""
        self._redis = redis
        self._runner = Runner(redis, replicas)

    # Agents.

    async def sign_in(self, agent: Agent, seat: Seat, at_ms: int, ready: bool = False) -> None:
        """Seat an agent, who is then paused (reason `signed-in`), or ready and matched.

        Who is signed in already moves to the new seat and keeps the state; who sat there before is signed out.  A
        sign-in lasts 16 hours beyond the last change of state.
        """
        values: list[Value] = [at_ms, agent.agent_id, packing.pack_seat(seat), *packing.pack_agent(agent), int(ready)]
        await self._runner.run("sign_in", agent.pool, values)

    async def sign_out(self, pool: ProviderId, agent_id: AgentId, at_ms: int) -> None:
        """Take an agent out.  Their call goes on; a caller who was on the way to them is first in line again."""
        await self._runner.run("sign_out", pool, [at_ms, agent_id])

    async def note_pool(self, pool: ProviderId) -> None:
        """Have nodes look after a pool's clocks from now on, to be called before an agent signs in."""
        await self._runner.note_pool(pool)

    async def pools(self) -> list[ProviderId]:
        """Return the pools that were noted these two days: of each the clocks are to be looked after (`lapse`)."""
        return await self._runner.pools()

    async def make_ready(self, pool: ProviderId, agent_id: AgentId, at_ms: int) -> bool:
        """End a pause or the wrap-up; in a call, take back the pause that was asked for.  False: is not signed in."""
        return bool(await self._runner.run("mode", pool, [at_ms, agent_id, "ready", "", 0]))

    async def pause(
        self, pool: ProviderId, agent_id: AgentId, reason: str, at_ms: int, limit_seconds: int | None = None
    ) -> bool:
        """Pause an agent; one in a call, or to whom a caller is on the way, afterwards.  False: is not signed in.

        limit_seconds: after which they are ready again; from the end of the call where there is one.
        """
        limit_ms = (limit_seconds or 0) * 1000
        return bool(await self._runner.run("mode", pool, [at_ms, agent_id, "paused", reason, limit_ms]))

    async def change(self, agent: Agent, at_ms: int) -> None:
        """Take over what an agent can and serves now.  Nothing for one who is not signed in."""
        await self._runner.run("change", agent.pool, [at_ms, agent.agent_id, *packing.pack_agent(agent)])

    async def agent(self, pool: ProviderId, agent_id: AgentId) -> AgentView | None:
        """Return a signed-in agent, None for one who is not."""
        return (await self._runner.views(pool, [agent_id]))[0]

    async def agents(self, pool: ProviderId) -> list[AgentView]:
        """Return all agents of a pool who are signed in, by id."""
        views = await self._runner.views(pool, await self._runner.agent_ids(pool))
        return [view for view in views if view is not None]

    async def at_seat(self, pool: ProviderId, seat: Seat) -> AgentView | None:
        """Return the agent who is signed in at a station."""
        agent_id = await self._runner.agent_at(pool, seat)
        return None if agent_id is None else await self.agent(pool, agent_id)

    # Callers.

    async def join(self, waiter: Waiter, queue: Queue, at_ms: int) -> Offer | InLine | Full:
        """Enter a caller: an offer at once, or a place in line, or `Full`, and then they are in no line.

        Again, with the same call id, it keeps the rank and answers how things are: the offer that stands, or the
        place.  Who stood in another line of the pool leaves that one.  Strategy and reserve are the queue's as they
        are now, for as long as the caller waits; audiences take effect with this call, `widen` and a failed offer.
        """
        answer = await self._runner.run("join", waiter.pool, [at_ms, *packing.pack_waiter(waiter, queue)])
        found = packing.answer_of(answer)
        assert found is not None, "join always finds a caller"
        return found

    async def widen(
        self, pool: ProviderId, tenant_id: TenantId, queue_id: QueueId, call_id: CallId, at_ms: int
    ) -> Offer | InLine | None:
        """Match a caller again, to be called as an audience begins.  The offer that stands, if there is one.

        None for a call that is not in this line.
        """
        return _in_line(
            packing.answer_of(await self._runner.run("widen", pool, [at_ms, tenant_id, queue_id, call_id]))
        )

    async def place(self, pool: ProviderId, tenant_id: TenantId, queue_id: QueueId, call_id: CallId) -> InLine | None:
        """Return where a caller stands; None for one who is not in this line, as those who are offered."""
        answer = packing.answer_of(await self._runner.run("place", pool, [0, tenant_id, queue_id, call_id]))
        return answer if isinstance(answer, InLine) else None

    async def leave(
        self,
        pool: ProviderId,
        tenant_id: TenantId,
        queue_id: QueueId,
        call_id: CallId,
        at_ms: int,
        keeps_place: bool = False,
        abandoned: bool = False,
    ) -> bool:
        """Take a caller out of line, and out of the offer that stands.  False: was not in this line.

        keeps_place: whoever calls the queue again with that number within 10 minutes has the rank.  abandoned: they
        gave up or were lost, and count as such in the day's figures, also where their offer was withdrawn before.
        """
        values: list[Value] = [at_ms, tenant_id, queue_id, call_id, int(keeps_place), int(abandoned)]
        return bool(await self._runner.run("leave", pool, values))

    async def close_offer(
        self,
        pool: ProviderId,
        tenant_id: TenantId,
        queue_id: QueueId,
        call_id: CallId,
        agent_id: AgentId,
        token: int,
        end: OfferEnd,
        at_ms: int,
        reason: str | None = None,
        last_agent_days: int = LAST_AGENT_DAYS,
    ) -> Offer | InLine | None:
        """End an offer for one of its agents.

        NO_ANSWER, UNREACHABLE, DECLINED: the agent is paused with `reason` (the end's name without one); when nobody
        of the offer is left, the caller is back at the former place and matched at once.  Returns what the caller has
        now. ANSWERED: the caller is out of line, the offer's other agents are free, and the agent is noted as the
        last who spoke with that number, for so many days.  WITHDRAWN: the caller is gone, all agents of the offer are
        free. Both return None.  A token that does not stand any more changes nothing.
        """
        values: list[Value] = [at_ms, tenant_id, queue_id, call_id, agent_id, token, end.value, reason or end.value]
        answer = await self._runner.run("close_offer", pool, [*values, last_agent_days * DAY_MS])
        return _in_line(packing.answer_of(answer))

    async def see(self, pool: ProviderId, tenant_id: TenantId, queue_id: QueueId, at_ms: int) -> QueueView:
        """Return a queue's figures.  A queue that nobody joined or serves is empty."""
        answer = await self._runner.run("see", pool, [at_ms, tenant_id, queue_id])
        waiting, ready, signed_in, longest, estimate, *today = answer
        return QueueView(waiting, ready, signed_in, longest, None if estimate < 0 else estimate, Today(*today))

    async def last_agent(self, pool: ProviderId, tenant_id: TenantId, caller: str) -> LastSpoken | None:
        """Return who last spoke with a number (its keyed hash); see `callmodel.queues.audiences_of`."""
        answer = await self._runner.run("last_agent", pool, [0, tenant_id, caller])
        return None if answer is None else packing.last_spoken_in(answer)

    async def note_spoken(
        self,
        pool: ProviderId,
        tenant_id: TenantId,
        caller: str,
        agent_id: AgentId,
        at_ms: int,
        last_agent_days: int = LAST_AGENT_DAYS,
    ) -> None:
        """Note that an agent spoke with a number, or tried to: for outbound calls."""
        values: list[Value] = [at_ms, tenant_id, caller, agent_id, last_agent_days * DAY_MS]
        await self._runner.run("note_spoken", pool, values)

    # Legs, clocks and nodes.

    async def seat_busy(
        self,
        pool: ProviderId,
        seat: Seat,
        leg_id: LegId,
        call_id: CallId,
        node_id: NodeId,
        use: SeatUse,
        at_ms: int,
        wrap_up_seconds: int = 0,
    ) -> None:
        """Tell what a leg does at a station, whoever called whom.

        RINGING as soon as it is dialled: an offer of which nothing is heard for 5 seconds lapses.  GONE always, also
        when it never talked.  The agent who sits there is busy while one leg is there; after the last one that talked
        they write for `wrap_up_seconds` at most, unless a pause was asked for.
        """
        values: list[Value] = [
            at_ms,
            packing.pack_seat(seat),
            leg_id,
            call_id,
            node_id,
            use.value,
            wrap_up_seconds * 1000,
        ]
        await self._runner.run("seat_busy", pool, values)

    async def lapse(self, pool: ProviderId, at_ms: int) -> int | None:
        """Do what is due by the clock; return when to call next (ms since 1970), None for nothing to come.

        Untaken reservations, wrap-ups and pauses that are over, sign-ins of agents who did nothing for 16 hours, and
        nodes that have not proved for 3.5 s.  Any number of processes may call it, once a second at least while
        anybody is signed in or waits.
        """
        due = await self._runner.run("lapse", pool, [at_ms])
        return None if due < 0 else int(due)

    async def prove(
        self,
        pool: ProviderId,
        node_id: NodeId,
        legs: Mapping[LegId, SeatLeg],
        waiting: Collection[tuple[TenantId, QueueId, CallId]],
        at_ms: int,
    ) -> Repairs:
        """Set right what differs from what a node holds, unless it is younger than 2 s; to be called every second or
        so.

        legs: all of the node's at stations of this pool's agents.  waiting: its callers in line or offered.  The
        answer's `lost` have to join again, with the rank they had.  It is also the node's sign of life.
        """
        values: list[Value] = [at_ms, node_id, len(legs)]
        for leg_id, leg in legs.items():
            values += [leg_id, packing.pack_seat(leg.seat), leg.call_id, leg.use.value, leg.since_ms]
        values += [packing.pack(*place) for place in waiting]
        missed, gone, changed, callers_gone, *lost = await self._runner.run("prove", pool, values)
        repairs = Repairs(missed, gone, changed, callers_gone, tuple(CallId(call_id) for call_id in lost))
        for kind, count in repairs.by_kind().items():
            if count:
                REPAIRS.add(count, kind=kind)
        return repairs

    async def forget_node(self, pool: ProviderId, node_id: NodeId, at_ms: int) -> None:
        """Take out what a dead node held.

        Its callers leave the line; whoever of them calls the queue again within 10 minutes, or has done so already,
        has the former rank.  Its legs are gone, and their agents are free without wrap-up.
        """
        await self._runner.run("forget_node", pool, [at_ms, node_id])

    # Offers made by other people's scripts.

    async def outstanding(self, pool: ProviderId, node_id: NodeId) -> list[Offer]:
        """Return the offers that stand for calls of a node."""
        return await offers.outstanding(self._runner, pool, node_id)

    def offers(self, pool: ProviderId, node_id: NodeId, block_ms: int = 1000) -> AsyncIterator[Offer]:
        """Yield the offers that stand, then each new one as it is made, for ever.

        One may come twice, and one that this node was answered directly may come too: its token tells.  An offer that
        ended in the meantime may come late: closing it changes nothing.  After an error begin anew.
        """
        return offers.follow(self._redis, self._runner, pool, node_id, block_ms)


def _in_line(answer: Any) -> Offer | InLine | None:
    assert not isinstance(answer, Full), "only who joins is told that a queue is full"
    found: Offer | InLine | None = answer
    return found
