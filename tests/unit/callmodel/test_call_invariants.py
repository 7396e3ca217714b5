"""What must hold for any call, whatever befalls it in whatever order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from callmodel.callstate import Call, CallState
from callmodel.endings import Ending
from callmodel.facts import (
    Fact,
    HangUpAsked,
    LegAnswered,
    LegHeld,
    LegHungUp,
    LegRang,
    LegSentEarlyMedia,
    NodeLost,
    SpendStopped,
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
)
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

LEGS = [AGENT_LEG, *(LegId(f"{CALL}-{n}") for n in range(1, 6))]
BEGINNINGS = [dialled(CUSTOMER), dialled(BEN), dialled("12"), asked_for(CUSTOMER), asked_for(BEN), customer_called()]

legs = st.sampled_from(LEGS)
facts = st.one_of(
    st.builds(TrunkGranted, st.sampled_from([CHEAP, DEAR]), st.integers(0, 9), st.just(T0)),
    st.builds(TrunkRefused, st.just(Ending.SPEND_LIMIT_REACHED), st.just(T0)),
    st.builds(LegRang, legs, st.just(T0)),
    st.builds(LegSentEarlyMedia, legs, st.just(T0)),
    st.builds(LegAnswered, legs, st.just(T0)),
    st.builds(LegHungUp, legs, st.sampled_from([None, 404, 408, 480, 486, 487, 503, 603]), st.just(T0)),
    st.builds(LegHeld, legs, st.just(T0)),
    st.builds(TransferAsked, st.just(plan_call(DIRECTORY, ACME, BEN)), st.just(T0)),
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
    assert orders.count(Announce(Milestone.STARTED)) == 1
    assert orders.count(Announce(Milestone.ENDED)) == 1
    assert orders[-1] == Announce(Milestone.ENDED) or isinstance(orders[-1], ReleaseTrunk)


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(BEGINNINGS) - 1), st.lists(facts, max_size=14))
def test_no_trunk_channel_is_dialled_without_being_given_back(beginning, befallen):
    call, orders = lived(beginning, befallen)

    dialled_at = [(n, order.trunk_id) for n, order in enumerate(orders) if isinstance(order, DialTrunk)]
    for n, trunk_id in dialled_at:
        assert ReleaseTrunk(trunk_id) in orders[n:]
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
def test_a_call_asks_for_a_trunk_only_when_it_holds_none(beginning, befallen):
    call = BEGINNINGS[beginning][0]
    for fact in befallen:
        held = call.trunk_held
        call, orders = after(call, fact)
        released = any(isinstance(order, ReleaseTrunk) for order in orders)
        assert not any(isinstance(order, ClaimTrunk) for order in orders) or not held or released
