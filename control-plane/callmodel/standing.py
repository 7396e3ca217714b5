"""An agent's state, from the mode they are in, the offer that stands and the legs at their station."""

from dataclasses import dataclass

from callmodel.agents import Agent, AgentState, AgentView, Seat
from callmodel.ids import AgentId, CallId, QueueId, TenantId

UNTAKEN_MS = 5_000
"""How long an offer stands of which nothing is heard."""
LEASE_MS = 16 * 3_600_000
"""How long a sign-in lasts beyond the last change of state."""
SIGNED_IN = "signed-in"
"""The reason of the pause that a sign-in begins with."""


@dataclass
class Standing:
    """A signed-in agent.  Times are milliseconds since 1970, 0 for none.

    mode: what they do when nothing rings: READY, WRAP_UP, or PAUSED with its reason; it ends at `until_ms`, and
    `limit_ms` is how long the pause may be.  idle_ms: since when they are ready.  busy_ms: how long they talked since
    they signed in; talk_ms: since when they talk.  talked: in a call, since they were free last.  token: of the offer
    that stands, which lapses at `lapses_ms`; `answered`: it was, and the leg is not known yet.
    listed: stands among the ready of their queues.
    """

    agent: Agent
    seat: Seat
    signed_ms: int
    since_ms: int
    idle_ms: int
    mode: AgentState = AgentState.PAUSED
    reason: str | None = SIGNED_IN
    limit_ms: int = 0
    until_ms: int = 0
    shown: AgentState | None = None
    busy_ms: int = 0
    talk_ms: int = 0
    talked: bool = False
    ringing: int = 0
    talking: int = 0
    token: int | None = None
    answered: bool = False
    lapses_ms: int = 0
    call_id: CallId | None = None
    tenant_id: TenantId | None = None
    queue_id: QueueId | None = None
    due_ms: int = 0
    listed: bool = False

    @property
    def agent_id(self) -> AgentId:
        return self.agent.agent_id

    @property
    def is_busy(self) -> bool:
        return self.ringing + self.talking > 0

    @property
    def is_free(self) -> bool:
        """Whether a caller may be offered to them."""
        return self.mode is AgentState.READY and self.token is None and not self.is_busy

    def settle_state(self, at_ms: int) -> None:
        """Note what others see, since when, and when the clock has something to do."""
        shown = self._shown()
        if shown is not self.shown:
            self.shown, self.since_ms = shown, at_ms
        self.due_ms = at_ms + LEASE_MS
        if not self.is_busy and self.token is not None:
            self.due_ms = self.lapses_ms
        elif not self.is_busy and self.until_ms:
            self.due_ms = self.until_ms

    def _shown(self) -> AgentState:
        if self.talking:
            return AgentState.TALKING
        if self.ringing:
            return AgentState.RINGING
        if self.answered:
            return AgentState.TALKING
        return self.mode if self.token is None else AgentState.RESERVED

    def enter(self, mode: AgentState, at_ms: int, reason: str | None = None, limit_ms: int = 0) -> None:
        """Be ready or paused; in a call, from its end on."""
        if mode is AgentState.READY and self.mode is not AgentState.READY:
            self.idle_ms = at_ms
        self.mode, self.reason, self.limit_ms = mode, reason, limit_ms
        self.until_ms = at_ms + limit_ms if limit_ms else 0

    def reserve(self, token: int, call_id: CallId, tenant_id: TenantId, queue_id: QueueId, at_ms: int) -> None:
        """Be kept for a caller."""
        self.token, self.call_id, self.tenant_id, self.queue_id = token, call_id, tenant_id, queue_id
        self.lapses_ms = at_ms + UNTAKEN_MS

    def clear_offer(self) -> None:
        """No caller is on the way any more; a call that is there goes on."""
        self.token, self.answered = None, False
        if not self.is_busy:
            self.call_id = self.tenant_id = self.queue_id = None

    def answer(self, at_ms: int) -> None:
        """The offer was answered.  Until the leg is known nobody else is offered to them."""
        if self.is_busy:
            self.token = None
        elif self.mode is not AgentState.READY:
            self.clear_offer()
        else:
            self.answered, self.lapses_ms = True, at_ms + UNTAKEN_MS

    def sit_down(self, ringing: int, talking: int, call_id: CallId | None, at_ms: int) -> None:
        """Have the legs that are at the station already."""
        if talking and not self.talking:
            self.talk_ms, self.talked = at_ms, True
        if not talking:
            self.talk_ms, self.talked = 0, False
        self.ringing, self.talking = ringing, talking
        if self.token is None:
            self.call_id, self.tenant_id, self.queue_id = call_id, None, None

    def count_legs(self, ringing: int, talking: int, call_id: CallId | None, at_ms: int, wrap_up_ms: int) -> bool:
        """Take over how many legs are at the station, and return whether the last one went."""
        was_busy = self.is_busy
        if talking and not self.talking:
            self.talk_ms, self.talked = at_ms, True
        if not talking and self.talking:
            self.busy_ms, self.talk_ms = self.busy_ms + max(at_ms - self.talk_ms, 0), 0
        self.ringing, self.talking = ringing, talking
        if self.is_busy:
            if self.answered:
                self.token, self.answered = None, False
            self.call_id = self.call_id or call_id
            return False
        if not was_busy:
            return False
        self._come_from_a_call(at_ms, wrap_up_ms)
        return True

    def _come_from_a_call(self, at_ms: int, wrap_up_ms: int) -> None:
        if self.talked and wrap_up_ms and self.mode is not AgentState.PAUSED:
            self.mode, self.reason, self.until_ms = AgentState.WRAP_UP, None, at_ms + wrap_up_ms
        elif self.talked and self.mode is AgentState.READY:
            self.idle_ms = at_ms
        if self.mode is AgentState.PAUSED and self.limit_ms:
            self.until_ms = at_ms + self.limit_ms
        self.talked = False
        if self.token is None:
            self.clear_offer()
        else:
            # Who conducts the call has the first word on how its offer ends.
            self.lapses_ms = at_ms + UNTAKEN_MS

    def view(self) -> AgentView:
        """Return what others see."""
        assert self.shown is not None, "a state that settled"
        return AgentView(
            agent=self.agent,
            seat=self.seat,
            state=self.shown,
            since_ms=self.since_ms,
            reason=self.reason,
            call_id=self.call_id,
            tenant_id=self.tenant_id,
            queue_id=self.queue_id,
            token=self.token,
        )
