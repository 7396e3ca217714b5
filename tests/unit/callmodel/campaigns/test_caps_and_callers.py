"""How often people are called, and what they are shown."""

from callmodel.campaigns.callers import callers_for, choose_caller
from callmodel.campaigns.caps import Window, day_began_ms, windows_of
from callmodel.campaigns.document import CallerPool, CapScope, CapWindow, FrequencyCap
from callmodel.directory import CallerRule, CallerRuleKind, Did, Directory, Tenant
from callmodel.ids import E164, TenantId
from tests.unit.callmodel.campaigns.campaign_stories import LONDON, SHANGHAI, at, campaign

NOON = at("2026-12-02 12:00")
HOUR, DAY = 3_600_000, 86_400_000
ONE, TWO, LOCAL = E164("+862155550100"), E164("+862155550101"), E164("+861055550100")
BEIJING, GUANGZHOU = E164("+861012345678"), E164("+862012345678")
ACME = Tenant(TenantId("acme"), "Acme", "acme.test", caller_rule=CallerRule(CallerRuleKind.FIXED, (ONE,)))
KNOWN = Directory(tenants=(ACME,), numbers=tuple(Did(each, ACME.tenant_id) for each in (ONE, TWO, LOCAL)))


def windows(cap: FrequencyCap, *zones: str) -> tuple[Window, ...]:
    return windows_of(campaign(caps=(cap,)), zones, NOON)


def test_a_sliding_window_begins_its_length_ago():
    assert windows(FrequencyCap(5, seconds=3600)) == (Window(CapScope.PERSON, NOON - HOUR, 5, HOUR),)


def test_days_weeks_and_months_are_the_customers():
    day = FrequencyCap(3, CapScope.CAMPAIGN, CapWindow.DAY)
    began = at("2026-12-02 00:00") - 1
    assert windows(day, SHANGHAI) == (Window(CapScope.CAMPAIGN, began, 3, 0, at("2026-12-03 00:00")),)
    (week,) = windows(FrequencyCap(3, window=CapWindow.WEEK), SHANGHAI)
    assert (week.since_ms, week.ends_ms) == (at("2026-11-30 00:00") - 1, at("2026-12-07 00:00"))
    (month,) = windows(FrequencyCap(3, window=CapWindow.MONTH), SHANGHAI)
    assert (month.since_ms, month.ends_ms) == (at("2026-12-01 00:00") - 1, at("2027-01-01 00:00"))


def test_of_two_zones_the_longer_window_counts():
    (both,) = windows(FrequencyCap(3, window=CapWindow.DAY), SHANGHAI, LONDON)

    assert (both.since_ms, both.ends_ms) == (at("2026-12-02 00:00") - 1, at("2026-12-03 00:00", LONDON))


def test_a_number_of_ours_has_its_cap_for_the_day():
    (shown,) = windows_of(campaign(callers=CallerPool((ONE,), calls_a_day=50)), (LONDON,), NOON)

    assert shown == Window(CapScope.CALLER, at("2026-12-02 00:00") - 1, 50, 0, at("2026-12-03 00:00"))
    assert day_began_ms(SHANGHAI, NOON) == at("2026-12-02 00:00")


def test_local_numbers_are_shown_where_there_are_some():
    pool = campaign(callers=CallerPool((ONE, TWO), {"+8610": (LOCAL,), "+86": (ONE,)}))

    assert callers_for(KNOWN, ACME, pool, BEIJING) == (LOCAL,)
    assert callers_for(KNOWN, ACME, pool, GUANGZHOU) == (ONE,)
    assert callers_for(KNOWN, ACME, pool, E164("+493012345678")) == (ONE, TWO)


def test_a_number_that_the_tenant_has_no_more_is_not_shown():
    pool = campaign(callers=CallerPool((E164("+862155550199"), TWO)))

    assert callers_for(KNOWN, ACME, pool, BEIJING) == (TWO,)
    assert callers_for(KNOWN, ACME, campaign(callers=CallerPool((E164("+862155550199"),))), BEIJING) == ()
    assert callers_for(KNOWN, ACME, campaign(), BEIJING) == (ONE,), "the tenant's rule"


def test_the_least_shown_is_next_and_none_that_rests():
    assert choose_caller((ONE, TWO), {ONE: 3, TWO: 2}) == TWO
    assert choose_caller((ONE, TWO), {ONE: 3, TWO: 2}, {TWO}) == ONE
    assert choose_caller((ONE, TWO), {}, {ONE, TWO}) is None
