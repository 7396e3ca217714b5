"""A pool of agents and its callers under any events, with what must hold after each: for hypothesis.

`FloorMachine` drives the model in memory; a test on a real engine overrides `apply` and `look`, and compares.
"""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from callmodel.agents import Agent, Seat, SeatLeg, SeatUse, ServedQueue
from callmodel.floor import Floor
from callmodel.ids import AgentId, CallId, Extension, LegId, NodeId, ProviderId, QueueId, SiteId, TenantId
from callmodel.lines import Caller, level_in
from callmodel.offers import Full, InLine, Offer, OfferEnd
from callmodel.queues import (
    Audience,
    Queue,
    Relaxation,
    SkillNeed,
    Strategy,
    Waiter,
    audiences_of,
    rank_of,
)
from callmodel.standing import Standing

HQ = ProviderId("hq")
ACME, BETA = TenantId("acme"), TenantId("beta")
LINES = ((ACME, QueueId("sales")), (ACME, QueueId("help")), (BETA, QueueId("sales")))
AGENTS = [AgentId(name) for name in ("ana", "bo", "cem", "dee", "eli")]
NODES = [NodeId("mn1"), NodeId("mn2")]
CALLS = [CallId(f"c{number}") for number in range(8)]
SEATS = [Seat(ACME, Extension(str(number)), SiteId("hq")) for number in range(101, 107)]
START = 1_764_500_000_000

agent_ids = st.sampled_from(AGENTS)
seats = st.sampled_from(SEATS)
nodes = st.sampled_from(NODES)
calls = st.sampled_from(CALLS)
levels = st.integers(1, 10)
needs = st.lists(st.builds(SkillNeed, st.sampled_from(["en", "zh"]), st.sampled_from([1, 5])), max_size=1).map(tuple)
agents = st.builds(
    Agent,
    agent_ids,
    st.just(HQ),
    st.just("n"),
    st.dictionaries(st.sampled_from(["en", "zh"]), levels, max_size=2),
    st.lists(st.sampled_from([ServedQueue(*line) for line in LINES]), min_size=1, max_size=3, unique=True).map(tuple),
    st.lists(st.sampled_from(["red", "blue"]), max_size=1).map(tuple),
)
queue_settings = st.fixed_dictionaries(
    {
        "strategy": st.sampled_from(Strategy),
        "needs": needs,
        "relaxations": st.sampled_from([(), (Relaxation(10, ()),)]),
        "reserved_agents": st.sampled_from([0, 0, 1, 2]),
        "most_waiting": st.sampled_from([None, None, 2]),
    }
)


class FloorMachine(RuleBasedStateMachine):
    """`now_ms` goes on by little steps, so that orders of time are tried.  `held` and `in_line`: what nodes hold."""

    def __init__(self) -> None:
        super().__init__()
        self.floor = Floor()
        self.now_ms = START
        self.last_token = 0
        self.queues: dict[tuple[TenantId, QueueId], Queue] = {}
        self.held: dict[NodeId, dict[LegId, SeatLeg]] = {node: {} for node in NODES}
        self.in_line: dict[CallId, tuple[TenantId, QueueId, NodeId]] = {}

    # What a test on an engine overrides.

    def apply(self, name: str, *arguments: Any, **options: Any) -> Any:
        """Let an event happen, and return the answer."""
        before = {caller.waiter.call_id for caller in self.offered()}
        target = self.floor if hasattr(self.floor, name) else self.floor.matching
        answer = getattr(target, name)(*arguments, **options)
        self.check_new_offers(before)
        return answer

    # Set-up.

    @initialize(settings=st.lists(queue_settings, min_size=len(LINES), max_size=len(LINES)))
    def open_queues(self, settings: list[dict[str, Any]]) -> None:
        for line, each in zip(LINES, settings, strict=True):
            self.queues[line] = Queue(*line, pool=HQ, **each)

    def tick(self, ms: int = 1) -> int:
        self.now_ms += ms
        return self.now_ms

    # Agents.

    @rule(agent=agents, seat=seats, ready=st.sampled_from([True, True, True, False]))
    def sign_in(self, agent: Agent, seat: Seat, ready: bool) -> None:
        self.apply("sign_in", agent, seat, self.tick(), ready=ready)

    @rule(agent_id=agent_ids)
    def sign_out(self, agent_id: AgentId) -> None:
        self.apply("sign_out", agent_id, self.tick())

    @rule(agent_id=agent_ids)
    def make_ready(self, agent_id: AgentId) -> None:
        self.apply("make_ready", agent_id, self.tick())

    @rule(agent_id=agent_ids, limit=st.sampled_from([None, 5]))
    def pause(self, agent_id: AgentId, limit: int | None) -> None:
        self.apply("pause", agent_id, "lunch", self.tick(), limit_seconds=limit)

    @rule(agent=agents)
    def change(self, agent: Agent) -> None:
        self.apply("change", agent, self.tick())

    # Callers.

    @rule(
        call_id=calls,
        line=st.sampled_from(LINES),
        node=nodes,
        priority=st.sampled_from([0, 0, 1, 8]),
        caller=st.sampled_from([None, "h1", "h2"]),
        kept_for=st.sampled_from([None, "agent", "team"]),
        chosen=agent_ids,
    )
    def join(
        self,
        call_id: CallId,
        line: tuple[TenantId, QueueId],
        node: NodeId,
        priority: int,
        caller: str | None,
        kept_for: str | None,
        chosen: AgentId,
    ) -> None:
        # A call is one tenant's and one node's for as long as it lives.
        known = self.in_line.get(call_id)
        if known is not None and (known[0], known[2]) != (line[0], node):
            return
        now, queue = self.tick(), self.queues[line]
        audiences = audiences_of(queue, now)
        if kept_for == "agent":
            audiences = (Audience(now, agents=(chosen,)), replace(audiences[0], from_ms=now + 5_000))
        elif kept_for == "team":
            audiences = (Audience(now, teams=("red",)), replace(audiences[0], from_ms=now + 5_000))
        rank = rank_of(now, priority, queue)
        # Days of twenty seconds, in which some do not count.
        ends = (now // 20_000 + 1) * 20_000 if call_id != CALLS[0] else None
        waiter = Waiter(*line, HQ, call_id, node, now, rank, priority, audiences, caller, ends)
        answer = self.apply("join", waiter, queue, now)
        self.in_line.pop(call_id, None)
        if not isinstance(answer, Full):
            self.in_line[call_id] = (*line, node)

    @precondition(lambda self: self.in_line)
    @rule(data=st.data(), keeps_place=st.booleans(), abandoned=st.booleans())
    def leave(self, data: st.DataObject, keeps_place: bool, abandoned: bool) -> None:
        call_id = data.draw(st.sampled_from(sorted(self.in_line)))
        tenant_id, queue_id, _ = self.in_line.pop(call_id)
        left = self.apply(
            "leave", tenant_id, queue_id, call_id, self.tick(), keeps_place=keeps_place, abandoned=abandoned
        )
        assert left is True

    @precondition(lambda self: self.offered())
    @rule(data=st.data(), end=st.sampled_from(OfferEnd), is_old=st.sampled_from([False, False, False, True]))
    def close_offer(self, data: st.DataObject, end: OfferEnd, is_old: bool) -> None:
        caller = data.draw(st.sampled_from(self.offered()))
        agent_id = data.draw(st.sampled_from(caller.offered))
        assert caller.token is not None
        waiter, token = caller.waiter, caller.token - 1 if is_old else caller.token
        name = (waiter.tenant_id, waiter.queue_id, waiter.call_id)
        answer = self.apply("close_offer", *name, agent_id, token, end, self.tick())
        if is_old or end not in (OfferEnd.ANSWERED, OfferEnd.WITHDRAWN):
            assert isinstance(answer, Offer | InLine)
        else:
            assert answer is None
            del self.in_line[waiter.call_id]

    # Legs.

    @precondition(lambda self: self.offered())
    @rule(data=st.data(), use=st.sampled_from([SeatUse.RINGING, SeatUse.TALKING]), is_told=st.booleans())
    def ring(self, data: st.DataObject, use: SeatUse, is_told: bool) -> None:
        caller = data.draw(st.sampled_from(self.offered()))
        agent_id = data.draw(st.sampled_from(caller.offered))
        seat = self.floor.matching.standings[agent_id].seat
        leg = SeatLeg(seat, caller.waiter.call_id, use, self.tick())
        self.tell_leg(caller.waiter.node_id, LegId(f"{caller.waiter.call_id}-{agent_id}"), leg, is_told)

    @rule(seat=seats, node=nodes, number=st.integers(0, 2), use=st.sampled_from([SeatUse.RINGING, SeatUse.TALKING]))
    def call_somebody(self, seat: Seat, node: NodeId, number: int, use: SeatUse) -> None:
        leg_id = LegId(f"own-{seat.extension}-{node}-{number}")
        self.tell_leg(node, leg_id, SeatLeg(seat, CallId("own"), use, self.tick()), True)

    def tell_leg(self, node: NodeId, leg_id: LegId, leg: SeatLeg, is_told: bool) -> None:
        known = self.held[node].get(leg_id)
        if known is not None and known.seat != leg.seat:
            return
        self.held[node][leg_id] = leg
        if is_told:
            self.apply("seat_busy", leg.seat, leg_id, leg.call_id, node, leg.use, self.now_ms)

    @precondition(lambda self: any(self.held.values()))
    @rule(data=st.data(), wrap_up=st.sampled_from([0, 5]), is_told=st.sampled_from([True, True, False]))
    def hang_up(self, data: st.DataObject, wrap_up: int, is_told: bool) -> None:
        node = data.draw(st.sampled_from([node for node in NODES if self.held[node]]))
        leg_id = data.draw(st.sampled_from(sorted(self.held[node])))
        leg = self.held[node].pop(leg_id)
        now = self.tick()
        if is_told:
            self.apply("seat_busy", leg.seat, leg_id, leg.call_id, node, SeatUse.GONE, now, wrap_up_seconds=wrap_up)

    # The clock, and nodes.

    @rule(seconds=st.sampled_from([1, 3, 6, 11]))
    def pass_time(self, seconds: int) -> None:
        """Conductors prove all the while, and widen as audiences begin."""
        before, now = self.now_ms, self.tick(seconds * 1000)
        for node in NODES:
            self.prove_what_is_held(node, now)
        self.apply("lapse", now)
        for call_id, (tenant_id, queue_id, _) in sorted(self.in_line.items()):
            caller = self.floor.matching.callers[tenant_id, call_id]
            if any(before < audience.from_ms <= now for audience in caller.waiter.audiences):
                self.apply("widen", tenant_id, queue_id, call_id, now)

    @rule(node=nodes)
    def prove(self, node: NodeId) -> None:
        self.prove_what_is_held(node, self.tick())

    def prove_what_is_held(self, node: NodeId, at_ms: int) -> None:
        waiting = [
            (tenant, queue, call_id) for call_id, (tenant, queue, holder) in self.in_line.items() if holder == node
        ]
        repairs = self.apply("prove", node, dict(self.held[node]), waiting, at_ms)
        assert repairs.lost == () and repairs.callers_gone == 0

    @rule(node=nodes)
    def node_dies(self, node: NodeId) -> None:
        self.apply("forget_node", node, self.tick())
        self.held[node].clear()
        self.in_line = {call_id: place for call_id, place in self.in_line.items() if place[2] != node}

    # What must hold.

    def offered(self) -> list[Caller]:
        return [caller for caller in self.floor.matching.callers.values() if caller.token is not None]

    @invariant()
    def nothing_is_lost(self) -> None:
        """Every caller whom a node holds is in line or offered, never both; nobody else is."""
        matching = self.floor.matching
        expected = {(tenant, call_id): queue for call_id, (tenant, queue, _) in self.in_line.items()}
        assert {name: caller.waiter.queue_id for name, caller in matching.callers.items()} == expected
        for (_, call_id), caller in matching.callers.items():
            line = matching.lines[caller.waiter.tenant_id, caller.waiter.queue_id]
            stands = [place for place in line.waiting if place[1] == call_id]
            assert stands == ([] if caller.token is not None else [caller.place])

    @invariant()
    def nobody_is_assigned_twice(self) -> None:
        holders: list[AgentId] = []
        for caller in self.offered():
            assert caller.offered
            for agent_id in caller.offered:
                standing = self.floor.matching.standings[agent_id]
                assert (standing.token, standing.call_id) == (caller.token, caller.waiter.call_id)
                holders.append(agent_id)
        assert len(holders) == len(set(holders))
        reserved = [
            each.agent_id for each in self.floor.matching.standings.values() if each.token and not each.answered
        ]
        assert sorted(reserved) == sorted(holders)

    @invariant()
    def nobody_waits_who_could_be_served(self) -> None:
        matching = self.floor.matching
        for line_name, line in matching.lines.items():
            free = self.free_of(line_name)
            assert sorted(agent_id for _, agent_id in line.ready) == sorted(each.agent_id for each in free)
            for _, call_id in line.waiting:
                caller = matching.callers[line_name[0], call_id]
                if len(free) > caller.leaves_free:
                    assert not [each for each in free if may_serve(caller, each)]

    def check_new_offers(self, offered_before: set[CallId]) -> None:
        """Whoever was offered by one event: able, the first whom that agent may serve, and idle for longest."""
        matching = self.floor.matching
        new = [caller for caller in self.offered() if caller.token is not None and caller.token > self.last_token]
        for caller in new:
            given = [matching.standings[agent_id] for agent_id in caller.offered]
            assert all(may_serve(caller, each) for each in given), "beyond their skills, or not asked for"
            free = self.free_of((caller.waiter.tenant_id, caller.waiter.queue_id))
            if caller.queue.strategy is Strategy.LONGEST_IDLE:
                rest = [each for each in free if may_serve(caller, each)]
                assert all(idleness_of(given[0]) < idleness_of(each) for each in rest)
            assert len(free) >= caller.leaves_free, "one of those who are kept for others"
            for served in given[0].agent.queues:
                for place in matching.lines[served.tenant_id, served.queue_id].waiting:
                    other = matching.callers[served.tenant_id, place[1]]
                    # Who came back to the line by the same event may have come later.
                    if place < caller.place and not other.leaves_free and other.waiter.call_id not in offered_before:
                        assert not may_serve(other, given[0]), "somebody before them was passed by"
        self.last_token = max([self.last_token, *(caller.token or 0 for caller in new)])

    def free_of(self, line: tuple[TenantId, QueueId]) -> list[Standing]:
        standings = self.floor.matching.standings.values()
        return [each for each in standings if each.is_free and ServedQueue(*line) in each.agent.queues]


def may_serve(caller: Caller, standing: Standing) -> bool:
    """Say whether an agent is of a caller's audience and has its skills."""
    return caller.audience is not None and level_in(caller.audience, standing.agent) is not None


def idleness_of(standing: Standing) -> tuple[int, AgentId]:
    return standing.idle_ms, standing.agent_id
