"""How wrong the expected wait is that callers are told: agents' talk is exponential, time virtual, and Redis real."""

import asyncio
import heapq
import json
import random
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from callmodel.agents import Agent, Seat, SeatUse, ServedQueue
from callmodel.directory import HQ
from callmodel.ids import AgentId, CallId, Extension, LegId, NodeId, QueueId, SiteId, TenantId
from callmodel.offers import InLine, Offer, OfferEnd
from callmodel.queues import Audience, Queue, Waiter
from hotstate.acd import Acd
from servicekit.redisio import connect
from tests.integration.redis_servers import Redises

RUNS, CALLERS, AGENTS = 3, 1500, 10
TALK_SECONDS, LOAD = 180.0, 0.95
BEGAN_MS = 1_764_500_000_000
TENANT, NODE = TenantId("acme"), NodeId("mn1")


@dataclass
class Pool:
    """AGENTS agents who are ready whenever nobody talks to them, and what each caller in line was told.

    `errors`: seconds between what was told and how long it took, and the same for one who knows how long calls last.
    """

    acd: Acd
    queue: Queue
    chance: random.Random
    seats: dict[AgentId, Seat] = field(default_factory=dict)
    told: dict[CallId, tuple[int, InLine]] = field(default_factory=dict)
    talks: list[tuple[int, AgentId, CallId]] = field(default_factory=list)
    errors: list[tuple[float, float]] = field(default_factory=list)

    async def sign_in(self) -> None:
        for number in range(AGENTS):
            agent_id = AgentId(f"{self.queue.queue_id}-{number}")
            seat = Seat(TENANT, Extension(f"{self.queue.queue_id}{number}"), SiteId("hq"))
            self.seats[agent_id] = seat
            agent = Agent(agent_id, HQ, queues=(ServedQueue(TENANT, self.queue.queue_id),))
            await self.acd.sign_in(agent, seat, BEGAN_MS, ready=True)

    async def arrive(self, call_id: CallId, at_ms: int) -> None:
        audiences = (Audience(0),)
        waiter = Waiter(TENANT, self.queue.queue_id, HQ, call_id, NODE, at_ms, at_ms, 0, audiences)
        found = await self.acd.join(waiter, self.queue, at_ms)
        if isinstance(found, Offer):
            await self._answer(found, at_ms)
        elif isinstance(found, InLine):
            self.told[call_id] = at_ms, found

    async def end_talk(self) -> None:
        """Let the next conversation end, and whoever is offered then begin one."""
        at_ms, agent_id, call_id = heapq.heappop(self.talks)
        await self._seat(agent_id, call_id, SeatUse.GONE, at_ms)
        for offer in await self.acd.outstanding(HQ, NODE):
            since_ms, told = self.told.pop(offer.call_id)
            if told.estimate_seconds is not None:
                waited = (at_ms - since_ms) / 1000
                known = told.place * TALK_SECONDS / AGENTS
                self.errors.append((told.estimate_seconds - waited, known - waited))
            await self._answer(offer, at_ms)

    async def _answer(self, offer: Offer, at_ms: int) -> None:
        agent_id = offer.agents[0].agent_id
        queue_id = self.queue.queue_id
        await self._seat(agent_id, offer.call_id, SeatUse.TALKING, at_ms)
        await self.acd.close_offer(
            HQ, TENANT, queue_id, offer.call_id, agent_id, offer.token, OfferEnd.ANSWERED, at_ms
        )
        ends_ms = at_ms + round(self.chance.expovariate(1 / TALK_SECONDS) * 1000)
        heapq.heappush(self.talks, (ends_ms, agent_id, offer.call_id))

    async def _seat(self, agent_id: AgentId, call_id: CallId, use: SeatUse, at_ms: int) -> None:
        await self.acd.seat_busy(HQ, self.seats[agent_id], LegId(f"{call_id}-2"), call_id, NODE, use, at_ms)


async def simulate(acd: Acd, run: int) -> Pool:
    """Let CALLERS come at random, nobody of whom gives up."""
    pool = Pool(acd, Queue(TENANT, QueueId(f"q{run}"), wrap_up_seconds=0), random.Random(run))
    await pool.sign_in()
    at_ms = float(BEGAN_MS)
    for number in range(CALLERS):
        at_ms += pool.chance.expovariate(LOAD * AGENTS / TALK_SECONDS) * 1000
        while pool.talks and pool.talks[0][0] <= at_ms:
            await pool.end_talk()
        await pool.arrive(CallId(f"{run}-{number}"), round(at_ms))
    while pool.talks:
        await pool.end_talk()
    assert not pool.told, "everybody who waited was answered"
    return pool


async def run_all() -> list[Pool]:
    with tempfile.TemporaryDirectory() as folder:
        redises = Redises(Path(folder))
        try:
            await redises.start()
            redis = connect(redises.url)
            pools = [await simulate(Acd(redis), run) for run in range(RUNS)]
            await redis.aclose()
            return pools
        finally:
            await redises.stop()


def measure() -> dict[str, Any]:
    """The mean error of what callers were told, over that of one who knows how long conversations last."""
    pools = asyncio.run(run_all())
    ours = [statistics.mean(abs(told) for told, _ in pool.errors) for pool in pools]
    best = [statistics.mean(abs(known) for _, known in pool.errors) for pool in pools]
    bias = statistics.mean(told for pool in pools for told, _ in pool.errors)
    ratios = [mine / theirs for mine, theirs in zip(ours, best, strict=True)]
    return {
        "name": f"error of the expected wait that is told, {AGENTS} agents at {LOAD:.0%}",
        "value": statistics.median(ratios),
        "unit": "x the least there can be",
        "aim": 1.5,
        "direction": "at-most",
        "against": f"one who knows how long calls last: {statistics.median(best):.0f} s on average, "
        f"ours {statistics.median(ours):.0f} s, {bias:+.0f} s on the whole",
        "runs": ratios,
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
