"""Where the agents of a pool sit and which legs are there: the rest of what `hotstate.acd` does, in memory."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from callmodel.agents import Agent, AgentState, AgentView, Seat, SeatLeg, SeatUse
from callmodel.ids import AgentId, CallId, Extension, LegId, NodeId, QueueId, TenantId
from callmodel.lines import Caller
from callmodel.matching import Matching
from callmodel.offers import Full, InLine, Offer, Repairs
from callmodel.queues import Queue, Waiter
from callmodel.standing import Standing

GONE_MS = 10_000
"""How long a leg that is gone does not come back, should older news of it arrive."""
GRACE_MS = 2_000
"""What is younger may be on its way."""
NODE_MS = 3_500
"""How long a node that does not prove what it holds is believed."""
AWAY_MS = 2_500
"""When nobody looked at the clock for so long, Redis was away, and with it the nodes' proofs."""


@dataclass
class _Leg:
    use: SeatUse
    node_id: NodeId
    call_id: CallId
    at_ms: int


@dataclass
class _Place:
    agent_id: AgentId | None = None
    legs: dict[LegId, _Leg] = field(default_factory=dict)

    def counted(self) -> tuple[int, int, CallId | None]:
        """Return how many legs ring, how many talk, and whose call it is."""
        talking = {leg_id: leg for leg_id, leg in self.legs.items() if leg.use is SeatUse.TALKING}
        chosen = talking or self.legs
        call_id = chosen[min(chosen)].call_id if chosen else None
        return len(self.legs) - len(talking), len(talking), call_id


class Floor:
    """A pool whole: `matching` has who waits and who is free."""

    def __init__(self) -> None:
        self.matching = Matching()
        self._places: defaultdict[tuple[TenantId, Extension], _Place] = defaultdict(_Place)
        self._legs: defaultdict[NodeId, dict[LegId, Seat]] = defaultdict(dict)
        self._gone: dict[LegId, int] = {}
        self._proven: dict[NodeId, int] = {}
        self._lapsed_ms: int | None = None

    # Agents.

    def sign_in(self, agent: Agent, seat: Seat, at_ms: int, ready: bool = False) -> None:
        place = self._place(seat)
        left = self._take_out(place.agent_id, at_ms) if place.agent_id != agent.agent_id else None
        standing = self.matching.standings.get(agent.agent_id)
        stays = standing is not None and standing.seat == seat
        if standing is None:
            standing = Standing(agent, seat, at_ms, at_ms, at_ms)
        elif not stays:
            self._place(standing.seat).agent_id = None
        place.agent_id = agent.agent_id
        standing.seat = seat
        if not stays:
            standing.sit_down(*place.counted(), at_ms)
        if ready and standing.mode is not AgentState.READY:
            standing.enter(AgentState.READY, at_ms)
        self.matching.enter_agent(standing, agent, at_ms)
        # Whom the other left is matched only now: before, this agent would serve as they did until then.
        if left is not None:
            self.matching.match_again(left, at_ms)

    def sign_out(self, agent_id: AgentId | None, at_ms: int) -> None:
        left = self._take_out(agent_id, at_ms)
        if left is not None:
            self.matching.match_again(left, at_ms)

    def _take_out(self, agent_id: AgentId | None, at_ms: int) -> Caller | None:
        """Return the caller who was on the way to an agent who is out, to be matched again."""
        standing = self.matching.standings.get(agent_id) if agent_id is not None else None
        if standing is None:
            return None
        self._place(standing.seat).agent_id = None
        return self.matching.take_out_agent(standing.agent_id, at_ms)

    def at_seat(self, seat: Seat) -> AgentView | None:
        agent_id = self._place(seat).agent_id
        return None if agent_id is None else self.matching.agent(agent_id)

    # Callers.

    def join(self, waiter: Waiter, queue: Queue, at_ms: int) -> Offer | InLine | Full:
        answer = self.matching.join(waiter, queue, at_ms)
        if not isinstance(answer, Full):
            self._proven.setdefault(waiter.node_id, at_ms)
        return answer

    # Legs, clocks and nodes.

    def seat_busy(
        self,
        seat: Seat,
        leg_id: LegId,
        call_id: CallId,
        node_id: NodeId,
        use: SeatUse,
        at_ms: int,
        wrap_up_seconds: int = 0,
    ) -> None:
        if use is SeatUse.GONE:
            self._drop_leg(seat, leg_id, node_id)
            self._note_gone(leg_id, at_ms)
        else:
            if self._is_gone(leg_id, at_ms) or (use is SeatUse.RINGING and leg_id in self._place(seat).legs):
                return
            self._set_leg(seat, leg_id, _Leg(use, node_id, call_id, at_ms))
        self._recount([seat], at_ms, wrap_up_seconds * 1000)

    def lapse(self, at_ms: int) -> int | None:
        if self._lapsed_ms is not None and at_ms - self._lapsed_ms > AWAY_MS:
            self._proven = {node_id: max(proven, at_ms) for node_id, proven in self._proven.items()}
        self._lapsed_ms = at_ms
        for node_id in sorted(self._proven, key=lambda each: (self._proven[each], each)):
            if self._proven[node_id] <= at_ms - NODE_MS:
                self.forget_node(node_id, at_ms)
        standings = self.matching.standings
        due = [standing for standing in standings.values() if standing.due_ms <= at_ms]
        for standing in sorted(due, key=lambda each: (each.due_ms, each.agent_id)):
            if standings.get(standing.agent_id) is standing:
                self._expire(standing, at_ms)
        upcoming = [standing.due_ms for standing in standings.values()]
        upcoming += [proven + NODE_MS for proven in self._proven.values()]
        return min(upcoming, default=None)

    def _expire(self, standing: Standing, at_ms: int) -> None:
        if standing.due_ms > at_ms:
            return
        if standing.is_busy:
            self.matching.note_changed([standing], at_ms)
        elif standing.token is not None:
            self.matching.lapse_offer(standing, at_ms)
        elif standing.until_ms:
            standing.enter(AgentState.READY, at_ms)
            self.matching.note_changed([standing], at_ms)
        else:
            self.sign_out(standing.agent_id, at_ms)

    def prove(
        self,
        node_id: NodeId,
        legs: Mapping[LegId, SeatLeg],
        waiting: Collection[tuple[TenantId, QueueId, CallId]],
        at_ms: int,
    ) -> Repairs:
        self._proven[node_id] = at_ms
        missed, changed, touched = 0, 0, []
        for leg_id, held in legs.items():
            known = self._place(held.seat).legs.get(leg_id)
            new = _Leg(held.use, node_id, held.call_id, at_ms)
            if known is None and at_ms - held.since_ms >= GRACE_MS and not self._is_gone(leg_id, at_ms):
                missed += 1
            elif known is not None and known.use is SeatUse.RINGING and held.use is SeatUse.TALKING:
                changed += 1
            else:
                continue
            self._set_leg(held.seat, leg_id, new)
            touched.append(held.seat)
        stale = [
            (leg_id, seat)
            for leg_id, seat in sorted(self._legs[node_id].items())
            if leg_id not in legs and at_ms - self._place(seat).legs[leg_id].at_ms >= GRACE_MS
        ]
        for leg_id, seat in stale:
            self._drop_leg(seat, leg_id, node_id)
            touched.append(seat)
        freed = self._note_legs(touched, at_ms, 0)
        callers = self.matching.callers
        lost = [place for place in waiting if not self._is_in_line(callers.get((place[0], place[2])), place[1])]
        ghosts = [
            caller
            for caller in self._callers_of(node_id)
            if _name_of(caller) not in waiting and at_ms - caller.seen_ms >= GRACE_MS
        ]
        freed += self.matching.lose(ghosts, at_ms, keep_place=False)
        self.matching.match_agents(freed, at_ms)
        return Repairs(missed, len(stale), changed, len(ghosts), tuple(call_id for _, _, call_id in lost))

    def forget_node(self, node_id: NodeId, at_ms: int) -> None:
        freed = self.matching.lose(self._callers_of(node_id), at_ms, keep_place=True)
        held = sorted(self._legs.pop(node_id, {}).items())
        for leg_id, seat in held:
            self._place(seat).legs.pop(leg_id, None)
        freed += self._note_legs([seat for _, seat in held], at_ms, 0)
        self._proven.pop(node_id, None)
        self.matching.match_agents(freed, at_ms)

    # Books.

    def _place(self, seat: Seat) -> _Place:
        return self._places[seat.tenant_id, seat.extension]

    def _set_leg(self, seat: Seat, leg_id: LegId, leg: _Leg) -> None:
        self._place(seat).legs[leg_id] = leg
        self._legs[leg.node_id][leg_id] = seat
        self._proven.setdefault(leg.node_id, leg.at_ms)

    def _drop_leg(self, seat: Seat, leg_id: LegId, node_id: NodeId) -> None:
        self._place(seat).legs.pop(leg_id, None)
        self._legs[node_id].pop(leg_id, None)

    def _recount(self, seats: list[Seat], at_ms: int, wrap_up_ms: int) -> None:
        self.matching.match_agents(self._note_legs(seats, at_ms, wrap_up_ms), at_ms)

    def _note_legs(self, seats: list[Seat], at_ms: int, wrap_up_ms: int) -> list[AgentId]:
        """Take over the legs at these seats into their agents' states; return whose last leg went."""
        freed = []
        for seat in seats:
            place = self._place(seat)
            standing = self.matching.standings.get(place.agent_id) if place.agent_id is not None else None
            ringing, talking, call_id = place.counted()
            if standing is None or (ringing, talking) == (standing.ringing, standing.talking):
                continue
            if standing.count_legs(ringing, talking, call_id, at_ms, wrap_up_ms):
                freed.append(standing.agent_id)
            self.matching.note(standing, at_ms)
        return freed

    def _note_gone(self, leg_id: LegId, at_ms: int) -> None:
        self._gone[leg_id] = at_ms
        while (oldest := next(iter(self._gone))) != leg_id and not self._is_gone(oldest, at_ms):
            del self._gone[oldest]

    def _is_gone(self, leg_id: LegId, at_ms: int) -> bool:
        return leg_id in self._gone and at_ms - self._gone[leg_id] < GONE_MS

    def _callers_of(self, node_id: NodeId) -> list[Caller]:
        held = [caller for caller in self.matching.callers.values() if caller.waiter.node_id == node_id]
        return sorted(held, key=_name_of)

    def _is_in_line(self, caller: Caller | None, queue_id: QueueId) -> bool:
        return caller is not None and caller.waiter.queue_id == queue_id


def _name_of(caller: Caller) -> tuple[TenantId, QueueId, CallId]:
    return caller.waiter.tenant_id, caller.waiter.queue_id, caller.waiter.call_id
