"""What must hold for any call, whatever befalls it in whatever order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from callmodel.agents import Seat
from callmodel.calls import Step
from callmodel.callstate import Call, CallState, TimerName
from callmodel.endings import Ending
from callmodel.facts import (
    AgentOffered,
    ConsultAsked,
    ConsultStep,
    ConsultTurned,
    DigitPressed,
    Fact,
    HangUpAsked,
    JoinAsked,
    LegAnswered,
    LegHeld,
    LegHungUp,
    LegRang,
    LegSentEarlyMedia,
    LegUnheld,
    LineLost,
    ModeAsked,
    NodeLost,
    NotQueued,
    PickUpAsked,
    Played,
    QueueAsked,
    Queued,
    RecordingPauseAsked,
    RejoinAsked,
    ReleaseAsked,
    SpendStopped,
    SuperviseAsked,
    TimerFired,
    TransferAsked,
    TrunkGranted,
    TrunkRefused,
)
from callmodel.flows.visit import Doing
from callmodel.ids import AgentId, LegId, PromptId, QueueId
from callmodel.offers import Offer, Offered, OfferEnd
from callmodel.orders import (
    Announce,
    ClaimTrunk,
    CloseOffer,
    DialStation,
    DialTrunk,
    HangUp,
    JoinQueue,
    LeaveQueue,
    Milestone,
    Order,
    Play,
    ReleaseTrunk,
    SetRoom,
    StopPlaying,
)
from callmodel.playback import playing_in
from callmodel.queues import Queue, SkillNeed
from callmodel.rooms import Mode
from callmodel.routing import plan_call
from callmodel.voice.facts import EarlyMediaMeasured
from tests.unit.callmodel.flows.flow_stories import called, text
from tests.unit.callmodel.stories import (
    ACME,
    AGENT_LEG,
    ANA,
    BEN,
    BRANCH,
    CALL,
    CHEAP,
    CUSTOMER,
    CUSTOMER_LEG,
    DEAR,
    DIRECTORY,
    T0,
    after,
    asked_for,
    customer_called,
    dialled,
)

LEGS = [AGENT_LEG, *(LegId(f"{CALL}-{n}") for n in range(1, 40))]
USUAL_LEGS = LEGS[:7]
NODES = {
    "menu": {
        "kind": "menu",
        "keys": {"1": "sales", "2": "number"},
        "otherwise": "bye",
        "prompts": text("Press one."),
    },
    "number": {
        "kind": "collect",
        "into": "number",
        "next": "billing",
        "otherwise": "bye",
        "prompts": text("Digits?"),
    },
    "sales": {"kind": "queue", "queues": [{"queue_id": "sales"}], "on": {"full": "billing"}, "otherwise": "bye"},
    "billing": {"kind": "queue", "queues": [{"queue_id": "billing"}], "otherwise": "menu"},
    "bye": {"kind": "hang_up", "prompts": text("Goodbye.")},
}


def whole(step: Step, *befallen: Fact) -> Step:
    """The call after the facts, with all orders from its beginning on."""
    call, orders = step
    for fact in befallen:
        call, more = after(call, fact)
        orders = [*orders, *more]
    return call, orders


BEGINNINGS = [
    dialled(CUSTOMER),
    dialled(BEN),
    dialled("12"),
    asked_for(CUSTOMER),
    asked_for(BEN),
    customer_called(),
    called(NODES),
    whole(called(NODES), DigitPressed(AGENT_LEG, "1", T0)),
    whole(called(NODES), *(DigitPressed(AGENT_LEG, key, T0) for key in "2###")),
]
QUEUES = [
    Queue(ACME, QueueId("sales"), longest_wait_seconds=300, comfort=(PromptId("sorry"),)),
    Queue(ACME, QueueId("billing"), announces_place=False, announce_every_seconds=None, needs=(SkillNeed("vat"),)),
]
SEATS = [Offered(AgentId(f"u-{name}"), Seat(ACME, name, BRANCH)) for name in (ANA, BEN)]

legs = st.sampled_from(USUAL_LEGS)
modes = st.sampled_from([Mode.TALKING, Mode.LISTENING, Mode.WHISPERING])
plans = st.sampled_from([plan_call(DIRECTORY, ACME, to) for to in (BEN, CUSTOMER, "12")])
moments = st.sampled_from([T0, T0 + 2_000, T0 + 40_000, T0 + 10_000_000])
queues = st.sampled_from(QUEUES)
queue_ids = st.sampled_from([queue.queue_id for queue in QUEUES])
plays = st.sampled_from([*(f"w{n}" for n in range(1, 5)), *(f"{CALL}-f{n}" for n in range(1, 6))])


@st.composite
def offers(draw: st.DrawFn) -> AgentOffered:
    """Old ones and new ones, for one agent or for both."""
    queue, token = draw(queues), draw(st.integers(1, 6))
    agents = tuple(SEATS if token % 3 == 0 else [SEATS[token % 2]])
    return AgentOffered(queue, Offer(ACME, queue.queue_id, CALL, token, T0, agents), draw(moments))


line_facts = st.one_of(
    st.builds(Queued, queues, st.integers(0, 3), st.sampled_from([None, 95.0]), moments),
    st.builds(NotQueued, queue_ids, st.sampled_from(["full", "unknown", "away"]), moments),
    offers(),
    st.builds(LineLost, moments),
    st.builds(Played, st.sampled_from([AGENT_LEG, CUSTOMER_LEG]), plays, moments, st.booleans()),
    st.builds(DigitPressed, st.sampled_from([AGENT_LEG, CUSTOMER_LEG]), st.sampled_from("12#*"), moments),
    st.builds(QueueAsked, queue_ids, legs, moments),
    st.builds(TimerFired, st.sampled_from(TimerName), moments),
)
leg_facts = st.one_of(
    st.builds(TrunkGranted, legs, st.sampled_from([CHEAP, DEAR]), st.integers(0, 9), st.just(T0)),
    st.builds(TrunkRefused, legs, st.just(Ending.SPEND_LIMIT_REACHED), st.just(T0)),
    st.builds(LegRang, legs, st.just(T0)),
    st.builds(LegSentEarlyMedia, legs, st.just(T0)),
    st.builds(EarlyMediaMeasured, legs, st.booleans(), st.just(T0)),
    st.builds(LegAnswered, legs, st.just(T0)),
    st.builds(LegHungUp, legs, st.sampled_from([None, 404, 408, 480, 486, 487, 503, 603]), st.just(T0)),
    st.builds(LegHeld, legs, st.just(T0)),
    st.builds(TransferAsked, plans, legs, st.just(T0), st.booleans()),
    st.builds(ConsultAsked, plans, legs, st.just(T0)),
    st.builds(JoinAsked, plans, legs, st.just(T0)),
    st.builds(PickUpAsked, plans, st.just(T0)),
    st.builds(RejoinAsked, plans, legs, st.just(T0)),
    st.builds(SuperviseAsked, plans, modes, legs, st.just(T0)),
    st.builds(ConsultTurned, st.sampled_from(ConsultStep), st.just(T0)),
    st.builds(ModeAsked, legs, modes, st.just(T0), legs),
    st.builds(ReleaseAsked, legs, st.just(T0)),
    st.builds(RecordingPauseAsked, st.booleans(), st.just(T0)),
    st.builds(LegUnheld, legs, st.just(T0)),
    st.builds(HangUpAsked, st.just(T0)),
    st.builds(NodeLost, st.just(T0)),
    st.builds(SpendStopped, st.just(T0)),
)
facts = st.one_of(leg_facts, line_facts)


def lived(beginning: int, befallen: list[Fact]) -> tuple[Call, list[Order]]:
    """A call to its end: after all the facts, whatever legs are left are hung up."""
    call, given_orders = BEGINNINGS[beginning]
    orders = list(given_orders)
    for fact in [*befallen, HangUpAsked(T0), *(LegHungUp(leg, None, T0) for leg in LEGS)]:
        call, more = after(call, fact)
        orders += more
    return call, orders


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(BEGINNINGS) - 1), st.lists(facts, max_size=14))
def test_every_call_ends_with_exactly_one_cdr_and_no_leg_alive(beginning, befallen):
    call, orders = lived(beginning, befallen)

    assert call.state is CallState.ENDED
    assert not call.live_legs
    assert call.ending is not None
    told = [order for order in orders if isinstance(order, Announce)]
    assert [order.version for order in told] == list(range(1, call.version + 1))
    assert told[0].milestone is Milestone.STARTED
    assert [order.milestone for order in told].count(Milestone.ENDED) == 1
    assert told[-1].milestone is Milestone.ENDED


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(BEGINNINGS) - 1), st.lists(facts, max_size=14))
def test_no_trunk_channel_is_dialled_without_being_given_back(beginning, befallen):
    call, orders = lived(beginning, befallen)

    for n, order in enumerate(orders):
        if isinstance(order, DialTrunk):
            assert orders[n:].count(ReleaseTrunk(order.leg_id, order.trunk_id)) == 1
    assert not call.trunk_held


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(BEGINNINGS) - 1), st.lists(facts, max_size=14))
def test_every_leg_that_was_made_was_ended_by_itself_or_by_order(beginning, befallen):
    call, given_orders = BEGINNINGS[beginning]
    orders, gone = list(given_orders), set()
    for fact in [*befallen, HangUpAsked(T0)]:
        gone |= {fact.leg_id} if isinstance(fact, LegHungUp) else set()
        gone |= set(LEGS) if isinstance(fact, NodeLost) else set()
        call, more = after(call, fact)
        orders += more

    made = {order.leg_id for order in orders if isinstance(order, DialTrunk | DialStation)}
    told = {order.leg_id for order in orders if isinstance(order, HangUp)}
    assert made <= told | gone


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(BEGINNINGS) - 1), st.lists(facts, max_size=10))
def test_an_attempt_asks_for_a_trunk_only_when_it_holds_none(beginning, befallen):
    call = BEGINNINGS[beginning][0]
    held, claimed = set(), []
    for fact in befallen:
        call, orders = after(call, fact)
        for order in orders:
            if isinstance(order, ClaimTrunk):
                assert order.attempt not in held
                claimed.append(order)
            if isinstance(order, DialTrunk):
                held |= {claim.attempt for claim in claimed if claim.leg_id == order.leg_id}
            if isinstance(order, ReleaseTrunk):
                held -= {claim.attempt for claim in claimed if claim.leg_id == order.leg_id}


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(BEGINNINGS) - 1), st.lists(facts, max_size=14))
def test_rooms_hold_only_who_is_there_and_nobody_holds_alone(beginning, befallen):
    call = BEGINNINGS[beginning][0]
    for fact in befallen:
        call, orders = after(call, fact)
        for order in orders:
            if isinstance(order, SetRoom):
                seated = [party.leg_id for party in order.room.parties]
                assert len(seated) == len(set(seated))
                assert all(leg.is_live for leg in map(call.leg_of, seated) if leg is not None)
                assert all(call.leg_of(leg_id) for leg_id in seated)
        present = call.present if call.state is CallState.TALKING else ()
        if present and not call.attempts and len(present) > 1:
            assert any(leg.mode is Mode.TALKING for leg in present)


BEGUN = st.integers(0, len(BEGINNINGS) - 1)
IN_LINES = st.one_of(st.integers(5, len(BEGINNINGS) - 1), BEGUN)
BEFALLEN = st.lists(st.one_of(line_facts, facts), max_size=18)


def steps(beginning: int, befallen: list[Fact]) -> list[tuple[Call, list[Order]]]:
    """The call after each fact, to its end, with the orders that followed."""
    call, orders = BEGINNINGS[beginning]
    found = [(call, orders)]
    for fact in [*befallen, HangUpAsked(T0), *(LegHungUp(leg, None, T0) for leg in LEGS)]:
        call, orders = after(call, fact)
        found.append((call, orders))
    return found


@settings(max_examples=150, deadline=None)
@given(IN_LINES, BEFALLEN)
def test_whoever_got_in_line_leaves_it_once_answered_or_not(beginning, befallen):
    in_line: dict[QueueId, bool] = {}
    for call, orders in steps(beginning, befallen):
        for order in orders:
            match order:
                case JoinQueue(queue_id):
                    in_line[queue_id] = True
                case LeaveQueue(queue_id) | CloseOffer(queue_id, _, _, OfferEnd.ANSWERED):
                    assert in_line.get(queue_id), "left a line that it was not in"
                    in_line[queue_id] = False
        waits_for = call.waiting.queue_id if call.waiting is not None else None
        assert [queue_id for queue_id, stands in in_line.items() if stands] == [waits_for] * (waits_for is not None)


@settings(max_examples=150, deadline=None)
@given(IN_LINES, BEFALLEN)
def test_every_offer_that_was_taken_is_closed_in_one_way_or_superseded(beginning, befallen):
    taken: set[tuple[AgentId, int]] = set()
    ends: dict[tuple[AgentId, int], OfferEnd] = {}
    answered: set[int] = set()
    newest = 0
    for call, orders in steps(beginning, befallen):
        rung = call.waiting.rung if call.waiting is not None else ()
        taken |= {(each.agent_id, each.token) for each in rung}
        newest = max([newest, *(each.token for each in rung)])
        for order in orders:
            if isinstance(order, CloseOffer) and (order.agent_id, order.token) in taken:
                first = ends.setdefault((order.agent_id, order.token), order.end)
                assert order.end in (first, OfferEnd.WITHDRAWN)
                answered |= {order.token} if order.end is OfferEnd.ANSWERED else set()
    for agent_id, token in taken - ends.keys():
        assert token in answered or token < newest, f"{agent_id} is reserved for nobody"


@settings(max_examples=150, deadline=None)
@given(IN_LINES, BEFALLEN)
def test_nobody_is_rung_twice_at_once_nor_after_the_end(beginning, befallen):
    for call, _ in steps(beginning, befallen):
        rung = call.waiting.rung if call.waiting is not None else ()
        assert len({each.agent_id for each in rung}) == len(rung)
        assert {each.leg_id for each in rung} <= {each.leg_id for each in call.attempts}
        assert len({each.token for each in rung}) <= 1


@settings(max_examples=150, deadline=None)
@given(IN_LINES, BEFALLEN)
def test_whoever_waits_has_a_clock(beginning, befallen):
    for call, _ in steps(beginning, befallen):
        set_now = {timer.name for timer in call.timers}
        if (
            call.state is CallState.IN_FLOW
            and call.visit is not None
            and call.visit.doing in (Doing.SAYING, Doing.AWAITING)
        ):
            assert TimerName.FLOW in set_now
        queue = call.waiting.queue if call.waiting is not None else None
        if queue is not None and queue.longest_wait_seconds is not None:
            assert TimerName.LONGEST_WAIT in set_now
        if call.state is CallState.ENDED:
            assert call.waiting is None and playing_in(call) is None


@settings(max_examples=150, deadline=None)
@given(IN_LINES, BEFALLEN)
def test_nobody_hears_a_prompt_and_talk_at_once(beginning, befallen):
    played: dict[LegId, str] = {}
    facts_so_far = [None, *befallen]
    for place, (call, orders) in enumerate(steps(beginning, befallen)):
        fact = facts_so_far[place] if place < len(facts_so_far) else None
        if isinstance(fact, Played) and played.get(fact.leg_id) == fact.play_id:
            del played[fact.leg_id]
        for order in orders:
            match order:
                case Play(leg_id, play_id):
                    played[leg_id] = play_id
                case StopPlaying(leg_id, play_id) if played.get(leg_id) == play_id:
                    del played[leg_id]
                case SetRoom(room):
                    assert not played.keys() & set(room.of(Mode.TALKING))
        if (now := playing_in(call)) is not None:
            assert played.get(now[0]) == now[1], "waits for the end of what nobody plays"
