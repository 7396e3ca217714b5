"""Which calls are followed up, and why."""

from dataclasses import replace
from typing import Any

import pytest

from callmodel.callstate import CallState, Direction
from callmodel.cdr import Cdr
from callmodel.endings import Ending, class_of
from callmodel.ids import CallId, NodeId, TenantId
from control_plane.features.calls.followups import FollowUpKind, Reason, reason_of


def a_call(ending: Ending, **changes: Any) -> Cdr:
    """Return a call from outside that ended so, and that nobody answered."""
    known = {"direction": Direction.INBOUND, "ending": ending, "ending_class": class_of(ending), "ended_ms": 9}
    values = {"state": CallState.ENDED, "dialled": "+862155550100", "started_ms": 1, **known, **changes}
    return Cdr(CallId("c"), TenantId("acme"), NodeId("node-1"), 3, **values)


@pytest.mark.parametrize("ending", [Ending.ABANDONED, Ending.NO_ANSWER, Ending.BUSY, Ending.NODE_LOST])
def test_a_call_that_no_person_took_is_missed_and_its_ending_says_why(ending: Ending):
    assert reason_of(a_call(ending)) == Reason(FollowUpKind.MISSED, ending.value)


def test_how_the_caller_left_the_queue_says_more_than_the_ending():
    assert reason_of(a_call(Ending.ABANDONED, missed="waited")) == Reason(FollowUpKind.MISSED, "waited")


def test_a_message_is_followed_up_as_one():
    message = a_call(Ending.VOICEMAIL, missed="no-answer", mailbox="ana")

    assert reason_of(message) == Reason(FollowUpKind.VOICEMAIL, "no-answer")
    assert reason_of(a_call(Ending.VOICEMAIL)) == Reason(FollowUpKind.VOICEMAIL, "voicemail")


def test_who_asked_to_be_called_back_is_followed_up():
    assert reason_of(a_call(Ending.CALL_BACK)) == Reason(FollowUpKind.MISSED, "call-back")


def test_a_place_that_is_kept_becomes_a_call_by_itself_and_a_task_after_the_last_one_in_vain():
    assert reason_of(a_call(Ending.CALL_BACK, call_back="back")) is None
    back = replace(a_call(Ending.BUSY, call_back="asked"), direction=Direction.OUTBOUND)
    assert reason_of(back) is None
    assert reason_of(replace(back, missed="call-back")) == Reason(FollowUpKind.MISSED, "call-back")


@pytest.mark.parametrize(
    "call",
    [
        a_call(Ending.COMPLETED, answered_ms=2),
        a_call(Ending.ABANDONED, answered_ms=2),
        a_call(Ending.SELF_SERVED),
        a_call(Ending.NO_ANSWER, direction=Direction.OUTBOUND),
        a_call(Ending.NO_ANSWER, direction=Direction.INTERNAL),
    ],
)
def test_who_was_served_or_was_called_by_us_is_not_followed_up(call: Cdr):
    assert reason_of(call) is None
