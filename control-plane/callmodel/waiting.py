"""The phase in which a caller waits in line.  Stands in for the real one until that is merged."""

from dataclasses import replace

from callmodel import attempts, closing, facts, flowing, orders
from callmodel.callstate import Call, Phase
from callmodel.endings import Ending
from callmodel.ids import AgentId, QueueId
from callmodel.queues import SkillNeed

Step = attempts.Step


def enter(
    call: Call,
    queue_id: QueueId,
    priority: int,
    needs: tuple[SkillNeed, ...],
    at_ms: int,
    wanted_agents: tuple[AgentId, ...] = (),
) -> Step:
    """Get in line."""
    join = orders.JoinQueue(queue_id, priority, at_ms, needs, wanted_agents)
    return replace(call, phase=Phase.WAITING), [join]


def advance(call: Call, fact: facts.Fact) -> Step:
    """Go back to the flow when the queue takes nobody."""
    match fact:
        case facts.NotQueued(reason=reason, at_ms=at_ms):
            return flowing.resume(call, reason, at_ms)
        case facts.LegHungUp(leg_id, _, at_ms) if leg_id == call.origin_leg:
            return closing.end(call, Ending.ABANDONED, at_ms, by=leg_id)
        case _:
            return call, []
