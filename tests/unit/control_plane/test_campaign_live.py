"""How a campaign runs now, from its calls and what was counted."""

from dataclasses import replace

from callmodel.campaigns.history import HourCount
from callmodel.campaigns.progress import LeadState
from callmodel.campaigns.results import AttemptResult
from callmodel.ids import E164, CallId, LeadId
from control_plane.features.campaigns.live import HOUR_MS, lines_of, window_of
from control_plane.features.campaigns.live_schemas import LinesView
from hotstate.leads import LeadCall

CALL = LeadCall(CallId("c"), LeadId("l.1"), "token", E164("+862155550101"), 0)
NOW = 1000 * HOUR_MS + 60_000


def test_calls_ring_wait_and_talk():
    calls = [
        CALL,
        replace(CALL, state=LeadState.TAKEN),
        replace(CALL, state=LeadState.ANSWERED, answered_ms=1),
        replace(CALL, state=LeadState.CONNECTED, connected_ms=1),
        replace(CALL, state=LeadState.ENDED),
    ]
    assert lines_of(calls) == LinesView(ringing=2, waiting=1, talking=1, ending=1)


def test_who_hears_the_message_or_is_a_machine_waits_for_nobody():
    given_up = replace(CALL, state=LeadState.ANSWERED, result=AttemptResult.ABANDONED)
    machine = replace(CALL, state=LeadState.CONNECTED, result=AttemptResult.MACHINE)

    assert lines_of([given_up, machine]) == LinesView(ringing=0, waiting=0, talking=0, ending=2)


def test_a_window_counts_what_lies_in_it():
    hours = [
        HourCount(900 * HOUR_MS, answered=100, abandoned=10),
        HourCount(1000 * HOUR_MS, answered=50, abandoned=1),
    ]
    day, month = window_of(hours, NOW, 24), window_of(hours, NOW, 720)

    assert (day.answered, day.abandoned, day.abandonment) == (50, 1, 0.02)
    assert (month.answered, month.abandonment) == (150, 0.0733)


def test_nothing_is_said_of_a_window_without_an_answer():
    assert window_of([], NOW, 24).abandonment is None
