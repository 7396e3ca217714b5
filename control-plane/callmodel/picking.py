"""Whom of the ready agents a caller is offered to, by what they ask for and the queue's strategy."""

from collections.abc import Mapping

from callmodel.ids import AgentId
from callmodel.lines import Caller, Line, level_in
from callmodel.queues import Strategy
from callmodel.standing import Standing

MOST_RUNG = 20
"""How many agents ring at once at most where a queue rings all."""


def picked(caller: Caller, line: Line, standings: Mapping[AgentId, Standing], at_ms: int) -> list[AgentId]:
    """Return the ready agents whom a caller is to be offered to: none, one, or several where all are rung."""
    most = len(line.ready) - caller.leaves_free if caller.leaves_free else MOST_RUNG
    audience = caller.audience
    if most <= 0 or audience is None:
        return []
    strategy = caller.queue.strategy
    able: list[tuple[AgentId, int]] = []
    for _, agent_id in line.ready:
        level = level_in(audience, standings[agent_id].agent)
        if level is not None:
            able.append((agent_id, level))
            if strategy is Strategy.LONGEST_IDLE:
                break
    if strategy is Strategy.RING_ALL:
        return [agent_id for agent_id, _ in able[: min(most, MOST_RUNG)]]
    # Of equals, who is idle for longest: `able` is in that order.
    best = min(able, key=lambda each: _worth(strategy, line, standings[each[0]], each[1], at_ms), default=None)
    return [] if best is None else [best[0]]


def _worth(strategy: Strategy, line: Line, standing: Standing, level: int, at_ms: int) -> float:
    match strategy:
        case Strategy.MOST_SKILLED:
            return -level
        case Strategy.ROUND_ROBIN:
            return line.turns.get(standing.agent_id, 0)
        case Strategy.LEAST_OCCUPIED:
            return standing.busy_ms / max(at_ms - standing.signed_ms, 1)
        case _:
            return 0
