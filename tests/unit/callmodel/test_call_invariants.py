"""What must hold for any call, whatever befalls it in whatever order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from callmodel.callstate import Call, CallState
from callmodel.endings import Ending
from callmodel.facts import (
    ConsultAsked,
    ConsultStep,
    ConsultTurned,
    Fact,
    HangUpAsked,
    JoinAsked,
    LegAnswered,
    LegHeld,
    LegHungUp,
    LegRang,
    LegSentEarlyMedia,
    LegUnheld,
    ModeAsked,
    NodeLost,
    PickUpAsked,
    RecordingPauseAsked,
    ReleaseAsked,
    SpendStopped,
    SuperviseAsked,
    TransferAsked,
    TrunkGranted,
    TrunkRefused,
)
from callmodel.ids import LegId
from callmodel.orders import (
    Announce,
    ClaimTrunk,
    DialStation,
    DialTrunk,
    HangUp,
    Milestone,
    Order,
    ReleaseTrunk,
    SetRoom,
)
from callmodel.rooms import Mode
from callmodel.routing import plan_call
from tests.unit.callmodel.stories import (
    ACME,
    AGENT_LEG,
    BEN,
    CALL,
    CHEAP,
    CUSTOMER,
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
BEGINNINGS = [dialled(CUSTOMER), dialled(BEN), dialled("12"), asked_for(CUSTOMER), asked_for(BEN), customer_called()]

legs = st.sampled_from(USUAL_LEGS)
modes = st.sampled_from([Mode.TALKING, Mode.LISTENING, Mode.WHISPERING])
plans = st.sampled_from([plan_call(DIRECTORY, ACME, to) for to in (BEN, CUSTOMER, "12")])
facts = st.one_of(
    st.builds(TrunkGranted, legs, st.sampled_from([CHEAP, DEAR]), st.integers(0, 9), st.just(T0)),
    st.builds(TrunkRefused, legs, st.just(Ending.SPEND_LIMIT_REACHED), st.just(T0)),
    st.builds(LegRang, legs, st.just(T0)),
    st.builds(LegSentEarlyMedia, legs, st.just(T0)),
    st.builds(LegAnswered, legs, st.just(T0)),
    st.builds(LegHungUp, legs, st.sampled_from([None, 404, 408, 480, 486, 487, 503, 603]), st.just(T0)),
    st.builds(LegHeld, legs, st.just(T0)),
    st.builds(TransferAsked, plans, legs, st.just(T0), st.booleans()),
    st.builds(ConsultAsked, plans, legs, st.just(T0)),
    st.builds(JoinAsked, plans, legs, st.just(T0)),
    st.builds(PickUpAsked, plans, st.just(T0)),
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
