"""A flow rings people for its caller: desk, mobile, manager, and nobody's voicemail takes a customer."""

from dataclasses import replace
from typing import Any

import pytest

from callmodel.calls import Step
from callmodel.callstate import CallState, LegRole
from callmodel.cdr import cdr_of
from callmodel.directory import Did
from callmodel.endings import Ending
from callmodel.facts import (
    DigitPressed,
    LegAnswered,
    LegHungUp,
    LegRang,
    Played,
    SpendStopped,
    TrunkGranted,
    TrunkRefused,
    WayFound,
)
from callmodel.flows.calendars import Calendar
from callmodel.ids import CalendarId, LegId, PromptId
from callmodel.orders import (
    Answer,
    ClaimTrunk,
    DialStation,
    DialTrunk,
    FindWay,
    HangUp,
    Play,
    ReleaseTrunk,
    SetRoom,
    StartRecording,
    StopPlaying,
)
from callmodel.privacy import number_hash
from callmodel.rooms import Mode, Party, Room
from callmodel.routing import plan_call
from callmodel.vips import Vip
from tests.unit.callmodel.flows.flow_stories import (
    CALLER,
    HOTLINE,
    after,
    called,
    directory_with,
    doings,
    flow_of,
    heard_out,
    hung_up,
    pressed,
    text,
    texts,
    waited,
)
from tests.unit.callmodel.stories import ACME, BEN, CALL, CHEAP, CUSTOMER, DIRECTORY, T0, TENANT

MOBILE = "+8613900001111"
DESK, SECOND, THIRD = (LegId(f"{CALL}-{number}") for number in (2, 3, 4))
RING: dict[str, Any] = {
    "ring": {
        "kind": "ring", "otherwise": "bye",
        "steps": [{"to": BEN, "seconds": 15}, {"to": MOBILE, "seconds": 25}],
    },
    "bye": {"kind": "hang_up", "prompts": text("Nobody is there.")},
}  # fmt: skip


def found(step: Step, to: str) -> Step:
    """The way to whoever is looked for is known."""
    return after(step, WayFound(to, plan_call(DIRECTORY, ACME, to), T0 + 10))


def mobile_rings() -> Step:
    """The desk did not answer, and the mobile rings."""
    step = after(found(called(RING), BEN), LegHungUp(DESK, 480, T0 + 15_000))
    return after(found(step, MOBILE), TrunkGranted(SECOND, CHEAP, 0, T0 + 15_100), LegRang(SECOND, T0 + 16_000))


def mobile_answers() -> Step:
    return after(mobile_rings(), LegAnswered(SECOND, T0 + 20_000))


def test_desk_rings_first_and_the_caller_is_not_answered_for_it():
    step = called(RING)
    assert doings(step[1]) == [FindWay(BEN)]

    call, orders = found(step, BEN)
    assert [order.ring_timeout_seconds for order in orders if isinstance(order, DialStation)] == [15]
    assert call.leg_of(DESK).role is LegRole.AGENT

    _, orders = after((call, []), LegRang(DESK, T0 + 100))
    assert SetRoom(Room((Party(CALLER, Mode.RINGBACK, unanswered=True),))) in orders


def test_desk_that_answers_talks_at_once():
    call, orders = after(found(called(RING), BEN), LegAnswered(DESK, T0 + 5_000))

    assert call.state is CallState.TALKING
    assert StartRecording(f"{CALL}-r1", CALLER) in orders
    assert Answer(CALLER) in orders
    assert SetRoom(Room((Party(DESK), Party(CALLER)))) in orders
    assert (cdr_of(call).extension, cdr_of(call).missed) == (BEN, None)


def test_mobile_is_tried_when_the_desk_does_not_answer():
    call, _ = mobile_rings()

    assert call.leg_of(SECOND).role is LegRole.OUTSIDE
    assert call.caller_number != call.leg_of(SECOND).caller_number
    assert (call.number, call.state) == (CUSTOMER, CallState.IN_FLOW)


def test_mobile_that_answers_is_asked_to_press_1_and_the_customer_hears_it_ring():
    call, orders = mobile_answers()

    assert call.state is CallState.IN_FLOW
    assert texts(orders) == ["There is a call for you. Press 1 to take it."]
    rooms = [order.room for order in orders if isinstance(order, SetRoom)]
    assert rooms == [Room((Party(SECOND, Mode.HEARING), Party(CALLER, Mode.RINGBACK, unanswered=True)))]


def test_mobile_that_presses_1_talks():
    call, orders = after(mobile_answers(), DigitPressed(SECOND, "1", T0 + 22_000))

    assert call.state is CallState.TALKING
    assert any(isinstance(order, StopPlaying) and order.leg_id == SECOND for order in orders)
    assert SetRoom(Room((Party(SECOND), Party(CALLER)))) in orders


def test_mobiles_voicemail_never_takes_a_customer():
    """It answers, presses nothing, and is let go: the caller goes on."""
    call, orders = waited(mobile_answers())

    assert HangUp(SECOND, 200) in orders
    assert texts(orders) == ["Nobody is there."]
    assert call.state is CallState.IN_FLOW
    assert cdr_of(call).missed == "no-answer"
    assert heard_out((call, []))[0].ending is Ending.NO_ANSWER
    _, later = after((call, []), LegHungUp(SECOND, None, T0 + 36_000))
    assert ReleaseTrunk(SECOND, CHEAP) in later


def test_prompt_to_press_1_is_said_again_until_somebody_does():
    step = mobile_answers()
    play = next(order for order in step[1] if isinstance(order, Play))

    again = after(step, Played(SECOND, play.play_id, T0 + 23_000))

    assert texts(again[1]) == texts(step[1])
    assert after(again, DigitPressed(SECOND, "1", T0 + 24_000))[0].state is CallState.TALKING


def test_other_key_declines():
    _, orders = after(mobile_answers(), DigitPressed(SECOND, "9", T0 + 22_000))

    assert HangUp(SECOND, 200) in orders
    assert texts(orders) == ["Nobody is there."]


def test_callers_key_does_not_accept_for_the_mobile():
    assert pressed(mobile_answers(), "1")[0].state is CallState.IN_FLOW


def test_full_trunks_go_on_to_the_next():
    step = after(found(called(RING), BEN), LegHungUp(DESK, 486, T0 + 1_000))
    claimed = found(step, MOBILE)
    assert any(isinstance(order, ClaimTrunk) for order in claimed[1])

    _, orders = after(claimed, TrunkRefused(SECOND, Ending.TRUNK_CHANNELS_EXHAUSTED, T0 + 1_200))
    assert texts(orders) == ["Nobody is there."]


def test_tenants_spend_ends_the_mobiles_leg_and_not_the_callers():
    call, orders = after(mobile_rings(), SpendStopped(T0 + 17_000))

    assert HangUp(SECOND, 487) in orders
    assert texts(orders) == ["Nobody is there."]
    assert call.ending is None


def test_second_trunk_is_tried_when_the_first_fails():
    step = after(found(called(RING), BEN), LegHungUp(DESK, 486, T0 + 1_000))
    dialled = after(found(step, MOBILE), TrunkGranted(SECOND, CHEAP, 0, T0 + 1_200))

    _, orders = after(dialled, LegHungUp(SECOND, 503, T0 + 1_500))

    assert ReleaseTrunk(SECOND, CHEAP) in orders
    assert any(isinstance(order, ClaimTrunk) and order.leg_id == THIRD for order in orders)


def test_channel_that_is_granted_too_late_is_given_back():
    step = waited(found(after(found(called(RING), BEN), LegHungUp(DESK, 486, T0 + 1_000)), MOBILE))
    assert texts(step[1]) == ["Nobody is there."]

    assert after(step, TrunkGranted(SECOND, CHEAP, 0, T0 + 99_000))[1] == [ReleaseTrunk(SECOND, CHEAP)]


def test_who_picks_up_after_the_time_is_let_go():
    step = waited(found(called(RING), BEN))
    assert HangUp(DESK, 487) in step[1]

    assert after(step, LegAnswered(DESK, T0 + 60_000))[1] == [HangUp(DESK, 200)]


def test_way_that_is_never_found_is_passed_over():
    _, orders = waited(called(RING))

    assert doings(orders) == [FindWay(MOBILE)]


@pytest.mark.parametrize("to", ["7777", "110"])
def test_flow_rings_nobody_unknown_and_calls_no_help(to):
    nodes = {**RING, "ring": {**RING["ring"], "steps": [{"to": to}, {"to": BEN}]}}

    assert doings(found(called(nodes), to)[1]) == [FindWay(BEN)]


def test_caller_who_gives_up_stops_the_ringing():
    call, orders = hung_up(mobile_rings())

    assert call.ending is Ending.ABANDONED
    assert HangUp(SECOND, 487) in orders


NIGHT = Calendar(CalendarId("never"), "UTC")


def test_steps_go_by_calendar():
    steps = [{"to": BEN, "calendar_id": "never"}, {"to": MOBILE, "calendar_id": "never", "open": False}]
    flow = flow_of({**RING, "ring": {**RING["ring"], "steps": steps}})
    directory = replace(directory_with(flow), calendars=(replace(NIGHT, tenant_id=ACME),))

    assert doings(called({}, directory=directory)[1]) == [FindWay(MOBILE)]


def test_important_customers_mobile_is_a_part_of_the_text():
    nodes = {**RING, "ring": {**RING["ring"], "steps": [{"to": "{vip_mobile}"}, {"to": BEN}]}}
    vip = Vip(ACME, number_hash(TENANT.number_key, CUSTOMER), mobile=MOBILE)
    directory = replace(directory_with(flow_of(nodes)), vips=(vip,))

    assert doings(called({}, directory=directory)[1]) == [FindWay(MOBILE)]
    assert doings(called(nodes)[1]) == [FindWay(BEN)]


def test_notice_of_recording_is_said_before_anybody_hears_the_caller():
    directory = directory_with(flow_of(RING), notice=PromptId("recorded"))
    step = called({}, directory=directory)

    assert texts(step[1]) == ["<recorded>"]
    assert doings(heard_out(step)[1]) == [FindWay(BEN)]


def test_number_that_rings_a_station_says_the_notice_too():
    directory = replace(DIRECTORY, numbers=(Did(HOTLINE, ACME, BEN, notice=PromptId("recorded"), language="zh-CN"),))
    step = called({}, directory=directory)
    assert texts(step[1]) == ["<recorded>"]

    ringing = found(heard_out(step), BEN)
    talking = after(ringing, LegAnswered(DESK, T0 + 5_000))[0]
    assert (talking.state, talking.language) == (CallState.TALKING, "zh-CN")
    assert (cdr_of(talking).flow_id, cdr_of(talking).flow_version) == (None, None)

    call, orders = after(ringing, LegHungUp(DESK, 480, T0 + 60_000))
    assert (call.ending, HangUp(CALLER, 200) in orders) == (Ending.NO_ANSWER, True)


def test_transfer_outside_connects_whoever_answers():
    nodes = {
        "out": {"kind": "transfer", "to": MOBILE, "prompts": text("One moment."), "otherwise": "bye"},
        "bye": RING["bye"],
    }
    step = found(heard_out(called(nodes)), MOBILE)
    step = after(step, TrunkGranted(DESK, CHEAP, 0, T0 + 9_000))
    assert any(isinstance(order, DialTrunk) for order in step[1])

    call, _ = after(step, LegAnswered(DESK, T0 + 12_000))
    assert call.state is CallState.TALKING


# -- after the talk

SURVEY = {
    "ring": {**RING["ring"], "after": "ask"},
    "ask": {"kind": "survey", "into": "service", "prompts": text("How was it, 1 to 5?"), "next": "bye"},
    "bye": RING["bye"],
}


def talked() -> Step:
    return after(found(called(SURVEY), BEN), LegAnswered(DESK, T0 + 5_000), LegHungUp(DESK, None, T0 + 60_000))


def test_customer_whose_agent_hangs_up_is_asked_how_it_was():
    call, orders = talked()
    assert call.state is CallState.IN_FLOW
    assert texts(orders) == ["How was it, 1 to 5?"]

    step = heard_out(pressed((call, []), "4"))
    ended = after(step, LegHungUp(CALLER, None, T0 + 70_000))[0]
    cdr = cdr_of(ended)
    assert (cdr.marks, cdr.ending) == ({"service": "4"}, Ending.COMPLETED)


def test_customer_who_hangs_up_first_is_asked_nothing():
    call, orders = after(
        found(called(SURVEY), BEN), LegAnswered(DESK, T0 + 5_000), LegHungUp(CALLER, None, T0 + 60_000)
    )

    assert (call.ending, texts(orders)) == (Ending.COMPLETED, [])


def test_customer_who_hangs_up_during_the_survey_was_served():
    assert hung_up(talked(), T0 + 65_000)[0].ending is Ending.COMPLETED


def test_customer_is_asked_once():
    step = pressed(talked(), "9")
    assert texts(step[1]) == ["How was it, 1 to 5?"]

    step = heard_out(pressed(step, "9"))
    assert step[0].ending is Ending.COMPLETED
    assert cdr_of(step[0]).marks == {}
