"""What a caller hears and presses in a flow, story by story."""

import pytest

from callmodel.callstate import CallState, TimerName
from callmodel.cdr import cdr_of
from callmodel.endings import Ending, EndingClass
from callmodel.facts import DigitPressed, HangUpAsked, LegHungUp, Played, TimerFired
from callmodel.ids import LegId
from callmodel.orders import Answer, HangUp, Milestone, Play, SetRoom, SetTimer, StopPlaying
from callmodel.prompts import Speech
from callmodel.rooms import Mode, Party, Room
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
    played,
    pressed,
    text,
    texts,
    waited,
)
from tests.unit.callmodel.stories import CALL, T0

MENU = {
    "menu": {
        "kind": "menu",
        "prompts": text("1 for sales, 2 for help"),
        "keys": {"1": "sales", "2": "help"},
        "invalid": text("Not that one."),
        "silent": text("Still there?"),
        "otherwise": "bye",
    },
    "sales": {"kind": "play", "prompts": text("Sales."), "next": "bye"},
    "help": {"kind": "play", "prompts": text("Help."), "next": "bye"},
    "bye": {"kind": "hang_up", "prompts": text("Goodbye.")},
}


def test_caller_is_answered_and_hears_the_first_prompt():
    call, orders = called(MENU)

    assert call.state is CallState.IN_FLOW
    assert doings(orders) == [
        Answer(CALLER),
        SetRoom(Room((Party(CALLER, Mode.HEARING),))),
        Play(CALLER, f"{CALL}-f1", (Speech("1 for sales, 2 for help"),), "en"),
    ]


def test_key_before_the_end_of_the_prompt_stops_it():
    _, orders = pressed(called(MENU), "1")

    assert doings(orders)[0] == StopPlaying(CALLER, f"{CALL}-f1")
    assert texts(orders) == ["Sales."]


def test_key_after_the_prompt_chooses():
    _, orders = pressed(heard_out(called(MENU)), "2")

    assert not any(isinstance(order, StopPlaying) for order in orders)
    assert texts(orders) == ["Help."]


def test_key_that_is_no_choice_is_told_and_asked_again():
    _, orders = pressed(called(MENU), "7")

    assert texts(orders) == ["Not that one.", "1 for sales, 2 for help"]


def test_caller_who_says_nothing_is_asked_three_times_then_let_go():
    step = waited(heard_out(called(MENU)))
    assert texts(step[1]) == ["Still there?", "1 for sales, 2 for help"]

    step = waited(heard_out(waited(heard_out(step))))
    assert texts(step[1]) == ["Goodbye."]

    call, orders = heard_out(step)
    assert call.ending is Ending.SELF_SERVED
    assert HangUp(CALLER, 200) in orders


def test_menu_without_barge_in_hears_no_key_before_its_end():
    nodes = {**MENU, "menu": {**MENU["menu"], "barge_in": False}}
    step = called(nodes)

    early = pressed(step, "1")
    assert doings(early[1]) == []
    assert texts(pressed(heard_out(early), "1")[1]) == ["Sales."]


def test_keys_of_several_digits_wait_for_the_next():
    nodes = {**MENU, "menu": {**MENU["menu"], "keys": {"1": "sales", "20": "help", "21": "bye"}}}
    step = pressed(called(nodes), "2")

    assert texts(step[1]) == []
    assert texts(pressed(step, "0")[1]) == ["Help."]
    assert texts(pressed(step, "5")[1])[0] == "Not that one."


def test_timer_of_a_node_that_was_left_changes_nothing():
    step = heard_out(called(MENU))
    late = step[0].timers[0]
    call, _ = pressed(step, "1")

    assert after((call, []), TimerFired(TimerName.FLOW, late.due_ms))[1] == []


def test_prompt_that_can_not_be_played_holds_nobody_up():
    step = pressed(called(MENU), "1")
    failed = Played(CALLER, played(step[0]).play_id, T0 + 100, failed=True)

    assert texts(after(step, failed)[1]) == ["Goodbye."]


def test_switch_that_never_says_that_a_prompt_is_over_holds_nobody_up():
    step = waited(pressed(called(MENU), "1"))

    assert texts(step[1]) == ["Goodbye."]


def test_end_of_a_prompt_that_was_stopped_is_old_news():
    step = called(MENU)
    first = played(step[0])
    call, _ = pressed(step, "1")

    assert after((call, []), first) == (call, [])


def test_keys_of_another_leg_are_not_the_callers():
    step = called(MENU)

    assert after(step, DigitPressed(LegId("somebody"), "1", T0)) == (step[0], [])


def test_caller_who_hangs_up_in_a_flow_is_abandoned():
    call, orders = hung_up(heard_out(called(MENU)))

    assert (call.state, call.ending) == (CallState.ENDED, Ending.ABANDONED)
    assert orders[-1].milestone is Milestone.ENDED


def test_record_of_a_served_caller_names_the_flow():
    step = heard_out(heard_out(pressed(called(MENU), "1")))
    call, _ = after(step, LegHungUp(CALLER, None, T0 + 9_000))

    cdr = cdr_of(call)
    assert (cdr.flow_id, cdr.flow_version) == ("hotline", 3)
    assert (cdr.ending, cdr.ending_class) == (Ending.SELF_SERVED, EndingClass.SUCCESS)
    assert cdr.answered_ms is None
    assert cdr.legs[0].answered_ms == T0


def test_flow_that_says_nothing_rejects_the_call():
    call, orders = called({"no": BYE})

    assert call.ending is Ending.REJECTED
    assert doings(orders) == [HangUp(CALLER, 603)]


def test_call_that_somebody_ends_ends_in_its_flow_too():
    call, orders = after(called(MENU), HangUpAsked(T0 + 50))

    assert call.ending is Ending.ABANDONED
    assert HangUp(CALLER, 200) in orders


def test_text_is_said_in_the_language_of_the_number():
    said = [{"texts": {"en": "Welcome", "zh-CN": "欢迎"}}, {"prompt_id": "jingle"}]
    flow = flow_of({"hello": {"kind": "play", "prompts": said, "next": "bye"}, "bye": BYE}, languages=["en", "zh-CN"])

    _, orders = called({}, directory=directory_with(flow, language="zh-CN"))
    assert texts(orders) == ["欢迎", "<jingle>"]
    assert next(order.language for order in orders if isinstance(order, Play)) == "zh-CN"

    foreign = called({}, directory=directory_with(flow, language="fr"))
    assert (texts(foreign[1])[0], foreign[0].language) == ("Welcome", "en")


# -- digits

ACCOUNT = {
    "ask": {
        "kind": "collect", "into": "account", "prompts": text("Your account?"), "least": 3, "most": 5,
        "next": "read", "otherwise": "bye", "invalid": text("Three to five digits."),
    },
    "read": {"kind": "play", "prompts": [{"text": "{account}", "digits": True}], "next": "bye"},
    "bye": BYE,
}  # fmt: skip


def test_digits_end_with_the_terminator_and_are_read_back():
    call, orders = pressed(called(ACCOUNT), "1234#")

    assert next(order for order in orders if isinstance(order, Play)).prompts == (
        Speech("1234", digits=True, private=True),
    )
    assert call.visit.data == {"account": "1234"}


def test_as_many_digits_as_there_may_be_need_no_terminator():
    assert texts(pressed(called(ACCOUNT), "12345")[1]) == ["12345"]


def test_digits_end_when_no_more_come():
    step = pressed(called(ACCOUNT), "123")
    timer = next(order.timer for order in step[1] if isinstance(order, SetTimer))
    assert timer.due_ms == T0 + 5_000 + 5_000

    assert texts(waited(step)[1]) == ["123"]


@pytest.mark.parametrize("keys", ["12#", "#"])
def test_too_few_digits_are_asked_again(keys):
    step = pressed(called(ACCOUNT), keys)

    assert texts(step[1]) == ["Three to five digits.", "Your account?"]
    assert texts(pressed(step, "777#")[1]) == ["777"]


def test_key_that_is_no_digit_is_passed_over():
    assert texts(pressed(called(ACCOUNT), "12*3A#")[1]) == ["123"]


CARD = {
    **ACCOUNT,
    "ask": {**ACCOUNT["ask"], "least": 12, "most": 19, "check": "luhn", "hidden": True},
    "read": {"kind": "play", "prompts": text("Thank you {account}."), "next": "bye"},
}


def test_card_number_with_a_wrong_digit_is_asked_again():
    assert texts(pressed(called(CARD), "4111111111111112#")[1])[0] == "Three to five digits."


def test_card_number_is_never_said_nor_written_down():
    step = pressed(called(CARD), "4111111111111111#")
    call, orders = step

    assert texts(orders) == ["Thank you ."]
    assert call.visit.hidden == {"account": "4111111111111111"}
    assert "4111" not in repr(call)
    ended = heard_out(step)[0]
    assert ended.visit.hidden == {}
    assert "4111" not in repr(cdr_of(ended))


def test_digits_that_were_pressed_are_forgotten_when_the_call_ends():
    step = hung_up(pressed(called(CARD), "41111111"))

    assert step[0].visit.digits == ""
    assert after(pressed(called(CARD), "4111"), HangUpAsked(T0))[0].visit.digits == ""
