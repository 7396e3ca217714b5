"""When a number may be called: by the customer's own clock."""

from callmodel.campaigns.document import CallingHours, RegionHours
from callmodel.campaigns.hours import DAY_MS, next_call_ms
from callmodel.flows.calendars import WEEKDAYS, SpecialDay
from callmodel.ids import E164
from tests.unit.callmodel.campaigns.campaign_stories import LONDON, NEW_YORK, NINE_TO_EIGHT, SHANGHAI, at, campaign

MOBILE, BERLIN = E164("+8613812345678"), E164("+493012345678")


def test_now_is_fine_within_the_hours():
    moment = at("2026-11-30 10:00")

    assert next_call_ms(campaign(), MOBILE, (), moment) == moment


def test_before_and_after_the_hours_it_waits_for_the_next_ones():
    assert next_call_ms(campaign(), MOBILE, (), at("2026-11-30 07:00")) == at("2026-11-30 09:00")
    assert next_call_ms(campaign(), MOBILE, (), at("2026-11-30 20:00")) == at("2026-12-01 09:00")


def test_the_customers_clock_counts():
    assert next_call_ms(campaign(), MOBILE, (LONDON,), at("2026-11-30 10:00")) == at("2026-11-30 09:00", LONDON)


def test_of_a_number_that_may_be_in_two_zones_both_must_be_open():
    zones = (LONDON, NEW_YORK)

    assert next_call_ms(campaign(), MOBILE, zones, at("2026-11-30 09:00", LONDON)) == at("2026-11-30 09:00", NEW_YORK)
    late = at("2026-11-30 20:00", LONDON)
    assert next_call_ms(campaign(), MOBILE, zones, late) == at("2026-12-01 09:00", NEW_YORK)


def test_at_midday_customers_rest():
    resting = campaign(hours=CallingHours(NINE_TO_EIGHT.hours, rest=("12:00-14:00",)))

    assert next_call_ms(resting, MOBILE, (), at("2026-11-30 12:30")) == at("2026-11-30 14:00")
    assert next_call_ms(resting, MOBILE, (), at("2026-11-30 11:59")) == at("2026-11-30 11:59")


def test_on_holidays_nobody_is_called_and_on_some_days_for_less_long():
    days = (SpecialDay("2027-02-06", "2027-02-12"), SpecialDay("12-24", closed=("14:00-24:00",)))
    resting = campaign(hours=CallingHours(NINE_TO_EIGHT.hours, days=days))

    assert next_call_ms(resting, MOBILE, (), at("2027-02-06 10:00")) == at("2027-02-13 09:00")
    assert next_call_ms(resting, MOBILE, (), at("2026-12-24 15:00")) == at("2026-12-25 09:00")


def test_a_region_has_hours_and_a_clock_of_its_own():
    berlin = CallingHours({day: ("10:00-17:00",) for day in WEEKDAYS[:5]})
    regional = campaign(regions=(RegionHours("+4", NINE_TO_EIGHT), RegionHours("+49", berlin, "Europe/Berlin")))
    saturday = at("2026-11-28 12:00", "Europe/Berlin")

    assert next_call_ms(regional, BERLIN, (SHANGHAI,), saturday) == at("2026-11-30 10:00", "Europe/Berlin")
    assert next_call_ms(regional, MOBILE, (SHANGHAI,), at("2026-11-28 12:00")) == at("2026-11-28 12:00")


def test_without_hours_nobody_is_called():
    moment = at("2026-11-30 10:00")

    assert next_call_ms(campaign(hours=CallingHours()), MOBILE, (), moment) == moment + DAY_MS


def test_when_clocks_change_the_wall_counts():
    assert next_call_ms(campaign(), MOBILE, (LONDON,), at("2026-10-24 21:00", LONDON)) == at(
        "2026-10-25 09:00", LONDON
    )
