"""Decisions of matching a second on one Redis core, and how long one takes: 1,000 agents, 50 queues, skills, VIPs.

A decision is a script that looks for a match: a caller joins, or an agent's call ends and the next caller is theirs.  In
between the scripts of a whole call run too, which are not counted: ringing, talking, answered.
"""

import asyncio
import json
import random
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
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
ROUNDS, RUNS = 4, 3
AT_ONCE = 100
ONE_BY_ONE = 2000
START = 1_764_500_000_000
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
        self.now_ms += 7
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

    def __init__(self, path: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
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
    """Rounds of calls: callers join until all agents are taken and as many wait, then every call ends once."""

    def __init__(self, raw: RawRedis, centre: Centre) -> None:
        self.raw, self.centre = raw, centre
        self.decisions, self.offers, self.scripts = 0, 0, 0
        self.cpu, self.wall = 0.0, 0.0
        self.all_cpu = 0.0
        for agent in centre.agents:
            seat = packing.pack_seat(centre.seats[agent.agent_id])
            raw.call(
                "EVALSHA", raw.digests["sign_in"], 1, packing.pool_key(HQ),
                centre.tick(), agent.agent_id, seat, *packing.pack_agent(agent), 1,
            )  # fmt: skip

    def round(self) -> None:
        before = self.raw.cpu_seconds()
        joins = [self.centre.waiter() for _ in range(2 * AGENTS)]
        answers = self._timed(
            self.raw.packed("join", waiter.entered_ms, *packing.pack_waiter(waiter, queue)) for waiter, queue in joins
        )
        offers = [found for answer in answers if isinstance(found := packing.answer_of(answer), Offer)]
        self._answer(offers)
        for _ in range(3):
            ended = self._timed(self._end(offer) for offer in offers)
            assert len(ended) == len(offers)
            offers = self._told()
            self.offers += len(offers)
            self._answer(offers)
        self._timed(self._end(offer) for offer in offers)
        while offers := self._told():
            self._answer(offers)
            self._untimed(self._end(offer) for offer in offers)
        self._untimed(
            self.raw.packed("leave", self.centre.tick(), waiter.tenant_id, waiter.queue_id, waiter.call_id)
            for waiter, _ in joins
        )
        self.all_cpu += self.raw.cpu_seconds() - before

    def _timed(self, commands: Iterable[bytes]) -> list[Any]:
        packed = list(commands)
        cpu, wall = self.raw.cpu_seconds(), time.perf_counter()
        answers = list(self.raw.run(packed))
        self.wall += time.perf_counter() - wall
        self.cpu += self.raw.cpu_seconds() - cpu
        self.decisions += len(packed)
        self.scripts += len(packed)
        return answers

    def _untimed(self, commands: Iterable[bytes]) -> None:
        self.scripts += len(list(self.raw.run(commands)))

    def _answer(self, offers: list[Offer]) -> None:
        self._untimed(self._leg(offer, SeatUse.RINGING) for offer in offers)
        self._untimed(self._leg(offer, SeatUse.TALKING) for offer in offers)
        self._untimed(
            self.raw.packed(
                "close_offer", self.centre.tick(), offer.tenant_id, offer.queue_id, offer.call_id,
                offer.agents[0].agent_id, offer.token, OfferEnd.ANSWERED.value, "", 30 * 86_400_000,
            )
            for offer in offers
        )  # fmt: skip

    def _end(self, offer: Offer) -> bytes:
        return self._leg(offer, SeatUse.GONE)

    def _leg(self, offer: Offer, use: SeatUse) -> bytes:
        seat = packing.pack_seat(offer.agents[0].seat)
        leg = f"{offer.call_id}-2"
        return self.raw.packed("seat_busy", self.centre.tick(), seat, leg, offer.call_id, NODES[0], use.value, 0)

    def _told(self) -> list[Offer]:
        """Return the offers that went to the nodes' streams, and empty those."""
        offers = []
        for node in NODES:
            stream = packing.node_key(HQ, node, "offers")
            for _, fields in self.raw.call("XRANGE", stream, "-", "+"):
                offers.append(packing.offer_in(fields[1].split(packing.SEPARATOR)))
            self.raw.call("DEL", stream)
        return offers


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder)); server.start()
        raw = RawRedis(str(Path(folder) / "redis.sock"))
        raw.call("CONFIG","SET","appendonly","no")
        load = Load(raw, Centre(1))
        for _ in range(ROUNDS): load.round()
        print(load.decisions, load.offers, load.scripts, load.cpu, load.wall, load.decisions/load.cpu, load.decisions/load.wall, load.scripts/load.all_cpu)
        print(raw.call("INFO","commandstats"))
        print(raw.call("SLOWLOG","GET","3"))
        server.stop()
