"""Where a call goes, which number it shows, and which trunk carries it."""

from dataclasses import replace

import pytest

from callmodel.directory import CallerRule, CallerRuleKind, Did
from callmodel.endings import Ending
from callmodel.ids import E164
from callmodel.numbers import DiallingPlan, UndiallableNumberError, to_e164
from callmodel.privacy import mask_number
from callmodel.routing import Refusal, StationPlan, TrunkPlan, plan_call, plan_inbound
from tests.unit.callmodel.stories import (
    ACME,
    BEIJING,
    BEN,
    CHEAP,
    CUSTOMER,
    DEAR,
    DIRECTORY,
    GLOBEX,
    GLOBEX_NUMBER,
    SHANGHAI,
    with_tenant,
)


def planned(number: str, directory=DIRECTORY, wanted=None):
    return plan_call(directory, ACME, number, wanted_caller=wanted)


@pytest.mark.parametrize(
    "dialled",
    ["13812345678", "013812345678", "008613812345678", "+8613812345678", "+86 138-1234-5678", "(0138) 1234.5678"],
)
def test_every_way_to_write_a_number_means_the_same_customer(dialled):
    assert planned(dialled).number == CUSTOMER


@pytest.mark.parametrize("dialled", ["", "+", "abc", "+0123456789", "123456789012345678", "١٢٣٤٥٦٧٨٩", "1001;x=1"])
def test_what_nobody_can_dial_is_refused(dialled):
    with pytest.raises(UndiallableNumberError):
        to_e164(dialled, DiallingPlan())


def test_outside_prefix_of_an_old_exchange_is_taken_off():
    assert to_e164("913812345678", DiallingPlan(outside_prefix="9")) == CUSTOMER


def test_most_specific_then_cheapest_trunk_comes_first():
    assert [offer.trunk_id for offer in planned("01088881234").offers] == [CHEAP, DEAR]
    assert planned("01088881234").offers[0].cost_class == "local"
    assert [offer.trunk_id for offer in planned("0014155550100").offers] == [DEAR]


def test_disabled_and_foreign_trunks_carry_nothing():
    dear, cheap = DIRECTORY.trunks
    mine = replace(DIRECTORY, trunks=(replace(dear, enabled=False), replace(cheap, tenant_ids=(GLOBEX,))))

    assert planned(CUSTOMER, mine) == Refusal(Ending.NO_TRUNK)


def test_region_rule_shows_the_number_nearest_to_the_callee():
    rule = CallerRule(CallerRuleKind.REGION, (BEIJING,), {"+8621": SHANGHAI})
    directory = with_tenant(caller_rule=rule)

    assert planned("02188881234", directory).offers[0].caller_pool == (SHANGHAI,)
    assert planned("02088881234", directory).offers[0].caller_pool == (BEIJING,)


def test_rotating_rule_offers_its_whole_pool():
    directory = with_tenant(caller_rule=CallerRule(CallerRuleKind.ROTATING, (BEIJING, SHANGHAI)))

    assert planned(CUSTOMER, directory).offers[0].caller_pool == (BEIJING, SHANGHAI)


def test_numbers_that_the_tenant_does_not_hold_are_never_shown():
    directory = with_tenant(caller_rule=CallerRule(CallerRuleKind.ROTATING, (GLOBEX_NUMBER, SHANGHAI)))

    assert planned(CUSTOMER, directory).offers[0].caller_pool == (SHANGHAI,)


def test_trunk_whose_carrier_refuses_the_number_is_not_offered():
    numbers = (Did(BEIJING, ACME, trunk_ids=(DEAR,)),)

    assert [offer.trunk_id for offer in planned(CUSTOMER, replace(DIRECTORY, numbers=numbers)).offers] == [DEAR]


@pytest.mark.parametrize("wanted", [E164("+15550000000"), GLOBEX_NUMBER])
def test_agent_may_not_show_a_number_that_is_not_the_tenants_and_learns_not_whose_it_is(wanted):
    assert planned(CUSTOMER, wanted=wanted) == Refusal(Ending.CALLER_NUMBER_UNKNOWN)


def test_agent_may_choose_among_the_tenants_numbers():
    plan = planned(CUSTOMER, wanted=SHANGHAI)

    assert isinstance(plan, TrunkPlan)
    assert plan.offers[0].caller_pool == (SHANGHAI,)


def test_tenants_own_number_is_reached_on_the_net():
    assert isinstance(planned(BEIJING), StationPlan)


def test_extension_of_another_tenant_is_unknown():
    assert plan_call(DIRECTORY, GLOBEX, BEN) == Refusal(Ending.EXTENSION_UNKNOWN)


def test_inbound_number_belongs_to_its_tenant_alone():
    assert plan_inbound(DIRECTORY, BEIJING)[0] == ACME
    assert plan_inbound(DIRECTORY, "+15550000000") == (None, Refusal(Ending.NUMBER_INVALID))
    assert plan_inbound(DIRECTORY, SHANGHAI) == (ACME, Refusal(Ending.STATION_UNREACHABLE))


@pytest.mark.parametrize(
    "number, shown",
    [
        ("+8613812345678", "+86138****5678"),
        ("13812345678", "138****5678"),
        ("1001", "1001"),
        ("110", "110"),
        ("88881234", "****1234"),
        ("8888123", "****123"),
        ("+86 138-1234-5678", "+86138****5678"),
        ("1-3-8-1-2-3-4-5-6-7-8", "138****5678"),
        ("(021) 5555-0100", "021****0100"),
    ],
)
def test_masked_number_keeps_what_agents_need_and_no_more(number, shown):
    assert mask_number(number) == shown
