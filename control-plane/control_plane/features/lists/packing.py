"""From rows that were judged to blocks of leads, and to the file of those that were refused."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from control_plane.leadblocks import BLOCK_ROWS, Block
from leadimport.cleaning import Judged
from leadimport.gathering import texts_of
from leadimport.places import Places
from leadimport.plans import LINE_TYPES, REGIONS


def blocks_of(judged: Judged, places: Places, fields: Mapping[str, int], first: int) -> Iterator[tuple[int, Block]]:
    """Yield the accepted rows of a piece of a file as blocks, with their numbers from `first` on.

    Blocks in which no row was accepted are left out, but counted.
    """
    for number, begin in enumerate(range(0, len(judged.rows), BLOCK_ROWS), first):
        inside = np.flatnonzero(judged.outcomes[begin : begin + BLOCK_ROWS] == 0)
        if len(inside):
            yield number, _block(judged, places, fields, begin, inside)


def block_count(judged: Judged) -> int:
    """Return how many blocks a piece of a file has."""
    return -(-len(judged.rows) // BLOCK_ROWS)


def _block(judged: Judged, known: Places, fields: Mapping[str, int], begin: int, inside: NDArray[np.int64]) -> Block:
    which = begin + inside
    text, ends = texts_of(judged.rows, which) if fields else (b"", np.zeros(len(which), np.uint32))
    kinds, kind_at = np.unique(judged.verdicts[which], return_inverse=True)
    areas, area_at = np.unique(judged.areas[which], return_inverse=True)
    carriers, carrier_at = np.unique(judged.carriers[which], return_inverse=True)
    return Block(
        numbers=judged.numbers[which],
        places=inside.astype(np.uint16),
        lines=judged.rows.lines[which].astype(np.uint32),
        kinds=kind_at.astype(np.uint16),
        areas=area_at.astype(np.uint16),
        carriers=carrier_at.astype(np.uint16),
        ends=ends,
        text=text,
        # Names, not indices: a later release counts its places otherwise.
        kind_names=[[REGIONS[each // 16], LINE_TYPES[each % 16]] for each in kinds],
        area_names=[list(known.areas[each]) for each in areas],
        carrier_names=[known.carriers[each] for each in carriers],
        delimiter=chr(judged.rows.delimiter),
        fields=dict(fields),
    )
