"""What must hold for any flow, whatever befalls its call in whatever order."""

import json
import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from callmodel.agents import Seat
from callmodel.calls import Step
from callmodel.callstate import Call, CallState, Phase, Timer, TimerName
from callmodel.cdr import cdr_of
from callmodel.codec import from_wire, to_wire
from callmodel.endings import Ending
from callmodel.facts import (
    AgentOffered,
    ConsultAsked,
    DigitPressed,
    Fact,
    HangUpAsked,
    Heard,
    LegAnswered,
    LegHungUp,
    LegRang,
    LookedUp,
    NotQueued,
    Played,
    QueueAsked,
    Queued,
    QueueSeen,
    ReleaseAsked,
    SpendStopped,
    SuperviseAsked,
    TimerFired,
    TransferAsked,
    TrunkGranted,
    TrunkRefused,
    WayFound,
)
from callmodel.flowing import MOST_STEPS
from callmodel.flows.validating import problems_of
from callmodel.flows.visit import Doing
from callmodel.flows.ways import reached
from callmodel.ids import AgentId, LegId, QueueId
from callmodel.offers import Offer, Offered
from callmodel.orders import Announce, DialStation, DialTrunk, HangUp, Milestone, Order, SetRoom
from callmodel.queues import OverflowWhen, Queue
from callmodel.rooms import Mode
from callmodel.routing import plan_call
from tests.unit.callmodel.flows.flow_stories import CALLER, after, called, directory_with, flow_of
from tests.unit.callmodel.stories import ACME, ANA, BEN, BRANCH, CALL, CHEAP, DEAR, DIRECTORY, T0

MOBILE, QUEUE = "+8613900001111", "sales"
LEGS = [CALLER, *(LegId(f"{CALL}-{number}") for number in range(1, 40))]
SAID = st.sampled_from([[], [{"text": "Hello {caller}"}], [{"prompt_id": "jingle"}, {"text": "42", "digits": True}]])
SECRET = "7391"
EXAMPLES = int(os.environ.get("FLOW_EXAMPLES", "40"))
"""More are tried by hand, as after a change of the interpreter: they take a second for ten."""

# -- any valid flow: ways lead on to later nodes; back only by a key, or so many times


def node_of(index: int, names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    later, anywhere = st.sampled_from(names[index + 1 :]), st.sampled_from(names)
    # So every node is reached.
    onward = st.just(names[min(index + 1, len(names) - 1)])
    said = SAID.filter(bool)
    conditions = st.sampled_from(
        [
            {"kind": "data", "name": "caller", "matches": "[+]86[0-9]*"},
            {"kind": "caller", "vip": True},
            {"kind": "calendar"},
            {"kind": "queue", "queue_id": QUEUE, "measure": "waiting", "at_most": 3},
        ]
    )
    cases = st.lists(st.fixed_dictionaries({"when": st.lists(conditions, max_size=2), "next": later}), min_size=1)
    rules = st.lists(
        st.builds(
            lambda when, to: {"when": when.value, "next": to, "threshold": 30}, st.sampled_from(OverflowWhen), later
        ),
        unique_by=lambda rule: rule["when"],
    )
    steps = st.lists(
        st.sampled_from(
            [{"to": BEN}, {"to": MOBILE}, {"to": MOBILE, "confirm": False}, {"to": BEN, "confirm": True}]
        ),
        min_size=1,
        max_size=3,
    )
    kinds: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "play": {"prompts": SAID, "next": onward},
        "menu": {"prompts": SAID, "keys": st.fixed_dictionaries({"1": anywhere, "23": later}), "otherwise": onward},
        "collect": {
            "into": st.just("digits"), "prompts": said, "next": later, "otherwise": onward,
            "hidden": st.just(True), "least": st.just(4), "most": st.just(6),
        },
        "listen": {
            "prompts": said, "words": st.fixed_dictionaries({"en": st.fixed_dictionaries({"yes": anywhere})}),
            "otherwise": onward,
        },
        "survey": {"into": st.just("mark"), "prompts": said, "next": onward},
        "look_up": {
            "url": st.just("https://crm.example/"), "next": later, "otherwise": onward,
            "fields": st.sampled_from([{}, {"number": "{caller}"}]), "answer": st.just({"tier": "tier"}),
        },
        "branch": {"cases": cases, "otherwise": onward},
        "set": {"next": onward, "priority": st.integers(0, 10), "data": st.just({"tier": "gold"})},
        "repeat": {"times": st.integers(1, 3), "next": anywhere, "otherwise": onward},
        "queue": {
            "queues": st.just([{"queue_id": QUEUE}]), "otherwise": onward, "overflow": rules, "prompts": SAID,
            "after": st.one_of(st.none(), later),
        },
        "ring": {"steps": steps, "otherwise": onward, "prompts": SAID, "after": st.one_of(st.none(), later)},
        "transfer": {"to": st.just(MOBILE), "otherwise": onward},
        "call_back": {"queue_id": st.just(QUEUE), "next": later, "otherwise": onward},
        "voicemail": {"mailbox": st.just("sales"), "prompts": SAID, "thanks": SAID},
        "hang_up": {"prompts": SAID},
    }  # fmt: skip
    last = index == len(names) - 1
    fitting_here = sorted(kind for kind in kinds if (kind in ("voicemail", "hang_up")) is last)
    return st.sampled_from(fitting_here).flatmap(
        lambda kind: st.fixed_dictionaries({"kind": st.just(kind), **kinds[kind]})
    )


@st.composite
def flows(draw: st.DrawFn) -> dict[str, Any]:
    names = [f"n{number}" for number in range(draw(st.integers(2, 7)))]
    nodes = {name: draw(node_of(index, names)) for index, name in enumerate(names)}
    there = reached(flow_of(nodes))
    return {name: node for name, node in nodes.items() if name in there}


# -- what may befall a call: what fits it now, and what does not

legs = st.sampled_from(LEGS[:8])
queue = QueueId(QUEUE)
AGENT = Offered(AgentId("u-ana"), Seat(ACME, ANA, BRANCH))


def fitting(call: Call, number: int) -> Fact:
    """A fact that the call waits for."""
    asked = f"{call.call_id}-f{call.visit.asked if call.visit else 0}"
    timer = next(iter(call.timers), Timer(TimerName.FLOW, T0))
    leg_id = call.attempts[0].leg_id if call.attempts else LEGS[2]
    target = [BEN, MOBILE][number % 2]
    rings: list[Fact] = [
        TrunkGranted(leg_id, CHEAP, 0, T0),
        LegRang(leg_id, T0),
        LegAnswered(leg_id, T0),
        LegHungUp(leg_id, 480, T0),
        LegHungUp(leg_id, 503, T0),
        TrunkRefused(leg_id, Ending.NO_TRUNK, T0),
    ]
    far = next((leg.leg_id for leg in call.present if leg.leg_id != CALLER), LEGS[2])
    known = Queue(ACME, queue)
    waits: dict[object, list[Fact]] = {
        Doing.SAYING: [Played(CALLER, asked, T0), Played(CALLER, asked, T0, failed=True)],
        Doing.AWAITING: [DigitPressed(CALLER, key, T0) for key in "12345#"],
        Doing.LISTENING: [Heard(CALLER, asked, "yes", T0, 1.0), Heard(CALLER, asked, None, T0)],
        Doing.LOOKING: [QueueSeen(queue, 2, 1, 1, 0.0, 40.0, T0), QueueSeen(queue, 0, 0, 0, 0.0, None, T0)],
        Doing.ASKING: [LookedUp(asked, {"tier": "gold"}, T0), LookedUp(asked, {}, T0, "timeout")],
        Doing.FINDING: [
            WayFound(target, plan_call(DIRECTORY, ACME, target), T0),
            WayFound(target, plan_call(DIRECTORY, ACME, "7777"), T0),
        ],
        Doing.RINGING: rings,
        Doing.CONFIRMING: [DigitPressed(leg_id, key, T0) for key in "19"] + [LegHungUp(leg_id, None, T0)],
        Doing.RECORDING: [DigitPressed(CALLER, "#", T0 + 5_000)],
        Phase.WAITING: [
            NotQueued(queue, ["full", "waited"][number % 2], T0),
            Queued(known, 7, 40.0, T0),
            Queued(known, 0, None, T0),
            AgentOffered(known, Offer(ACME, queue, CALL, number, T0, (AGENT,)), T0),
            *rings,
        ],
        Phase.TALKING: [LegHungUp(far, None, T0), LegHungUp(CALLER, None, T0)],
    }
    doing = call.visit.doing if call.visit is not None and call.phase is Phase.IN_FLOW else None
    makers = [*waits.get(doing or call.phase, []), TimerFired(timer.name, timer.due_ms)]
    return makers[number // 2 % len(makers)]


plans = st.sampled_from([plan_call(DIRECTORY, ACME, to) for to in (BEN, MOBILE, "12")])
stray = st.one_of(
    st.builds(TrunkGranted, legs, st.sampled_from([CHEAP, DEAR]), st.integers(0, 9), st.just(T0)),
    st.builds(TrunkRefused, legs, st.just(Ending.NO_TRUNK), st.just(T0)),
    st.builds(LegRang, legs, st.just(T0)),
    st.builds(LegAnswered, legs, st.just(T0)),
    st.builds(LegHungUp, st.sampled_from(LEGS[1:8]), st.sampled_from([None, 480, 503]), st.just(T0)),
    st.builds(Played, legs, st.sampled_from([f"{CALL}-f1", "p1"]), st.just(T0)),
    st.builds(Heard, legs, st.just(f"{CALL}-f2"), st.sampled_from(["yes", None]), st.just(T0)),
    st.builds(TimerFired, st.sampled_from(TimerName), st.integers(T0, T0 + 10**9)),
    st.builds(DigitPressed, legs, st.sampled_from("0123456789*#A"), st.just(T0)),
    st.builds(TransferAsked, plans, legs, st.just(T0)),
    st.builds(ConsultAsked, plans, legs, st.just(T0)),
    st.builds(QueueAsked, st.just(queue), legs, st.just(T0)),
    st.builds(SuperviseAsked, plans, st.just(Mode.LISTENING), legs, st.just(T0)),
    st.builds(ReleaseAsked, legs, st.just(T0)),
    st.just(SpendStopped(T0)),
)
befallen = st.lists(
    st.one_of(st.integers(1, 10_000), st.integers(1, 10_000), st.sampled_from([f"{SECRET}#", "1", "23", "9"]), stray),
    min_size=6,
    max_size=30,
)


def lived(nodes: dict[str, Any], happened: list[Any]) -> list[tuple[Call, list[Order]]]:
    """The steps of a call: what happened, then its end, in which all legs are hung up."""
    return lived_on(called(nodes), happened)


def lived_on(step: Step, happened: list[Any]) -> list[Step]:
    steps = [step]
    for each in happened:
        call = steps[-1][0]
        if isinstance(each, str):
            told: list[Fact] = [DigitPressed(CALLER, key, T0) for key in each]
        else:
            told = [fitting(call, each) if isinstance(each, int) else each]
        steps += [after((steps[-1][0] if number == 0 else call, []), fact) for number, fact in enumerate(told[:1])]
        for fact in told[1:]:
            steps.append(after(steps[-1], fact))
    for fact in (HangUpAsked(T0), *(LegHungUp(leg, None, T0) for leg in LEGS)):
        steps.append(after(steps[-1], fact))
    return steps


@settings(max_examples=EXAMPLES, deadline=None)
@given(flows(), befallen)
def test_every_call_in_a_flow_ends_with_one_cdr_and_no_leg_alive(nodes, happened):
    assert problems_of(flow_of(nodes)) == []
    steps = lived(nodes, happened)
    call = steps[-1][0]

    assert call.state is CallState.ENDED
    assert call.ending is not None
    assert not call.live_legs
    assert not call.trunk_held
    told = [order.milestone for _, orders in steps for order in orders if isinstance(order, Announce)]
    assert told.count(Milestone.ENDED) == 1
    assert told[-1] is Milestone.ENDED
    assert cdr_of(call).flow_id == "hotline"


@settings(max_examples=EXAMPLES, deadline=None)
@given(flows(), befallen)
def test_no_caller_is_left_waiting_for_nothing(nodes, happened):
    for call, _ in lived(nodes, happened):
        if call.phase in (Phase.IN_FLOW, Phase.WAITING, Phase.TALKING):
            waits = any(timer.name is TimerName.FLOW for timer in call.timers)
            assert waits is (call.phase is Phase.IN_FLOW)


@settings(max_examples=EXAMPLES, deadline=None)
@given(flows(), befallen)
def test_whoever_was_dialled_by_a_flow_is_let_go(nodes, happened):
    steps = lived(nodes, happened)
    orders = [order for _, given_orders in steps for order in given_orders]
    gone = {leg.leg_id for leg in steps[-1][0].legs if not leg.is_live}

    assert {order.leg_id for order in orders if isinstance(order, DialStation | DialTrunk)} <= gone
    for call, given_orders in steps:
        for order in given_orders:
            if isinstance(order, SetRoom):
                seated = [party.leg_id for party in order.room.parties]
                assert len(seated) == len(set(seated))
                assert all(leg is not None and leg.is_live for leg in map(call.leg_of, seated))


@settings(max_examples=EXAMPLES, deadline=None)
@given(flows(), befallen)
def test_hidden_digits_are_nowhere_but_in_the_visit(nodes, happened):
    for call, orders in lived(nodes, happened):
        assert SECRET not in repr(cdr_of(call))
        assert SECRET not in repr(orders)
        assert SECRET not in repr(call)
        if call.visit is not None:
            assert SECRET not in json.dumps(to_wire(call.visit.written_down()))
        if call.phase is not Phase.IN_FLOW and call.visit is not None:
            assert (call.visit.digits, call.visit.hidden) == ("", {})


@settings(max_examples=EXAMPLES, deadline=None)
@given(flows(), befallen)
def test_call_in_a_flow_comes_back_from_its_journal_as_it_went(nodes, happened):
    for call, _ in lived(nodes, happened):
        assert from_wire(Call, json.loads(json.dumps(to_wire(call)))) == call


@settings(max_examples=EXAMPLES, deadline=None)
@given(flows(), st.booleans())
def test_silent_caller_in_a_valid_flow_comes_to_an_end(nodes, helpful):
    """Nobody presses a key, queues take nobody, nobody answers: it ends by itself, and not for going in circles."""
    step = called(nodes)
    for _ in range(MOST_STEPS):
        call = step[0]
        if call.phase in (Phase.ENDING, Phase.ENDED):
            break
        if call.phase is Phase.WAITING:
            fact: Fact = NotQueued(queue, "unknown" if helpful else "waited", T0)
        else:
            timer = next(timer for timer in call.timers if timer.name is TimerName.FLOW)
            fact = played_or(call, timer.due_ms) if helpful else TimerFired(TimerName.FLOW, timer.due_ms)
        step = after(step, fact)

    assert step[0].ending not in (None, Ending.FLOW_FAILED)
    assert HangUp(CALLER, 200) in step[1] or step[0].ending is Ending.REJECTED


def played_or(call: Call, due_ms: int) -> Fact:
    """The prompt is over if one is played; else the time is."""
    assert call.visit is not None and call.visit.doing is not None
    if call.visit.doing.value == "saying":
        return Played(CALLER, f"{call.call_id}-f{call.visit.asked}", T0)
    return TimerFired(TimerName.FLOW, due_ms)


TALK: dict[str, Any] = {
    "queue": {"kind": "queue", "queues": [{"queue_id": QUEUE}], "otherwise": "bye", "after": "ask"},
    "ask": {"kind": "survey", "into": "mark", "prompts": [{"text": "How was it?"}], "next": "ring"},
    "ring": {"kind": "ring", "steps": [{"to": BEN}, {"to": MOBILE}], "otherwise": "bye", "after": "bye"},
    "bye": {"kind": "hang_up", "prompts": [{"text": "Goodbye."}]},
}
OFFER = AgentOffered(Queue(ACME, queue), Offer(ACME, queue, CALL, 1, T0, (AGENT,)), T0)
TALKING = after(called(TALK), OFFER, LegAnswered(LEGS[2], T0))


@settings(max_examples=2 * EXAMPLES, deadline=None)
@given(befallen)
def test_talk_that_a_flow_led_to_ends_with_one_cdr_and_no_leg_alive(happened):
    steps = lived_on(TALKING, happened)
    call = steps[-1][0]

    assert TALKING[0].state is CallState.TALKING
    assert (call.state, call.live_legs, call.trunk_held) == (CallState.ENDED, (), False)
    told = [order.milestone for _, orders in steps for order in orders if isinstance(order, Announce)]
    assert told.count(Milestone.ENDED) == 1
    for each, _ in steps:
        if each.phase in (Phase.IN_FLOW, Phase.WAITING, Phase.TALKING):
            waits = any(timer.name is TimerName.FLOW for timer in each.timers)
            assert waits is (each.phase is Phase.IN_FLOW)


# -- any flow whatever, valid or not: shapes that the reader takes

wild = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.integers(0, 2).flatmap(lambda index: node_of(index, ["a", "b", "c", "gone"])),
    min_size=1,
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(wild, befallen)
def test_call_in_a_flow_that_is_not_well_ends_all_the_same(nodes, happened):
    call, _ = lived(nodes, happened)[-1]

    assert call.state is CallState.ENDED
    assert call.visit is None or call.visit.steps <= MOST_STEPS + 1


def test_directory_knows_the_flow_of_the_number():
    flow = flow_of({"a": {"kind": "hang_up"}})

    assert directory_with(flow).flow_of(ACME, flow.flow_id) == flow
