"""A call of many parties: hold, transfer, consult, conference, pick-up, supervision, each told as a story."""

from dataclasses import replace

import pytest

from callmodel.calls import Step, advance
from callmodel.callstate import Call, CallState, LegRole
from callmodel.cdr import cdr_of
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
    ModeAsked,
    NodeLost,
    PickUpAsked,
    RecordingPauseAsked,
    ReleaseAsked,
    SuperviseAsked,
    TransferAsked,
    TrunkGranted,
    TrunkRefused,
)
from callmodel.ids import E164, Extension, LegId, SiteId
from callmodel.orders import (
    ClaimTrunk,
    DialStation,
    DialTrunk,
    HangUp,
    Order,
    PauseRecording,
    ReleaseTrunk,
    ReportTransfer,
    SetRoom,
)
from callmodel.rooms import Mode, Party, Room
from callmodel.routing import StationPlan, TrunkPlan, plan_call
from callmodel.talking import MOST_PARTIES
from callmodel.wantedroom import room_of
from tests.unit.callmodel.stories import (
    ACME,
    AGENT_LEG,
    ANA,
    BEN,
    CALL,
    CHEAP,
    CLAIMING,
    CUSTOMER_LEG,
    DEAR,
    DIRECTORY,
    RINGING,
    T0,
    TALKING,
    after,
    customer_called,
    dialled,
)

MOBILE = E164("+8613900001111")
THIRD = LegId(f"{CALL}-3")
FOURTH = LegId(f"{CALL}-4")
TO_BEN = plan_call(DIRECTORY, ACME, BEN)
TO_MOBILE = plan_call(DIRECTORY, ACME, MOBILE)
NOWHERE = plan_call(DIRECTORY, ACME, "12")
LATER = T0 + 20_000


def of_kind(orders: list[Order], *kinds: type) -> list[Order]:
    return [order for order in orders if isinstance(order, kinds)]


def seats(call: Call) -> dict[LegId, Mode]:
    """Who does what in the room that the call wants."""
    return {party.leg_id: party.mode for party in room_of(call).parties}


def told(call: Call, *facts: Fact) -> Step:
    """The call after the facts, and all orders on the way."""
    orders: list[Order] = []
    for fact in facts:
        call, more = advance(call, fact)
        orders += more
    return call, orders


CONSULTING = after(TALKING, ConsultAsked(TO_BEN, AGENT_LEG, LATER))[0]
CONSULTED = after(CONSULTING, LegAnswered(THIRD, LATER + 2_000))[0]


def test_a_consult_lets_the_customer_hold_while_the_colleague_is_rung():
    call, orders = after(TALKING, ConsultAsked(TO_BEN, AGENT_LEG, LATER))

    assert of_kind(orders, DialStation) == [DialStation(THIRD, BEN, "hq", ANA, 60)]
    assert seats(call) == {CUSTOMER_LEG: Mode.HOLDING, AGENT_LEG: Mode.RINGBACK}
    assert seats(CONSULTED) == {CUSTOMER_LEG: Mode.HOLDING, AGENT_LEG: Mode.TALKING, THIRD: Mode.TALKING}


def turned(step: ConsultStep) -> Step:
    return after(CONSULTED, ConsultTurned(step, LATER + 9_000))


def test_who_holds_and_who_talks_can_be_swapped_and_back():
    call, _ = turned(ConsultStep.SWAP)
    assert seats(call) == {CUSTOMER_LEG: Mode.TALKING, AGENT_LEG: Mode.TALKING, THIRD: Mode.HOLDING}

    again, _ = after(call, ConsultTurned(ConsultStep.SWAP, LATER + 10_000))
    assert seats(again) == seats(CONSULTED)


def test_a_completed_consult_leaves_the_customer_with_the_colleague():
    call, orders = turned(ConsultStep.COMPLETE)

    assert of_kind(orders, HangUp) == [HangUp(AGENT_LEG, 200)]
    assert seats(call) == {CUSTOMER_LEG: Mode.TALKING, THIRD: Mode.TALKING}
    call, _ = after(call, LegHungUp(AGENT_LEG, None, LATER + 9_010))
    assert (call.state, call.transferred_by) == (CallState.TALKING, ANA)


def test_a_cancelled_consult_brings_the_customer_back_to_the_agent():
    call, orders = turned(ConsultStep.CANCEL)

    assert of_kind(orders, HangUp) == [HangUp(THIRD, 200)]
    assert seats(call) == {CUSTOMER_LEG: Mode.TALKING, AGENT_LEG: Mode.TALKING}


def test_a_consult_becomes_a_conference():
    call, _ = turned(ConsultStep.CONFERENCE)

    assert seats(call) == dict.fromkeys((CUSTOMER_LEG, AGENT_LEG, THIRD), Mode.TALKING)
    call, orders = after(call, LegHungUp(AGENT_LEG, None, LATER + 20_000))
    assert seats(call) == dict.fromkeys((CUSTOMER_LEG, THIRD), Mode.TALKING)
    assert of_kind(orders, HangUp) == []


@pytest.mark.parametrize("gone", [THIRD, AGENT_LEG, CUSTOMER_LEG])
def test_whoever_leaves_a_consult_leaves_two_who_talk(gone):
    call, orders = after(CONSULTED, LegHungUp(gone, None, LATER + 5_000))

    assert call.state is CallState.TALKING
    assert seats(call) == dict.fromkeys({THIRD, AGENT_LEG, CUSTOMER_LEG} - {gone}, Mode.TALKING)
    assert of_kind(orders, HangUp) == []


def test_a_colleague_who_does_not_come_brings_the_customer_back():
    call, orders = after(CONSULTING, LegRang(THIRD, LATER + 200), LegHungUp(THIRD, 486, LATER + 900))

    assert seats(call) == {CUSTOMER_LEG: Mode.TALKING, AGENT_LEG: Mode.TALKING}
    assert of_kind(orders, HangUp) == []


def test_a_consult_given_up_while_it_rings_stops_the_ringing():
    call, orders = after(CONSULTING, ConsultTurned(ConsultStep.CANCEL, LATER + 900))

    assert of_kind(orders, HangUp) == [HangUp(THIRD, 487)]
    assert seats(call) == {CUSTOMER_LEG: Mode.TALKING, AGENT_LEG: Mode.TALKING}
    call, orders = after(call, LegAnswered(THIRD, LATER + 901))
    assert of_kind(orders, HangUp) == [HangUp(THIRD, 200)]
    assert seats(call) == {CUSTOMER_LEG: Mode.TALKING, AGENT_LEG: Mode.TALKING}


@pytest.mark.parametrize(
    "fact", [ConsultTurned(ConsultStep.COMPLETE, LATER + 900), LegHungUp(AGENT_LEG, None, LATER + 900)]
)
def test_an_agent_who_leaves_while_it_rings_hands_the_customer_over(fact):
    call, _ = after(CONSULTING, fact)

    assert seats(call) == {CUSTOMER_LEG: Mode.RINGBACK}
    call, _ = after(call, LegHungUp(AGENT_LEG, None, LATER + 910), LegAnswered(THIRD, LATER + 3_000))
    assert seats(call) == {CUSTOMER_LEG: Mode.TALKING, THIRD: Mode.TALKING}


def test_a_conference_is_asked_for_while_it_rings():
    call, _ = after(CONSULTING, ConsultTurned(ConsultStep.CONFERENCE, LATER + 900))
    assert seats(call) == {CUSTOMER_LEG: Mode.TALKING, AGENT_LEG: Mode.TALKING}

    call, _ = after(call, LegAnswered(THIRD, LATER + 3_000))
    assert seats(call) == dict.fromkeys((CUSTOMER_LEG, AGENT_LEG, THIRD), Mode.TALKING)


def test_a_customer_who_hangs_up_while_it_rings_ends_the_call():
    call, orders = after(CONSULTING, LegHungUp(CUSTOMER_LEG, None, LATER + 900))

    assert call.state is CallState.ENDING
    assert of_kind(orders, HangUp) == [HangUp(AGENT_LEG, 200), HangUp(THIRD, 487)]


@pytest.mark.parametrize("step", ConsultStep)
def test_without_a_consult_there_is_nothing_to_turn(step):
    assert after(TALKING, ConsultTurned(step, LATER)) == (TALKING, [])


def test_the_asking_phones_own_hold_gives_the_colleague_music():
    call, _ = after(CONSULTED, LegHeld(AGENT_LEG, LATER + 4_000))

    assert seats(call) == {CUSTOMER_LEG: Mode.HOLDING, AGENT_LEG: Mode.TALKING, THIRD: Mode.HOLDING}


# -- outside


OUTSIDE = after(TALKING, TransferAsked(TO_MOBILE, AGENT_LEG, LATER), TrunkGranted(THIRD, DEAR, 0, LATER + 5))[0]


def test_a_transfer_to_an_outside_number_claims_a_trunk_of_its_own():
    call, orders = told(TALKING, TransferAsked(TO_MOBILE, AGENT_LEG, LATER), TrunkGranted(THIRD, DEAR, 0, LATER + 5))

    (claim,) = of_kind(orders, ClaimTrunk)
    assert (claim.leg_id, claim.attempt, claim.extension) == (THIRD, THIRD, ANA)
    assert of_kind(orders, DialTrunk)[0].number == MOBILE
    outside = call.leg_of(THIRD)
    assert (outside.role, outside.trunk_id, outside.trunk_held) == (LegRole.OUTSIDE, DEAR, True)
    assert call.customer_leg.leg_id == CUSTOMER_LEG


def test_an_outside_transfer_costs_until_its_own_end():
    call, _ = after(OUTSIDE, LegAnswered(THIRD, LATER + 5_000), LegHungUp(AGENT_LEG, None, LATER + 5_010))
    assert seats(call) == {CUSTOMER_LEG: Mode.TALKING, THIRD: Mode.TALKING}

    call, orders = told(call, LegHungUp(CUSTOMER_LEG, None, LATER + 30_000), LegHungUp(THIRD, None, LATER + 30_050))
    freed = of_kind(orders, ReleaseTrunk)
    assert set(freed) == {ReleaseTrunk(CUSTOMER_LEG, CHEAP), ReleaseTrunk(THIRD, DEAR)} and len(freed) == 2


def test_an_outside_number_tries_the_next_trunk_and_hears_its_early_media():
    call, orders = after(OUTSIDE, LegHungUp(THIRD, 503, LATER + 500))
    assert of_kind(orders, ReleaseTrunk) == [ReleaseTrunk(THIRD, DEAR)]
    assert of_kind(orders, ClaimTrunk)[0].leg_id == FOURTH

    call, _ = after(
        call,
        TrunkGranted(FOURTH, CHEAP, 0, LATER + 600),
        LegHungUp(AGENT_LEG, None, LATER + 700),
        LegSentEarlyMedia(FOURTH, LATER + 900),
    )
    assert seats(call) == {CUSTOMER_LEG: Mode.TALKING, FOURTH: Mode.TALKING}


def test_a_transfer_that_no_trunk_takes_leaves_the_customer_with_the_agent():
    call, orders = told(
        TALKING,
        TransferAsked(TO_MOBILE, AGENT_LEG, LATER, referred=True),
        TrunkRefused(THIRD, Ending.SPEND_LIMIT_REACHED, LATER + 5),
    )

    assert of_kind(orders, ReportTransfer) == [ReportTransfer(AGENT_LEG, 403)]
    assert (call.state, call.attempts) == (CallState.TALKING, ())


# -- REFER


@pytest.mark.parametrize("sip_code, reported", [(486, 486), (480, 480), (603, 603), (404, 404), (503, 503)])
def test_a_phone_hears_in_truth_why_its_transfer_failed(sip_code, reported):
    call, orders = told(
        TALKING, TransferAsked(TO_BEN, AGENT_LEG, LATER, referred=True), LegHungUp(THIRD, sip_code, LATER + 900)
    )

    assert of_kind(orders, ReportTransfer) == [ReportTransfer(AGENT_LEG, reported)]
    assert seats(call) == {CUSTOMER_LEG: Mode.TALKING, AGENT_LEG: Mode.TALKING}


def test_a_phone_hears_of_its_transfer_before_it_is_let_go():
    _, orders = told(TALKING, TransferAsked(TO_BEN, AGENT_LEG, LATER, referred=True), LegAnswered(THIRD, LATER + 900))

    said = of_kind(orders, ReportTransfer, HangUp, SetRoom)
    assert said[-2:] == [ReportTransfer(AGENT_LEG, 200), HangUp(AGENT_LEG, 200)]


def test_a_phone_is_told_that_its_target_is_not_there():
    call, orders = after(TALKING, TransferAsked(NOWHERE, AGENT_LEG, LATER, referred=True))

    assert orders == [ReportTransfer(AGENT_LEG, 404)]
    assert call == TALKING


@pytest.mark.parametrize("call", [CLAIMING, RINGING], ids=lambda call: call.state.value)
def test_a_phone_that_transfers_before_anybody_talks_is_told_so(call):
    assert after(call, TransferAsked(TO_BEN, AGENT_LEG, LATER, referred=True))[1] == [ReportTransfer(AGENT_LEG, 603)]


def test_a_transfer_told_twice_is_one_transfer():
    fact = TransferAsked(TO_BEN, AGENT_LEG, LATER, referred=True)
    ringing, _ = after(TALKING, fact)
    gone, _ = after(ringing, LegAnswered(THIRD, LATER + 900))

    assert after(ringing, fact) == (ringing, [])
    assert after(gone, fact) == (gone, [])


def test_colleagues_hand_over_among_themselves():
    call, _ = dialled(BEN)
    ben = LegId(f"{CALL}-2")
    talking, _ = after(call, LegAnswered(ben, T0 + 2_000))
    moved, _ = after(
        talking, TransferAsked(TO_MOBILE, ben, LATER, referred=True), TrunkGranted(THIRD, CHEAP, 0, LATER + 5)
    )
    moved, orders = after(moved, LegAnswered(THIRD, LATER + 9))

    assert of_kind(orders, ReportTransfer) == [ReportTransfer(ben, 200)]
    assert seats(moved) == {AGENT_LEG: Mode.TALKING, THIRD: Mode.TALKING}


# -- conference


def test_a_conference_holds_ten_and_ends_with_the_last_two():
    call = TALKING
    for place in range(3, 11):
        leg_id = LegId(f"{CALL}-{place}")
        plan = TO_BEN if place % 2 else TO_MOBILE
        call, _ = after(call, JoinAsked(plan, AGENT_LEG, LATER))
        call, _ = after(call, TrunkGranted(leg_id, CHEAP, 0, LATER), LegAnswered(leg_id, LATER))
    assert set(seats(call).values()) == {Mode.TALKING} and len(seats(call)) == 10

    for leg in call.present[:-2]:
        call, orders = after(call, LegHungUp(leg.leg_id, None, LATER + 60_000))
        assert call.state is CallState.TALKING and of_kind(orders, HangUp) == []
    call, orders = after(call, LegHungUp(call.present[0].leg_id, None, LATER + 61_000))
    assert call.state is CallState.ENDING


def test_one_who_holds_a_conference_silences_nobody():
    conference, _ = turned(ConsultStep.CONFERENCE)

    call, _ = after(conference, LegHeld(AGENT_LEG, LATER + 12_000))

    assert seats(call) == seats(conference)


def test_a_conference_is_bounded():
    call = TALKING
    for _ in range(MOST_PARTIES + 5):
        call, _ = after(call, JoinAsked(TO_BEN, AGENT_LEG, LATER))

    assert len(call.live_legs) <= MOST_PARTIES


def test_one_party_is_let_go_and_the_others_go_on():
    conference, _ = turned(ConsultStep.CONFERENCE)

    call, orders = after(conference, ReleaseAsked(THIRD, LATER + 12_000))

    assert of_kind(orders, HangUp) == [HangUp(THIRD, 200)]
    assert seats(call) == {CUSTOMER_LEG: Mode.TALKING, AGENT_LEG: Mode.TALKING}
    assert after(call, LegHungUp(THIRD, None, LATER + 12_010))[0].state is CallState.TALKING


# -- pick-up


def test_a_colleague_picks_up_what_rings_elsewhere():
    call, _ = customer_called()
    picked = StationPlan(ANA, SiteId("branch-1"), 60, records=False)
    call, orders = after(call, LegRang(CUSTOMER_LEG, T0 + 100), PickUpAsked(picked, T0 + 3_000))

    assert [order.leg_id for order in of_kind(orders, DialStation)] == [THIRD]
    assert of_kind(orders, HangUp) == [HangUp(CUSTOMER_LEG, 487)]
    call, _ = after(call, LegHungUp(CUSTOMER_LEG, 487, T0 + 3_010), LegAnswered(THIRD, T0 + 4_000))
    assert (call.state, call.extension, call.site_id) == (CallState.TALKING, ANA, "branch-1")
    assert call.recording_id is not None, "the number's rule holds for whoever picks up"


def test_the_first_phone_that_answers_a_picked_up_call_is_let_go():
    call, _ = customer_called()
    call, _ = after(call, PickUpAsked(StationPlan(ANA, SiteId("branch-1"), 60, records=False), T0 + 3_000))
    call, orders = after(call, LegAnswered(CUSTOMER_LEG, T0 + 3_001))

    assert of_kind(orders, HangUp) == [HangUp(CUSTOMER_LEG, 200)]
    assert call.state is not CallState.TALKING


def test_what_goes_outside_is_nobodys_to_pick_up():
    assert after(RINGING, PickUpAsked(TO_BEN, T0 + 3_000)) == (RINGING, [])


# -- supervision


def supervised(mode: Mode) -> Call:
    return after(TALKING, SuperviseAsked(TO_BEN, mode, AGENT_LEG, LATER), LegAnswered(THIRD, LATER + 1_000))[0]


@pytest.mark.parametrize("mode", [Mode.LISTENING, Mode.WHISPERING, Mode.TALKING])
def test_a_supervisor_is_rung_and_attends_the_agent(mode):
    call = supervised(mode)

    assert call.leg_of(THIRD).role is LegRole.SUPERVISOR
    assert Party(THIRD, mode, AGENT_LEG if mode is not Mode.TALKING else None) in room_of(call).parties
    assert seats(call) == {AGENT_LEG: Mode.TALKING, CUSTOMER_LEG: Mode.TALKING, THIRD: mode}


def test_nobody_waits_for_a_supervisor_who_is_rung():
    call, orders = after(TALKING, SuperviseAsked(TO_BEN, Mode.LISTENING, AGENT_LEG, LATER))

    assert of_kind(orders, SetRoom) == []
    assert after(call, LegHungUp(THIRD, 480, LATER + 9_000))[0].state is CallState.TALKING


def test_a_listener_keeps_no_call_alive():
    call, orders = after(supervised(Mode.LISTENING), LegHungUp(CUSTOMER_LEG, None, LATER + 9_000))

    assert call.state is CallState.ENDING
    assert of_kind(orders, HangUp) == [HangUp(AGENT_LEG, 200), HangUp(THIRD, 200)]


def test_a_supervisor_whispers_barges_in_and_takes_over():
    call, _ = after(supervised(Mode.LISTENING), ModeAsked(THIRD, Mode.WHISPERING, LATER + 2_000))
    assert Party(THIRD, Mode.WHISPERING, AGENT_LEG) in room_of(call).parties

    call, _ = after(call, ModeAsked(THIRD, Mode.TALKING, LATER + 3_000))
    assert set(seats(call).values()) == {Mode.TALKING}

    call, orders = after(call, ReleaseAsked(AGENT_LEG, LATER + 4_000))
    assert of_kind(orders, HangUp) == [HangUp(AGENT_LEG, 200)]
    assert seats(call) == {CUSTOMER_LEG: Mode.TALKING, THIRD: Mode.TALKING}
    call, _ = after(call, LegHungUp(AGENT_LEG, None, LATER + 4_010))
    assert call.state is CallState.TALKING


def test_only_a_supervisor_changes_into_a_listener():
    assert after(TALKING, ModeAsked(AGENT_LEG, Mode.LISTENING, LATER)) == (TALKING, [])


def test_a_supervisor_who_leaves_disturbs_nobody():
    call, orders = after(supervised(Mode.WHISPERING), LegHungUp(THIRD, None, LATER + 9_000))

    assert call.state is CallState.TALKING and of_kind(orders, HangUp) == []


# -- recording


def test_a_recording_pauses_and_goes_on_once_each():
    paused, orders = after(TALKING, RecordingPauseAsked(paused=True, at_ms=LATER))
    assert orders[0] == PauseRecording(CUSTOMER_LEG, paused=True)
    assert after(paused, RecordingPauseAsked(paused=True, at_ms=LATER)) == (paused, [])

    _, orders = after(paused, RecordingPauseAsked(paused=False, at_ms=LATER))
    assert orders[0] == PauseRecording(CUSTOMER_LEG, paused=False)


def test_what_is_not_recorded_is_not_paused():
    call = replace(TALKING, recording_id=None)

    assert after(call, RecordingPauseAsked(paused=True, at_ms=LATER)) == (call, [])


# -- the record


def test_a_node_that_dies_after_the_ending_was_decided_changes_neither_it_nor_its_time():
    ending, _ = after(TALKING, HangUpAsked(LATER))
    call, _ = after(ending, NodeLost(LATER + 900))

    cdr = cdr_of(call)
    assert (cdr.ending, cdr.ended_ms) == (Ending.COMPLETED, LATER)
    assert all(leg.ended_ms == LATER + 900 for leg in cdr.legs)


def test_hold_is_counted_over_its_pieces():
    call, _ = after(
        TALKING,
        LegHeld(AGENT_LEG, LATER),
        LegHeld(AGENT_LEG, LATER + 500),
        LegHungUp(CUSTOMER_LEG, None, LATER + 3_000),
        LegHungUp(AGENT_LEG, None, LATER + 3_100),
    )

    assert cdr_of(call).hold_seconds == 3.0


def test_rooms_of_a_call_that_ends_are_left_as_they_are():
    ending, orders = after(TALKING, HangUpAsked(LATER))

    assert room_of(ending) == Room() and of_kind(orders, SetRoom) == []


def test_plans_to_the_outside_are_trunk_plans():
    assert isinstance(TO_MOBILE, TrunkPlan) and TO_MOBILE.number == MOBILE
    assert isinstance(TO_BEN, StationPlan) and TO_BEN.extension == Extension(BEN)
