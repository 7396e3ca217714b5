"""What a window of probes says about the line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branch_gateway.link import LinkQuality, quality_of

ROUND_TRIPS = st.lists(st.none() | st.floats(0, 10_000), max_size=60)


def test_a_quiet_line():
    assert quality_of([10.0, 10.0, 10.0]) == LinkQuality(rtt_ms=10.0, jitter_ms=0.0, loss=0.0, samples=3)


def test_one_slow_answer_does_not_move_the_round_trip_but_the_jitter():
    quality = quality_of([10.0, 10.0, 400.0, 10.0, 10.0])

    assert quality.rtt_ms == 10.0
    assert quality.jitter_ms == pytest.approx(780 / 4)


def test_lost_probes_count_and_make_no_jitter_over_the_hole():
    assert quality_of([10.0, None, 90.0, 92.0]) == LinkQuality(rtt_ms=90.0, jitter_ms=2.0, loss=0.25, samples=4)


def test_a_dead_line_has_no_times():
    assert quality_of([None, None]) == LinkQuality(rtt_ms=None, jitter_ms=None, loss=1.0, samples=2)


def test_nothing_probed_yet_is_no_loss():
    assert quality_of([]) == LinkQuality(rtt_ms=None, jitter_ms=None, loss=0.0, samples=0)


@given(ROUND_TRIPS)
def test_quality_stays_in_its_bounds(samples):
    quality = quality_of(samples)

    assert 0 <= quality.loss <= 1
    returned = [sample for sample in samples if sample is not None]
    assert (quality.rtt_ms is None) == (not returned)
    if quality.rtt_ms is not None:
        assert min(returned) - 0.01 <= quality.rtt_ms <= max(returned) + 0.01
