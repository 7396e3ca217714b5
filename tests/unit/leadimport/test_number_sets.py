"""Sets of numbers are sets, however many and however close together."""

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap64

from leadimport.numbersets import NumberSet, NumberSetError

NUMBERS = st.one_of(st.integers(1, 10**15 - 1), st.integers(8613800000000, 8613800200000))


@settings(deadline=None)
@given(numbers=st.lists(NUMBERS, max_size=300), others=st.lists(NUMBERS, max_size=300))
def test_a_set_has_what_was_put_in_and_nothing_else(numbers: list[int], others: list[int]):
    made, roaring = NumberSet.of(numbers), BitMap64(numbers)
    asked = np.array(numbers + others + [each + 1 for each in numbers], np.uint64)

    assert made.contains(asked).tolist() == [int(each) in roaring for each in asked]
    assert made.numbers().tolist() == list(roaring)
    assert len(made) == len(roaring)


@settings(deadline=None)
@given(numbers=st.lists(NUMBERS, max_size=100), others=st.lists(NUMBERS, max_size=100))
def test_lists_are_put_together(numbers: list[int], others: list[int]):
    together = NumberSet.of(numbers).united(NumberSet.of(others))

    assert set(together.numbers().tolist()) == {*numbers, *others}


def test_a_dense_and_a_sparse_list_of_a_million_are_found_again():
    rng = np.random.default_rng(13)
    dense = np.uint64(8613800000000) + rng.integers(0, 4_000_000, 1_000_000, dtype=np.uint64)
    sparse = rng.integers(10**10, 10**14, 20_000, dtype=np.uint64)
    made = NumberSet.of(np.concatenate((dense, sparse)))
    asked = np.concatenate((dense + np.uint64(1), sparse, sparse + np.uint64(7)))

    assert np.array_equal(made.contains(asked), np.isin(asked, np.concatenate((dense, sparse))))
    assert NumberSet.of(dense).nbytes < 2 * 1_000_000


def test_numbers_from_far_away_take_no_longer_than_those_of_the_lists_own_country():
    """A list of one country has a slot for each page; what has none must not be searched for from slot to slot."""
    listed = NumberSet.of(np.uint64(8613000000000) + np.arange(0, 6 * 10**9, 60_000, dtype=np.uint64))
    near = np.uint64(8613000000001) + np.arange(0, 10**9, 10_000, dtype=np.uint64)
    far = np.uint64(441000000000) + np.arange(0, 10**9, 10_000, dtype=np.uint64)

    def seconds(asked: np.ndarray) -> float:
        began = time.thread_time()
        assert not listed.contains(asked).any()
        return time.thread_time() - began

    seconds(near)
    assert min(seconds(far) for _ in range(5)) < 10 * min(seconds(near) for _ in range(5))


def test_a_saved_set_is_the_same(tmp_path: Path):
    made = NumberSet.of([8613812345678, 12125552368])
    made.save(tmp_path / "national.numbers")

    loaded = NumberSet.load(tmp_path / "national.numbers")
    assert loaded.numbers().tolist() == [12125552368, 8613812345678]
    assert loaded.contains(np.array([8613812345678, 5], np.uint64)).tolist() == [True, False]


def test_another_file_is_no_set(tmp_path: Path):
    (tmp_path / "list.csv").write_text("13812345678\n")

    with pytest.raises(NumberSetError, match=r"list\.csv holds no set"):
        NumberSet.load(tmp_path / "list.csv")
