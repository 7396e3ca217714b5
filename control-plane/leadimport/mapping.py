"""Which column of a file means what: given by whoever imports, or found by the names and looks of the columns."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from leadimport.errors import ColumnError

_NUMBER_NAMES = re.compile(
    r"手机|手機|电话|電話|号码|號碼|联系方式|phone|mobile|msisdn|cell|\btel|telefon|handy|\bnumber\b|電話番号|携帯",
    re.I,
)
_NUMBER_LOOK = re.compile(r"[+(]?[0-9][0-9 ()./\-]{5,22}[0-9]")
Column = str | int
"""A name in the first row, or an index from 0."""


@dataclass(frozen=True)
class ColumnMapping:
    """A template that can be saved, and used for every file of a seller."""

    number: Column | None = None
    """None to find it."""
    fields: Mapping[str, Column] = field(default_factory=dict)
    """Other cells that a lead keeps, by the names that they get."""
    header: bool | None = None
    """Whether the first row has names; None to find out."""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> "ColumnMapping":
        return cls(saved.get("number"), dict(saved.get("fields") or {}), saved.get("header"))


@dataclass(frozen=True)
class Layout:
    """Where things stand in one file."""

    names: tuple[str, ...]
    """Of the columns; `column 1` and so on where the file has none."""
    has_header: bool
    number: int
    fields: Mapping[str, int]


def layout_of(mapping: ColumnMapping, rows: Sequence[Sequence[str]]) -> Layout:
    """Return what a mapping means in a file that begins with these rows.  Raises ColumnError."""
    first = [cell.strip() for cell in rows[0]]
    has_header = mapping.header
    if has_header is None:
        has_header = not any(_NUMBER_LOOK.fullmatch(cell) for cell in first)
    names = tuple(first) if has_header else tuple(f"column {place + 1}" for place in range(len(first)))
    body = rows[1:] if has_header else rows
    number = _number_column(names, has_header, body) if mapping.number is None else _column(names, mapping.number)
    fields = {name: _column(names, column) for name, column in mapping.fields.items()}
    return Layout(names, has_header, number, fields)


def _column(names: tuple[str, ...], column: Column) -> int:
    if isinstance(column, int):
        if not 0 <= column < len(names):
            raise ColumnError(f"there is no column {column + 1}: the first row has {len(names)}")
        return column
    if column not in names:
        raise ColumnError(f"there is no column {column!r}; there are: {', '.join(map(repr, names[:50]))}")
    return names.index(column)


def _number_column(names: tuple[str, ...], has_header: bool, body: Sequence[Sequence[str]]) -> int:
    """Return the column that looks most like numbers; of equal ones that with a fitting name, then the first."""
    looks = [
        sum(bool(_NUMBER_LOOK.fullmatch(row[place].strip())) for row in body if place < len(row))
        for place in range(len(names))
    ]
    named = [has_header and bool(_NUMBER_NAMES.search(name)) for name in names]
    best = max(range(len(names)), key=lambda place: (named[place], looks[place], -place))
    if not named[best] and not looks[best]:
        raise ColumnError("no column looks like phone numbers; say which one it is")
    return best
