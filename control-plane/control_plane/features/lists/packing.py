"""From rows that were judged to blocks of leads, and to the file of those that were refused."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from control_plane.leads.blocks import BLOCK_ROWS, Block
from leadimport.cleaning import Judged
from leadimport.gathering import texts_of
from leadimport.places import Places
from leadimport.plans import LINE_TYPES, REGIONS


def blocks_of(
    judged: Judged, places: Places, fields: Mapping[str, int], first: int, before: int = 0
) -> Iterator[tuple[int, Block]]:
    """Yield the accepted rows of a piece of a file as blocks, with their numbers from `first` on.

    Blocks in which no row was accepted are left out, but counted.  before: leads of the file in earlier pieces.
    """
    kinds, areas, carriers = (_Names(count) for count in (16 * len(REGIONS), len(places.areas), len(places.carriers)))
    for number, begin in enumerate(range(0, len(judged.rows), BLOCK_ROWS), first):
        inside = np.flatnonzero(judged.outcomes[begin : begin + BLOCK_ROWS] == 0)
        if len(inside):
            which = begin + inside
            kind_names, kind_at = kinds.of(judged.verdicts[which])
            area_names, area_at = areas.of(judged.areas[which])
            carrier_names, carrier_at = carriers.of(judged.carriers[which])
            text, ends = texts_of(judged.rows, which) if fields else (b"", np.zeros(len(which), np.uint32))
            yield (
                number,
                Block(
                    numbers=judged.numbers[which],
                    places=inside.astype(np.uint16),
                    lines=judged.rows.lines[which].astype(np.uint32),
                    kinds=kind_at,
                    areas=area_at,
                    carriers=carrier_at,
                    ends=ends,
                    text=text,
                    # Names, not indices: a later release counts its places otherwise.
                    kind_names=[(REGIONS[each // 16], LINE_TYPES[each % 16]) for each in kind_names],
                    area_names=[places.areas[each] for each in area_names],
                    carrier_names=[places.carriers[each] for each in carrier_names],
                    delimiter=chr(judged.rows.delimiter),
                    fields=dict(fields),
                    before=before,
                ),
            )
            before += len(inside)


def block_count(judged: Judged) -> int:
    """Return how many blocks a piece of a file has."""
    return -(-len(judged.rows) // BLOCK_ROWS)


class _Names:
    """Indices of which a block has few, counted anew: by two tables, as sorting would take ten times as long."""

    def __init__(self, count: int) -> None:
        self._is_there = np.zeros(count, np.bool_)
        self._place = np.zeros(count, np.uint16)

    def of(self, indices: NDArray[np.int32]) -> tuple[list[int], NDArray[np.uint16]]:
        """Return the indices that there are, rising, and of each given one its place among them."""
        self._is_there[indices] = True
        found = np.flatnonzero(self._is_there)
        self._is_there[found] = False
        self._place[found] = np.arange(len(found), dtype=np.uint16)
        return found.tolist(), self._place[indices]
