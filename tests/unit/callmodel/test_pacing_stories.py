"""How many calls a campaign launches: with agents free and busy, over the cap, closed, and full."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callmodel.pacing import Agent, AgentState, Pacer, Power, Progressive, Snapshot
from callmodel.pacing.outcomes import (
    CallAnswered,
    CallUnanswered,
    CustomerAbandoned,
    CustomerConnected,
    OutcomesCounted,
    TalkEnded,
    WrapUpEnded,
)
from callmodel.pacing.threshold import Threshold

MORNING = 1_000.0
READY = Agent(AgentState.READY, 5.0)
JUST_TALKING = Agent(AgentState.TALKING, 1.0)
WRAPPING_LONG = Agent(AgentState.WRAP_UP, 30.0)


def floor(*agents: Agent, ringing: tuple[float, ...] = (), free: int = 100, **more) -> Snapshot:
    return Snapshot(agents, ringing, free, **more)


def after(*facts) -> Pacer:
    pacer = Pacer()
    for fact in facts:
        pacer.observe(fact)
    return pacer


def answered_well(count: int, *, abandoned: int = 0):
    """Facts of calls of which a third is answered after eight seconds; the last ones are abandoned."""
    facts = []
    for number in range(count):
        at = MORNING - count + number
        facts += [CallUnanswered(at, 25.0), CallUnanswered(at, 25.0), CallAnswered(at, 8.0, by_person=True)]
        facts.append(CustomerAbandoned(at) if number >= count - abandoned else CustomerConnected(at))
    return facts


def lines(pacer: Pacer, snapshot: Snapshot, now: float = MORNING) -> int:
    return pacer.lines_to_launch(now, snapshot)


def test_free_agents_get_more_than_a_line_each_as_most_calls_are_not_answered():
    assert lines(Pacer(), floor(*[READY] * 10)) > 10


def test_calls_go_out_for_agents_who_will_be_free_by_the_time_of_the_answer():
    assert lines(after(*answered_well(200)), floor(*[JUST_TALKING] * 20)) == 0
    assert lines(after(*answered_well(200)), floor(*[WRAPPING_LONG] * 20)) > 0


def test_calls_that_ring_take_the_place_of_new_ones():
    agents = [READY] * 10

    assert lines(Pacer(), floor(*agents, ringing=(2.0,) * 30)) < lines(Pacer(), floor(*agents))


def test_customers_who_wait_have_the_next_free_agents():
    assert lines(Pacer(), floor(*[READY] * 3, waiting=3)) == 0


def test_where_more_people_answer_fewer_calls_go_out():
    rare = after(*[CallUnanswered(MORNING, 25.0)] * 900, *answered_well(50))
    often = after(*[CallAnswered(MORNING, 8.0, by_person=True)] * 300)

    assert lines(often, floor(*[READY] * 10)) < lines(rare, floor(*[READY] * 10))


def test_machines_are_not_people():
    machines = after(*[CallAnswered(MORNING, 8.0, by_person=False)] * 300)
    people = after(*[CallAnswered(MORNING, 8.0, by_person=True)] * 300)

    assert lines(machines, floor(*[READY] * 10)) > lines(people, floor(*[READY] * 10))


def test_abandoned_calls_make_it_careful_and_served_ones_bold():
    crowd = floor(*[JUST_TALKING] * 30, *[READY] * 20)

    assert lines(after(*answered_well(400, abandoned=30)), crowd) < lines(after(*answered_well(400)), crowd)


def test_over_the_cap_it_goes_on_with_a_line_for_each_free_agent_as_it_could_not_recover_otherwise():
    over = after(*answered_well(400, abandoned=100))

    assert lines(over, floor(*[READY] * 20, *[WRAPPING_LONG] * 20)) <= 20
    assert 0 < lines(over, floor(*[READY] * 20, ringing=(3.0,) * 10)) <= 10


def test_a_new_campaign_may_begin_with_an_abandoned_call():
    assert lines(after(CustomerAbandoned(MORNING)), floor(*[READY] * 20)) > 20


@pytest.mark.parametrize("days_ago", [0.5, 20])
def test_both_windows_must_keep_the_cap(days_ago):
    bad_time = OutcomesCounted(MORNING - days_ago * 86_400, answered=1_000, abandoned=300)
    crowd = floor(*[JUST_TALKING] * 30, *[READY] * 20)

    assert lines(after(bad_time, *answered_well(400)), crowd) < lines(after(*answered_well(400)), crowd)


def test_what_is_older_than_thirty_days_is_forgotten():
    bad_time = OutcomesCounted(MORNING - 31 * 86_400, answered=1_000, abandoned=300)
    crowd = floor(*[JUST_TALKING] * 30, *[READY] * 20)

    assert lines(after(bad_time, *answered_well(400)), crowd) == lines(after(*answered_well(400)), crowd)


def test_short_talks_are_learnt():
    short = after(*answered_well(200), *[TalkEnded(MORNING, 4.0), WrapUpEnded(MORNING, 2.0)] * 300)

    assert lines(short, floor(*[JUST_TALKING] * 20)) > 0


def test_it_stops_at_once_when_closed_when_agents_leave_and_when_trunks_are_full():
    pacer = after(*answered_well(200))

    assert lines(pacer, floor(*[READY] * 10)) > 0
    assert lines(pacer, floor(*[READY] * 10, is_open=False), MORNING + 1) == 0
    assert lines(pacer, floor(), MORNING + 2) == 0
    assert lines(pacer, floor(*[READY] * 10, free=0), MORNING + 3) == 0


def test_it_says_how_sure_it_is_of_the_cap():
    day, month = after(*answered_well(40)).standings(MORNING)
    assert (day.answered, day.abandoned, day.rate) == (40, 0, 0.0)
    assert not day.is_sure, "nobody abandoned of forty may be luck"
    assert day.at_most == pytest.approx(1 - 0.05 ** (1 / 40), abs=1e-6), "the rule of three, exactly"
    assert month.span_seconds == 30 * day.span_seconds

    day, _ = after(*answered_well(400)).standings(MORNING)
    assert day.is_sure


@pytest.mark.parametrize("wrong", [{"cap": 0.0}, {"cap": 1.0}, {"talk_seconds": 0.0}, {"grace_seconds": -1.0}])
def test_settings_that_mean_nothing_are_refused(wrong):
    with pytest.raises(ValueError):
        Pacer(**wrong)


def test_progressive_is_a_line_for_each_free_agent():
    snapshot = floor(READY, READY, READY, JUST_TALKING, ringing=(3.0,))

    assert Progressive().lines_to_launch(MORNING, snapshot) == 2


def test_power_is_a_fixed_ratio():
    assert Power(2.5).lines_to_launch(MORNING, floor(READY, READY, ringing=(3.0,))) == 4
    assert Power(2.5).lines_to_launch(MORNING, floor(READY, READY, free=1)) == 1
    assert Power(2.5).lines_to_launch(MORNING, floor(READY, is_open=False)) == 0
    with pytest.raises(ValueError):
        Power(0.5)


# -- whatever happens

SECONDS = st.floats(0, 5_000)
AGENTS = st.lists(st.builds(Agent, st.sampled_from(AgentState), SECONDS), max_size=30).map(tuple)
SNAPSHOTS = st.builds(
    Snapshot, AGENTS, st.lists(SECONDS, max_size=60).map(tuple), st.integers(0, 80), st.integers(0, 10), st.booleans()
)
FACTS = st.one_of(
    st.builds(CallAnswered, SECONDS, SECONDS, st.booleans()),
    st.builds(CallUnanswered, SECONDS, SECONDS),
    st.builds(CustomerConnected, SECONDS),
    st.builds(CustomerAbandoned, SECONDS),
    st.builds(TalkEnded, SECONDS, SECONDS),
    st.builds(WrapUpEnded, SECONDS, SECONDS),
    st.builds(OutcomesCounted, SECONDS, st.integers(0, 1_000), st.just(0)),
)
DAY = st.lists(st.tuples(st.lists(FACTS, max_size=5), SNAPSHOTS), max_size=12)


def launched(pacing: Pacer | Power, day) -> list[int]:
    found = []
    for second, (facts, snapshot) in enumerate(day):
        for fact in facts:
            pacing.observe(fact)
        found.append(pacing.lines_to_launch(float(second), snapshot))
    return found


@settings(max_examples=60, deadline=None)
@given(DAY)
def test_never_more_calls_than_channels_and_none_when_closed_or_without_agents(day):
    for pacing in (Pacer(), Power(3.0)):
        for count, (_, snapshot) in zip(launched(pacing, day), day, strict=True):
            assert 0 <= count <= snapshot.channels_free
            if not snapshot.is_open or not snapshot.agents:
                assert count == 0


@settings(max_examples=40, deadline=None)
@given(DAY)
def test_the_same_facts_and_snapshots_give_the_same_calls(day):
    assert launched(Pacer(), day) == launched(Pacer(), day)


@pytest.mark.parametrize(
    ("answered", "abandoned", "spent"), [(1, 1, False), (1, 2, True), (20, 1, False), (50, 1, False), (50, 2, True)]
)
def test_a_new_campaign_is_lent_an_abandoned_call_and_has_paid_it_back_by_its_hundredth(answered, abandoned, spent):
    threshold = Threshold(cap=0.03)

    threshold.count(0.0, answered, abandoned)

    assert threshold.is_spent() is spent
