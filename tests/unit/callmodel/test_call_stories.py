"""The life of a call, told story by story."""

import pytest

from callmodel.callstate import CallState, Direction, LegRole
from callmodel.cdr import cdr_of
from callmodel.endings import Ending, EndingClass
from callmodel.facts import (
    HangUpAsked,
    LegAnswered,
    LegHeld,
    LegHungUp,
    LegRang,
    LegSentEarlyMedia,
    LegUnheld,
    NodeLost,
    TransferAsked,
    TrunkGranted,
    TrunkRefused,
)
from callmodel.ids import LegId, RecordingId
from callmodel.orders import (
    Announce,
    Answer,
    ClaimTrunk,
    DialStation,
    DialTrunk,
    HangUp,
    Milestone,
    ReleaseTrunk,
    SetRoom,
    StartRecording,
)
from callmodel.rooms import Mode, Party, Room
from callmodel.routing import plan_call
from callmodel.voice.facts import EarlyMediaMeasured
from tests.unit.callmodel.stories import (
    ACME,
    AGENT_LEG,
    ANA,
    BEIJING,
    BEN,
    BRANCH,
    CALL,
    CHEAP,
    CLAIMING,
    CUSTOMER,
    CUSTOMER_LEG,
    DEAR,
    DIALLING,
    DIRECTORY,
    GRANTED,
    RINGING,
    SECOND_CUSTOMER_LEG,
    T0,
    TALKING,
    after,
    asked_for,
    customer_called,
    dialled,
    with_tenant,
)

RECORDING = RecordingId(f"{CALL}-r1")


def room(*parties: LegId | Party) -> SetRoom:
    """The room of those who talk, and of parties that do something else."""
    made = [party if isinstance(party, Party) else Party(party) for party in parties]
    return SetRoom(Room(tuple(sorted(made, key=lambda party: party.leg_id))))


def holding(leg_id: LegId) -> Party:
    return Party(leg_id, Mode.HOLDING)


def kinds(orders: list) -> list:
    """The orders with announcements as their milestones: how often a call was announced is told elsewhere."""
    return [order.milestone if isinstance(order, Announce) else order for order in orders]


WRITE_CDR = Milestone.ENDED
CHANGED = Milestone.CHANGED
RELEASE = ReleaseTrunk(CUSTOMER_LEG, CHEAP)


def test_dialled_number_asks_for_a_trunk_channel():
    call, orders = dialled(CUSTOMER)

    assert call.state is CallState.CLAIMING
    assert call.direction is Direction.OUTBOUND
    assert orders[0] == Announce(Milestone.STARTED, 1)
    assert isinstance(orders[1], ClaimTrunk)
    assert [offer.trunk_id for offer in orders[1].offers] == [CHEAP, DEAR]


def test_granted_trunk_is_dialled_with_a_number_of_hq():
    call, orders = after(CLAIMING, GRANTED)

    assert orders == [DialTrunk(CUSTOMER_LEG, CUSTOMER, CHEAP, BEIJING, 60)]
    assert (call.trunk_id, call.cost_class, call.caller_number) == (CHEAP, "national", BEIJING)


def test_ringing_is_passed_on_once():
    call, orders = after(DIALLING, LegRang(CUSTOMER_LEG, T0 + 500))
    _, again = after(call, LegRang(CUSTOMER_LEG, T0 + 600))

    assert orders == [
        SetRoom(Room((Party(AGENT_LEG, Mode.RINGBACK, unanswered=True),))),
        Announce(Milestone.RINGING, 2),
    ]
    assert again == []


def test_carriers_ringback_is_heard_by_the_agent():
    _, orders = after(DIALLING, LegSentEarlyMedia(CUSTOMER_LEG, T0 + 300))

    assert orders == [SetRoom(Room((Party(AGENT_LEG, unanswered=True), Party(CUSTOMER_LEG))))]


def test_ring_is_heard_while_what_the_carrier_plays_brings_no_sound():
    early, joined = after(DIALLING, LegSentEarlyMedia(CUSTOMER_LEG, T0 + 300))
    mute, rings = after(early, EarlyMediaMeasured(CUSTOMER_LEG, sounds=False, at_ms=T0 + 1300))
    again, nothing = after(mute, EarlyMediaMeasured(CUSTOMER_LEG, sounds=False, at_ms=T0 + 2300))
    _, heard = after(again, EarlyMediaMeasured(CUSTOMER_LEG, sounds=True, at_ms=T0 + 3300))

    assert rings == [SetRoom(Room((Party(AGENT_LEG, Mode.RINGBACK, unanswered=True),)))]
    assert (nothing, heard) == ([], joined)


def test_answer_is_recorded_from_the_first_word():
    call, orders = after(RINGING, LegAnswered(CUSTOMER_LEG, T0 + 4_000))

    assert call.state is CallState.TALKING
    assert orders == [
        StartRecording(RECORDING, CUSTOMER_LEG),
        Answer(AGENT_LEG),
        room(AGENT_LEG, CUSTOMER_LEG),
        Announce(Milestone.ANSWERED, 3),
    ]


def test_tenant_that_does_not_record_owes_no_recording():
    call, _ = dialled(CUSTOMER, with_tenant(records_calls=False))
    call, orders = after(call, GRANTED, LegAnswered(CUSTOMER_LEG, T0 + 4_000))

    assert call.recording_id is None
    assert not any(isinstance(order, StartRecording) for order in orders)


@pytest.mark.parametrize("first, other", [(AGENT_LEG, CUSTOMER_LEG), (CUSTOMER_LEG, AGENT_LEG)])
def test_whoever_hangs_up_first_ends_the_call(first, other):
    ending, orders = after(TALKING, LegHungUp(first, None, T0 + 64_000))
    assert orders[0] == HangUp(other, 200)
    assert ending.state is CallState.ENDING

    ended, later = after(ending, LegHungUp(other, None, T0 + 64_010))
    assert kinds([*orders[1:], *later]) == [RELEASE, WRITE_CDR]
    assert ended.hung_up_by == first
    cdr = cdr_of(ended)
    assert (cdr.ending, cdr.ending_class, cdr.talk_seconds) == (Ending.COMPLETED, EndingClass.SUCCESS, 60.0)
    assert [leg.role for leg in cdr.legs] == [LegRole.AGENT, LegRole.CUSTOMER]
    assert cdr.recording_id == RECORDING


def test_agent_who_gives_up_stops_the_ringing():
    call, orders = after(RINGING, LegHungUp(AGENT_LEG, 487, T0 + 9_000))

    assert call.ending is Ending.ABANDONED
    assert orders == [HangUp(CUSTOMER_LEG, 487)]


def test_agent_who_gives_up_while_a_trunk_is_claimed_gives_it_back():
    ended, orders = after(CLAIMING, LegHungUp(AGENT_LEG, 487, T0 + 1))
    _, late = after(ended, GRANTED)

    assert kinds(orders) == [WRITE_CDR]
    assert late == [RELEASE]


def test_customer_who_answers_as_the_agent_gives_up_is_let_go():
    call, _ = after(RINGING, LegHungUp(AGENT_LEG, 487, T0 + 9_000))
    call, orders = after(call, LegAnswered(CUSTOMER_LEG, T0 + 9_001))

    assert orders == [HangUp(CUSTOMER_LEG, 200)]
    assert after(call, LegHungUp(CUSTOMER_LEG, None, T0 + 9_050))[1][0] == RELEASE


@pytest.mark.parametrize(
    "sip_code, ending",
    [
        (486, Ending.BUSY),
        (480, Ending.NO_ANSWER),
        (404, Ending.NUMBER_INVALID),
        (410, Ending.NUMBER_INVALID),
        (403, Ending.REJECTED),
        (603, Ending.REJECTED),
    ],
)
def test_callees_refusal_is_told_to_the_agent_and_no_other_trunk_is_tried(sip_code, ending):
    call, orders = after(DIALLING, LegHungUp(CUSTOMER_LEG, sip_code, T0 + 900))

    assert call.ending is ending
    assert orders == [HangUp(AGENT_LEG, sip_code)]
    assert call.leg_of(CUSTOMER_LEG).sip_code == sip_code


def test_failed_trunk_is_given_back_and_the_next_is_claimed():
    call, orders = after(DIALLING, LegHungUp(CUSTOMER_LEG, 503, T0 + 900))

    assert orders[0] == RELEASE
    assert [offer.trunk_id for offer in orders[1].offers] == [DEAR]
    assert (orders[1].leg_id, orders[1].attempt) == (SECOND_CUSTOMER_LEG, CUSTOMER_LEG)
    call, orders = after(call, TrunkGranted(SECOND_CUSTOMER_LEG, DEAR, 1, T0 + 905))
    assert orders == [DialTrunk(SECOND_CUSTOMER_LEG, CUSTOMER, DEAR, BEIJING, 60)]
    assert call.cost_class == "world"


def test_when_every_trunk_has_failed_the_agent_hears_503():
    call, _ = after(DIALLING, LegHungUp(CUSTOMER_LEG, 503, T0 + 900))
    call, _ = after(call, TrunkGranted(SECOND_CUSTOMER_LEG, DEAR, 1, T0 + 905))
    call, orders = after(call, LegHungUp(SECOND_CUSTOMER_LEG, 503, T0 + 1_800))

    assert call.ending is Ending.UPSTREAM_FAILED
    assert orders == [HangUp(AGENT_LEG, 503)]
    _, orders = after(call, LegHungUp(AGENT_LEG, 503, T0 + 1_810))
    assert kinds(orders) == [ReleaseTrunk(SECOND_CUSTOMER_LEG, DEAR), WRITE_CDR]


@pytest.mark.parametrize(
    "ending, code",
    [
        (Ending.TENANT_CHANNELS_EXHAUSTED, 503),
        (Ending.TRUNK_CHANNELS_EXHAUSTED, 503),
        (Ending.SPEND_LIMIT_REACHED, 403),
        (Ending.CALL_RATE_EXCEEDED, 403),
    ],
)
def test_limits_refuse_the_call(ending, code):
    call, orders = after(CLAIMING, TrunkRefused(CUSTOMER_LEG, ending, T0 + 5))

    assert call.ending is ending
    assert orders == [HangUp(AGENT_LEG, code)]


@pytest.mark.parametrize(
    "number, ending, sip_code",
    [
        ("12", Ending.EXTENSION_UNKNOWN, 404),
        ("abc", Ending.NUMBER_UNDIALLABLE, 484),
        ("+1", Ending.NUMBER_UNDIALLABLE, 484),
        ("0" * 40, Ending.NUMBER_UNDIALLABLE, 484),
    ],
)
def test_refused_call_is_told_so_and_still_has_a_cdr(number, ending, sip_code):
    call, orders = dialled(number)

    assert orders == [Announce(Milestone.STARTED, 1), HangUp(AGENT_LEG, sip_code)]
    ended, orders = after(call, LegHungUp(AGENT_LEG, sip_code, T0 + 3))
    assert orders == [Announce(Milestone.ENDED, 2)]
    assert cdr_of(ended).ending is ending


def test_colleague_is_called_on_the_net_without_trunk_and_recording():
    call, orders = dialled(BEN)

    assert call.direction is Direction.INTERNAL
    assert orders[1] == DialStation(LegId(f"{CALL}-2"), BEN, "hq", ANA, 60)
    call, orders = after(call, LegAnswered(LegId(f"{CALL}-2"), T0 + 2_000))
    assert kinds(orders) == [Answer(AGENT_LEG), room(AGENT_LEG, LegId(f"{CALL}-2")), Milestone.ANSWERED]
    assert call.trunk_id is None


def test_colleague_whose_phone_is_away_is_unreachable():
    call, _ = dialled(BEN)
    call, orders = after(call, LegHungUp(LegId(f"{CALL}-2"), 480, T0 + 10))

    assert call.ending is Ending.STATION_UNREACHABLE
    assert orders == [HangUp(AGENT_LEG, 480)]


def test_click_rings_the_agent_first_and_shows_a_masked_number():
    call, orders = asked_for(CUSTOMER)
    agent = LegId(f"{CALL}-1")

    assert orders[1] == DialStation(agent, ANA, BRANCH, "+86138****5678", 60)
    call, orders = after(call, LegAnswered(agent, T0 + 3_000))
    assert call.state is CallState.CLAIMING
    assert isinstance(orders[0], ClaimTrunk)
    call, orders = after(call, GRANTED, LegAnswered(CUSTOMER_LEG, T0 + 9_000))
    assert kinds(orders) == [
        StartRecording(RECORDING, CUSTOMER_LEG),
        room(agent, CUSTOMER_LEG),
        Milestone.ANSWERED,
    ]


def test_click_whose_agent_does_not_pick_up_never_calls_the_customer():
    call, _ = asked_for(CUSTOMER)
    agent = LegId(f"{CALL}-1")
    call, orders = after(call, LegRang(agent, T0 + 200), LegHungUp(agent, 480, T0 + 20_000))

    assert call.ending is Ending.NO_ANSWER
    assert kinds(orders) == [WRITE_CDR]


def test_customer_who_calls_in_reaches_the_station_of_the_number():
    call, orders = customer_called()

    assert call.direction is Direction.INBOUND
    assert orders[1] == DialStation(LegId(f"{CALL}-2"), BEN, "hq", "+86138****5678", 60)
    call, orders = after(call, LegAnswered(LegId(f"{CALL}-2"), T0 + 2_000))
    assert orders[0] == StartRecording(RECORDING, AGENT_LEG)
    assert call.customer_leg.number == CUSTOMER


@pytest.mark.parametrize("holder, held", [(AGENT_LEG, CUSTOMER_LEG), (CUSTOMER_LEG, AGENT_LEG)])
def test_whoever_is_put_on_hold_hears_music(holder, held):
    call, orders = after(TALKING, LegHeld(holder, T0 + 10_000))
    assert call.leg_of(holder).held and kinds(orders) == [room(holder, holding(held)), CHANGED]

    call, orders = after(call, LegUnheld(holder, T0 + 12_000))
    assert not call.leg_of(holder).held and kinds(orders) == [room(holder, held), CHANGED]


def test_hold_before_the_answer_plays_nothing():
    call, orders = after(RINGING, LegHeld(AGENT_LEG, T0 + 1_000))

    assert call.leg_of(AGENT_LEG).held and orders == []


NEW_LEG = LegId(f"{CALL}-3")
TRANSFERRING = after(TALKING, TransferAsked(plan_call(DIRECTORY, ACME, BEN), AGENT_LEG, T0 + 20_000))[0]


def test_transfer_moves_the_customer_when_the_colleague_picks_up():
    call, orders = after(TRANSFERRING, LegAnswered(NEW_LEG, T0 + 25_000))

    assert kinds(orders) == [room(CUSTOMER_LEG, NEW_LEG), HangUp(AGENT_LEG, 200), CHANGED]
    call, orders = after(call, LegHungUp(AGENT_LEG, None, T0 + 25_010))
    assert (call.state, kinds(orders)) == (CallState.TALKING, [CHANGED])
    assert call.transferred_by == ANA
    call, orders = after(call, LegHungUp(CUSTOMER_LEG, None, T0 + 60_000))
    assert orders == [HangUp(NEW_LEG, 200), RELEASE]


def test_music_ends_when_the_colleague_takes_a_held_customer_over():
    _, orders = after(TRANSFERRING, LegHeld(AGENT_LEG, T0 + 21_000), LegAnswered(NEW_LEG, T0 + 25_000))

    assert kinds(orders) == [room(CUSTOMER_LEG, NEW_LEG), HangUp(AGENT_LEG, 200), CHANGED]


def test_transfer_that_fails_leaves_the_customer_with_the_agent():
    call, orders = after(TRANSFERRING, LegHungUp(NEW_LEG, 486, T0 + 22_000))

    assert (call.state, call.attempts, kinds(orders)) == (CallState.TALKING, (), [CHANGED])


def test_agent_need_not_wait_for_the_colleague():
    call, orders = after(TRANSFERRING, LegHungUp(AGENT_LEG, None, T0 + 21_000))
    assert kinds(orders) == [room(Party(CUSTOMER_LEG, Mode.RINGBACK)), CHANGED]

    call, orders = after(call, LegAnswered(NEW_LEG, T0 + 25_000))
    assert kinds(orders) == [room(CUSTOMER_LEG, NEW_LEG), CHANGED]
    assert call.state is CallState.TALKING


def test_customer_is_let_go_when_agent_left_and_colleague_never_came():
    call, orders = after(TRANSFERRING, LegHungUp(AGENT_LEG, None, T0 + 21_000), LegHungUp(NEW_LEG, 480, T0 + 80_000))

    assert orders == [HangUp(CUSTOMER_LEG, 200)]
    assert call.ending is Ending.COMPLETED


def test_customer_who_hangs_up_during_a_transfer_ends_both_agents():
    _, orders = after(TRANSFERRING, LegHungUp(CUSTOMER_LEG, None, T0 + 21_000))

    assert kinds(orders) == [HangUp(AGENT_LEG, 200), HangUp(NEW_LEG, 487), RELEASE]


def test_hang_up_by_order_ends_the_conversation():
    call, orders = after(TALKING, HangUpAsked(T0 + 30_000))

    assert orders == [HangUp(AGENT_LEG, 200), HangUp(CUSTOMER_LEG, 200)]
    assert call.ending is Ending.COMPLETED


def test_lost_node_ends_the_call_with_its_legs_and_its_channel_given_back():
    call, orders = after(TALKING, NodeLost(T0 + 30_000))

    assert kinds(orders) == [RELEASE, WRITE_CDR]
    cdr = cdr_of(call)
    assert (cdr.ending, cdr.ending_class) == (Ending.NODE_LOST, EndingClass.SERVER)
    assert all(leg.ended_ms == T0 + 30_000 for leg in cdr.legs)


@pytest.mark.parametrize("call", [CLAIMING, DIALLING, RINGING, TALKING])
def test_everything_told_twice_is_harmless(call):
    ended = after(
        call,
        HangUpAsked(T0 + 90_000),
        LegHungUp(AGENT_LEG, None, T0 + 90_001),
        LegHungUp(CUSTOMER_LEG, None, T0 + 90_002),
    )[0]
    assert ended.state is CallState.ENDED

    for fact in (
        HangUpAsked(T0 + 91_000),
        LegHungUp(AGENT_LEG, None, T0 + 91_000),
        NodeLost(T0 + 91_000),
        LegAnswered(CUSTOMER_LEG, T0 + 91_000),
        LegRang(CUSTOMER_LEG, T0 + 91_000),
    ):
        assert after(ended, fact) == (ended, [])


def test_colleagues_are_recorded_where_the_tenant_wants_it():
    call, _ = dialled(BEN, with_tenant(records_internal_calls=True))
    call, orders = after(call, LegAnswered(LegId(f"{CALL}-2"), T0 + 2_000))

    assert orders[0] == StartRecording(RECORDING, AGENT_LEG)
    assert call.recording_id == RECORDING


def test_when_the_customers_side_can_not_take_our_sound_the_agent_hears_488():
    call, orders = after(DIALLING, LegHungUp(CUSTOMER_LEG, 488, T0 + 900))

    assert call.ending is Ending.MEDIA_UNUSABLE
    assert orders == [HangUp(AGENT_LEG, 488)]
