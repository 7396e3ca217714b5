"""Decisions of matching a second on one Redis core, and how long one takes: 1,000 agents, 50 queues, skills, VIPs.

A decision is a script that looks for a match: a caller joins or asks for less, or an agent's call ends and the next
caller is theirs.  In between run those that only note something, which are not counted: ringing, talking, answered.
"""

import asyncio
import json
import random
import socket
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from typing import Any

import hiredis

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from callmodel.agents import Agent, LastSpoken, Seat, SeatUse, ServedQueue
from callmodel.ids import AgentId, CallId, Extension, LegId, NodeId, ProviderId, QueueId, SiteId, TenantId
from callmodel.offers import Offer, OfferEnd
from callmodel.queues import Queue, SkillNeed, Strategy, Waiter, audiences_of, rank_of
from hotstate.acd import Acd, packing, scripts
from servicekit.redisio import connect
from tests.integration.servicekit.redis_server import RedisServer

HQ = ProviderId("hq")
TENANTS = [TenantId(f"tenant{number}") for number in range(5)]
NODES = [NodeId(f"mn{number}") for number in range(4)]
SKILLS = [f"skill{number}" for number in range(10)]
AGENTS, QUEUES, QUEUES_OF_AN_AGENT, SKILLS_OF_AN_AGENT = 1000, 50, 5, 4
VIP, KNOWN = 0.1, 0.2
"""Shares of the callers: who come before others, and whose last agent is waited for."""
STEPS, RUNS = 40, 3
AT_ONCE = 100
ONE_BY_ONE = 2000
START, TICK_MS = 1_764_500_000_000, 90
"""A thousand agents who talk for three minutes: a call ends, and one comes, every 180 ms."""
MONTH_MS = 30 * 86_400_000
Value = str | int


class Centre:
    """Makes up agents and callers.  Each queue needs one skill, at a level that three of four of its agents have."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.numbers = count()
        self.now_ms = START
        self.queues = [
            Queue(
                TENANTS[number % len(TENANTS)],
                QueueId(f"queue{number}"),
                strategy=Strategy.LONGEST_IDLE if number % 5 else Strategy.MOST_SKILLED,
                needs=(SkillNeed(SKILLS[number % len(SKILLS)], 3),),
                reserved_agents=1,
            )
            for number in range(QUEUES)
        ]
        self.agents = [self._agent(number) for number in range(AGENTS)]
        self.seats = {
            agent.agent_id: Seat(TENANTS[0], Extension(f"{number:04d}"), SiteId("hq"))
            for number, agent in enumerate(self.agents)
        }

    def _agent(self, number: int) -> Agent:
        queues = self.chance.sample(self.queues, QUEUES_OF_AN_AGENT)
        needed = {queue.needs[0].skill for queue in queues}
        skills = {skill: self.chance.choice([2, 4, 6, 9]) for skill in needed}
        served = tuple(ServedQueue(queue.tenant_id, queue.queue_id) for queue in queues)
        return Agent(AgentId(f"agent{number:04d}"), HQ, f"Agent {number}", skills, served, (f"team{number % 40}",))

    def tick(self) -> int:
        self.now_ms += TICK_MS
        return self.now_ms

    def waiter(self) -> tuple[Waiter, Queue]:
        queue, now = self.chance.choice(self.queues), self.tick()
        priority = 9 if self.chance.random() < VIP else 0
        last = None
        if self.chance.random() < KNOWN:
            last = LastSpoken(self.chance.choice(self.agents).agent_id, now, ("team1",), True)
        call_id, node = CallId(f"call{next(self.numbers):09d}"), self.chance.choice(NODES)
        rank, caller = rank_of(now, priority, queue), f"{self.chance.getrandbits(64):016x}"
        audiences = audiences_of(queue, now, last)
        name = (queue.tenant_id, queue.queue_id, HQ, call_id, node)
        return Waiter(*name, now, rank, priority, audiences, caller), queue


class RawRedis:
    """Sends many commands at once on one connection, and is cheap enough to leave Redis the bottleneck."""

    def __init__(self, url: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(url.removeprefix("unix://").partition("?")[0])
        self.reader = hiredis.Reader(encoding="utf-8")
        self.digests = {name: self.call(b"SCRIPT", b"LOAD", scripts.source_of(name)) for name in scripts.PARTS}

    def close(self) -> None:
        self.socket.close()

    def call(self, *words: Any) -> Any:
        return next(self.run([hiredis.pack_command(words)]))

    def packed(self, name: str, *values: Value) -> bytes:
        return bytes(hiredis.pack_command(("EVALSHA", self.digests[name], 1, packing.pool_key(HQ), *values)))

    def run(self, commands: Iterable[bytes]) -> Iterator[Any]:
        """Yield the answers; two batches are on the way at any time, so that Redis never waits for us."""
        waiting = iter(commands)
        sent = self._send(waiting)
        while sent:
            following = self._send(waiting)
            for _ in range(sent):
                while (answer := self.reader.gets()) is False:
                    self.reader.feed(self.socket.recv(1 << 16))
                if isinstance(answer, Exception):
                    raise answer
                yield answer
            sent = following

    def _send(self, waiting: Iterator[bytes]) -> int:
        batch = list(islice(waiting, AT_ONCE))
        self.socket.sendall(b"".join(batch))
        return len(batch)

    def cpu_seconds(self) -> float:
        """Return the processor time that Redis's one thread has used."""
        info = dict(line.split(":") for line in self.call("INFO", "cpu").splitlines() if ":" in line)
        return float(info["used_cpu_user_main_thread"]) + float(info["used_cpu_sys_main_thread"])


class Load:
    """A centre that is full: as many calls end as come, most callers wait a little, and each agent has a call.

    One step is some hundred decisions in one go, which are measured, and what their calls need besides, which is not.
    """

    def __init__(self, raw: RawRedis, centre: Centre) -> None:
        self.raw, self.centre = raw, centre
        self.talking: list[Offer] = []
        self.known: deque[Waiter] = deque()
        self.decisions, self.offers, self.cpu_seconds, self.wall_seconds = 0, 0, 0.0, 0.0
        for agent in centre.agents:
            seat = packing.pack_seat(centre.seats[agent.agent_id])
            values = [centre.tick(), agent.agent_id, seat, *packing.pack_agent(agent), 1]
            list(raw.run([raw.packed("sign_in", *values)]))
        while len(self.talking) < AGENTS * 0.95:
            self._answer([*self._offers_in(raw.run(self._join() for _ in range(AT_ONCE))), *self._told()])

    def step(self) -> None:
        self.centre.chance.shuffle(self.talking)
        ended, self.talking = self.talking[:AT_ONCE], self.talking[AT_ONCE:]
        commands = [command for offer in ended for command in (self._leg(offer, SeatUse.GONE), self._join())]
        commands += self._widen()
        cpu, wall = self.raw.cpu_seconds(), time.perf_counter()
        answers = list(self.raw.run(commands))
        self.wall_seconds += time.perf_counter() - wall
        self.cpu_seconds += self.raw.cpu_seconds() - cpu
        self.decisions += len(commands)
        offers = [*self._offers_in(answers), *self._told()]
        self.offers += len(offers)
        self._answer(offers)

    def _join(self) -> bytes:
        waiter, queue = self.centre.waiter()
        if len(waiter.audiences) > 1:
            self.known.append(waiter)
        return self.raw.packed("join", waiter.entered_ms, *packing.pack_waiter(waiter, queue))

    def _widen(self) -> list[bytes]:
        """Return what the conductors of those do who have waited for one agent for long enough."""
        due = []
        while self.known and self.known[0].audiences[1].from_ms <= self.centre.now_ms:
            waiter = self.known.popleft()
            name = (waiter.tenant_id, waiter.queue_id, waiter.call_id)
            due.append(self.raw.packed("widen", self.centre.tick(), *name))
        return due

    def _offers_in(self, answers: Iterable[Any]) -> list[Offer]:
        found = [packing.answer_of(answer) for answer in answers if answer]
        return [each for each in found if isinstance(each, Offer)]

    def _answer(self, offers: list[Offer]) -> None:
        for use in (SeatUse.RINGING, SeatUse.TALKING):
            list(self.raw.run(self._leg(offer, use) for offer in offers))
        list(self.raw.run(self._close(offer) for offer in offers))
        self.talking += offers

    def _close(self, offer: Offer) -> bytes:
        name = (offer.tenant_id, offer.queue_id, offer.call_id, offer.agents[0].agent_id, offer.token)
        return self.raw.packed("close_offer", self.centre.tick(), *name, OfferEnd.ANSWERED.value, "", MONTH_MS)

    def _leg(self, offer: Offer, use: SeatUse) -> bytes:
        seat, leg = packing.pack_seat(offer.agents[0].seat), f"{offer.call_id}-2"
        return self.raw.packed("seat_busy", self.centre.tick(), seat, leg, offer.call_id, NODES[0], use.value, 0)

    def _told(self) -> list[Offer]:
        """Return the offers that went to the nodes' streams, and empty those."""
        offers = []
        for node in NODES:
            stream = packing.node_key(HQ, node, "offers")
            entries = self.raw.call("XRANGE", stream, "-", "+")
            offers += [packing.offer_in(fields[1].split(packing.SEPARATOR)) for _, fields in entries]
            self.raw.call("DEL", stream)
        return offers


@contextmanager
def own_redis() -> Iterator[RedisServer]:
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def pipelined(seed: int) -> tuple[float, float]:
    """Return decisions for each second of Redis's processor time, and for each second."""
    with own_redis() as server:
        raw = RawRedis(server.socket_url)
        try:
            # What is measured is the scripts, not the disk.
            raw.call("CONFIG", "SET", "appendonly", "no")
            load = Load(raw, Centre(seed))
            for _ in range(STEPS):
                load.step()
            assert load.offers > load.decisions / 4, "decisions are about offers"
            return load.decisions / load.cpu_seconds, load.decisions / load.wall_seconds
        finally:
            raw.close()


async def one_by_one(seed: int) -> float:
    """Return the p99 of a decision as a conductor has it, in ms: a caller joins, or an agent becomes free."""
    with own_redis() as server:
        redis = connect(server.socket_url)
        await redis.config_set("appendonly", "no")
        acd, centre, took = Acd(redis), Centre(seed), []
        for agent in centre.agents:
            await acd.sign_in(agent, centre.seats[agent.agent_id], centre.tick(), ready=True)
        for _ in range(ONE_BY_ONE):
            waiter, queue = centre.waiter()
            began = time.perf_counter()
            answer = await acd.join(waiter, queue, waiter.entered_ms)
            took.append(time.perf_counter() - began)
            if not isinstance(answer, Offer):
                await acd.leave(HQ, waiter.tenant_id, waiter.queue_id, waiter.call_id, centre.tick())
                continue
            seat, leg = answer.agents[0].seat, (LegId(f"{waiter.call_id}-2"), waiter.call_id, NODES[0])
            await acd.seat_busy(HQ, seat, *leg, SeatUse.TALKING, centre.tick())
            end = (answer.agents[0].agent_id, answer.token, OfferEnd.ANSWERED, centre.tick())
            await acd.close_offer(HQ, waiter.tenant_id, waiter.queue_id, waiter.call_id, *end)
            began = time.perf_counter()
            await acd.seat_busy(HQ, seat, *leg, SeatUse.GONE, centre.tick())
            took.append(time.perf_counter() - began)
        await redis.aclose()
        return statistics.quantiles(took, n=100)[98] * 1000


def measure() -> list[dict[str, Any]]:
    """Return decisions a second a Redis core, and the p99 of one at a time."""
    many = [pipelined(seed) for seed in range(RUNS)]
    single = [round(asyncio.run(one_by_one(seed)), 2) for seed in range(RUNS)]
    wall = statistics.median(each for _, each in many)
    runs = [round(each) for each, _ in many]
    setting = f"{AGENTS} agents, {QUEUES} queues, skills, VIPs, last agents"
    return [
        {
            "name": f"matching: decisions a second of one Redis core, pipelined ({setting})",
            "value": statistics.median(runs),
            "unit": "1/s",
            "aim": 20_000,
            "direction": "at-least",
            "against": f"the processor time of Redis's thread; {wall:.0f} a second by the clock, beside the client",
            "runs": runs,
        },
        {
            "name": "matching: one decision at a time through the client, p99",
            "value": statistics.median(single),
            "unit": "ms",
            "aim": 1,
            "direction": "at-most",
            "against": f"no other; the same centre, a Unix socket, {ONE_BY_ONE} callers a run",
            "runs": single,
        },
    ]


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
