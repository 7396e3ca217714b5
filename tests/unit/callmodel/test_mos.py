"""The E-model against figures that ITU-T publishes: G.107's default rating, its Annex B, and G.113's robustness."""

import pytest

from callmodel.voice.mos import G711, G711_CONCEALED, Codec, burst_ratio_of, mos_of, rating


def test_a_line_with_the_standard_s_default_values():
    """G.107, 7.7: "the calculation results in a very high quality with a rating factor of R = 93.2"."""
    assert rating(G711) == pytest.approx(93.2, abs=0.05)
    assert mos_of(rating(G711)) == pytest.approx(4.41, abs=0.005)


@pytest.mark.parametrize(("r", "mos"), [(90, 4.34), (80, 4.03), (70, 3.60), (60, 3.10), (50, 2.58)])
def test_scores_of_table_b1(r: float, mos: float):
    assert mos_of(r) == pytest.approx(mos, abs=0.01)


@pytest.mark.parametrize(("r", "mos"), [(-10, 1.0), (0, 1.0), (4, 1.0), (100, 4.5), (120, 4.5)])
def test_scores_at_the_ends_of_the_scale(r: float, mos: float):
    assert mos_of(r) == mos


def test_impairments_of_codecs_are_taken_off_whole():
    """G.113, Table I.1: G.729A with voice activity detection has Ie = 11."""
    assert rating(G711) - rating(Codec(11.0, 19.0)) == pytest.approx(11.0)


def test_at_a_loss_as_large_as_its_robustness_a_codec_is_half_as_far_from_nothing():
    """G.107 (7-29): Ie-eff = Ie + (95 - Ie) * Ppl / (Ppl / BurstR + Bpl)."""
    assert rating(G711) - rating(G711_CONCEALED, 25.1) == pytest.approx(95 / 2)
    assert rating(G711) - rating(G711, 4.3) == pytest.approx(95 / 2)


def test_losses_in_a_row_are_worse_than_scattered_ones():
    assert rating(G711_CONCEALED, 5.0, burst_ratio=4.0) < rating(G711_CONCEALED, 5.0)
    assert rating(G711) - rating(G711_CONCEALED, 5.0, 2.0) == pytest.approx(95 * 5 / (5 / 2 + 25.1))


@pytest.mark.parametrize(
    ("delay_ms", "least", "most"), [(100, 90, 92), (150, 88.5, 90), (250, 78, 81), (400, 60, 64)]
)
def test_delay_hurts_from_a_sixth_of_a_second_on(delay_ms: float, least: float, most: float):
    """As G.114 draws it: users are satisfied up to some 200 ms, and many are not at 400."""
    assert least < rating(G711, delay_ms=delay_ms) < most


def test_a_dead_line_is_bad_and_not_less_than_bad():
    assert mos_of(rating(G711, 100.0, 10.0, 2_000.0)) == 1.0


def test_scattered_losses_count_as_random():
    assert burst_ratio_of(losses=20, total=1000, squares=20, samples=20) == 1.0


def test_twenty_in_a_row_are_a_burst():
    """All in one second of twenty: variance over mean is 19, so that bursts of ten explain it."""
    assert burst_ratio_of(losses=20, total=1000, squares=400, samples=20) == pytest.approx(10.0 * 0.98)


def test_where_nothing_was_lost_there_is_no_burst():
    assert burst_ratio_of(0, 1000, 0, 20) == 1.0
    assert burst_ratio_of(5, 1000, 25, 1) == 1.0
