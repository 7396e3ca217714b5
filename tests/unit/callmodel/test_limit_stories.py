"""Where a tenant may call, what its calls cost, and what becomes of those beyond its limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callmodel.calls import advance
from callmodel.callstate import Call, CallState, Timer, TimerName
from callmodel.cdr import cdr_of
from callmodel.endings import Ending, EndingClass, class_of
from callmodel.facts import LegAnswered, LegHungUp, SpendStopped, TimerFired
from callmodel.ids import E164
from callmodel.limits import PLATFORM_BLOCKED, Limits, SpendLevel, cost_micros, is_allowed, level_of, spend_day_of
from callmodel.orders import Announce, ClaimTrunk, HangUp, Milestone
from callmodel.spend import Bill, bill_so_far, final_bill
from tests.unit.callmodel.stories import (
    AGENT_LEG,
    ANA,
    CHEAP,
    CLAIMING,
    CUSTOMER,
    CUSTOMER_LEG,
    DEAR,
    DIALLING,
    GRANTED,
    RINGING,
    T0,
    TALKING,
    TENANT,
    after,
    dialled,
    with_tenant,
)

DAY = "2023-11-14"
ANSWERED = T0 + 4_000


@pytest.mark.parametrize("prefix", PLATFORM_BLOCKED)
def test_what_toll_fraud_lives_on_is_blocked_until_the_tenant_names_it(prefix):
    number = E164(f"{prefix}1234567")

    assert not is_allowed(Limits(), number)
    assert not is_allowed(Limits(allowed_prefixes=("+", "+8", "+1", "+9")), number), "a wide rule does not mean it"
    assert is_allowed(Limits(allowed_prefixes=(prefix,)), number)


@pytest.mark.parametrize(
    "number, allowed",
    [("+8613812345678", True), ("+8613922345678", False), ("+8613912345678", True), ("+14155550100", False)],
)
def test_the_longest_prefix_decides(number, allowed):
    limits = Limits(allowed_prefixes=("+86", "+861391"), blocked_prefixes=("+", "+86139"))

    assert is_allowed(limits, E164(number)) is allowed


@given(st.lists(st.sampled_from(["+", "+8", "+86", "+870", "+8701", "+1"])), st.sampled_from(["+8", "+87", "+870"]))
def test_a_blocked_prefix_wins_over_shorter_ones(allowed, blocked):
    limits = Limits(tuple(allowed), (blocked,))
    longer = any(len(prefix) > len(blocked) and "+87012345".startswith(prefix) for prefix in allowed)

    assert not is_allowed(limits, E164("+87012345")) or longer


def test_blocked_destination_is_refused_before_any_trunk_is_asked_for():
    call, orders = dialled("00881612345678")

    assert orders == [Announce(Milestone.STARTED, 1), HangUp(AGENT_LEG, 403)]
    ended = after(call, LegHungUp(AGENT_LEG, 403, T0 + 3))[0]
    assert (cdr_of(ended).ending, cdr_of(ended).ending_class) == (Ending.DESTINATION_BLOCKED, EndingClass.CLIENT)


def test_claim_carries_the_tenants_limits():
    limits = Limits(spend_per_day=5.0, station_calls_per_minute=20)
    _, orders = dialled("13812345678", with_tenant(limits=limits))

    claim = next(order for order in orders if isinstance(order, ClaimTrunk))
    assert (claim.limits, claim.extension, claim.started_ms) == (limits, ANA, T0)
    assert [offer.cost_per_minute for offer in claim.offers] == [0.02, 0.20]


@pytest.mark.parametrize(
    "ending", [Ending.SPEND_LIMIT_REACHED, Ending.CALL_RATE_EXCEEDED, Ending.DESTINATION_BLOCKED]
)
def test_who_meets_a_limit_is_the_one_to_act(ending):
    assert class_of(ending) is EndingClass.CLIENT


def test_hard_stop_ends_a_conversation_and_the_record_says_so():
    call, orders = advance(TALKING, SpendStopped(T0 + 9_000))

    assert orders == [HangUp(AGENT_LEG, 200), HangUp(CUSTOMER_LEG, 200)]
    assert (call.state, call.ending) == (CallState.ENDING, Ending.SPEND_LIMIT_REACHED)


def test_hard_stop_ends_nothing_that_holds_no_trunk():
    assert advance(CLAIMING, SpendStopped(T0 + 1)) == (CLAIMING, [])


@pytest.mark.parametrize(
    "talked_ms, micros", [(0, 0), (1, 1_000), (1_000, 1_000), (60_000, 60_000), (61_001, 62_000)]
)
def test_every_second_that_has_begun_costs_a_sixtieth(talked_ms, micros):
    assert cost_micros(0.06, talked_ms) == micros


def test_a_call_costs_at_least_its_first_minute_while_it_lives():
    assert bill_so_far(DIALLING, DIALLING.customer_leg, T0 + 50_000) == Bill(DAY, 20_000)
    assert bill_so_far(TALKING, TALKING.customer_leg, ANSWERED + 30_000) == Bill(DAY, 20_000)
    assert bill_so_far(TALKING, TALKING.customer_leg, ANSWERED + 90_000) == Bill(DAY, 30_000)


def test_only_an_answered_call_costs_anything_in_the_end():
    ended = after(TALKING, LegHungUp(CUSTOMER_LEG, None, ANSWERED + 6_000))[0]

    assert final_bill(after(RINGING, LegHungUp(CUSTOMER_LEG, 486, T0 + 9))[0], CUSTOMER_LEG, CHEAP, T0 + 9) == Bill(
        DAY, 0
    )
    assert final_bill(ended, CUSTOMER_LEG, CHEAP, ANSWERED + 99_000) == Bill(DAY, 2_000)
    assert final_bill(ended, CUSTOMER_LEG, DEAR, ANSWERED + 99_000) == Bill(DAY, 0), (
        "a trunk that failed before costs nothing"
    )


def test_a_customer_who_picks_up_as_the_call_ends_is_billed_by_the_carrier():
    gone = after(RINGING, LegHungUp(AGENT_LEG, None, T0 + 5_000), LegAnswered(CUSTOMER_LEG, T0 + 5_010))[0]
    ended = after(gone, LegHungUp(CUSTOMER_LEG, None, T0 + 5_900))[0]

    assert final_bill(ended, CUSTOMER_LEG, CHEAP, T0 + 6_000).micros == cost_micros(0.02, 890)


def test_a_call_over_midnight_counts_for_the_day_it_began_on():
    assert spend_day_of(T0) == DAY
    assert bill_so_far(TALKING, TALKING.customer_leg, T0 + 86_400_000).day == DAY


@pytest.mark.parametrize(
    "spent, level",
    [
        (7_999_999, SpendLevel.FREE),
        (8_000_000, SpendLevel.NEAR),
        (10_000_000, SpendLevel.REACHED),
        (15_000_000, SpendLevel.STOPPED),
    ],
)
def test_levels_of_the_days_spend(spent, level):
    assert level_of(Limits(spend_per_day=10.0), spent) is level


def test_a_tenant_of_an_older_writer_has_no_limit_but_the_platforms():
    assert TENANT.limits == Limits()
    assert level_of(Limits(), 10**15) is SpendLevel.FREE


def forgotten(minutes: int | None) -> Call:
    """A call to the outside of a tenant whose calls may last so long, just answered."""
    asked, _ = dialled(CUSTOMER, with_tenant(limits=Limits(longest_call_minutes=minutes)))
    return after(asked, GRANTED, LegAnswered(CUSTOMER_LEG, ANSWERED))[0]


def test_a_call_that_was_forgotten_ends_at_its_tenants_longest():
    call = forgotten(30)
    due = ANSWERED + 30 * 60_000
    assert call.timers == (Timer(TimerName.LONGEST_CALL, due),)

    ended, orders = advance(call, TimerFired(TimerName.LONGEST_CALL, due))

    assert orders == [HangUp(AGENT_LEG, 200), HangUp(CUSTOMER_LEG, 200)]
    assert (ended.ending, ended.timers) == (Ending.TOO_LONG, ())


def test_a_timer_that_was_not_set_or_is_not_due_changes_nothing():
    call = forgotten(30)

    assert advance(call, TimerFired(TimerName.LONGEST_CALL, ANSWERED + 1)) == (call, [])
    assert advance(TALKING, TimerFired(TimerName.LONGEST_CALL, T0 + 10**9)) == (TALKING, [])
    assert forgotten(None).timers == ()
