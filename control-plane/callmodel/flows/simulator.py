"""A call through a flow without a call: what is said and done, in virtual time, by the same code as on a real one.

The caller, agents and people who are rung are whoever answers for them, word by word: a person at a terminal, or a
script.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum

from callmodel import beginnings, calls, facts, orders
from callmodel.agents import Seat
from callmodel.callstate import Call, CallState, Phase, TimerName
from callmodel.endings import class_of
from callmodel.flows.calendars import Calendar
from callmodel.flows.document import Flow
from callmodel.flows.nodes import LookUpNode
from callmodel.flows.stage import name_of, visit_of
from callmodel.flows.visit import Doing
from callmodel.ids import (
    E164,
    AgentId,
    CalendarId,
    CallId,
    Extension,
    LegId,
    NodeId,
    PromptId,
    SiteId,
    TenantId,
    TrunkId,
)
from callmodel.numbers import is_extension
from callmodel.offers import Offer, Offered
from callmodel.prompts import Audio, Prompt, Speech
from callmodel.queues import Queue
from callmodel.routing import FlowPlan, Plan, StationPlan, TrunkOffer, TrunkPlan
from callmodel.vips import Vip

TENANT, CALLER, TRUNK = TenantId("simulated"), LegId("caller"), TrunkId("simulated")
HOTLINE, AGENT, SITE = E164("+10000000000"), Extension("1000"), SiteId("simulated")
CHARACTERS_A_SECOND = 15
"""How fast a text is spoken: near enough for a feeling of how long callers listen."""
AUDIO_SECONDS, TALK_SECONDS, MESSAGE_SECONDS = 5, 60, 15
HANG_UP, NOTHING = "hang", "-"


class Want(Enum):
    """Whom the simulation waits for, and the words that are an answer; NOTHING is a silence until the time is over.

    `KEYS`, `WORD`, `MESSAGE`: the caller, who may always `hang` up.  `QUEUE`: `answered`, or why the queue lets the
    caller go.  `RING`: `answered` or `no`.  `ACCEPT`: the key of who answered.  `TALK`: who hangs up first.
    """

    KEYS = "keys"
    WORD = "a word, or keys"
    MESSAGE = "# to end the message"
    QUEUE = "answered, waited, full, nobody, length, expected"
    RING = "answered or no"
    ACCEPT = "1 to take the call"
    TALK = "agent or caller hangs up"


USUAL = {Want.QUEUE: "answered", Want.RING: "answered", Want.ACCEPT: "1", Want.TALK: "agent", Want.MESSAGE: "#"}
"""What happens where a script says nothing more; a caller is silent then."""


@dataclass(frozen=True)
class Scene:
    """What is so at the beginning.  answers: what look-ups answer, by name of data; a look-up of others fails.

    nobody: no agent is signed in to any queue.
    """

    at_ms: int
    caller: E164 | None = None
    language: str | None = None
    vip_level: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    calendars: tuple[Calendar, ...] = ()
    calendar_id: CalendarId | None = None
    notice: PromptId | None = None
    nobody: bool = False


@dataclass(frozen=True)
class Standing:
    """Where a simulated call stands.  lines: what has happened since the last word.  want: None once it is over."""

    call: Call
    scene: Scene
    now_ms: int
    lines: tuple[str, ...] = ()
    want: Want | None = None


def begin(flow: Flow, scene: Scene) -> Standing:
    """Call a flow."""
    vip = Vip(TENANT, "simulated", scene.vip_level) if scene.vip_level else None
    plan = FlowPlan(
        flow,
        records=True,
        language=scene.language,
        notice=scene.notice,
        vip=vip,
        calendar_id=scene.calendar_id,
        calendars=scene.calendars,
    )
    called = beginnings.CustomerCalled(
        CallId("simulated"), TENANT, NodeId("here"), CALLER, scene.caller, HOTLINE, TRUNK, scene.at_ms
    )
    call, given = calls.begin(called, plan)
    return _settle(Standing(call, scene, scene.at_ms), given)


def go_on(standing: Standing, word: str) -> Standing:
    """Answer for whoever is waited for."""
    standing = replace(standing, lines=())
    given: list[orders.Order] = []
    for fact in _facts_of(standing, word.strip()):
        standing = replace(standing, now_ms=max(standing.now_ms, fact.at_ms))
        call, more = calls.advance(standing.call, fact)
        standing = replace(standing, call=call)
        given += more
    return _settle(standing, given)


def run(flow: Flow, scene: Scene, words: list[str], most: int = 500) -> Iterator[str]:
    """Yield the lines of a whole call, with the words of a script, one for each time somebody is waited for."""
    standing, left = begin(flow, scene), iter(words)
    yield from standing.lines
    for _ in range(most):
        if standing.want is None:
            return
        word = next(left, USUAL.get(standing.want, NOTHING))
        yield f"      > {word}  ({standing.want.value})"
        standing = go_on(standing, word)
        yield from standing.lines
    yield "      stopped: this call does not end"


def _settle(standing: Standing, given: list[orders.Order]) -> Standing:
    """Carry out what is ordered and feed in what follows, until somebody has to be asked."""
    waiting, lines = list(given), [*standing.lines]
    while True:
        facts_to_come: list[facts.Fact] = []
        for order in waiting:
            lines += [f"{_clock(standing)}  {line}" for line in _told(standing.call, order)]
            facts_to_come += _following(standing, order)
        if not facts_to_come:
            want, fact = _next(standing)
            if fact is None:
                if standing.call.state is CallState.ENDED:
                    lines.append(f"{_clock(standing)}  {_ending(standing)}")
                return replace(standing, lines=tuple(lines), want=want)
            facts_to_come = [fact]
        waiting = []
        for fact in facts_to_come:
            standing = replace(standing, now_ms=max(standing.now_ms, fact.at_ms))
            call, more = calls.advance(standing.call, fact)
            standing = replace(standing, call=call)
            waiting += more


def _next(standing: Standing) -> tuple[Want | None, facts.Fact | None]:
    """Return whom the call waits for, or what happens by itself."""
    call = standing.call
    if call.state is CallState.ENDED:
        return None, None
    if call.phase is Phase.WAITING:
        return Want.QUEUE, None
    if call.phase is not Phase.IN_FLOW:
        return Want.TALK, None
    visit = visit_of(call)
    match visit.doing:
        case Doing.SAYING:
            played = facts.Played(CALLER, name_of(call, visit.asked), standing.now_ms)
            return None, played
        case Doing.LISTENING:
            return Want.WORD, None
        case Doing.RINGING:
            return Want.RING, None
        case Doing.CONFIRMING:
            return Want.ACCEPT, None
        case Doing.RECORDING:
            return Want.MESSAGE, None
        case _:
            return Want.KEYS, None


def _following(standing: Standing, order: orders.Order) -> list[facts.Fact]:
    """Return what an order brings about by itself."""
    call, scene, now_ms = standing.call, standing.scene, standing.now_ms
    match order:
        case orders.Play(leg_id, play_id, prompts) if leg_id == CALLER and call.phase is not Phase.ENDED:
            return [facts.Played(leg_id, play_id, now_ms + sum(map(_milliseconds, prompts)))]
        case orders.LookAtQueue(queue_id):
            there = 0 if scene.nobody else 2
            return [facts.QueueSeen(queue_id, 0, there, there, 0.0, None, now_ms)]
        case orders.KeepPlace():
            return [facts.PlaceKept(CallId("called-back"), now_ms)]
        case orders.LookUp(look_up_id):
            return [_answer_of(standing, look_up_id)]
        case orders.FindWay(target):
            return [facts.WayFound(target, _way_to(target), now_ms)]
        case orders.ClaimTrunk(leg_id):
            return [facts.TrunkGranted(leg_id, TRUNK, 0, now_ms)]
        case orders.DialStation(leg_id) | orders.DialTrunk(leg_id):
            return [facts.LegRang(leg_id, now_ms)]
        case orders.HangUp(leg_id):
            return [facts.LegHungUp(leg_id, None, now_ms)]
        case _:
            return []


def _way_to(target: str) -> Plan:
    if is_extension(target):
        return StationPlan(Extension(target), SITE, 20, records=True)
    return TrunkPlan(E164(target), (TrunkOffer(TRUNK, 1, "simulated", (HOTLINE,)),), 1, 20, records=True)


def _answer_of(standing: Standing, look_up_id: str) -> facts.LookedUp:
    node = _flow_of(standing.call).nodes[visit_of(standing.call).node]
    wanted = node.answer if isinstance(node, LookUpNode) else {}
    answer = {name: value for name, value in standing.scene.answers.items() if name in wanted}
    problem = None if answer or not wanted else "not-simulated"
    return facts.LookedUp(look_up_id, answer, standing.now_ms + 200, problem)


def _facts_of(standing: Standing, word: str) -> Iterator[facts.Fact]:
    """Yield what a word for whoever is waited for means."""
    call, now_ms = standing.call, standing.now_ms + 1000
    if word == HANG_UP:
        yield facts.LegHungUp(CALLER, None, now_ms)
        return
    match standing.want:
        case Want.QUEUE:
            yield from _in_queue(call, word, now_ms)
        case Want.RING | Want.ACCEPT if call.attempts:
            leg_id = call.attempts[0].leg_id
            if standing.want is Want.ACCEPT:
                yield facts.DigitPressed(leg_id, word[:1] or "0", now_ms)
            elif word == "answered":
                yield facts.LegAnswered(leg_id, now_ms)
            else:
                yield facts.LegHungUp(leg_id, 480, now_ms)
        case Want.TALK:
            far = next((leg for leg in call.present if leg.leg_id != CALLER), None)
            leg_id = CALLER if word == "caller" or far is None else far.leg_id
            yield facts.LegHungUp(leg_id, None, now_ms + TALK_SECONDS * 1000)
        case Want.WORD if word not in ("", NOTHING) and not set(word) <= set("0123456789*#ABCD"):
            yield facts.Heard(CALLER, name_of(call, visit_of(call).asked), word, now_ms, 1.0)
        case _ if word in ("", NOTHING):
            yield from (
                facts.TimerFired(each.name, each.due_ms) for each in call.timers if each.name is TimerName.FLOW
            )
        case _:
            later = MESSAGE_SECONDS * 1000 if standing.want is Want.MESSAGE else 0
            yield from (facts.DigitPressed(CALLER, key, now_ms + later) for key in word)


def _in_queue(call: Call, word: str, now_ms: int) -> Iterator[facts.Fact]:
    assert call.waiting is not None
    if word != "answered":
        yield facts.NotQueued(call.waiting.queue_id, word, now_ms)
        return
    queue = Queue(call.tenant_id, call.waiting.queue_id)
    agent = Offered(AgentId("agent"), Seat(call.tenant_id, AGENT, SITE))
    yield facts.AgentOffered(queue, Offer(call.tenant_id, queue.queue_id, call.call_id, 1, now_ms, (agent,)), now_ms)
    # The leg that is dialled next.
    yield facts.LegAnswered(LegId(f"{call.call_id}-{max(call.legs_named, len(call.legs)) + 1}"), now_ms + 3000)


def _told(call: Call, order: orders.Order) -> Iterator[str]:
    match order:
        case orders.Answer():
            yield "answers"
        case orders.Play(leg_id, _, prompts, language):
            to = f"says ({language}):" if leg_id == CALLER else "says to who answered:"
            yield from (f"{to} {_words(prompt)}" for prompt in prompts)
        case orders.Listen(words=words):
            yield f"listens for {', '.join(words)}"
        case orders.KeepPlace(queue_id):
            yield f"keeps the place in {queue_id}"
        case orders.LookUp(url=url):
            yield f"asks {url}"
        case orders.LookAtQueue(queue_id):
            yield f"looks how `{queue_id}` stands"
        case orders.JoinQueue(queue_id, priority):
            yield f"waits in `{queue_id}`, priority {priority}"
        case orders.DialStation(_, extension, _, _, seconds):
            yield f"rings {extension} for {seconds} s"
        case orders.DialTrunk(_, number, _, _, seconds):
            yield f"rings {number} for {seconds} s"
        case orders.StartRecording(recording_id):
            yield f"records {recording_id}"
        case orders.HangUp(leg_id):
            yield "hangs up" if leg_id == CALLER else "lets the other go"


def _ending(standing: Standing) -> str:
    call, seconds = standing.call, (standing.now_ms - standing.scene.at_ms) // 1000
    assert call.ending is not None
    return f"over after {seconds} s: {call.ending.value} ({class_of(call.ending).value})"


def _words(prompt: Prompt) -> str:
    if isinstance(prompt, Speech):
        return f'"{" ".join(prompt.text) if prompt.digits else prompt.text}"'
    return f"<{prompt.prompt_id}>" if isinstance(prompt, Audio) else "<beep>"


def _milliseconds(prompt: Prompt) -> int:
    if isinstance(prompt, Speech):
        return len(prompt.text) * 1000 // CHARACTERS_A_SECOND
    return AUDIO_SECONDS * 1000 if isinstance(prompt, Audio) else prompt.milliseconds


def _clock(standing: Standing) -> str:
    """Return how long the call has lasted, and the node that it is at."""
    seconds = (standing.now_ms - standing.scene.at_ms) // 1000
    return f"{seconds // 60:02}:{seconds % 60:02} [{visit_of(standing.call).node}]"


def _flow_of(call: Call) -> Flow:
    assert isinstance(call.plan, FlowPlan)
    return call.plan.flow
