"""VICIdial's ADAPT_TAPERED with its defaults, our own code from its published description.

From PREDICTIVE.txt (2006) and the manager's manual: lines are kept at a dial level times the active agents (those
who wait or talk), looked at every 2.5 s; each second the agents who wait less the calls that wait are averaged over
15 s; every 15 s the level moves by that difference an agent, between 1.0 and the maximum of 3.0.  Once a minute the
drops of the day and of the last minute are counted.  The day may run over the limit of dropped calls (of those that
people answered) in the first half of the shift, and gets stricter to its end; a minute with more than half of over 20
calls dropped halves the level.

How much is not published.  Here twice the limit is allowed at the beginning, falling to once at half time, and what
is over it halves the level's excess over 1.0 every 15 s.
"""

from collections import deque

from callmodel.pacing.modes import ready_agents
from callmodel.pacing.outcomes import CustomerAbandoned, CustomerConnected, Fact
from callmodel.pacing.snapshot import AgentState, Snapshot

DIAL_SECONDS, ADAPT_SECONDS, COUNT_SECONDS = 2.5, 15.0, 60.0
FIRST_LEVEL, MOST_LEVEL = 1.0, 3.0
OVER_LIMIT = 0.5
LEAST_CALLS, MINUTE_CALLS, MINUTE_DROPS = 50, 20, 0.5


class AdaptTapered:
    """The dial level of one campaign, and the lines that it asks for."""

    def __init__(self, limit: float = 0.03, shift_seconds: float = 8 * 3600.0) -> None:
        self._limit, self._shift_seconds = limit, shift_seconds
        self.level = FIRST_LEVEL
        self._waits: deque[float] = deque(maxlen=int(ADAPT_SECONDS))
        self._dialled = self._adapted = self._counted = 0.0
        self._answered = self._dropped = 0
        self._minute = (0, 0)
        self._day = (0, 0)

    def observe(self, fact: Fact) -> None:
        if isinstance(fact, CustomerConnected | CustomerAbandoned):
            self._answered += 1
            self._dropped += isinstance(fact, CustomerAbandoned)

    def lines_to_launch(self, now: float, snapshot: Snapshot) -> int:
        ready = ready_agents(snapshot)
        busy = sum(agent.state in (AgentState.TALKING, AgentState.RESERVED) for agent in snapshot.agents)
        self._waits.append((ready - snapshot.waiting) / max(1, len(snapshot.agents)))
        if now - self._counted >= COUNT_SECONDS:
            self._count(now)
        if now - self._adapted >= ADAPT_SECONDS:
            self._adapt(now)
        if now - self._dialled < DIAL_SECONDS or not snapshot.is_open:
            return 0
        self._dialled = now
        lines = len(snapshot.ringing_seconds) + snapshot.waiting + busy
        return max(0, min(int((ready + busy) * self.level) - lines, snapshot.channels_free))

    def _count(self, now: float) -> None:
        answered, dropped = self._day
        self._minute = (self._answered - answered, self._dropped - dropped)
        self._day = (self._answered, self._dropped)
        self._counted = now

    def _adapt(self, now: float) -> None:
        self._adapted = now
        level = self.level + sum(self._waits) / len(self._waits)
        answered, dropped = self._minute
        if answered > MINUTE_CALLS and dropped > MINUTE_DROPS * answered:
            level /= 2
        answered, dropped = self._day
        if answered > LEAST_CALLS and dropped > self._limit_at(now) * answered:
            level = 1.0 + (level - 1.0) * OVER_LIMIT
        self.level = min(max(level, 1.0), MOST_LEVEL)

    def _limit_at(self, now: float) -> float:
        return self._limit * (1 + max(0.0, 1 - 2 * now / self._shift_seconds))
