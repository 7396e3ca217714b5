"""What a simulation learns from a campaign's counted hours."""

import pytest

from callmodel.campaigns.history import HourCount, learnt_from
from tests.unit.callmodel.campaigns.campaign_stories import SHANGHAI, at


def hour(clock: str, attempts: int, people: int, machines: int = 0) -> HourCount:
    sums = {"rung_ms": people * 8_000, "talk_ms": people * 90_000, "wrap_up_ms": people * 15_000}
    counts = {"talks": people, "wrap_ups": people}
    return HourCount(at(f"2026-03-02 {clock}"), people, 0, attempts, people, machines, **sums, **counts)


def test_rates_and_times_are_those_of_all_hours_together():
    learnt = learnt_from([hour("09:00", 200, 40, 20), hour("10:00", 200, 20, 20)], SHANGHAI)

    assert learnt.attempts == 400
    assert learnt.answer_rate == pytest.approx(0.25) and learnt.machines == pytest.approx(0.4)
    assert (learnt.answer_seconds, learnt.talk_seconds, learnt.wrap_up_seconds) == (8.0, 90.0, 15.0)


def test_an_hour_of_the_day_has_its_own_rate_once_it_was_tried_enough():
    hours = [hour("09:00", 300, 90), hour("19:00", 300, 30), hour("20:00", 10, 10)]
    by_hour = learnt_from(hours, SHANGHAI).by_hour

    assert (by_hour[9], by_hour[19]) == (pytest.approx(0.3), pytest.approx(0.1))
    assert by_hour[20] == by_hour[3] == pytest.approx(130 / 610)


def test_little_history_says_nothing():
    learnt = learnt_from([hour("09:00", 100, 20)], SHANGHAI)
    assert (learnt.answer_rate, learnt.machines, learnt.by_hour, learnt.talk_seconds) == (None, None, (), None)
    assert learnt_from([], SHANGHAI).attempts == 0
