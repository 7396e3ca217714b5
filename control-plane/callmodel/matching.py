"""Who is offered to whom: the rules of matching in memory, which `hotstate.acd` has as scripts.

One pool of agents and its callers.  Methods are those of `hotstate.acd.Acd`, whose answers and states are the same.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from callmodel.agents import Agent, AgentState, AgentView
from callmodel.ids import AgentId, CallId, NodeId, QueueId, TenantId
from callmodel.keptplaces import KeptPlaces
from callmodel.lines import Caller, Line
from callmodel.offers import Full, InLine, Offer, Offered, OfferEnd, QueueView
from callmodel.picking import picked
from callmodel.queues import Queue, Strategy, Waiter
from callmodel.standing import Standing
from callmodel.today import Fate


class Matching:
    """`told`: the offers that somebody else's event made, in order, each with the node that holds the call."""

    def __init__(self) -> None:
        self.standings: dict[AgentId, Standing] = {}
        self.lines: defaultdict[tuple[TenantId, QueueId], Line] = defaultdict(Line)
        self.callers: dict[tuple[TenantId, CallId], Caller] = {}
        self.told: list[tuple[NodeId, Offer]] = []
        self._places = KeptPlaces()
        self._token = 0

    # Who is who.

    def agent(self, agent_id: AgentId) -> AgentView | None:
        standing = self.standings.get(agent_id)
        return None if standing is None else standing.view()

    def agents(self) -> list[AgentView]:
        return [self.standings[agent_id].view() for agent_id in sorted(self.standings)]

    def outstanding(self, node_id: NodeId) -> list[Offer]:
        held = [caller for caller in self.callers.values() if caller.waiter.node_id == node_id and caller.token]
        return sorted((self._offer_of(caller) for caller in held), key=lambda offer: offer.token)

    def see(self, tenant_id: TenantId, queue_id: QueueId, at_ms: int) -> QueueView:
        return self.lines[tenant_id, queue_id].view(at_ms)

    # Agents.

    def change(self, agent: Agent, at_ms: int) -> None:
        standing = self.standings.get(agent.agent_id)
        if standing is not None:
            self.describe(standing, agent)
            self.note(standing, at_ms)
            self.match_agents([agent.agent_id], at_ms)

    def make_ready(self, agent_id: AgentId, at_ms: int) -> bool:
        return self._turn(agent_id, AgentState.READY, at_ms, None, 0)

    def pause(self, agent_id: AgentId, reason: str, at_ms: int, limit_seconds: int | None = None) -> bool:
        return self._turn(agent_id, AgentState.PAUSED, at_ms, reason, (limit_seconds or 0) * 1000)

    def _turn(self, agent_id: AgentId, mode: AgentState, at_ms: int, reason: str | None, limit_ms: int) -> bool:
        standing = self.standings.get(agent_id)
        if standing is None:
            return False
        standing.enter(mode, at_ms, reason, limit_ms)
        self.note(standing, at_ms)
        self.match_agents([agent_id], at_ms)
        return True

    def enter_agent(self, standing: Standing, agent: Agent, at_ms: int) -> None:
        """Take in an agent who signed in."""
        self.standings[standing.agent_id] = standing
        self.describe(standing, agent)
        self.note(standing, at_ms)
        self.match_agents([standing.agent_id], at_ms)

    def take_out_agent(self, agent_id: AgentId, at_ms: int) -> Caller | None:
        """Return the caller who was on the way to them, to be matched again (`match_again`)."""
        standing = self.standings.pop(agent_id)
        for line in self._lines_of(standing.agent):
            line.agents.discard(agent_id)
            line.turns.pop(agent_id, None)
            _unlist(line, agent_id)
        caller = None if standing.token is None or standing.answered else self._caller_offered_to(standing)
        if caller is not None:
            self._drop_offered(caller, agent_id, at_ms)
        return caller

    def note_changed(self, changed: Iterable[Standing], at_ms: int) -> None:
        """Enter what changed in agents' states, and match those who are free."""
        listed = list(changed)
        for standing in listed:
            self.note(standing, at_ms)
        self.match_agents([standing.agent_id for standing in listed], at_ms)

    # Callers.

    def join(self, waiter: Waiter, queue: Queue, at_ms: int) -> Offer | InLine | Full:
        known = self.callers.get((waiter.tenant_id, waiter.call_id))
        if known is not None and known.waiter.queue_id != waiter.queue_id:
            self.leave(waiter.tenant_id, known.waiter.queue_id, waiter.call_id, at_ms)
            known = None
        if known is not None and known.token is not None:
            return self._offer_of(known)
        kept = known.waiter.rank if known is not None else self._places.take(waiter, at_ms)
        rank = waiter.rank if kept is None else min(waiter.rank, kept)
        node_id = waiter.node_id if known is None else known.waiter.node_id
        caller = Caller(replace(waiter, rank=rank, node_id=node_id), queue, at_ms, waited=known is not None)
        caller.look_at_clock(at_ms)
        line = self._line_of(caller)
        if known is not None:
            line.replace(known, caller)
        if self._match_caller(caller, at_ms, told=waiter.call_id):
            self._note_came(waiter, at_ms, is_new=known is None)
            return self._offer_of(caller)
        # Who has a place already is no one more.
        if kept is None and queue.most_waiting is not None and len(line.waiting) >= queue.most_waiting:
            return Full(len(line.waiting))
        self._into_line(caller, at_ms)
        self._note_came(waiter, at_ms, is_new=known is None)
        return self._place_of(caller)

    def _note_came(self, waiter: Waiter, at_ms: int, *, is_new: bool) -> None:
        self._places.note_came(waiter, is_new=is_new)
        if is_new and waiter.day_ends_ms is not None:
            self.lines[waiter.tenant_id, waiter.queue_id].day.offered(waiter.call_id, waiter.day_ends_ms, at_ms)

    def widen(self, tenant_id: TenantId, queue_id: QueueId, call_id: CallId, at_ms: int) -> Offer | InLine | None:
        caller = self._caller(tenant_id, queue_id, call_id)
        if caller is None:
            return None
        if caller.token is None:
            caller.look_at_clock(at_ms)
            self._match_caller(caller, at_ms, told=call_id)
        return self._where(caller)

    def place(self, tenant_id: TenantId, queue_id: QueueId, call_id: CallId) -> InLine | None:
        caller = self._caller(tenant_id, queue_id, call_id)
        return None if caller is None or caller.token is not None else self._place_of(caller)

    def leave(
        self,
        tenant_id: TenantId,
        queue_id: QueueId,
        call_id: CallId,
        at_ms: int,
        keeps_place: bool = False,
        abandoned: bool = False,
    ) -> bool:
        # Also of one whose offer was withdrawn before.
        self.lines[tenant_id, queue_id].day.befell(call_id, Fate.ABANDONED if abandoned else Fate.LEFT)
        caller = self._caller(tenant_id, queue_id, call_id)
        if caller is None:
            return False
        freed = self._free_offered(caller, at_ms)
        self._forget(caller)
        if keeps_place:
            self._keep_place(caller, at_ms)
        self.match_agents(freed, at_ms)
        return True

    def close_offer(
        self,
        tenant_id: TenantId,
        queue_id: QueueId,
        call_id: CallId,
        agent_id: AgentId,
        token: int,
        end: OfferEnd,
        at_ms: int,
        reason: str | None = None,
    ) -> Offer | InLine | None:
        caller = self._caller(tenant_id, queue_id, call_id)
        if caller is None:
            return None
        standing = self.standings.get(agent_id)
        theirs = standing if standing is not None and standing.token == token else None
        if caller.token != token or (theirs is None and end is not OfferEnd.WITHDRAWN):
            return self._where(caller)
        if end is OfferEnd.WITHDRAWN:
            self.leave(tenant_id, queue_id, call_id, at_ms)
            return None
        assert theirs is not None, "looked at above"
        if end is OfferEnd.ANSWERED:
            self._answer(caller, theirs, at_ms)
            return None
        theirs.clear_offer()
        theirs.enter(AgentState.PAUSED, at_ms, reason or end.value)
        self.note(theirs, at_ms)
        self._drop_offered(caller, agent_id, at_ms)
        self.match_again(caller, at_ms, told=call_id)
        return self._where(caller)

    def _answer(self, caller: Caller, standing: Standing, at_ms: int) -> None:
        freed = self._free_offered(caller, at_ms, but=standing.agent_id)
        standing.answer(at_ms)
        self.note(standing, at_ms)
        line, target_ms = self._line_of(caller), caller.queue.answer_target_seconds * 1000
        line.note_answer(caller, at_ms)
        in_time = at_ms - caller.waiter.entered_ms <= target_ms
        line.day.befell(caller.waiter.call_id, Fate.IN_TIME if in_time else Fate.LATE)
        self._forget(caller)
        self.match_agents(freed, at_ms)

    def lapse_offer(self, standing: Standing, at_ms: int) -> None:
        """Nothing was heard of an offer: the agent is free, and the caller in line again."""
        caller = None if standing.answered else self._caller_offered_to(standing)
        standing.clear_offer()
        self.note(standing, at_ms)
        if caller is not None:
            self._drop_offered(caller, standing.agent_id, at_ms)
        # The agent is anybody's: one who stands before that caller may have come to ask for less.
        self.match_agents([standing.agent_id], at_ms)
        if caller is not None:
            self.match_again(caller, at_ms)

    def lose(self, callers: list[Caller], at_ms: int, keep_place: bool) -> list[AgentId]:
        """Take out callers whom no node holds; return the agents of their offers, to be matched."""
        freed: list[AgentId] = []
        for caller in callers:
            freed += self._free_offered(caller, at_ms)
            self._line_of(caller).day.befell(caller.waiter.call_id, Fate.ABANDONED)
            self._forget(caller)
            if keep_place:
                self._keep_place(caller, at_ms)
        return freed

    # The match.

    def match_agents(self, agent_ids: list[AgentId], at_ms: int) -> None:
        """Find callers for those who are free, until each has one or nobody fits."""
        for agent_id in agent_ids:
            while (standing := self.standings.get(agent_id)) is not None and standing.is_free:
                caller = self._first_caller_for(standing, at_ms)
                if caller is None:
                    break
                self._offer(caller, self._picked(caller, at_ms), at_ms, told=None)

    def _first_caller_for(self, standing: Standing, at_ms: int) -> Caller | None:
        """The one with the least rank, of all queues that the agent serves, for whom anybody may be picked now.

        It need not be this agent: that one more is ready may free another from a reserve.
        """
        best: Caller | None = None
        for served in standing.agent.queues:
            for _, call_id in self.lines[served.tenant_id, served.queue_id].waiting:
                caller = self.callers[served.tenant_id, call_id]
                if best is not None and caller.place > best.place:
                    break
                if self._picked(caller, at_ms):
                    best = caller
                    break
        return best

    def _picked(self, caller: Caller, at_ms: int) -> list[AgentId]:
        return picked(caller, self._line_of(caller), self.standings, at_ms)

    def _match_caller(self, caller: Caller, at_ms: int, told: CallId | None) -> bool:
        picks = self._picked(caller, at_ms)
        if picks:
            self._offer(caller, picks, at_ms, told)
        return bool(picks)

    def _offer(self, caller: Caller, picks: list[AgentId], at_ms: int, told: CallId | None) -> None:
        """`told`: the call whose node learns of its offer by the answer."""
        self._token += 1
        waiter = caller.waiter
        caller.token, caller.made_ms, caller.offered = self._token, at_ms, picks
        for agent_id in picks:
            standing = self.standings[agent_id]
            standing.reserve(self._token, waiter.call_id, waiter.tenant_id, waiter.queue_id, at_ms)
            self.note(standing, at_ms)
            if caller.queue.strategy is Strategy.ROUND_ROBIN:
                self._line_of(caller).turns[agent_id] = self._token
        self._line_of(caller).remove(caller)
        self.callers[waiter.tenant_id, waiter.call_id] = caller
        if told != waiter.call_id:
            self.told.append((waiter.node_id, self._offer_of(caller)))

    def _drop_offered(self, caller: Caller, agent_id: AgentId, at_ms: int) -> None:
        """One agent is out of an offer; with the last of them the caller is in line again."""
        caller.offered = [other for other in caller.offered if other != agent_id]
        if not caller.offered:
            caller.look_at_clock(at_ms)
            self._into_line(caller, at_ms)

    def match_again(self, caller: Caller, at_ms: int, told: CallId | None = None) -> None:
        """Match a caller whose offer is over, where it is."""
        if caller.token is None:
            self._match_caller(caller, at_ms, told)

    def _free_offered(self, caller: Caller, at_ms: int, but: AgentId | None = None) -> list[AgentId]:
        freed = []
        for agent_id in caller.offered:
            standing = self.standings.get(agent_id)
            if agent_id != but and standing is not None and standing.token == caller.token:
                standing.clear_offer()
                self.note(standing, at_ms)
                freed.append(agent_id)
        caller.offered, caller.token = [], None
        return freed

    # Books.

    def note(self, standing: Standing, at_ms: int) -> None:
        """Enter a changed state where the ready are looked for."""
        standing.settle_state(at_ms)
        if standing.is_free == standing.listed:
            return
        standing.listed = standing.is_free
        for line in self._lines_of(standing.agent):
            if standing.listed:
                insort(line.ready, (standing.idle_ms, standing.agent_id))
            else:
                _unlist(line, standing.agent_id)

    def describe(self, standing: Standing, agent: Agent) -> None:
        """Enter an agent in the queues that they serve now."""
        for line in self._lines_of(standing.agent):
            line.agents.discard(agent.agent_id)
            _unlist(line, agent.agent_id)
        standing.agent, standing.listed = agent, False
        for line in self._lines_of(agent):
            line.agents.add(agent.agent_id)

    def _lines_of(self, agent: Agent) -> list[Line]:
        return [self.lines[served.tenant_id, served.queue_id] for served in agent.queues]

    def _line_of(self, caller: Caller) -> Line:
        return self.lines[caller.waiter.tenant_id, caller.waiter.queue_id]

    def _caller(self, tenant_id: TenantId, queue_id: QueueId, call_id: CallId) -> Caller | None:
        caller = self.callers.get((tenant_id, call_id))
        return caller if caller is not None and caller.waiter.queue_id == queue_id else None

    def _caller_offered_to(self, standing: Standing) -> Caller | None:
        assert standing.tenant_id is not None and standing.call_id is not None, "an offer names its call"
        caller = self.callers.get((standing.tenant_id, standing.call_id))
        return caller if caller is not None and caller.token == standing.token else None

    def _into_line(self, caller: Caller, at_ms: int) -> None:
        caller.token, caller.offered, caller.waited = None, [], True
        self.callers[caller.waiter.tenant_id, caller.waiter.call_id] = caller
        self._line_of(caller).enter(caller)

    def _forget(self, caller: Caller) -> None:
        self._line_of(caller).remove(caller)
        self.callers.pop((caller.waiter.tenant_id, caller.waiter.call_id), None)
        self._places.note_left(caller.waiter)

    def _keep_place(self, caller: Caller, at_ms: int) -> None:
        """Let whoever calls again with the number have the rank: one who has done so already, or does so in time."""
        waiter = caller.waiter
        latest = self._places.latest(waiter)
        again = None if latest is None else self._caller(waiter.tenant_id, waiter.queue_id, latest)
        if again is None:
            self._places.keep(waiter, at_ms)
        elif waiter.rank < again.waiter.rank:
            line = self._line_of(again)
            if again.token is None:
                line.remove(again)
            again.waiter = replace(again.waiter, rank=waiter.rank)
            if again.token is None:
                line.enter(again)

    def _place_of(self, caller: Caller) -> InLine:
        line = self._line_of(caller)
        place = line.place_of(caller)
        return InLine(place, line.estimate_seconds(place))

    def _where(self, caller: Caller) -> Offer | InLine:
        return self._place_of(caller) if caller.token is None else self._offer_of(caller)

    def _offer_of(self, caller: Caller) -> Offer:
        assert caller.token is not None, "an offer stands"
        waiter = caller.waiter
        seated = [self.standings[agent_id] for agent_id in caller.offered if agent_id in self.standings]
        agents = tuple(Offered(standing.agent_id, standing.seat) for standing in seated)
        return Offer(waiter.tenant_id, waiter.queue_id, waiter.call_id, caller.token, caller.made_ms, agents)


def _unlist(line: Line, agent_id: AgentId) -> None:
    line.ready = [each for each in line.ready if each[1] != agent_id]
