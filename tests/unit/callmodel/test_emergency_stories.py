"""A call for help goes out with the place's number, whatever is full, blocked or spent; and short numbers."""

from dataclasses import replace

import pytest

from callmodel.beginnings import StationDialled
from callmodel.calls import advance, begin
from callmodel.callstate import CallState, Direction
from callmodel.cdr import cdr_of
from callmodel.codec import from_wire, to_wire
from callmodel.directory import CallerRule, Did, Directory, Site, Station, Trunk
from callmodel.endings import Ending
from callmodel.facts import LegHungUp, SpendStopped, TrunkGranted
from callmodel.ids import E164, Extension, SiteId, TrunkId
from callmodel.limits import Limits
from callmodel.locations import Location
from callmodel.numbers import DiallingPlan, emergency_number, plan_of_country, service_number, to_e164
from callmodel.orders import ClaimTrunk, DialTrunk
from callmodel.routing import Refusal, StationPlan, TrunkPlan, is_emergency, plan_call
from tests.unit.callmodel.stories import (
    ACME,
    AGENT_LEG,
    ANA,
    BEIJING,
    BRANCH,
    CALL,
    CHEAP,
    CUSTOMER_LEG,
    DEAR,
    DIRECTORY,
    GLOBEX,
    GLOBEX_NUMBER,
    NODE,
    SECOND_CUSTOMER_LEG,
    SHANGHAI,
    T0,
    after,
    with_tenant,
)

CHINA = DiallingPlan()
CHENGDU = E164("+862855550009")
OFFICE = Location(country="CN", province="Sichuan", city="Chengdu", street="Tianfu Avenue", house="1")
SITE = Site(BRANCH, emergency_caller=CHENGDU, trunk_ids=(DEAR,), location=OFFICE)
AT_SITE = replace(DIRECTORY, sites=(SITE,))
BLOCKED = Limits(blocked_prefixes=("+",), spend_per_day=0.0, calls_per_minute=1, station_calls_per_minute=1)


def help_at(directory: Directory, dialled: str = "110", site_id: SiteId = BRANCH) -> TrunkPlan:
    plan = plan_call(directory, ACME, dialled, site_id=site_id)
    assert isinstance(plan, TrunkPlan)
    return plan


@pytest.mark.parametrize("dialled", ["110", "119", "120", "122", "112", "911", "1-1-0", "+86110", "0086 110"])
def test_what_is_dialled_for_help_in_china(dialled: str):
    plan = help_at(DIRECTORY, dialled)

    assert plan.is_emergency
    assert plan.number in CHINA.emergency


@pytest.mark.parametrize(
    ("country", "dialled"), [("1", "911"), ("44", "999"), ("49", "110"), ("63", "112"), ("61", "000"), ("81", "119")]
)
def test_each_country_has_its_own(country: str, dialled: str):
    assert emergency_number(dialled, plan_of_country(country)) == dialled
    assert emergency_number("1001", plan_of_country(country)) is None


def test_who_learned_to_dial_nine_for_an_outside_line_is_helped_too():
    assert emergency_number("9110", DiallingPlan(outside_prefix="9")) == "110"
    assert emergency_number("9110", CHINA) is None


def test_a_tenants_own_list_rules():
    own = DiallingPlan(emergency_numbers=("110",))

    assert emergency_number("110", own) == "110"
    assert emergency_number("911", own) is None


def test_the_site_shows_its_own_number_on_the_trunk_that_finds_it_by_that():
    plan = help_at(AT_SITE)

    assert [offer.trunk_id for offer in plan.offers] == [DEAR, CHEAP]
    assert plan.offers[0].caller_pool == (CHENGDU,)
    assert plan.offers[1].caller_pool == (BEIJING,), "another trunk's carrier accepts the tenant's"
    assert plan.location == OFFICE


def test_nothing_that_bounds_a_tenant_stands_in_the_way():
    directory = with_tenant(limits=BLOCKED, caller_rule=CallerRule(), max_channels=1)

    plan = help_at(directory)

    assert plan.limits == Limits()
    assert [offer.cost_per_minute for offer in plan.offers] == [0.0, 0.0]


def test_a_wish_for_another_caller_number_counts_for_nothing():
    assert plan_call(AT_SITE, ACME, "110", site_id=BRANCH, wanted_caller=SHANGHAI) == help_at(AT_SITE)


def test_no_extension_of_the_same_digits_comes_first():
    station = Station(ACME, Extension("110"), SiteId("hq"))

    assert help_at(replace(DIRECTORY, stations=(station,))).is_emergency


def test_without_a_trunk_for_the_tenant_everybodys_are_taken():
    theirs = tuple(replace(trunk, tenant_ids=(GLOBEX,)) for trunk in DIRECTORY.trunks)

    assert {offer.trunk_id for offer in help_at(replace(DIRECTORY, trunks=theirs)).offers} == {CHEAP, DEAR}


def test_a_trunk_that_sells_another_country_is_tried_last():
    american = Trunk(TrunkId("a"), "American", (), priority=1)
    directory = replace(DIRECTORY, trunks=(american, *DIRECTORY.trunks))

    assert [offer.trunk_id for offer in help_at(directory).offers] == [CHEAP, DEAR, "a"]


def test_disabled_trunks_stay_out_and_nothing_at_all_is_said_so():
    none = tuple(replace(trunk, enabled=False) for trunk in DIRECTORY.trunks)

    assert plan_call(replace(DIRECTORY, trunks=none), ACME, "110") == Refusal(Ending.NO_TRUNK)


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [((Did(SHANGHAI, ACME),), SHANGHAI), ((Did(GLOBEX_NUMBER, GLOBEX),), GLOBEX_NUMBER), ((), "anonymous")],
)
def test_no_missing_caller_number_stops_it(numbers: tuple[Did, ...], shown: str):
    directory = replace(with_tenant(caller_rule=CallerRule()), numbers=numbers)

    assert help_at(directory).offers[0].caller_pool == (shown,)


def test_a_site_in_another_country_dials_as_people_do_there():
    manila = Site(BRANCH, dialling=plan_of_country("63"))
    directory = replace(DIRECTORY, sites=(manila,))

    assert is_emergency(directory, ACME, BRANCH, "911")
    assert not is_emergency(directory, ACME, BRANCH, "119")
    assert is_emergency(directory, ACME, SiteId("hq"), "119")
    plan = plan_call(directory, ACME, "0917 123 4567", site_id=BRANCH)
    assert isinstance(plan, TrunkPlan) and plan.number == "+639171234567"


def dialled_for_help(directory: Directory = AT_SITE):
    fact = StationDialled(CALL, ACME, NODE, AGENT_LEG, ANA, BRANCH, "110", T0)
    return begin(fact, help_at(directory))


def test_the_claim_says_that_it_is_for_help_and_the_record_too():
    call, orders = dialled_for_help()
    claim = next(order for order in orders if isinstance(order, ClaimTrunk))
    dialling, ordered = advance(call, TrunkGranted(CUSTOMER_LEG, DEAR, 0, T0 + 1))
    ended = after(dialling, LegHungUp(AGENT_LEG, None, T0 + 9), LegHungUp(CUSTOMER_LEG, 487, T0 + 10))[0]

    assert claim.emergency
    assert ordered == [DialTrunk(CUSTOMER_LEG, E164("110"), DEAR, CHENGDU, 180)]
    assert (call.direction, cdr_of(ended).emergency, cdr_of(ended).number) == (Direction.OUTBOUND, True, "110")


@pytest.mark.parametrize("code", [404, 486, 603, 503, 480])
def test_whatever_a_carrier_says_another_is_tried(code: int):
    dialling = after(dialled_for_help()[0], TrunkGranted(CUSTOMER_LEG, DEAR, 0, T0 + 1))[0]

    call, orders = advance(dialling, LegHungUp(CUSTOMER_LEG, code, T0 + 5))
    _again, ordered = advance(call, TrunkGranted(SECOND_CUSTOMER_LEG, CHEAP, 0, T0 + 6))

    assert call.state is CallState.CLAIMING
    assert isinstance(orders[-1], ClaimTrunk) and orders[-1].emergency
    assert ordered[0] == DialTrunk(SECOND_CUSTOMER_LEG, E164("110"), CHEAP, BEIJING, 180)


def test_no_hard_stop_ends_it():
    dialling = after(dialled_for_help()[0], TrunkGranted(CUSTOMER_LEG, DEAR, 0, T0 + 1))[0]

    assert advance(dialling, SpendStopped(T0 + 9)) == (dialling, [])


def test_a_plan_for_help_passes_through_the_journal():
    plan = help_at(AT_SITE)

    assert from_wire(TrunkPlan, to_wire(plan)) == plan


@pytest.mark.parametrize("dialled", ["10086", "95588", "12345", "12306", "114", "+8610086", "008695588"])
def test_a_service_number_goes_out_in_its_own_digits(dialled: str):
    plan = plan_call(DIRECTORY, ACME, dialled)

    assert isinstance(plan, TrunkPlan)
    assert dialled.endswith(plan.number) and "+" not in plan.number
    assert not plan.is_emergency
    assert [(offer.trunk_id, offer.cost_class) for offer in plan.offers] == [(CHEAP, "national"), (DEAR, "world")]


def test_a_tenants_own_extension_comes_before_a_service():
    station = Station(ACME, Extension("95588"), SiteId("hq"))

    assert isinstance(plan_call(replace(DIRECTORY, stations=(station,)), ACME, "95588"), StationPlan)


@pytest.mark.parametrize("blocked", ["+", "+86", "+8610086"])
def test_a_service_number_is_blocked_like_a_number_of_its_country(blocked: str):
    directory = with_tenant(limits=Limits(blocked_prefixes=(blocked,)))

    assert plan_call(directory, ACME, "10086") == Refusal(Ending.DESTINATION_BLOCKED)


@pytest.mark.parametrize("dialled", ["1009", "100867", "96110", "5000"])
def test_what_is_no_service_and_no_station_is_unknown(dialled: str):
    assert plan_call(DIRECTORY, ACME, dialled) == Refusal(Ending.EXTENSION_UNKNOWN)


def test_a_services_list_of_the_tenants_own():
    own = DiallingPlan(service_numbers=("96xxx",))

    assert service_number("96110", own) == "96110"
    assert service_number("10086", own) is None


@pytest.mark.parametrize(
    ("country", "dialled", "number"),
    [
        ("1", "1 212 555 0100", "+12125550100"),
        ("39", "0612345678", "+390612345678"),
        ("7", "8 495 123 45 67", "+74951234567"),
        ("852", "2123 4567", "+85221234567"),
        ("81", "010 86 138 1234 5678", "+8613812345678"),
    ],
)
def test_countries_write_their_numbers_so(country: str, dialled: str, number: str):
    assert to_e164(dialled, plan_of_country(country)) == number
