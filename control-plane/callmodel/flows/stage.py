"""What every node does with a call: read and change its visit, say something, wait for keys, go on to a node."""

from dataclasses import dataclass, replace

from callmodel import legs, orders, timers
from callmodel.callstate import Call, Leg, TimerName
from callmodel.flows.document import Said
from callmodel.flows.texts import filled_in, spoken
from callmodel.flows.visit import Doing, Visit
from callmodel.prompts import Prompt
from callmodel.routing import FlowPlan

LONGEST_PLAY_SECONDS = 300
"""After it a prompt counts as said, whatever the switch tells: no caller is left in silence."""


@dataclass(frozen=True)
class Turn:
    """What follows from a fact at a node: the call, orders, and the node that is next, None where it stays."""

    call: Call
    given: tuple[orders.Order, ...] = ()
    goto: str | None = None

    def after(self, *given: orders.Order) -> "Turn":
        """Return the turn with other orders before its own."""
        return replace(self, given=(*given, *self.given))


def visit_of(call: Call) -> Visit:
    """Return where a call in a flow stands."""
    assert call.visit is not None
    return call.visit


def plan_of(call: Call) -> FlowPlan:
    """Return the flow of a call that is in one, and what is known of its caller."""
    assert isinstance(call.plan, FlowPlan)
    return call.plan


def with_visit(call: Call, **changes: object) -> Call:
    """Return the call with its visit changed."""
    return replace(call, visit=replace(visit_of(call), **changes))  # type: ignore[arg-type]


def caller_of(call: Call) -> Leg:
    """Return the leg of whoever called."""
    leg = call.leg_of(call.origin_leg)
    assert leg is not None
    return leg


def answer(call: Call, at_ms: int) -> tuple[Call, tuple[orders.Order, ...]]:
    """Answer the caller, who would hear nothing otherwise; once is enough."""
    leg = caller_of(call)
    if leg.is_answered:
        return call, ()
    return legs.answered(call, leg.leg_id, at_ms), (orders.Answer(leg.leg_id),)


def asked(call: Call, doing: Doing) -> tuple[Call, str]:
    """Return the call that waits for an answer, and the name by which the answer is known."""
    number = visit_of(call).asked + 1
    return with_visit(call, asked=number, doing=doing), name_of(call, number)


def name_of(call: Call, number: int) -> str:
    """Return the name of what was asked, the same if it is asked again after a conductor's death."""
    return f"{call.call_id}-f{number}"


def is_asked(call: Call, name: str, doing: Doing) -> bool:
    """Say whether an answer is to what is waited for now, and no old news."""
    visit = visit_of(call)
    return visit.doing is doing and name == name_of(call, visit.asked)


def say(call: Call, said: tuple[Said, ...], at_ms: int) -> Turn | None:
    """Play prompts to the caller; None where there is nothing to be said."""
    prompts = prompts_of(call, said)
    if not prompts:
        return None
    call, answered = answer(call, at_ms)
    call, play_id = asked(call, Doing.SAYING)
    call, guard = timers.start(call, TimerName.FLOW, at_ms + LONGEST_PLAY_SECONDS * 1000)
    play = orders.Play(caller_of(call).leg_id, play_id, prompts, visit_of(call).language)
    return Turn(call, (*answered, play, *guard))


def hush(call: Call) -> tuple[orders.Order, ...]:
    """Stop what is being said, if anything is."""
    visit = visit_of(call)
    if visit.doing is not Doing.SAYING:
        return ()
    return (orders.StopPlaying(caller_of(call).leg_id, name_of(call, visit.asked)),)


def await_keys(call: Call, seconds: int, at_ms: int) -> Turn:
    """Wait for the caller's next key."""
    call, answered = answer(call, at_ms)
    call, timer = timers.start(with_visit(call, doing=Doing.AWAITING), TimerName.FLOW, at_ms + seconds * 1000)
    return Turn(call, (*answered, *timer))


def prompts_of(call: Call, said: tuple[Said, ...]) -> tuple[Prompt, ...]:
    """Return prompts in the call's language, with what is known filled in."""
    visit = visit_of(call)
    known = known_of(call)
    return tuple(spoken(each, visit.language, plan_of(call).flow.languages, known) for each in said)


def fill(call: Call, text: str) -> str:
    """Return a text with what is known of the call filled in."""
    return filled_in(text, known_of(call))


def known_of(call: Call) -> dict[str, str]:
    """Return what texts and conditions may name: what the flow has learnt, and the call's own facts.

    Who withheld the number is not known by it.
    """
    visit = visit_of(call)
    number = call.number if call.number is not None and not call.withheld else ""
    own = {"caller": number, "dialled": call.dialled, "language": visit.language, "call_id": str(call.call_id)}
    return {**visit.data, **own}
