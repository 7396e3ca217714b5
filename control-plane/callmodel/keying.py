"""The phase of a call by which an agent says, on a desk phone, what they do: done, told, and over."""

from dataclasses import replace

from callmodel import attempts, closing, facts, orders, timers
from callmodel.agentkeys import KeyPlan, words_of
from callmodel.agents import Seat
from callmodel.callstate import Call, Phase, TimerName
from callmodel.endings import Ending
from callmodel.prompts import Speech

Step = attempts.Step

PATIENCE_MS = 15_000
"""How long an agent is kept on the line at most: what nobody can tell them they will see."""


def begin(call: Call, plan: KeyPlan, at_ms: int) -> Step:
    """Take the call up, and have done what was asked for."""
    call, answered = attempts.answer_origin(replace(call, phase=Phase.KEYED, language=plan.language), at_ms)
    origin = call.leg_of(call.origin_leg)
    assert origin is not None and origin.extension is not None and origin.site_id is not None
    call, timer = timers.start(call, TimerName.FLOW, at_ms + PATIENCE_MS)
    seat = Seat(call.tenant_id, origin.extension, origin.site_id)
    return call, [*answered, orders.ChangeAgent(seat, plan.key), *timer]


def advance(call: Call, fact: facts.Fact) -> Step:
    """Tell what became of it, and let go."""
    match fact:
        case facts.AgentChanged(outcome) if call.playing is None and call.plays == 0:
            assert call.origin_leg is not None
            return attempts.play(call, call.origin_leg, "k", (Speech(words_of(outcome, call.language)),))
        case facts.Played(play_id=play_id, at_ms=at_ms) if play_id == call.playing:
            return closing.end(call, Ending.SELF_SERVED, at_ms)
        case facts.TimerFired(name, at_ms) if timers.gone_off(call, name, at_ms) is not None:
            return closing.end(call, Ending.SELF_SERVED, at_ms)
        case facts.LegHungUp(leg_id, _, at_ms) if leg_id == call.origin_leg:
            return closing.end(call, Ending.SELF_SERVED, at_ms, by=leg_id)
        case _:
            return call, []
