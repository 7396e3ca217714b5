"""Queues in virtual time, run by the rules of matching, and what the theory of queues says of them.

Calls come as a Poisson stream; handling and patience are exponential.  Times are in mean handling times.
"""

import heapq
import math
import random
import statistics
from dataclasses import dataclass
from itertools import count

from callmodel.agents import Agent, Seat, SeatUse, ServedQueue
from callmodel.floor import Floor
from callmodel.ids import AgentId, CallId, Extension, LegId, NodeId, ProviderId, QueueId, SiteId, TenantId
from callmodel.offers import InLine, Offer, OfferEnd
from callmodel.queues import Audience, Queue, Waiter

HQ = ProviderId("hq")
ACME = TenantId("acme")
NODE = NodeId("mn1")
UNIT_MS = 1_000_000
"""A mean handling time, so long that a millisecond is nothing beside it."""
WARM = 0.05
"""The share of calls that come before the centre has the load that it will have."""
BATCHES = 20
T_95 = 2.093
"""Student's t for the means of BATCHES batches."""


@dataclass(frozen=True)
class Figures:
    """Of all calls: the share that had to wait, the share that gave up, and the mean wait."""

    waited: float
    abandoned: float
    mean_wait: float


@dataclass(frozen=True)
class Estimate:
    """A mean with half of its 95 % interval."""

    mean: float
    half: float

    def distance(self, value: float) -> float:
        """Return how far a value lies from the mean, in half intervals: up to 1 is inside."""
        return 0.0 if value == self.mean else abs(value - self.mean) / self.half if self.half else math.inf


def erlang_c(agents: int, load: float) -> Figures:
    """Return what Erlang C says (M/M/n)."""
    blocking = 1.0
    for servers in range(1, agents + 1):
        blocking = load * blocking / (servers + load * blocking)
    waited = agents * blocking / (agents - load * (1 - blocking))
    return Figures(waited, 0.0, waited / (agents - load))


def erlang_a(agents: int, load: float, patience: float) -> Figures:
    """Return what Erlang A says (M/M/n+M), summed over its states.  patience: the mean, in handling times."""
    weights = [1.0]
    while len(weights) <= agents or weights[-1] > 1e-12 * max(weights):
        busy = min(len(weights), agents)
        weights.append(weights[-1] * load / (busy + (len(weights) - busy) / patience))
    total = sum(weights)
    in_line = sum(max(state - agents, 0) * weight for state, weight in enumerate(weights)) / total
    # Little's law; and who waits gives up at the rate of one over the patience.
    return Figures(sum(weights[agents:]) / total, in_line / patience / load, in_line / load)


class VirtualCentre:
    """agents: by name, the queues that they serve.  loads: erlangs that each queue is offered."""

    def __init__(
        self, agents: dict[str, tuple[str, ...]], loads: dict[str, float], patience: float = math.inf, seed: int = 1
    ) -> None:
        self.floor = Floor()
        self.waits: dict[str, list[float]] = {name: [] for name in loads}
        self.gave_up: dict[str, list[bool]] = {name: [] for name in loads}
        self.told: list[tuple[float, float]] = []
        """Of each who waited and was told for how long: what they were told, and the wait."""
        self._estimates: dict[str, float] = {}
        self._chance = random.Random(seed)
        self._loads, self._patience = loads, patience
        self._numbers = count()
        self._events: list[tuple[int, int, str, str]] = []
        self._entered: dict[str, tuple[int, str]] = {}
        self._calls: dict[str, CallId] = {}
        self._queues = {name: Queue(ACME, QueueId(name)) for name in loads}
        self._seats = {name: Seat(ACME, Extension(str(1000 + n)), SiteId("hq")) for n, name in enumerate(agents)}
        for name, serves in agents.items():
            served = tuple(ServedQueue(ACME, QueueId(queue)) for queue in serves)
            self.floor.sign_in(Agent(AgentId(name), HQ, queues=served), self._seats[name], 0, ready=True)

    def run(self, calls: int) -> "VirtualCentre":
        """Let so many calls come, and all of them end."""
        for name in self._loads:
            self._plan_arrival(name, 0)
        came = 0
        while self._events:
            at_ms, _, what, name = heapq.heappop(self._events)
            if what == "arrival":
                came += 1
                self._arrive(name, at_ms)
                if came < calls:
                    self._plan_arrival(name, at_ms)
            elif what == "end":
                self._hang_up(name, at_ms)
            elif name in self._entered:
                self._give_up(name, at_ms)
            # An agent who became free has one who waited.
            for _, offer in self.floor.matching.told:
                self._answer(offer, at_ms)
            self.floor.matching.told.clear()
        return self

    def figures(self, queue: str) -> dict[str, Estimate]:
        """Return what was measured of a queue, by the names of `Figures`."""
        waits, gave_up = self.waits[queue], self.gave_up[queue]
        return {
            "waited": estimate_of([wait > 0 for wait in waits]),
            "abandoned": estimate_of(gave_up),
            "mean_wait": estimate_of(waits),
        }

    def _plan_arrival(self, queue: str, at_ms: int) -> None:
        self._plan(at_ms, self._chance.expovariate(self._loads[queue]), "arrival", queue)

    def _plan(self, at_ms: int, units: float, what: str, name: str) -> None:
        heapq.heappush(self._events, (at_ms + round(units * UNIT_MS), next(self._numbers), what, name))

    def _arrive(self, queue: str, at_ms: int) -> None:
        call_id = f"{next(self._numbers):09d}"
        settings = self._queues[queue]
        waiter = Waiter(ACME, settings.queue_id, HQ, CallId(call_id), NODE, at_ms, at_ms, 0, (Audience(0),))
        self._entered[call_id] = (at_ms, queue)
        answer = self.floor.join(waiter, settings, at_ms)
        if isinstance(answer, Offer):
            self._answer(answer, at_ms)
            return
        if isinstance(answer, InLine) and answer.estimate_seconds is not None:
            self._estimates[call_id] = answer.estimate_seconds * 1000 / UNIT_MS
        if math.isfinite(self._patience):
            self._plan(at_ms, self._chance.expovariate(1 / self._patience), "gives up", call_id)

    def _answer(self, offer: Offer, at_ms: int) -> None:
        self._note(offer.call_id, at_ms, gave_up=False)
        (given,) = offer.agents
        self.floor.seat_busy(given.seat, _leg_of(offer.call_id), offer.call_id, NODE, SeatUse.TALKING, at_ms)
        end = (given.agent_id, offer.token, OfferEnd.ANSWERED, at_ms)
        self.floor.matching.close_offer(offer.tenant_id, offer.queue_id, offer.call_id, *end)
        self._calls[given.agent_id] = offer.call_id
        self._plan(at_ms, self._chance.expovariate(1), "end", given.agent_id)

    def _hang_up(self, name: str, at_ms: int) -> None:
        call_id = self._calls.pop(name)
        self.floor.seat_busy(self._seats[name], _leg_of(call_id), call_id, NODE, SeatUse.GONE, at_ms)

    def _give_up(self, call_id: str, at_ms: int) -> None:
        self.floor.matching.leave(ACME, QueueId(self._entered[call_id][1]), CallId(call_id), at_ms)
        self._note(call_id, at_ms, gave_up=True)

    def _note(self, call_id: str, at_ms: int, gave_up: bool) -> None:
        entered_ms, queue = self._entered.pop(call_id)
        wait = (at_ms - entered_ms) / UNIT_MS
        self.waits[queue].append(wait)
        if call_id in self._estimates:
            self.told.append((self._estimates.pop(call_id), wait))
        self.gave_up[queue].append(gave_up)


def _leg_of(call_id: str) -> LegId:
    return LegId(f"{call_id}-2")


def estimate_of(values: "list[float] | list[bool]") -> Estimate:
    """Return the mean of successive calls with its interval, from the means of long batches: neighbours are alike."""
    warm = round(len(values) * WARM)
    size = (len(values) - warm) // BATCHES
    means = [statistics.fmean(values[start : start + size]) for start in range(warm, warm + size * BATCHES, size)]
    return Estimate(statistics.fmean(means), T_95 * statistics.stdev(means) / math.sqrt(BATCHES))


def names(count_of: int, prefix: str = "a") -> list[str]:
    """Return so many names of agents."""
    return [f"{prefix}{number:04d}" for number in range(count_of)]
