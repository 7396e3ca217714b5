"""Where a number's owner lives and whose customer they are, by the number's beginning.

Chinese mobile numbers by their segment (seven digits), from the data of the package `phone`; all others from the
prefixes of `phonenumbers`.  Both tell where the number was first given out: people move, and take numbers to others.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from leadimport.machine import kernel, part

_SEGMENTS = 1_000_000
_FIRST_SEGMENT = 1_000_000
_LONGEST_PREFIX = 9
_CHINESE = ("86", "852", "853", "886")
Name = TypeVar("Name")


@dataclass(frozen=True)
class Places:
    """Tables of areas and carriers.  Index 0 of either list is for what is not known."""

    areas: list[tuple[str, str]]
    """Province or state (empty where it is not told apart), and city or region."""
    carriers: list[str]
    segments: NDArray[np.uint32]
    """A million, of +86 1xxxxxx: 65536 x carrier + area."""
    prefixes: NDArray[np.int32]
    """[nodes, 12]: the next node by digit, area, carrier; a number begins in node 1."""

    def place(self, numbers: NDArray[np.uint64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the indices of areas and carriers of numbers; 0 for number 0."""
        areas, carriers = np.zeros(len(numbers), np.int32), np.zeros(len(numbers), np.int32)
        _place(numbers, self.segments, self.prefixes.reshape(-1), areas, carriers)
        return areas, carriers


@cache
def known_places() -> Places:
    """Return what the installed packages know; takes about a second and 20 MB, once a process."""
    areas, carriers = _Names(("", "")), _Names("")
    segments, prefixes = _segments(areas, carriers), _prefixes(areas, carriers)
    return Places(list(areas), list(carriers), segments, prefixes)


class _Names(Generic[Name]):
    """Names by index, in the order in which they came."""

    def __init__(self, first: Name) -> None:
        self._indices = {first: 0}

    def index(self, name: Name) -> int:
        return self._indices.setdefault(name, len(self._indices))

    def __iter__(self) -> Iterator[Name]:
        return iter(self._indices)


def _segments(areas: _Names[tuple[str, str]], carriers: _Names[str]) -> NDArray[np.uint32]:
    """Read the file of the package `phone`: texts, then records of a segment, where its text is, and its carrier."""
    import phone

    data = Path(phone.__file__).with_name("phone.dat").read_bytes()
    (begin,) = struct.unpack_from("<i", data, 4)
    record = np.dtype([("segment", "<i4"), ("text", "<i4"), ("kind", "u1")])
    records = np.frombuffer(data, record, offset=begin)
    texts, which = np.unique(records["text"], return_inverse=True)
    area_of = np.array([areas.index(_area(data, int(text))) for text in texts], np.uint32)
    carrier_of = np.zeros(256, np.uint32)
    for kind in np.unique(records["kind"]):
        carrier_of[kind] = carriers.index(phone.Phone.get_phone_no_type(int(kind)) or "")
    segments = np.zeros(_SEGMENTS, np.uint32)
    # Some hundred cities and eight carriers: 16 bits are enough for either.
    segments[records["segment"] - _FIRST_SEGMENT] = (carrier_of[records["kind"]] << 16) | area_of[which]
    return segments


def _area(data: bytes, begin: int) -> tuple[str, str]:
    province, city, *_ = data[begin : data.index(b"\0", begin)].decode().split("|")
    return province, city


def _prefixes(areas: _Names[tuple[str, str]], carriers: _Names[str]) -> NDArray[np.int32]:
    from phonenumbers.carrierdata import CARRIER_DATA
    from phonenumbers.geodata import GEOCODE_DATA

    named: dict[str, list[int]] = {}
    for prefix, names in GEOCODE_DATA.items():
        # Chinese mobile segments: `phone` knows more of them.
        if (name := _name(prefix, names)) and not (prefix.startswith("861") and not prefix.startswith("8610")):
            named.setdefault(prefix, [0, 0])[0] = areas.index(("", name))
    for prefix, names in CARRIER_DATA.items():
        if (name := _name(prefix, names)) and not prefix.startswith("861"):
            named.setdefault(prefix, [0, 0])[1] = carriers.index(name)
    nodes = np.zeros((2 + sum(len(prefix) for prefix in named), 12), np.int32)
    texts = np.array([prefix.encode() for prefix in named], f"S{_LONGEST_PREFIX}").view(np.uint8)
    values = np.array(list(named.values()), np.int32)
    count = _grow(texts.reshape(-1, _LONGEST_PREFIX), values, nodes)
    return nodes[:count].copy()


def _name(prefix: str, names: dict[str, str]) -> str:
    return (names.get("zh") if prefix.startswith(_CHINESE) else None) or names.get("en") or ""


@kernel
def _grow(texts: NDArray[np.uint8], values: NDArray[np.int32], nodes: NDArray[np.int32]) -> int:
    """Put prefixes into the tree; return how many nodes it has."""
    count = 2
    for row in range(len(texts)):
        node = 1
        for place in range(texts.shape[1]):
            if texts[row, place] == 0:
                break
            digit = texts[row, place] - 48
            if nodes[node, digit] == 0:
                nodes[node, digit] = count
                count += 1
            node = nodes[node, digit]
        nodes[node, 10] = values[row, 0]
        nodes[node, 11] = values[row, 1]
    return count


@kernel
def _place(
    numbers: NDArray[np.uint64],
    segments: NDArray[np.uint32],
    prefixes: NDArray[np.int32],
    areas: NDArray[np.int32],
    carriers: NDArray[np.int32],
) -> None:
    for row in range(len(numbers)):
        number = numbers[row]
        # +86 1xx xxxx xxxx; what of it is a mobile number has a segment, and Beijing's lines (10...) are shorter.
        if np.uint64(8610000000000) <= number < np.uint64(8620000000000):
            known = segments[number // np.uint64(10000) - np.uint64(861000000)]
            areas[row], carriers[row] = known & np.uint32(0xFFFF), known >> np.uint32(16)
        elif number != 0:
            areas[row], carriers[row] = _longest_prefix(number, prefixes)


@part
def _longest_prefix(number: np.uint64, prefixes: NDArray[np.int32]) -> tuple[int, int]:
    """Return area and carrier of the longest prefixes that have one."""
    # The digits, four bits each, the first of them lowest: E.164 numbers have 15 at most.
    digits, count = np.uint64(0), 0
    while number != 0:
        rest = number // np.uint64(10)
        digits = (digits << np.uint64(4)) | (number - rest * np.uint64(10))
        number, count = rest, count + 1
    area, carrier, node = 0, 0, 1
    for _ in range(min(count, _LONGEST_PREFIX)):
        node = prefixes[12 * node + np.int64(digits & np.uint64(15))]
        if node == 0:
            break
        digits >>= np.uint64(4)
        area = prefixes[12 * node + 10] or area
        carrier = prefixes[12 * node + 11] or carrier
    return area, carrier
