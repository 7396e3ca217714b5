"""A phone forgets its call, as a page does that is loaded anew: the room keeps the others until it is back."""

from callmodel import wire
from callmodel.callstate import CallState, LegRole
from callmodel.cdr import cdr_of
from callmodel.commands import facts_of
from callmodel.endings import Ending
from callmodel.facts import (
    ConsultAsked,
    LegAnswered,
    LegHeld,
    LegHungUp,
    ModeAsked,
    RejoinAsked,
    SuperviseAsked,
    TransferAsked,
)
from callmodel.ids import LegId
from callmodel.orders import DialStation, HangUp, Order
from callmodel.rooms import Mode
from callmodel.routing import plan_call
from callmodel.wantedroom import room_of
from tests.unit.callmodel.stories import (
    ACME,
    AGENT_LEG,
    ANA,
    BEN,
    CALL,
    CUSTOMER_LEG,
    DIRECTORY,
    RINGING,
    T0,
    TALKING,
    after,
)

THIRD, FOURTH = LegId(f"{CALL}-3"), LegId(f"{CALL}-4")
TO_ANA, TO_BEN = plan_call(DIRECTORY, ACME, ANA), plan_call(DIRECTORY, ACME, BEN)
LATER = T0 + 20_000
ASKED = RejoinAsked(TO_ANA, AGENT_LEG, LATER)


def seats(call):
    return {party.leg_id: party.mode for party in room_of(call).parties}


def of_kind(orders: list[Order], kind: type) -> list[Order]:
    return [order for order in orders if isinstance(order, kind)]


def test_the_customer_hears_music_while_the_phone_is_rung_anew_which_answers_by_itself():
    call, orders = after(TALKING, ASKED)

    [rung] = of_kind(orders, DialStation)
    assert (rung.leg_id, rung.extension, rung.answers) == (THIRD, ANA, True)
    assert seats(call) == {CUSTOMER_LEG: Mode.HOLDING, AGENT_LEG: Mode.HOLDING}
    call, orders = after(call, LegAnswered(THIRD, LATER + 900))
    assert of_kind(orders, HangUp) == [HangUp(AGENT_LEG, 200)]
    assert seats(call) == dict.fromkeys((CUSTOMER_LEG, THIRD), Mode.TALKING)
    call, orders = after(call, LegHungUp(AGENT_LEG, None, LATER + 910))
    assert (call.state, of_kind(orders, HangUp)) == (CallState.TALKING, [])


def test_the_room_keeps_the_customer_when_the_forgotten_leg_ends_first():
    call, orders = after(TALKING, ASKED, LegHungUp(AGENT_LEG, None, LATER + 10))

    assert (call.state, of_kind(orders, HangUp)) == (CallState.TALKING, [])
    assert seats(call) == {CUSTOMER_LEG: Mode.HOLDING}
    call, _ = after(call, LegAnswered(THIRD, LATER + 900))
    assert seats(call) == dict.fromkeys((CUSTOMER_LEG, THIRD), Mode.TALKING)


def test_the_party_is_back_as_who_it_was_and_the_record_knows_of_no_transfer():
    call, _ = after(TALKING, LegHeld(AGENT_LEG, T0 + 5_000), ASKED, LegAnswered(THIRD, LATER + 900))
    call, _ = after(call, LegHungUp(AGENT_LEG, None, LATER + 910))

    assert seats(call) == dict.fromkeys((CUSTOMER_LEG, THIRD), Mode.TALKING)
    call, _ = after(call, LegHungUp(THIRD, None, LATER + 9_000), LegHungUp(CUSTOMER_LEG, None, LATER + 9_010))
    record = cdr_of(call)
    assert (record.ending, record.transferred_by, record.extension) == (Ending.COMPLETED, None, ANA)
    assert [leg.role for leg in record.legs] == [LegRole.AGENT, LegRole.CUSTOMER, LegRole.AGENT]


def test_a_phone_that_does_not_answer_leaves_the_call_as_it_was_and_may_ask_again():
    call, orders = after(TALKING, ASKED, LegHungUp(THIRD, 480, LATER + 60_000))

    assert seats(call) == seats(TALKING)
    _, orders = after(call, RejoinAsked(TO_ANA, AGENT_LEG, LATER + 61_000))
    assert [order.leg_id for order in of_kind(orders, DialStation)] == [FOURTH]


def test_a_party_that_is_gone_altogether_ends_the_call():
    call, orders = after(TALKING, ASKED, LegHungUp(AGENT_LEG, None, LATER + 10))
    call, orders = after(call, LegHungUp(THIRD, 480, LATER + 60_000))

    assert of_kind(orders, HangUp) == [HangUp(CUSTOMER_LEG, 200)]
    assert call.ending is Ending.COMPLETED


def test_a_customer_who_does_not_wait_stops_the_ringing():
    call, _ = after(TALKING, ASKED, LegHungUp(AGENT_LEG, None, LATER + 10))
    call, orders = after(call, LegHungUp(CUSTOMER_LEG, None, LATER + 500))

    assert [order.leg_id for order in of_kind(orders, HangUp)] == [THIRD]


def test_a_consult_is_over_when_one_of_its_sides_forgets_it_and_nobody_is_handed_over():
    call, _ = after(TALKING, ConsultAsked(TO_BEN, AGENT_LEG, LATER - 9_000), LegAnswered(THIRD, LATER - 5_000), ASKED)

    assert seats(call) == dict.fromkeys((CUSTOMER_LEG, THIRD), Mode.TALKING) | {AGENT_LEG: Mode.HOLDING}
    call, _ = after(call, LegHungUp(AGENT_LEG, None, LATER + 10), LegAnswered(FOURTH, LATER + 900))
    assert seats(call) == dict.fromkeys((CUSTOMER_LEG, THIRD, FOURTH), Mode.TALKING)
    assert call.transferred_by is None


def test_a_supervisor_comes_back_as_quietly_as_they_went():
    listening, _ = after(
        TALKING,
        SuperviseAsked(TO_BEN, Mode.LISTENING, AGENT_LEG, LATER),
        LegAnswered(THIRD, LATER + 1_000),
        ModeAsked(THIRD, Mode.WHISPERING, LATER + 2_000, AGENT_LEG),
    )

    call, _ = after(listening, RejoinAsked(TO_BEN, THIRD, LATER + 3_000))
    assert seats(call) == seats(listening)
    call, _ = after(call, LegHungUp(THIRD, None, LATER + 3_010), LegAnswered(FOURTH, LATER + 4_000))

    back = call.leg_of(FOURTH)
    assert back is not None
    assert (back.role, back.mode, back.to) == (LegRole.SUPERVISOR, Mode.WHISPERING, AGENT_LEG)


def test_who_hands_over_or_is_not_in_the_call_is_not_rung():
    handing, _ = after(TALKING, TransferAsked(TO_BEN, AGENT_LEG, LATER))

    assert after(handing, ASKED) == (handing, [])
    assert after(RINGING, RejoinAsked(TO_ANA, CUSTOMER_LEG, LATER)) == (RINGING, [])
    again, _ = after(TALKING, ASKED)
    assert after(again, ASKED) == (again, [])


def test_the_order_means_the_leg_at_the_station_and_nobody_elses():
    order = wire.RejoinCall(CALL, ACME, ANA)

    [fact] = facts_of(order, TALKING, DIRECTORY, LATER)
    assert isinstance(fact, RejoinAsked)
    assert fact.leg_id == AGENT_LEG
    assert facts_of(wire.RejoinCall(CALL, ACME, BEN), TALKING, DIRECTORY, LATER) == []
