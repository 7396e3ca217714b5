"""What people may dial by hand: classes of numbers pass, others are asked for, and what nobody chose is not."""

from dataclasses import replace

import pytest

from callmodel.beginnings import CallAsked, StationDialled
from callmodel.calls import advance, begin
from callmodel.cdr import cdr_of
from callmodel.endings import Ending, sip_code_of
from callmodel.facts import TrunkRefused
from callmodel.handdialling import Asked, HandDialling, asked_of
from callmodel.orders import ClaimTrunk, HangUp
from callmodel.routing import TrunkPlan, plan_call, plan_dialled
from tests.unit.callmodel.stories import ACME, AGENT_LEG, CALL, CUSTOMER, DIRECTORY, NODE, T0

RULES = HandDialling(limited=True, prefixes=("+8621",), lists=True)


@pytest.mark.parametrize(
    ("rules", "number", "asked"),
    [
        (HandDialling(prefixes=("+1",)), CUSTOMER, None),
        (RULES, "+862155550100", None),
        (RULES, CUSTOMER, Asked(CUSTOMER, lists=True, approvals=False)),
        (HandDialling(limited=True), CUSTOMER, Asked(CUSTOMER, lists=False, approvals=False)),
    ],
    ids=["no limit", "of an allowed class", "of none", "nothing is allowed"],
)
def test_what_is_asked_of_a_number(rules, number, asked):
    assert asked_of(rules, number) == asked


def dialled(number: str = CUSTOMER):
    tenants = tuple(replace(each, hand_dialling=RULES) for each in DIRECTORY.tenants)
    directory = replace(DIRECTORY, tenants=tenants)
    site = directory.stations[0].site_id
    plan = plan_dialled(directory, ACME, number, site_id=site, wanted_caller=None)
    assert isinstance(plan, TrunkPlan)
    extension = directory.stations[0].extension
    return plan, StationDialled(CALL, ACME, NODE, AGENT_LEG, extension, site, number, T0)


def test_who_dials_a_number_that_is_nobodys_is_refused_and_the_record_says_why():
    plan, fact = dialled()
    call, orders = begin(fact, plan)
    [claim] = [order for order in orders if isinstance(order, ClaimTrunk)]
    assert claim.asked == Asked(CUSTOMER, lists=True, approvals=False)

    call, orders = advance(call, TrunkRefused(claim.leg_id, Ending.NOT_TO_BE_DIALLED, T0 + 5))

    assert HangUp(AGENT_LEG, 403) in orders and sip_code_of(Ending.NOT_TO_BE_DIALLED) == 403
    ended, _ = advance(call, _hung_up())
    assert cdr_of(ended).ending is Ending.NOT_TO_BE_DIALLED


def _hung_up():
    from callmodel.facts import LegHungUp

    return LegHungUp(AGENT_LEG, 403, T0 + 9)


def test_emergency_calls_pass():
    plan, _ = dialled("110")
    assert plan.is_emergency and plan.asked is None


def test_who_asks_by_click_is_asked_for_too():
    plan, fact = dialled()
    asked = CallAsked(CALL, ACME, NODE, fact.extension, fact.site_id, CUSTOMER, "ana", T0)
    call, _ = begin(asked, plan)
    assert call.plan == plan and plan.asked is not None


def test_a_plan_without_rules_asks_nothing():
    plan = plan_call(DIRECTORY, ACME, CUSTOMER)
    assert isinstance(plan, TrunkPlan) and plan.asked is None
