"""Leads as they lie in the store: a block of up to 2,048 rows of a file, packed and sealed as one (ADR 43).

A row that was refused leaves a gap: a lead's place in its block, and so its id, follows from the file alone.
"""

import csv
import io
import json
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from callmodel.ids import E164, LeadId, ListId

BLOCK_ROWS = 2048
BLOCKS_PER_BUCKET = 64
_FORMAT = 1
_ROW = re.compile("[0-9]{1,12}")
_HEAD = struct.Struct("<BI")


@dataclass(frozen=True)
class StoredLead:
    """One lead of a list.

    place: in its block.  ordinal: among the list's leads.  line: of the file.  cells: what the lead keeps, by name.
    """

    list_id: ListId
    block: int
    place: int
    ordinal: int
    number: E164
    line: int
    region: str
    line_type: str
    province: str
    city: str
    carrier: str
    cells: Mapping[str, str]

    @property
    def lead_id(self) -> LeadId:
        """The list's id and the row."""
        return lead_id_of(self.list_id, self.block, self.place)


def lead_id_of(list_id: ListId, block: int, place: int) -> LeadId:
    """Return the id of the lead at a place."""
    return LeadId(f"{list_id}.{block * BLOCK_ROWS + place}")


def place_of(lead_id: LeadId) -> tuple[ListId, int, int]:
    """Return a lead's list, block and place.  Raises ValueError for what is no lead's id."""
    list_id, dot, row = lead_id.rpartition(".")
    if not dot or not _ROW.fullmatch(row):
        raise ValueError("a lead's id is its list and its row")
    return ListId(list_id), int(row) // BLOCK_ROWS, int(row) % BLOCK_ROWS


def bucket_of(block: int) -> int:
    """Return the partition of a list that a block lies in."""
    return block // BLOCKS_PER_BUCKET


@dataclass
class Block:
    """Some leads.  Arrays have one entry a lead, in the order of the file.

    numbers: E.164 digits as integers.  kinds (region and line type), areas (province and city), carriers: indices in
    the lists of names.  fields: of each kept cell its place in a row.  ends: where each row's text ends in `text`.
    before: how many leads of the list lie in earlier blocks.
    """

    numbers: NDArray[np.uint64]
    places: NDArray[np.uint16]
    lines: NDArray[np.uint32]
    kinds: NDArray[np.uint16]
    areas: NDArray[np.uint16]
    carriers: NDArray[np.uint16]
    ends: NDArray[np.uint32]
    text: bytes
    kind_names: Sequence[Sequence[str]]
    area_names: Sequence[Sequence[str]]
    carrier_names: Sequence[str]
    delimiter: str
    fields: dict[str, int]
    before: int = 0

    def __len__(self) -> int:
        return len(self.numbers)

    def leads(self, list_id: ListId, block: int) -> Iterator[StoredLead]:
        """Yield the leads of a block of a list."""
        return (self.lead(list_id, block, row) for row in range(len(self)))

    def lead(self, list_id: ListId, block: int, row: int) -> StoredLead:
        """Return a lead by its number among those that are here."""
        region, line_type = self.kind_names[self.kinds[row]]
        province, city = self.area_names[self.areas[row]]
        return StoredLead(
            list_id,
            block,
            int(self.places[row]),
            self.before + row,
            E164(f"+{self.numbers[row]}"),
            int(self.lines[row]),
            region,
            line_type,
            province,
            city,
            self.carrier_names[self.carriers[row]],
            self._cells(row),
        )

    def row_at(self, place: int) -> int | None:
        """Return which of the leads stands at a place; None where a row was refused."""
        row = int(np.searchsorted(self.places, place))
        return row if row < len(self) and self.places[row] == place else None

    def _cells(self, row: int) -> dict[str, str]:
        if not self.fields:
            return {}
        begin = int(self.ends[row - 1]) if row else 0
        text = self.text[begin : int(self.ends[row])].decode("utf-8", "replace")
        cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter), [])
        return {name: cells[place] if place < len(cells) else "" for name, place in self.fields.items()}

    def pack(self) -> bytes:
        """Return the block as bytes."""
        names = (self.kind_names, self.area_names, self.carrier_names)
        head = json.dumps([len(self), *names, self.delimiter, self.fields, self.before]).encode()
        arrays = (self.numbers, self.ends, self.lines, self.places, self.kinds, self.areas, self.carriers)
        return b"".join((_HEAD.pack(_FORMAT, len(head)), head, *(each.tobytes() for each in arrays), self.text))

    @classmethod
    def unpack(cls, packed: bytes) -> "Block":
        """Return a packed block.  Raises ValueError for another version's."""
        version, size = _HEAD.unpack_from(packed)
        if version != _FORMAT:
            raise ValueError("the block is of a later version")
        at = _HEAD.size + size
        count, kind_names, area_names, carrier_names, delimiter, fields, before = json.loads(packed[_HEAD.size : at])
        arrays: list[Any] = []
        for kind in (np.uint64, np.uint32, np.uint32, np.uint16, np.uint16, np.uint16, np.uint16):
            arrays.append(np.frombuffer(packed, kind, count, at))
            at += count * np.dtype(kind).itemsize
        numbers, ends, lines, places, kinds, areas, carriers = arrays
        return cls(
            numbers, places, lines, kinds, areas, carriers, ends, packed[at:],
            kind_names, area_names, carrier_names, delimiter, fields, before,
        )  # fmt: skip
