"""What every node does with a call: read and change its visit, say something, wait for keys, go on to a node."""

from dataclasses import dataclass, replace

from callmodel import attempts, facts, orders, timers
from callmodel.callstate import Call, Leg, TimerName
from callmodel.flows.calendars import is_open
from callmodel.flows.nodes import Said
from callmodel.flows.texts import filled_in, spoken
from callmodel.flows.visit import Doing, Visit
from callmodel.ids import CalendarId
from callmodel.prompts import Audio, Prompt, Speech, Tone
from callmodel.routing import FlowPlan

MILLISECONDS_A_CHARACTER, LONGEST_SYNTHESIS_MS, LONGEST_AUDIO_MS = 250, 10_000, 180_000
"""How long prompts may take.  After that they count as said whatever the switch tells: nobody is left in silence."""


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


def is_said(call: Call, fact: facts.Fact) -> bool:
    """Say whether what is being said is over."""
    return isinstance(fact, facts.Played) and is_asked(call, fact.play_id, Doing.SAYING)


def say(call: Call, said: tuple[Said, ...], at_ms: int, then: tuple[Prompt, ...] = ()) -> Turn | None:
    """Play prompts to the caller, `then` after them; None where there is nothing to be said."""
    prompts = (*prompts_of(call, said), *then)
    if not prompts:
        return None
    call, answered = attempts.answer_origin(call, at_ms)
    call, play_id = asked(call, Doing.SAYING)
    call, guard = timers.start(call, TimerName.FLOW, at_ms + sum(map(_longest_ms, prompts)))
    play = orders.Play(caller_of(call).leg_id, play_id, prompts, call.language)
    return Turn(call, (*answered, play, *guard))


def _longest_ms(prompt: Prompt) -> int:
    match prompt:
        case Speech(text):
            return LONGEST_SYNTHESIS_MS + len(text) * MILLISECONDS_A_CHARACTER
        case Tone(milliseconds=milliseconds):
            return LONGEST_SYNTHESIS_MS + milliseconds
        case Audio():
            return LONGEST_AUDIO_MS


def say_first(call: Call, said: tuple[Said, ...], at_ms: int) -> Turn | None:
    """Play what comes before a person may hear the caller: the notice of recording, once a call, and prompts."""
    notice = plan_of(call).notice
    if notice is not None and not visit_of(call).noticed:
        said = (Audio(notice), *said)
    return say(with_visit(call, noticed=True), said, at_ms)


def hush(call: Call) -> tuple[orders.Order, ...]:
    """Stop what is being said to the caller, if anything is."""
    visit = visit_of(call)
    if visit.doing is not Doing.SAYING:
        return ()
    return (orders.StopPlaying(caller_of(call).leg_id, name_of(call, visit.asked)),)


def await_keys(call: Call, seconds: int, at_ms: int) -> Turn:
    """Wait for the caller's next key."""
    call, answered = attempts.answer_origin(call, at_ms)
    return wait(with_visit(call, doing=Doing.AWAITING), seconds * 1000, at_ms).after(*answered)


def wait(call: Call, for_ms: int, at_ms: int) -> Turn:
    """Wait for whatever the visit is doing, so long at the most."""
    call, timer = timers.start(call, TimerName.FLOW, at_ms + for_ms)
    return Turn(call, tuple(timer))


def is_due(call: Call, fact: facts.Fact) -> bool:
    """Say whether the time for which this node waits is over."""
    return (
        isinstance(fact, facts.TimerFired)
        and fact.name is TimerName.FLOW
        and timers.gone_off(call, fact.name, fact.at_ms) is not None
    )


def is_reached(call: Call, calendar_id: CalendarId | None, at_ms: int, *, wanted: bool = True) -> bool:
    """Say whether a calendar is open, or closed with `wanted` false.  One that nobody knows counts as open."""
    calendar = next((each for each in plan_of(call).calendars if each.calendar_id == calendar_id), None)
    return (calendar is None or is_open(calendar, at_ms)) is wanted


def prompts_of(call: Call, said: tuple[Said, ...]) -> tuple[Prompt, ...]:
    """Return prompts in the call's language, with what is known filled in."""
    known = known_of(call)
    return tuple(spoken(each, call.language, plan_of(call).flow.languages, known) for each in said)


def fill(call: Call, text: str) -> str:
    """Return a text with what is known of the call filled in."""
    return filled_in(text, known_of(call))


def known_of(call: Call) -> dict[str, str]:
    """Return what texts and conditions may name: what the flow has learnt, and the call's own facts (`OWN_NAMES`).

    Who withheld the number is not known by it.
    """
    visit, vip = visit_of(call), plan_of(call).vip
    return {
        **visit.data,
        "caller": call.number if call.number is not None and not call.withheld else "",
        "dialled": call.dialled,
        "language": call.language,
        "call_id": call.call_id,
        "vip_level": str(vip.level) if vip is not None else "0",
        "vip_mobile": (vip.mobile or "") if vip is not None else "",
    }
