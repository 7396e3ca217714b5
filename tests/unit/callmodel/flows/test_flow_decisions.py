"""What a flow decides without its caller: branches, look-ups, what is kept, and ways back."""

from dataclasses import replace
from typing import Any

import pytest

from callmodel.calls import Step
from callmodel.callstate import TimerName
from callmodel.cdr import cdr_of
from callmodel.endings import Ending
from callmodel.facts import Heard, LookedUp, NotQueued, Queued, QueueSeen, TimerFired
from callmodel.flows.calendars import Calendar
from callmodel.ids import CalendarId, QueueId
from callmodel.orders import JoinQueue, LeaveQueue, Listen, LookAtQueue, LookUp
from callmodel.privacy import number_hash
from callmodel.queues import Queue
from callmodel.vips import Vip
from tests.unit.callmodel.flows.flow_stories import (
    BYE,
    CALLER,
    after,
    called,
    directory_with,
    doings,
    flow_of,
    heard_out,
    pressed,
    text,
    texts,
    waited,
)
from tests.unit.callmodel.stories import ACME, CUSTOMER, T0, TENANT

SALES = QueueId("sales")
YES_NO: dict[str, Any] = {
    "yes": {"kind": "play", "prompts": text("Yes."), "next": "bye"},
    "no": {"kind": "play", "prompts": text("No."), "next": "bye"},
    "bye": BYE,
}


def branch(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "branch", "cases": [{"when": list(conditions), "next": "yes"}], "otherwise": "no"}


def decided(condition: dict[str, Any], data: dict[str, str] | None = None, **changes: Any) -> str:
    """What a caller hears of a condition on data that was set before."""
    nodes = {"set": {"kind": "set", "data": data or {}, "next": "ask"}, "ask": branch(condition), **YES_NO}
    directory = replace(directory_with(flow_of(nodes)), **changes)
    return texts(called({}, directory=directory)[1])[0]


@pytest.mark.parametrize(
    ("test", "value", "said"),
    [
        ({"equals": "gold"}, "gold", "Yes."),
        ({"equals": "gold"}, "silver", "No."),
        ({"one_of": ["gold", "silver"]}, "silver", "Yes."),
        ({"matches": "[0-9]{3,}"}, "1234", "Yes."),
        ({"matches": "[0-9]{3,}"}, "1234x", "No."),
        ({"matches": "[0-9"}, "1", "No."),
        ({"matches": "(a+)+b"}, "a" * 64, "No."),
        ({"at_least": 5, "at_most": 7}, "6.5", "Yes."),
        ({"at_least": 5}, "4", "No."),
        ({"at_least": 5}, "many", "No."),
        ({}, "anything", "Yes."),
        ({}, "", "No."),
    ],
)
def test_branch_on_data(test, value, said):
    assert decided({"kind": "data", "name": "tier", **test}, {"tier": value}) == said


VIP = Vip(ACME, number_hash(TENANT.number_key, CUSTOMER), level=2)


@pytest.mark.parametrize(
    ("test", "vips", "said"),
    [
        ({"vip": True}, (VIP,), "Yes."),
        ({"vip": True}, (), "No."),
        ({"vip": False}, (), "Yes."),
        ({"level": 3}, (VIP,), "No."),
        ({"level": 2}, (VIP,), "Yes."),
        ({"prefixes": ["+86138"]}, (), "Yes."),
        ({"prefixes": ["+44", "+1"]}, (), "No."),
        ({"withheld": True}, (), "No."),
    ],
)
def test_branch_on_the_caller(test, vips, said):
    assert decided({"kind": "caller", **test}, vips=vips) == said


def test_who_withholds_the_number_is_known_by_it_to_no_condition_and_no_text():
    nodes = {"ask": branch({"kind": "caller", "withheld": True}), **YES_NO}
    nodes["yes"] = {"kind": "play", "prompts": text("[{caller}]"), "next": "bye"}

    assert texts(called(nodes, withheld=True)[1]) == ["[]"]


@pytest.mark.parametrize(("hours", "wanted", "said"), [("00:00-24:00", True, "Yes."), ("00:00-24:00", False, "No.")])
def test_branch_on_a_calendar(hours, wanted, said):
    day = (hours,)
    calendar = Calendar(
        CalendarId("hq"), "UTC", dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), day)
    )
    known = (replace(calendar, tenant_id=ACME),)

    condition = {"kind": "calendar", "calendar_id": "hq", "open": wanted}
    assert decided(condition, calendars=known) == said


def test_branch_without_a_calendar_goes_by_the_numbers_own():
    flow = flow_of({"ask": branch({"kind": "calendar"}), **YES_NO})
    closed = Calendar(CalendarId("closed"), "UTC", tenant_id=ACME)
    directory = replace(directory_with(flow, calendar_id=CalendarId("closed")), calendars=(closed,))

    assert texts(called({}, directory=directory)[1]) == ["No."]
    assert texts(called({}, directory=directory_with(flow))[1]) == ["Yes."]


def test_all_conditions_of_a_case_must_hold_and_the_first_case_counts():
    tier = {"kind": "data", "name": "tier", "equals": "gold"}
    cases = [
        {"when": [tier, {"kind": "caller", "vip": True}], "next": "no"},
        {"when": [tier], "next": "yes"},
        {"when": [], "next": "no"},
    ]
    nodes = {
        "set": {"kind": "set", "data": {"tier": "gold"}, "next": "ask"},
        "ask": {"kind": "branch", "cases": cases, "otherwise": "no"},
        **YES_NO,
    }

    assert texts(called(nodes)[1]) == ["Yes."]


# -- how queues stand

BUSY = {"ask": branch({"kind": "queue", "queue_id": "sales", "measure": "waiting", "at_most": 3}), **YES_NO}


def seen(queue_id: str = "sales", waiting: int = 0, signed_in: int = 5, estimate: float | None = None) -> QueueSeen:
    return QueueSeen(QueueId(queue_id), waiting, 0, signed_in, 0.0, estimate, T0 + 20)


@pytest.mark.parametrize(("waiting", "said"), [(3, "Yes."), (4, "No.")])
def test_branch_on_a_queue_asks_first(waiting, said):
    step = called(BUSY)
    assert doings(step[1]) == [LookAtQueue(SALES)]

    assert texts(after(step, seen(waiting=waiting))[1]) == [said]


def test_queue_that_nobody_tells_of_holds_for_nothing():
    assert texts(waited(called(BUSY))[1]) == ["No."]


def test_branch_waits_for_all_queues_that_it_names():
    conditions = [{"kind": "queue", "queue_id": name, "measure": "ready", "at_most": 0} for name in ("a", "b")]
    step = called({"ask": branch(*conditions), **YES_NO})

    step = after(step, seen("a"))
    assert texts(step[1]) == []
    assert texts(after(step, seen("b"))[1]) == ["Yes."]


OVERFLOW = {
    "wait": {
        "kind": "queue", "queues": [{"queue_id": "sales"}], "otherwise": "no",
        "overflow": [
            {"when": "nobody", "next": "yes"},
            {"when": "length", "threshold": 5, "next": "yes"},
            {"when": "expected", "threshold": 120, "next": "yes"},
            {"when": "waited", "threshold": 60, "next": "yes"},
        ],
    },
    **YES_NO,
}  # fmt: skip


@pytest.mark.parametrize("told", [{"signed_in": 0}, {"waiting": 6}, {"estimate": 121.0}])
def test_caller_who_would_wait_too_long_overflows_at_once(told):
    assert texts(after(called(OVERFLOW), seen(**told))[1]) == ["Yes."]


def test_caller_gets_in_line_where_no_rule_applies():
    _, orders = after(called(OVERFLOW), seen(waiting=5, estimate=120.0))

    assert any(isinstance(order, JoinQueue) for order in orders)


def test_caller_gets_in_line_where_nobody_tells_how_the_queue_stands():
    assert any(isinstance(order, JoinQueue) for order in waited(called(OVERFLOW))[1])


def test_caller_who_has_waited_goes_where_the_rule_says():
    step = after(called(OVERFLOW), seen())

    assert texts(after(step, NotQueued(SALES, "waited", T0 + 60_000))[1]) == ["Yes."]
    assert texts(after(step, NotQueued(SALES, "full", T0 + 60_000))[1]) == ["No."]


def in_line(**queue: Any) -> tuple[Step, Queue]:
    step = after(called(OVERFLOW), seen())
    known = Queue(ACME, SALES, announces_place=False, **queue)
    return after(step, Queued(known, 0, None, T0 + 100)), known


def test_rules_of_the_flow_hold_while_the_caller_waits():
    step, known = in_line()

    assert texts(after(step, Queued(known, 5, 120.0, T0 + 30_000))[1]) == []
    _, orders = after(step, Queued(known, 6, None, T0 + 30_000))
    assert texts(orders) == ["Yes."]
    assert LeaveQueue(SALES) in orders
    assert texts(after(step, Queued(known, 0, 121.0, T0 + 30_000))[1]) == ["Yes."]
    assert texts(after(step, Queued(known, 0, None, T0 + 30_000, signed_in=1))[1]) == []
    assert texts(after(step, Queued(known, 0, None, T0 + 30_000, signed_in=0))[1]) == ["Yes."]


@pytest.mark.parametrize(
    ("queue", "seconds"), [({}, 60), ({"longest_wait_seconds": 30}, 30), ({"longest_wait_seconds": 90}, 60)]
)
def test_shorter_of_the_queues_and_the_flows_longest_wait_counts(queue, seconds):
    (call, _), _ = in_line(**queue)

    due = next(timer.due_ms for timer in call.timers if timer.name is TimerName.LONGEST_WAIT)
    assert due == T0 + 20 + seconds * 1000
    assert texts(after((call, []), TimerFired(TimerName.LONGEST_WAIT, due))[1]) == ["Yes."]


def test_queues_are_chosen_by_calendar():
    queues = [{"queue_id": "house", "calendar_id": "day"}, {"queue_id": "outsourced"}]
    flow = flow_of({"wait": {"kind": "queue", "queues": queues, "otherwise": "no"}, **YES_NO})
    directory = directory_with(flow)
    closed = replace(directory, calendars=(Calendar(CalendarId("day"), "UTC", tenant_id=ACME),))

    for known, queue_id in ((directory, "house"), (closed, "outsourced")):
        orders = called({}, directory=known)[1]
        assert next(order.queue_id for order in orders if isinstance(order, JoinQueue)) == queue_id


# -- the tenant's system

CRM: dict[str, Any] = {
    "look": {
        "kind": "look_up", "url": "https://crm.example/customers", "timeout_ms": 800,
        "fields": {"number": "{caller}", "asked": "balance"}, "answer": {"name": "customer.name", "tier": "tier"},
        "next": "yes", "otherwise": "no",
    },
    "yes": {"kind": "play", "prompts": text("Hello {name}, {tier}."), "next": "bye"},
    "no": YES_NO["no"],
    "bye": BYE,
}  # fmt: skip


def asked_crm(step: Step) -> LookUp:
    return next(order for order in step[1] if isinstance(order, LookUp))


def test_look_up_tells_what_it_may_and_speaks_the_answer():
    step = called(CRM)
    order = asked_crm(step)
    assert (order.url, order.timeout_ms) == ("https://crm.example/customers", 800)
    assert order.fields == {"number": CUSTOMER, "asked": "balance"}

    answer = {"name": "Li", "tier": "gold", "password": "not asked for"}
    call, orders = after(step, LookedUp(order.look_up_id, answer, T0 + 200))
    assert texts(orders) == ["Hello Li, gold."]
    assert "password" not in call.visit.data


@pytest.mark.parametrize("problem", ["timeout", "status-500", "too-long"])
def test_system_that_fails_holds_nobody_up(problem):
    step = called(CRM)
    call, orders = after(step, LookedUp(asked_crm(step).look_up_id, {}, T0 + 900, problem))

    assert texts(orders) == ["No."]
    assert call.visit.data["look_up_problem"] == problem


def test_system_that_hangs_holds_nobody_up_even_if_nobody_tells_of_it():
    assert texts(waited(called(CRM))[1]) == ["No."]


def test_answer_that_comes_too_late_is_old_news():
    step = called(CRM)
    gone_on = waited(step)

    late = LookedUp(asked_crm(step).look_up_id, {"name": "Li"}, T0 + 9_000)
    assert after(gone_on, late) == (gone_on[0], [])


def test_long_answer_is_cut():
    step = called(CRM)
    call, _ = after(step, LookedUp(asked_crm(step).look_up_id, {"name": "x" * 100_000}, T0 + 200))

    assert len(call.visit.data["name"]) == 500


def test_hidden_digits_are_told_to_one_look_up_and_forgotten():
    nodes = {
        "card": {
            "kind": "collect", "into": "card", "hidden": True, "most": 16, "prompts": text("Card?"), "next": "look",
            "otherwise": "bye",
        },
        **CRM,
        "look": {**CRM["look"], "fields": {"card": "{card}"}, "next": "look2"},
        "look2": {**CRM["look"], "fields": {"card": "{card}"}},
    }  # fmt: skip
    step = pressed(called(nodes), "4111111111111111")
    assert (asked_crm(step).fields, asked_crm(step).hidden) == ({}, {"card": "4111111111111111"})
    assert step[0].visit.hidden == {}
    assert "4111" not in repr(cdr_of(step[0]))

    step = after(step, LookedUp(asked_crm(step).look_up_id, {}, T0 + 6_000))
    assert (asked_crm(step).fields, asked_crm(step).hidden) == ({"card": ""}, {})


# -- what is kept, and ways back


def test_what_is_set_counts_in_the_queue_and_in_the_language():
    nodes = {
        "set": {
            "kind": "set", "priority": 4, "needs": [{"skill": "chinese", "level": 7}], "language": "zh-CN",
            "data": {"greeting": "{dialled}!"}, "next": "say",
        },
        "say": {"kind": "play", "prompts": [{"texts": {"en": "Hi", "zh-CN": "你好 {greeting}"}}], "next": "wait"},
        "wait": {"kind": "queue", "queues": [{"queue_id": "sales"}], "otherwise": "bye"},
        "bye": BYE,
    }  # fmt: skip
    step = called(nodes)
    assert texts(step[1]) == ["你好 +861065550099!"]

    joined = next(order for order in heard_out(step)[1] if isinstance(order, JoinQueue))
    assert (joined.priority, [need.skill for need in joined.needs]) == (4, ["chinese"])


def test_way_back_is_taken_as_often_as_it_says():
    nodes = {
        "say": {"kind": "play", "prompts": text("Once more."), "next": "again"},
        "again": {"kind": "repeat", "times": 2, "next": "say", "otherwise": "no"},
        **YES_NO,
    }
    step = called(nodes)
    said = []
    while step[0].ending is None:
        said += texts(step[1])
        step = heard_out(step)

    assert said == ["Once more."] * 3 + ["No."]


def test_flow_that_goes_round_in_circles_ends():
    nodes = {"a": {"kind": "set", "next": "b"}, "b": {"kind": "set", "next": "a"}}
    call, _ = called(nodes)

    assert call.ending is Ending.FLOW_FAILED


def test_flow_that_leads_nowhere_ends():
    assert called({"a": {"kind": "set", "next": "gone"}})[0].ending is Ending.FLOW_FAILED


# -- words

LISTEN: dict[str, Any] = {
    "ask": {
        "kind": "listen", "prompts": text("Sales or help?"), "words": {"en": {"sales": "yes", "help": "no"}},
        "keys": {"1": "yes"}, "invalid": text("Pardon?"), "silent": text("Hello?"), "otherwise": "bye",
        "confidence": 0.5,
    },
    **YES_NO,
}  # fmt: skip


def listened() -> Step:
    return heard_out(called(LISTEN))


def heard(step: Step, word: str | None, confidence: float = 0.9) -> Step:
    return after(step, Heard(CALLER, f"{step[0].call_id}-f{step[0].visit.asked}", word, T0 + 8_000, confidence))


def test_words_are_listened_for_after_the_prompt():
    _, orders = listened()

    listen = next(order for order in orders if isinstance(order, Listen))
    assert (listen.words, listen.language, listen.seconds) == (("sales", "help"), "en", 5)


def test_word_chooses():
    assert texts(heard(listened(), "help")[1]) == ["No."]


@pytest.mark.parametrize(
    ("word", "confidence", "said"), [("help", 0.3, "Pardon?"), ("pizza", 0.9, "Pardon?"), (None, 0.0, "Hello?")]
)
def test_word_that_is_not_understood_is_asked_for_again(word, confidence, said):
    assert texts(heard(listened(), word, confidence)[1]) == [said, "Sales or help?"]


def test_key_does_for_a_word_at_any_time():
    assert texts(pressed(called(LISTEN), "1")[1]) == ["Yes."]
    assert texts(pressed(listened(), "1")[1]) == ["Yes."]


def test_recogniser_that_says_nothing_holds_nobody_up():
    assert texts(waited(listened())[1]) == ["Hello?", "Sales or help?"]


def test_word_that_was_heard_before_is_old_news():
    step = listened()
    again = heard(step, None)
    old = Heard(CALLER, f"{step[0].call_id}-f{step[0].visit.asked}", "help", T0 + 9_000, 0.9)

    assert after(again, old) == (again[0], [])
