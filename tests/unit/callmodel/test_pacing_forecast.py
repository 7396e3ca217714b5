"""What a pacer learns of ringing, talk and wrap-up, and the risk that it reckons from it, against plain counting."""

import itertools
import math

import pytest

from callmodel.pacing.durations import BANDS, LearntDuration, band_of, lognormal_survival, on_grid
from callmodel.pacing.forecast import POINTS, Moments, Risk, add_up, chances_of_counts, outlook_of
from callmodel.pacing.ringing import STEPS, LearntRinging, RingCurve
from callmodel.pacing.windows import SlidingCount, upper_bound

TALK, WRAP_UP = on_grid(lognormal_survival(120, 0.7)), on_grid(lognormal_survival(20, 0.5))


def chance_of_each_count(chances: list[float]) -> list[float]:
    """The distribution of how many of independent events happen, by counting all cases together."""
    counts = [1.0]
    for chance in chances:
        counts = [
            (counts[k] if k < len(counts) else 0.0) * (1 - chance) + (counts[k - 1] * chance if k else 0.0)
            for k in range(len(counts) + 1)
        ]
    return counts


def outlook():
    return outlook_of(LearntRinging(0.2).curve([0] * STEPS), TALK, WRAP_UP, 2.0)


@pytest.mark.parametrize(
    "answering, freeing, spare",
    [([0.1] * 12, [0.3] * 4, 0), ([0.15] * 20, [0.05] * 8 + [0.6] * 3, 1), ([0.02] * 9 + [0.4] * 3, [0.2] * 6, -1)],
)
def test_the_risk_of_small_teams_is_that_of_counting_every_case(answering, freeing, spare):
    moments = [
        Moments([sum(each)] * POINTS, [sum(chance * (1 - chance) for chance in each)] * POINTS)
        for each in (answering, freeing)
    ]
    counted = sum(
        one * other
        for (answers, one), (freed, other) in itertools.product(
            enumerate(chance_of_each_count(answering)), enumerate(chance_of_each_count(freeing))
        )
        if answers >= spare + freed
    )

    assert Risk(outlook(), *moments, spare, 0.0).of_one_more(0) == pytest.approx(counted, abs=0.01)


def test_large_teams_reckon_like_small_ones_where_they_meet():
    def risk(number):
        answers = Moments([0.1 * number] * POINTS, [0.09 * number] * POINTS)
        freed = Moments([0.12 * number] * POINTS, [0.1 * number] * POINTS)
        return Risk(outlook(), answers, freed, 0, 0.0).of_one_more(0)

    assert risk(108) == pytest.approx(risk(111), abs=0.01), "24 expected is where summing ends"


def test_risk_grows_with_each_call_and_with_doubt():
    answers, freed = Moments([1.0] * POINTS, [0.8] * POINTS), Moments([2.0] * POINTS, [1.0] * POINTS)
    sure, doubting = (Risk(outlook(), answers, freed, 2, doubt) for doubt in (0.0, 0.5))

    assert [sure.of_one_more(k) for k in range(9)] == sorted(sure.of_one_more(k) for k in range(9))
    assert doubting.of_one_more(0) > sure.of_one_more(0)


@pytest.mark.parametrize("mean, variance", [(2.0, 1.0), (2.0, 2.0), (2.0, 5.0), (0.0, 0.0), (20.0, 16.0)])
def test_counts_have_the_mean_and_variance_that_they_are_known_by(mean, variance):
    chances = chances_of_counts(mean, variance)
    found = sum(k * chance for k, chance in enumerate(chances))

    assert sum(chances) == pytest.approx(1.0, abs=1e-4)
    assert found == pytest.approx(mean, abs=0.01)
    assert sum(k * k * chance for k, chance in enumerate(chances)) - found**2 == pytest.approx(variance, abs=0.1)


def test_an_outlook_is_of_chances_that_grow_with_time():
    seen = outlook()

    assert seen.answer_chance == pytest.approx(0.2, abs=0.02)
    assert list(seen.points_seconds) == sorted(seen.points_seconds)
    for row in (*seen.answered, *seen.free_after_talk, *seen.free_after_wrap_up):
        assert all(0.0 <= chance <= 1.0 for chance in row)
        assert row == sorted(row)


def test_who_talks_is_free_after_what_is_left_of_talk_and_after_wrap_up():
    """Of talk at a steady rate and wrap-up at another, the sum is known in closed form."""
    talk_rate, wrap_rate, within = 1 / 30, 1 / 10, 12.0
    grids = [on_grid(lambda at, rate=rate: math.exp(-rate * at)) for rate in (talk_rate, wrap_rate)]
    # All are answered in the last step before `within`, less the grace.
    ring = RingCurve([1.0] * 5 + [0.0] * (STEPS - 4), [0.0] * 5 + [1.0] * (STEPS - 4))
    seen = outlook_of(ring, *grids, 12.0 - 9.8)
    known = 1 - (wrap_rate * math.exp(-talk_rate * within) - talk_rate * math.exp(-wrap_rate * within)) / (
        wrap_rate - talk_rate
    )

    assert seen.points_seconds[-1] == pytest.approx(9.8)
    assert seen.free_after_talk[8][-1] == pytest.approx(known, abs=0.02)
    assert seen.free_after_wrap_up[3][-1] == pytest.approx(1 - math.exp(-wrap_rate * within), abs=0.01)


def test_moments_are_sums_over_ages():
    assert add_up([([2, 0, 1], [[0.5] * POINTS, [0.9] * POINTS, [0.1] * POINTS])]) == Moments(
        pytest.approx([1.1] * POINTS), pytest.approx([2 * 0.25 + 0.09] * POINTS)
    )


def test_a_time_is_learnt_from_who_is_still_at_it_too():
    """Half of the talks last 12 s and half of them 100 s.  When only short ones have ended, the long ones count."""
    learnt = LearntDuration(40.0)
    for _ in range(200):
        learnt.end(12.0)
    still = [0] * BANDS
    still[band_of(60.0)] = 200

    survival = learnt.survival(still)
    assert survival[5] == pytest.approx(1.0, abs=0.05)
    assert survival[20] == pytest.approx(0.5, abs=0.06)
    assert learnt.survival([0] * BANDS)[20] < 0.2, "ends alone show the short talks"


def test_the_answer_rate_is_followed():
    ringing = LearntRinging(0.6)
    minutes_of_calls(ringing, range(100), answered=4)
    assert ringing.curve([0] * STEPS).answered[-1] == pytest.approx(0.2, abs=0.03)
    assert ringing.curve([0] * STEPS).answered[3] < 0.02, "after eight seconds"

    minutes_of_calls(ringing, range(100, 130), answered=1)
    assert ringing.curve([0] * STEPS).answered[-1] == pytest.approx(0.05, abs=0.03)
    assert 0 < ringing.doubt < 1


def test_calls_that_ring_for_long_count_as_not_answered_before_they_end():
    ringing = LearntRinging(0.2)
    late = [0] * STEPS
    late[10] = 400

    assert ringing.curve(late).answered[-1] < 0.5 * ringing.curve([0] * STEPS).answered[-1]


def minutes_of_calls(ringing: LearntRinging, minutes: range, answered: int) -> None:
    """Twenty calls a minute ring; some are answered by a person after eight seconds, the others end after 24."""
    for minute in minutes:
        for _ in range(answered):
            ringing.end(minute * 60.0, 8.5, by_person=True)
        for _ in range(20 - answered):
            ringing.end(minute * 60.0, 24.0, by_person=False)


def test_a_window_forgets_what_is_older_than_it_is():
    window = SlidingCount(100.0, 10)
    window.add(5.0, 10, 1)
    window.add(50.0, 10, 0)

    window.forget(99.0)
    assert (window.answered, window.abandoned) == (20, 1)
    window.forget(112.0)
    assert (window.answered, window.abandoned) == (10, 0)


@pytest.mark.parametrize(
    "abandoned, answered, at_most", [(0, 0, 1.0), (5, 5, 1.0), (2, 100, 0.0616), (30, 1000, 0.0405)]
)
def test_the_upper_bound_is_that_of_clopper_and_pearson(abandoned, answered, at_most):
    assert upper_bound(abandoned, answered, 0.95) == pytest.approx(at_most, abs=5e-4)
