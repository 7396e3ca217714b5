"""Sets of E.164 numbers, such as do-not-call lists, as compressed bitmaps: 100 million take some 250 MB.

A number (its digits as an integer) is cut into a page, 64 groups in it, 64 words of 16 bits in each.  A group keeps
the words that are not empty one behind the other, and a mask of which those are: two look-ups in memory find any
number, and none waits for the one before.  Roaring bitmaps, which this is modelled on, search within a page instead.
"""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from leadimport.machine import kernel, part

Numbers = NDArray[np.uint64]
_AT_ONCE = 512
_FORMAT = 1
_ONE = np.uint64(1)
_BIT_BITS, _WORD_BITS, _PAGE_BITS = np.uint64(4), np.uint64(10), np.uint64(16)
_GROUPS = np.uint64(64)
_LOW_4, _LOW_6 = np.uint64(15), np.uint64(63)
_INDEX_BITS = np.uint64(30)
_INDEX = np.uint64((1 << 30) - 1)
_GOLDEN, _AS_IT_IS = np.uint64(0x9E3779B97F4A7C15), np.uint64(1 << 32)


class NumberSetError(ValueError):
    """A file that holds no set of numbers."""


@dataclass(frozen=True)
class NumberSet:
    """Numbers that are looked up often and changed seldom.  Make one by `of` or `load`."""

    pages: Numbers
    """Rising: number >> 16."""
    directory: Numbers
    """Hash table over the pages: page << 30 | index + 1, 0 where there is none; its length is a power of two."""
    groups: Numbers
    """[pages + 1, 64, 2] in a row: the mask of words that are not empty, and where in `words` they begin.  The page
    before the first is empty."""
    words: NDArray[np.uint16]
    """The first is empty."""

    @classmethod
    def of(cls, numbers: Iterable[int] | Numbers) -> "NumberSet":
        """Return the set of these numbers, in any order, with or without repetitions."""
        given = numbers if isinstance(numbers, np.ndarray) else np.fromiter(numbers, np.uint64)
        ordered = np.sort(given)
        # The words that are not empty, with the bits of all their numbers.
        word_of = ordered >> _BIT_BITS
        firsts = _firsts(word_of)
        bits = (_ONE << (ordered & _LOW_4)).astype(np.uint16)
        words = np.bitwise_or.reduceat(bits, firsts) if len(firsts) else np.zeros(0, np.uint16)
        word_of = word_of[firsts]
        page_of = word_of >> (_PAGE_BITS - _BIT_BITS)
        pages = page_of[_firsts(page_of)]
        # The groups that are not empty, with the masks of their words.
        firsts = _firsts(word_of >> np.uint64(6))
        masks = _ONE << (word_of & _LOW_6)
        groups = np.zeros(((len(pages) + 1) * 64, 2), np.uint64)
        if len(firsts):
            group_of = word_of[firsts] >> np.uint64(6)
            place = (np.searchsorted(pages, page_of[firsts]) + 1) * 64 + (group_of & _LOW_6).astype(np.int64)
            groups[place, 0] = np.bitwise_or.reduceat(masks, firsts)
            groups[place, 1] = firsts + 1
        return cls(pages, _directory_of(pages), groups.ravel(), np.append(np.uint16(0), words))

    @classmethod
    def load(cls, path: Path | BinaryIO) -> "NumberSet":
        """Return a saved set.  Raises NumberSetError, OSError."""
        name = path.name if isinstance(path, Path) else "it"
        try:
            with np.load(path, allow_pickle=False) as saved:
                if int(saved["format"]) != _FORMAT:
                    raise NumberSetError(f"{name} is of another version; make it anew")
                pages = saved["pages"]
                return cls(pages, _directory_of(pages), saved["groups"], saved["words"])
        except (KeyError, ValueError, EOFError) as error:
            raise NumberSetError(f"{name} holds no set of numbers") from error

    def save(self, path: Path | BinaryIO) -> None:
        with path.open("wb") if isinstance(path, Path) else contextlib.nullcontext(path) as file:
            np.savez(file, format=_FORMAT, pages=self.pages, groups=self.groups, words=self.words)

    def __len__(self) -> int:
        return int(np.bitwise_count(self.words).sum())

    @property
    def nbytes(self) -> int:
        return self.pages.nbytes + self.directory.nbytes + self.groups.nbytes + self.words.nbytes

    def contains(self, numbers: Numbers) -> NDArray[np.bool_]:
        """Say of each number whether it is in the set."""
        found = np.zeros(len(numbers), np.bool_)
        look_up(numbers, self.directory, _factor(self.pages), self.groups, self.words, found)
        return found

    def numbers(self) -> Numbers:
        """Return all numbers, rising."""
        place, word = self._words_in_order()
        bits = (self.words[1:, None] >> np.arange(16, dtype=np.uint16)) & 1
        row, bit = np.nonzero(bits)
        page = self.pages[place[row] // 64 - 1]
        group = (place[row] % 64).astype(np.uint64)
        found: Numbers = (
            (page << _PAGE_BITS) | (group << _WORD_BITS) | (word[row] << _BIT_BITS) | bit.astype(np.uint64)
        )
        return found

    def united(self, other: "NumberSet") -> "NumberSet":
        return NumberSet.of(np.concatenate((self.numbers(), other.numbers())))

    def _words_in_order(self) -> tuple[NDArray[np.int64], Numbers]:
        """Return of each stored word its group's place, and its place in the group."""
        masks = self.groups[::2]
        place, word = np.nonzero((masks[:, None] >> np.arange(64, dtype=np.uint64)) & _ONE)
        return place, word.astype(np.uint64)


def _firsts(rising: Numbers) -> NDArray[np.int64]:
    """Return where each different value stands first."""
    if not len(rising):
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.concatenate(([True], rising[1:] != rising[:-1])))


def _directory_of(pages: Numbers) -> Numbers:
    slots = _span(pages) if _lie_close(pages) else 2 * len(pages)
    directory = np.zeros(1 << max(4, slots.bit_length()), np.uint64)
    _fill_directory(pages, _factor(pages), directory)
    return directory


def _factor(pages: Numbers) -> np.uint64:
    """Return by what a page is multiplied to find its slot: each has its own where pages lie close together."""
    return _AS_IT_IS if _lie_close(pages) else _GOLDEN


def _lie_close(pages: Numbers) -> bool:
    """Say whether the pages are those of few countries' lines, so that a slot for each between is no waste."""
    return _span(pages) <= 4 * len(pages)


def _span(pages: Numbers) -> int:
    return int(pages[-1] - pages[0]) + 1 if len(pages) else 0


@part
def _slot(page: np.uint64, factor: np.uint64, size: int) -> np.uint64:
    """Return where in a directory of this size the search for a page begins."""
    return ((page * factor) >> np.uint64(32)) & np.uint64(size - 1)


@kernel
def _fill_directory(pages: Numbers, factor: np.uint64, directory: Numbers) -> None:
    last = np.uint64(len(directory) - 1)
    for index in range(len(pages)):
        slot = _slot(pages[index], factor, len(directory))
        while directory[slot] != 0:
            slot = (slot + _ONE) & last
        directory[slot] = (pages[index] << _INDEX_BITS) | np.uint64(index + 1)


@part
def _set_bits(mask: np.uint64) -> np.uint64:
    """Return how many bits are set; LLVM makes one instruction of it."""
    mask = mask - ((mask >> _ONE) & np.uint64(0x5555555555555555))
    mask = (mask & np.uint64(0x3333333333333333)) + ((mask >> np.uint64(2)) & np.uint64(0x3333333333333333))
    mask = (mask + (mask >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (mask * np.uint64(0x0101010101010101)) >> np.uint64(56)


@kernel
def look_up(
    numbers: Numbers,
    directory: Numbers,
    factor: np.uint64,
    groups: Numbers,
    words: NDArray[np.uint16],
    found: NDArray[np.bool_],
) -> None:
    """Say in `found` of each number whether it is in the set.

    Step by step for some hundred numbers at once, so that the memory fetches for many of them together.
    """
    group_at = np.empty(_AT_ONCE, np.uint64)
    word_at = np.empty(_AT_ONCE, np.uint64)
    for begin in range(0, len(numbers), _AT_ONCE):
        some = numbers[begin : begin + _AT_ONCE]
        if factor == _AS_IT_IS:
            _find_close_groups(some, directory, group_at)
        else:
            _find_groups(some, directory, factor, group_at)
        _find_words(some, groups, group_at, word_at)
        _test_bits(some, words, word_at, found[begin : begin + _AT_ONCE])


@part
def _find_groups(numbers: Numbers, directory: Numbers, factor: np.uint64, group_at: Numbers) -> None:
    last = np.uint64(len(directory) - 1)
    for row in range(len(numbers)):
        page = numbers[row] >> _PAGE_BITS
        slot = _slot(page, factor, len(directory))
        entry = directory[slot]
        while entry != 0 and entry >> _INDEX_BITS != page:
            slot = (slot + _ONE) & last
            entry = directory[slot]
        group_at[row] = _group_at(entry, numbers[row])


@part
def _find_close_groups(numbers: Numbers, directory: Numbers, group_at: Numbers) -> None:
    """Do the same where a page is in its own slot or in none: searching on would go through all of them."""
    for row in range(len(numbers)):
        page = numbers[row] >> _PAGE_BITS
        entry = directory[_slot(page, _AS_IT_IS, len(directory))]
        group_at[row] = _group_at(entry * np.uint64(entry >> _INDEX_BITS == page), numbers[row])


@part
def _group_at(entry: np.uint64, number: np.uint64) -> np.uint64:
    return ((entry & _INDEX) * _GROUPS + ((number >> _WORD_BITS) & _LOW_6)) << _ONE


@part
def _find_words(numbers: Numbers, groups: Numbers, group_at: Numbers, word_at: Numbers) -> None:
    for row in range(len(numbers)):
        mask, first = groups[group_at[row]], groups[group_at[row] + _ONE]
        bit = (numbers[row] >> _BIT_BITS) & _LOW_6
        # The word in place 0 is empty.  No branches here: the processor would guess them wrong.
        word_at[row] = (first + _set_bits(mask & ((_ONE << bit) - _ONE))) * ((mask >> bit) & _ONE)


@part
def _test_bits(numbers: Numbers, words: NDArray[np.uint16], word_at: Numbers, found: NDArray[np.bool_]) -> None:
    for row in range(len(numbers)):
        found[row] = (np.uint64(words[word_at[row]]) >> (numbers[row] & _LOW_4)) & _ONE != 0
