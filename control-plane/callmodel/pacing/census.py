"""A snapshot counted by age: how many agents and calls have been where they are for how long."""

from dataclasses import dataclass

from callmodel.pacing.durations import BANDS, band_of
from callmodel.pacing.ringing import STEPS, step_of
from callmodel.pacing.snapshot import AgentState, Snapshot


@dataclass(frozen=True, slots=True)
class Census:
    """Agents who are free, those who talk and wrap up by bands of age, and ringing calls by steps of age."""

    ready: int
    talking: list[int]
    wrapping: list[int]
    ringing: list[int]


def census_of(snapshot: Snapshot) -> Census:
    """Return a snapshot's counts.  Whoever is reserved talks in a moment, and counts as if they did."""
    ready, talking, wrapping, ringing = 0, [0] * BANDS, [0] * BANDS, [0] * STEPS
    for agent in snapshot.agents:
        state = agent.state
        if state is AgentState.TALKING:
            talking[band_of(agent.seconds_in_state)] += 1
        elif state is AgentState.READY:
            ready += 1
        elif state is AgentState.WRAP_UP:
            wrapping[band_of(agent.seconds_in_state)] += 1
        else:
            talking[0] += 1
    for seconds in snapshot.ringing_seconds:
        ringing[step_of(seconds)] += 1
    return Census(ready, talking, wrapping, ringing)
