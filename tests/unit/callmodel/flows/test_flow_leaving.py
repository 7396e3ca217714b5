"""Callers leave something behind: a message, or the wish to be called back."""

from typing import Any

import pytest

from callmodel.callstate import TimerName
from callmodel.cdr import cdr_of
from callmodel.endings import Ending, EndingClass
from callmodel.facts import Fact, NotQueued, PlaceKept, TimerFired
from callmodel.ids import CallId, QueueId
from callmodel.orders import HangUp, KeepPlace, PauseRecording, StartRecording
from tests.unit.callmodel.flows.flow_stories import (
    BYE,
    CALLER,
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
from tests.unit.callmodel.stories import CALL, CUSTOMER, T0, with_tenant

BOX: dict[str, Any] = {
    "box": {
        "kind": "voicemail", "mailbox": "sales", "prompts": text("Leave a message."), "seconds": 90,
        "thanks": text("Thank you."),
    },
}  # fmt: skip
MESSAGE = f"{CALL}-v1"


def test_message_is_recorded_after_the_greeting():
    call, orders = heard_out(called(BOX))

    assert StartRecording(MESSAGE, CALLER) in orders
    assert call.recording_id == MESSAGE
    assert call.timers[0].due_ms == T0 + 3_000 + 90_000


def test_greeting_ends_with_a_beep():
    assert texts(called(BOX)[1]) == ["Leave a message.", "<beep>"]


def test_hash_ends_the_message_and_nothing_after_it_is_on_it():
    step = pressed(heard_out(called(BOX)), "#")
    assert PauseRecording(CALLER, paused=True) in step[1]
    assert texts(step[1]) == ["Thank you."]

    call, orders = heard_out(step)
    assert HangUp(CALLER, 200) in orders
    cdr = cdr_of(hung_up((call, []))[0])
    assert (cdr.ending, cdr.ending_class, cdr.recording_id) == (Ending.VOICEMAIL, EndingClass.SUCCESS, MESSAGE)
    assert cdr.mailbox == "sales"


def test_message_ends_when_it_is_long_enough():
    assert texts(waited(heard_out(called(BOX)))[1]) == ["Thank you."]


@pytest.mark.parametrize(("seconds", "ending"), [(1, Ending.ABANDONED), (10, Ending.VOICEMAIL)])
def test_caller_who_just_hangs_up_has_left_a_message_if_there_is_something_to_hear(seconds, ending):
    assert hung_up(heard_out(called(BOX)), T0 + 3_000 + seconds * 1000)[0].ending is ending


def test_caller_who_hangs_up_during_the_greeting_has_left_none():
    call = hung_up(called(BOX))[0]

    assert (call.ending, call.recording_id) == (Ending.ABANDONED, None)


def test_hash_skips_the_greeting():
    assert StartRecording(MESSAGE, CALLER) in pressed(called(BOX), "#")[1]


def test_other_keys_are_part_of_the_message():
    step = heard_out(called(BOX))

    assert doings(pressed(step, "5")[1]) == []


def test_message_is_recorded_where_calls_are_not():
    known = directory_with(flow_of(BOX))
    known = known.__class__(
        with_tenant(records_calls=False).tenants, known.stations, known.trunks, known.numbers, flows=known.flows
    )

    assert StartRecording(MESSAGE, CALLER) in heard_out(called({}, directory=known))[1]


BACK: dict[str, Any] = {
    "book": {"kind": "call_back", "queue_id": "sales", "next": "bye", "otherwise": "no"},
    "bye": {"kind": "hang_up", "prompts": text("We will call you.")},
    "no": BYE,
}


def test_who_is_to_be_called_back_is_told_and_followed_up():
    asked = called(BACK)

    (kept,) = [order for order in asked[1] if isinstance(order, KeepPlace)]
    assert (kept.queue_id, kept.number, kept.since_ms) == ("sales", CUSTOMER, T0)
    step = after(asked, PlaceKept(CallId("back"), T0 + 10))

    assert texts(step[1]) == ["We will call you."]
    record = cdr_of(hung_up(step)[0])
    assert (record.ending, record.ending_class) == (Ending.CALL_BACK, EndingClass.SUCCESS)
    assert (record.queue_id, record.number, record.call_back) == ("sales", CUSTOMER, "back")


@pytest.mark.parametrize(
    "fact", [PlaceKept(None, T0 + 10), TimerFired(TimerName.FLOW, T0 + 2_000)], ids=["no", "silence"]
)
def test_where_no_place_can_be_kept_people_follow_the_call_up(fact: Fact):
    step = after(called(BACK), fact)

    assert texts(step[1]) == ["We will call you."]
    record = cdr_of(hung_up(step)[0])
    assert (record.ending, record.call_back) == (Ending.CALL_BACK, None)


def test_old_news_of_a_place_changes_nothing():
    said = after(called(BACK), PlaceKept(CallId("back"), T0 + 10))

    assert after(said, PlaceKept(CallId("other"), T0 + 20)) == (said[0], [])


def test_nobody_is_called_back_without_a_number():
    assert called(BACK, withheld=True)[0].ending is Ending.REJECTED


def test_who_waited_in_vain_may_be_called_back():
    nodes = {"wait": {"kind": "queue", "queues": [{"queue_id": "sales"}], "otherwise": "book"}, **BACK}
    step = after(called(nodes), NotQueued(QueueId("sales"), "waited", T0 + 40_000))

    (kept,) = [order for order in step[1] if isinstance(order, KeepPlace)]
    assert kept.since_ms == T0, "the place is as old as the wait"
    assert hung_up(step)[0].ending is Ending.CALL_BACK
