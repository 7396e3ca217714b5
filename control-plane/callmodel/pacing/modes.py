"""The simpler ways to pace, behind the same two methods as the predictive pacer.  They learn nothing."""

from callmodel.pacing.outcomes import Fact
from callmodel.pacing.snapshot import AgentState, Snapshot


def ready_agents(snapshot: Snapshot) -> int:
    """Return how many agents could take a call now."""
    return sum(agent.state is AgentState.READY for agent in snapshot.agents)


class Progressive:
    """One line for each agent who is free: nobody is abandoned but by an agent who leaves."""

    def observe(self, fact: Fact) -> None:
        """Learn nothing."""

    def lines_to_launch(self, now: float, snapshot: Snapshot) -> int:
        """Return how many calls to launch at once."""
        return lines_at_ratio(snapshot, 1.0)


class Power:
    """A fixed ratio of lines for each agent who is free, whatever the answer rate."""

    def __init__(self, ratio: float) -> None:
        """Take the ratio: lines that may ring for each free agent, 1.0 or more."""
        if ratio < 1.0:
            raise ValueError("a ratio under one line an agent leaves agents without calls")
        self._ratio = ratio

    def observe(self, fact: Fact) -> None:
        """Learn nothing."""

    def lines_to_launch(self, now: float, snapshot: Snapshot) -> int:
        """Return how many calls to launch at once."""
        return lines_at_ratio(snapshot, self._ratio)


def lines_at_ratio(snapshot: Snapshot, ratio: float) -> int:
    """Return how many calls bring the lines that ring, or wait, to a ratio of the agents who are free."""
    if not snapshot.is_open:
        return 0
    wanted = int(ratio * ready_agents(snapshot)) - len(snapshot.ringing_seconds) - snapshot.waiting
    return max(0, min(wanted, snapshot.channels_free))
