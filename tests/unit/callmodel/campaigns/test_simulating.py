"""A campaign in virtual time: its own hours, caps and retries, and what more agents would do."""

import itertools
import random
from dataclasses import replace

import pytest

from callmodel.campaigns.document import (
    CallerPool,
    CallingHours,
    CampaignKind,
    CapScope,
    CapWindow,
    FrequencyCap,
    MachineDetection,
    PacingSettings,
    RegionHours,
    RetryRule,
)
from callmodel.campaigns.results import AttemptResult
from callmodel.campaigns.simulating.assumptions import Assumptions, LeadKind
from callmodel.campaigns.simulating.running import Simulated, figures_of, simulate_campaign
from callmodel.flows.calendars import WEEKDAYS, Calendar
from callmodel.ids import E164, CalendarId
from tests.unit.callmodel.campaigns.campaign_stories import at, campaign

MORNING = at("2026-03-02 09:00")
NIGHT = at("2026-03-02 03:00")
# The simpler pacing where it does not matter: a unit test takes no second.
PACING = PacingSettings(machines=MachineDetection(enabled=True))
SPRING = campaign(
    kind=CampaignKind.PROGRESSIVE,
    pacing=PACING,
    retries=(
        RetryRule((AttemptResult.BUSY,), 2, (300,)),
        RetryRule((AttemptResult.NO_ANSWER,), 1, (3600,)),
    ),
)
FEW = Assumptions(4, 300, MORNING, talk_seconds=60.0)


def run(settings=SPRING, assumed=FEW, seed: int = 1, **more) -> Simulated:
    return simulate_campaign(settings, assumed, random.Random(seed), **more)


def test_every_lead_is_done_once_it_was_reached_or_its_rules_are_over():
    found = run()
    results = found.leads.results

    assert found.leads.is_spent and found.leads.done == 300
    assert found.shift.list_ended_at is not None
    reached = results[AttemptResult.CONNECTED] + results.get(AttemptResult.ABANDONED, 0)
    assert 80 < reached < 200, "a quarter answers, thrice at most"
    assert found.shift.launched == sum(results.values()) > 450


def test_a_lead_that_was_busy_comes_again_after_its_gap_and_before_new_ones():
    found = run(assumed=replace(FEW, answer_rate=0.01, busy=1.0, vacant=0.0, leads=100, agents=1))
    figures = figures_of([found])

    assert figures.calls == pytest.approx(300, abs=15), "each of them twice more"
    ended = found.shift.list_ended_at
    assert ended is not None and 600 < ended < 2 * 3600, "a retry that is due does not wait for the list's end"


def test_nobody_is_called_but_within_the_hours_of_where_they_are():
    rest = CallingHours({day: ("09:00-20:00",) for day in WEEKDAYS}, rest=("12:00-14:00",))
    germany = RegionHours(E164("+49"), CallingHours({"mon": ("09:00-10:00",)}), "Europe/Berlin")
    kinds = (LeadKind(E164("+86")), LeadKind(E164("+49")))
    settings = replace(SPRING, hours=rest, regions=(germany,))
    found = run(settings, replace(FEW, start_ms=NIGHT, leads=2000, kinds=kinds, days=0.5))

    worked = [each.at_ms for each in figures_of([found]).half_hours if each.productive]
    assert worked[0] == at("2026-03-02 09:00"), "nobody sits there in the night"
    assert at("2026-03-02 12:30") not in worked and at("2026-03-02 13:00") not in worked
    assert at("2026-03-02 14:00") in worked
    assert found.leads.left_of(kinds[1]) == 1000, "09:00 in Berlin is 16:00 in Shanghai"


def test_agents_work_when_their_own_calendar_is_open():
    late = Calendar(CalendarId("late"), "Asia/Shanghai", {day: ("15:00-18:00",) for day in WEEKDAYS})
    found = run(assumed=replace(FEW, leads=100_000), calendar=late)

    half_hours = figures_of([found]).half_hours
    assert [each.at_ms for each in half_hours] == [at("2026-03-02 15:00") + 1_800_000 * step for step in range(6)]


def test_two_more_agents_talk_to_more_people():
    predictive = replace(SPRING, kind=CampaignKind.PREDICTIVE)
    endless = replace(FEW, leads=1_000_000, days=1 / 24)
    small, large = (figures_of([run(predictive, replace(endless, agents=agents))]) for agents in (10, 12))

    assert large.talks > small.talks * 1.05
    assert small.productive > 0.6 and small.abandonment < 0.1
    assert small.is_estimate and small.list_ends_after_seconds is not None
    assert small.list_ends_after_seconds > 30 * 86_400, "as far as an hour says of a million leads"


def test_the_same_chance_brings_the_same_shift():
    assert figures_of([run()]) == figures_of([run()])
    assert figures_of([run()]) != figures_of([run(seed=2)])


def test_people_are_called_as_often_as_the_caps_allow():
    settings = replace(SPRING, caps=(FrequencyCap(1, window=CapWindow.DAY),))
    found = run(settings, replace(FEW, days=0.5))
    assert found.shift.launched == 300 and not found.leads.is_spent


def test_our_numbers_are_shown_as_often_as_they_may():
    by_hour = (FrequencyCap(20, CapScope.CALLER, seconds=3600),)
    settings = replace(SPRING, callers=CallerPool((E164("+861"), E164("+862")), calls_a_day=50), caps=by_hour)
    found = run(settings, replace(FEW, days=0.5))
    assert found.shift.launched == 100
    assert figures_of([found]).half_hours[0].answered <= 40


def test_machines_that_are_not_told_from_people_take_agents_time():
    unsure = replace(SPRING, pacing=PacingSettings())
    told, untold = (run(settings, replace(FEW, machines=0.8)) for settings in (SPRING, unsure))
    assert told.leads.results[AttemptResult.MACHINE] and AttemptResult.MACHINE not in untold.leads.results
    assert untold.shift.answered > 2 * told.shift.answered


def test_lines_bound_the_calls_whatever_the_agents():
    endless = replace(FEW, agents=20, leads=100_000, days=1 / 24)
    many, few = (figures_of([run(assumed=replace(endless, lines=lines))]) for lines in (60, 5))
    assert few.calls < many.calls / 2


def test_a_voice_broadcast_needs_no_agent():
    settings = replace(SPRING, kind=CampaignKind.AGENTLESS)
    found = run(settings, replace(FEW, agents=0, lines=5, leads=50))
    assert found.leads.is_spent and AttemptResult.ABANDONED not in found.leads.results


def test_who_has_no_more_time_gets_what_there_is():
    asks = itertools.count()
    found = run(assumed=replace(FEW, leads=100_000), go_on=lambda: next(asks) < 30)
    assert found.shift.simulated_seconds == 1800.0
    assert figures_of([found]).is_estimate
