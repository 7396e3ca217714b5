"""Callers in flows: a number of Acme's that leads into whatever nodes a story needs."""

from dataclasses import replace
from typing import Any

from callmodel.beginnings import CustomerCalled
from callmodel.calls import Step, advance, begin
from callmodel.callstate import Call
from callmodel.codec import from_wire
from callmodel.directory import Did, Directory
from callmodel.facts import DigitPressed, Fact, LegHungUp, Played, TimerFired
from callmodel.flows.document import Flow
from callmodel.ids import E164, FlowId, LegId
from callmodel.orders import Announce, Order, Play, SetTimer
from callmodel.prompts import Audio, Prompt, Speech, Tone
from callmodel.routing import plan_inbound
from tests.unit.callmodel.stories import ACME, AGENT_LEG, CALL, CHEAP, CUSTOMER, DIRECTORY, NODE, T0

CALLER: LegId = AGENT_LEG
HOTLINE = E164("+861065550099")
BYE: dict[str, Any] = {"kind": "hang_up"}


def flow_of(nodes: dict[str, Any], **changes: Any) -> Flow:
    """A flow of Acme's, by its JSON; it begins with the first node."""
    document = {"flow_id": "hotline", "tenant_id": ACME, "version": 3, "start": next(iter(nodes)), "nodes": nodes}
    return from_wire(Flow, {**document, **changes})


def directory_with(flow: Flow, **changes: Any) -> Directory:
    """The directory in which the hotline leads into a flow."""
    did = replace(Did(HOTLINE, ACME, flow_id=FlowId("hotline")), **changes)
    return replace(DIRECTORY, numbers=(*DIRECTORY.numbers, did), flows=(flow,))


def called(
    nodes: dict[str, Any], *, directory: Directory | None = None, withheld: bool = False, call_id: str = CALL
) -> Step:
    """A customer dials the hotline."""
    known = directory or directory_with(flow_of(nodes))
    _, plan = plan_inbound(known, HOTLINE, CUSTOMER)
    fact = CustomerCalled(call_id, ACME, NODE, CALLER, CUSTOMER, HOTLINE, CHEAP, T0, withheld=withheld)  # type: ignore[arg-type]
    return begin(fact, plan)


def after(step: Step, *facts: Fact) -> Step:
    """The step after the facts, with the orders that followed from the last of them."""
    call, orders = step
    for fact in facts:
        call, orders = advance(call, fact)
    return call, orders


def played(call: Call, at_ms: int = T0 + 3_000) -> Played:
    """What is said now is over."""
    assert call.visit is not None
    return Played(CALLER, f"{call.call_id}-f{call.visit.asked}", at_ms)


def heard_out(step: Step) -> Step:
    """The caller listens to the end of what is said now."""
    return after(step, played(step[0]))


def pressed(step: Step, keys: str, at_ms: int = T0 + 5_000) -> Step:
    """The caller presses keys, one after the other."""
    return after(step, *(DigitPressed(CALLER, key, at_ms) for key in keys))


def waited(step: Step) -> Step:
    """The caller does nothing until the clock says so."""
    call = step[0]
    timer = call.timers[0]
    return after(step, TimerFired(timer.name, timer.due_ms))


def hung_up(step: Step, at_ms: int = T0 + 9_000) -> Step:
    """The caller hangs up."""
    return after(step, LegHungUp(CALLER, None, at_ms))


def texts(orders: list[Order]) -> list[str]:
    """What is said: texts as they are spoken, audio by its name in brackets."""
    prompts = [prompt for order in orders if isinstance(order, Play) for prompt in order.prompts]
    return [_told(prompt) for prompt in prompts]


def _told(prompt: Prompt) -> str:
    match prompt:
        case Speech(words):
            return words
        case Audio(prompt_id):
            return f"<{prompt_id}>"
        case Tone():
            return "<beep>"


def doings(orders: list[Order]) -> list[Order]:
    """The orders without announcements and timers."""
    return [order for order in orders if not isinstance(order, Announce | SetTimer)]


def text(words: str) -> list[dict[str, str]]:
    """Prompts of one text."""
    return [{"text": words}]
