"""The numbers that a file has had so far: the first row with a number stands, later ones fall."""

import numpy as np
from numpy.typing import NDArray

from leadimport.machine import kernel, part
from leadimport.reasons import Reason

_TWICE = int(Reason.TWICE_IN_FILE)
_FEWEST = 1 << 16
_AT_ONCE = 256
Numbers = NDArray[np.uint64]
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


class Seen:
    """A hash table of numbers, at most half full: some 16 to 32 bytes for each."""

    def __init__(self) -> None:
        self._table = np.zeros(_FEWEST, np.uint64)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def expect(self, numbers: int) -> None:
        """Make room for so many numbers; memory that is not needed in the end is not taken."""
        if 2 * numbers > len(self._table) and not self._count:
            self._table = np.zeros(1 << (2 * numbers).bit_length(), np.uint64)

    def mark(self, numbers: Numbers, outcomes: NDArray[np.uint8]) -> None:
        """Remember the numbers of rows whose outcome is 0; set it to TWICE_IN_FILE where one was there before."""
        needed = 2 * (self._count + len(numbers))
        if needed > len(self._table):
            grown = np.zeros(1 << needed.bit_length(), np.uint64)
            old = self._table[self._table != 0]
            _mark(grown, old, np.zeros(len(old), np.uint8))
            self._table = grown
        self._count += _mark(self._table, numbers, outcomes)


@kernel
def _mark(table: Numbers, numbers: Numbers, outcomes: NDArray[np.uint8]) -> int:
    """Return how many numbers are new."""
    slots, there = np.empty(_AT_ONCE, np.uint64), np.empty(_AT_ONCE, np.uint64)
    added = 0
    for begin in range(0, len(numbers), _AT_ONCE):
        some = numbers[begin : begin + _AT_ONCE]
        _look(table, some, slots, there)
        added += _insert(table, some, slots, there, outcomes[begin : begin + _AT_ONCE])
    return added


@part
def _look(table: Numbers, numbers: Numbers, slots: Numbers, there: Numbers) -> None:
    """Look at all slots before any is needed, so that the memory fetches for many of them together."""
    mask = np.uint64(len(table) - 1)
    for row in range(len(numbers)):
        slots[row] = ((numbers[row] * _GOLDEN) >> np.uint64(20)) & mask
        there[row] = table[slots[row]]


@part
def _insert(table: Numbers, numbers: Numbers, slots: Numbers, there: Numbers, outcomes: NDArray[np.uint8]) -> int:
    added, mask = 0, np.uint64(len(table) - 1)
    for row in range(len(numbers)):
        if outcomes[row] != 0:
            continue
        if there[row] == numbers[row]:
            outcomes[row] = _TWICE
            continue
        slot = slots[row]
        while table[slot] != 0 and table[slot] != numbers[row]:
            slot = (slot + np.uint64(1)) & mask
        if table[slot] == 0:
            table[slot] = numbers[row]
            added += 1
        else:
            outcomes[row] = _TWICE
    return added
