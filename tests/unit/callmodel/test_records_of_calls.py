"""What a call's record tells, open and complete: times, costs, who hung up, and each change at once."""

from dataclasses import replace

import pytest

from callmodel.calls import Step, advance
from callmodel.callstate import Call, CallState, Direction, LegState
from callmodel.cdr import SYSTEM, USER, Cdr, cdr_of
from callmodel.endings import Ending, EndingClass
from callmodel.facts import (
    Fact,
    HangUpAsked,
    LegAnswered,
    LegHeld,
    LegHungUp,
    LegRang,
    LegUnheld,
    SpendStopped,
    TransferAsked,
    TrunkGranted,
)
from callmodel.ids import LegId
from callmodel.limits import Limits
from callmodel.orders import Announce, Milestone
from callmodel.routing import plan_call
from tests.unit.callmodel.stories import (
    ACME,
    AGENT_LEG,
    ANA,
    BEIJING,
    BEN,
    BRANCH,
    CALL,
    CHEAP,
    CLAIMING,
    CUSTOMER,
    CUSTOMER_LEG,
    DEAR,
    DIALLING,
    DIRECTORY,
    GRANTED,
    RINGING,
    SECOND_CUSTOMER_LEG,
    T0,
    TALKING,
    after,
    asked_for,
    customer_called,
    dialled,
    with_tenant,
)

BENS_LEG = LegId(f"{CALL}-3")
TO_BEN = TransferAsked(plan_call(DIRECTORY, ACME, BEN), AGENT_LEG, T0 + 20_000)


def record(call: Call, *facts: Fact) -> Cdr:
    """The record after the facts, and once every leg is gone."""
    call = after(call, *facts)[0] if facts else call
    return cdr_of(after(call, *(LegHungUp(leg.leg_id, None, T0 + 99_000) for leg in call.legs))[0])


# -- times: Ana dials at 0, the customer's phone rings at 0.5 s and is picked up at 4 s


def test_times_of_a_call_that_was_held_twice():
    cdr = record(
        TALKING,
        LegHeld(AGENT_LEG, T0 + 10_000),
        LegUnheld(AGENT_LEG, T0 + 15_000),
        LegHeld(AGENT_LEG, T0 + 15_500),
        LegHeld(AGENT_LEG, T0 + 16_000),
        LegHungUp(AGENT_LEG, None, T0 + 18_000),
    )

    assert (cdr.talk_seconds, cdr.hold_seconds, cdr.ring_seconds, cdr.wait_seconds) == (14.0, 7.5, 3.5, 0.0)
    assert [leg.hold_seconds for leg in cdr.legs] == [7.5, 0.0]


def test_a_leg_that_needs_long_to_go_adds_to_no_time():
    ended = after(TALKING, LegHeld(AGENT_LEG, T0 + 5_000), HangUpAsked(T0 + 9_000))[0]

    cdr = record(ended)

    assert (cdr.talk_seconds, cdr.hold_seconds, cdr.ended_ms) == (5.0, 4.0, T0 + 9_000)


def test_customer_who_waits_for_a_colleague_is_not_talking():
    cdr = record(
        TALKING,
        TO_BEN,
        LegRang(BENS_LEG, T0 + 21_000),
        LegHungUp(AGENT_LEG, None, T0 + 24_000),
        LegAnswered(BENS_LEG, T0 + 30_000),
        LegHungUp(CUSTOMER_LEG, None, T0 + 40_000),
    )

    assert (cdr.talk_seconds, cdr.wait_seconds, cdr.ring_seconds) == (30.0, 6.0, 3.5 + 9.0)
    assert (cdr.transferred_by, cdr.hung_up_by) == (ANA, "customer")


def test_two_who_talk_to_the_customer_at_once_count_once():
    handed_over = after(TALKING, TO_BEN, LegAnswered(BENS_LEG, T0 + 25_000))[0]

    cdr = record(handed_over, LegHungUp(AGENT_LEG, None, T0 + 26_000), LegHungUp(BENS_LEG, None, T0 + 34_000))

    assert (cdr.talk_seconds, cdr.wait_seconds, cdr.hung_up_by) == (30.0, 0.0, "agent")


def test_customer_who_calls_us_waits_until_somebody_answers():
    bens_leg = LegId(f"{CALL}-2")
    rung = after(customer_called()[0], LegRang(bens_leg, T0 + 1_000))[0]

    talked = record(rung, LegAnswered(bens_leg, T0 + 7_000), LegHungUp(bens_leg, None, T0 + 27_000))
    gave_up = record(rung, LegHungUp(AGENT_LEG, None, T0 + 11_000))

    assert (talked.wait_seconds, talked.talk_seconds, talked.ring_seconds) == (7.0, 20.0, 6.0)
    assert (gave_up.wait_seconds, gave_up.talk_seconds, gave_up.ring_seconds) == (11.0, 0.0, 10.0)


def test_colleagues_talk_and_no_customer_waits():
    cdr = record(
        dialled(BEN)[0],
        LegRang(CUSTOMER_LEG, T0 + 1_000),
        LegAnswered(CUSTOMER_LEG, T0 + 3_000),
        LegHungUp(CUSTOMER_LEG, None, T0 + 8_000),
    )

    assert (cdr.talk_seconds, cdr.wait_seconds, cdr.ring_seconds, cdr.cost_micros) == (5.0, 0.0, 2.0, 0)


def test_refused_call_has_no_times():
    cdr = record(dialled("12")[0])

    assert (cdr.talk_seconds, cdr.hold_seconds, cdr.ring_seconds, cdr.wait_seconds) == (0.0, 0.0, 0.0, 0.0)


# -- costs


def test_a_call_costs_what_its_legs_cost_at_the_rates_they_were_dialled_at():
    failed_over = after(
        CLAIMING,
        GRANTED,
        LegHungUp(CUSTOMER_LEG, 503, T0 + 1_000),
        TrunkGranted(SECOND_CUSTOMER_LEG, DEAR, 1, T0 + 1_005),
        LegAnswered(SECOND_CUSTOMER_LEG, T0 + 4_000),
    )[0]

    cdr = record(failed_over, LegHungUp(SECOND_CUSTOMER_LEG, None, T0 + 64_001))

    tried, talked = cdr.legs[1:]
    assert (tried.cost_class, tried.cost_per_minute, tried.cost_micros) == ("national", 0.02, 0)
    assert (talked.cost_class, talked.cost_per_minute, talked.cost_micros) == ("world", 0.20, 203_334)
    assert cdr.cost_micros == 203_334 and cdr.currency is None
    assert talked.caller_number == BEIJING and cdr.legs[0].cost_micros is None


def test_a_carrier_is_paid_until_its_leg_has_gone():
    cdr = record(TALKING, HangUpAsked(T0 + 34_000), LegHungUp(CUSTOMER_LEG, None, T0 + 64_000))

    assert cdr.cost_micros == 20_000 and cdr.talk_seconds == 30.0


# -- who ended it, who answered, which way it went


@pytest.mark.parametrize(
    ("facts", "ending", "by"),
    [
        ([LegHungUp(AGENT_LEG, None, T0 + 9_000)], Ending.COMPLETED, "agent"),
        ([LegHungUp(CUSTOMER_LEG, None, T0 + 9_000)], Ending.COMPLETED, "customer"),
        ([HangUpAsked(T0 + 9_000)], Ending.COMPLETED, SYSTEM),
        ([HangUpAsked(T0 + 9_000, "u-ana")], Ending.COMPLETED, USER),
        ([SpendStopped(T0 + 9_000)], Ending.SPEND_LIMIT_REACHED, SYSTEM),
        ([LegHungUp(CUSTOMER_LEG, None, T0 + 9_000, silent=True)], Ending.MEDIA_TIMEOUT, SYSTEM),
    ],
)
def test_who_ended_a_conversation(facts: list[Fact], ending: Ending, by: str):
    cdr = record(TALKING, *facts)

    assert (cdr.ending, cdr.hung_up_by) == (ending, by)


@pytest.mark.parametrize(
    ("fact", "by"),
    [
        (LegHungUp(CUSTOMER_LEG, 486, T0 + 900), "customer"),
        (LegHungUp(CUSTOMER_LEG, 480, T0 + 900), SYSTEM),
        (LegHungUp(AGENT_LEG, None, T0 + 900), "agent"),
    ],
)
def test_who_ended_a_call_that_nobody_answered(fact: Fact, by: str):
    assert record(RINGING, fact).hung_up_by == by


def test_a_side_that_is_not_heard_any_more_is_an_ending_of_its_own():
    cdr = record(TALKING, LegHungUp(AGENT_LEG, None, T0 + 9_000, silent=True))

    assert (cdr.ending, cdr.ending_class) == (Ending.MEDIA_TIMEOUT, EndingClass.UPSTREAM)


def test_call_from_outside_names_who_answered_it_first_and_where():
    bens_leg = LegId(f"{CALL}-2")
    call = after(customer_called()[0], LegRang(bens_leg, T0 + 1_000))[0]
    assert cdr_of(call).extension is None

    to_ana = TransferAsked(plan_call(DIRECTORY, ACME, ANA), bens_leg, T0 + 8_000)
    cdr = record(call, LegAnswered(bens_leg, T0 + 7_000), to_ana, LegAnswered(LegId(f"{CALL}-3"), T0 + 9_000))

    assert (cdr.extension, cdr.site_id, cdr.transferred_by) == (BEN, "hq", BEN)


@pytest.mark.parametrize(
    ("number", "direction"),
    [(CUSTOMER, Direction.OUTBOUND), ("12345678901234567890", Direction.OUTBOUND), ("1999", Direction.INTERNAL)],
)
def test_a_refused_call_went_where_it_was_dialled_to(number: str, direction: Direction):
    closed = with_tenant(limits=Limits(blocked_prefixes=("+",)))

    cdr = record(dialled(number, closed)[0])

    assert (cdr.direction, cdr.talk_seconds) == (direction, 0.0)


# -- open records and announcements


def test_an_open_record_says_who_is_on_the_call_and_not_how_it_ended():
    held = after(TALKING, LegHeld(AGENT_LEG, T0 + 10_000))[0]

    cdr = cdr_of(held)

    assert (cdr.state, cdr.has_ended, cdr.ended_ms, cdr.ending, cdr.hung_up_by) == (
        CallState.TALKING, False, None, None, None,
    )  # fmt: skip
    assert cdr.talk_seconds is cdr.hold_seconds is cdr.ring_seconds is cdr.wait_seconds is cdr.cost_micros is None
    agent, customer = cdr.legs
    assert (agent.state, agent.held, agent.held_since_ms, agent.hold_seconds) == (
        LegState.ANSWERED, True, T0 + 10_000, None,
    )  # fmt: skip
    assert (customer.trunk_id, customer.answered_ms, customer.cost_micros, customer.mode) == (
        CHEAP, T0 + 4_000, None, None,
    )  # fmt: skip
    assert agent.site_id == BRANCH


def test_who_asked_for_a_call_by_click_is_told_from_the_first_moment():
    assert cdr_of(asked_for(CUSTOMER)[0]).asked_by == "u-ana"


def told(step: Step) -> tuple[Call, list[tuple[Milestone, int]]]:
    """The call, and its announcements with their numbers."""
    call, orders = step
    return call, [(order.milestone, order.version) for order in orders if isinstance(order, Announce)]


def test_announcements_are_numbered_through_the_whole_call():
    call, first = told(dialled(CUSTOMER))
    story = [first]
    for fact in (
        GRANTED,
        LegRang(CUSTOMER_LEG, T0 + 500),
        LegAnswered(CUSTOMER_LEG, T0 + 4_000),
        LegHeld(AGENT_LEG, T0 + 5_000),
        LegUnheld(AGENT_LEG, T0 + 6_000),
        TO_BEN,
        LegRang(BENS_LEG, T0 + 21_000),
        LegAnswered(BENS_LEG, T0 + 25_000),
        LegHungUp(AGENT_LEG, None, T0 + 25_010),
        LegHungUp(CUSTOMER_LEG, None, T0 + 30_000),
        LegHungUp(BENS_LEG, None, T0 + 30_010),
    ):
        call, news = told(advance(call, fact))
        story.append(news)

    assert [news[0][0] if news else None for news in story] == [
        Milestone.STARTED, None, Milestone.RINGING, Milestone.ANSWERED,
        Milestone.CHANGED, Milestone.CHANGED,  # held, and taken back
        Milestone.CHANGED, Milestone.CHANGED, Milestone.CHANGED, Milestone.CHANGED,  # rung, rings, took over, left
        None, Milestone.ENDED,
    ]  # fmt: skip
    assert [version for news in story for _, version in news] == list(range(1, 11))
    assert call.version == 10


def test_two_announcements_of_one_step_have_numbers_of_their_own():
    call, news = told(asked_for("12"))

    assert news == [(Milestone.STARTED, 1), (Milestone.ENDED, 2)]
    assert call.version == 2


def test_what_changes_nothing_is_not_told_again():
    call, news = told(advance(TALKING, LegUnheld(AGENT_LEG, T0 + 6_000)))

    assert (call, news) == (TALKING, [])


def test_before_anybody_talks_only_milestones_are_told():
    assert told(advance(CLAIMING, GRANTED)) == (DIALLING, [])


def test_the_same_news_is_the_same_order_whatever_its_number():
    assert Announce(Milestone.CHANGED, 3) == Announce(Milestone.CHANGED)
    assert replace(Announce(Milestone.CHANGED), version=3).version == 3
