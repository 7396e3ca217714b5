"""Rows checked and encoded, the same for every adapter: full keys, known columns, right types."""

import json
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from types import NoneType
from typing import Any

from servicekit.stores.ports import (
    ColumnType,
    GuardError,
    IncompleteKeyError,
    Key,
    Row,
    TableSpec,
    UnknownColumnError,
    WrongTypeError,
)

_TYPES: dict[ColumnType, tuple[type, ...]] = {
    ColumnType.TEXT: (str,),
    ColumnType.INT: (int,),
    ColumnType.DOUBLE: (float, int),
    ColumnType.BOOL: (bool,),
    ColumnType.BLOB: (bytes,),
}
_to_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def columns_of(spec: TableSpec, row: Key) -> tuple[str, ...]:
    """Return the row's columns in the order of the table.

    Raises UnknownColumnError.
    """
    columns = tuple(filter(row.__contains__, spec.columns))
    if len(columns) != len(row):
        unknown = sorted(set(row) - set(columns))
        raise UnknownColumnError(f"table {spec.name} has no column {', '.join(map(repr, unknown))}")
    return columns


def encode(spec: TableSpec, columns: Sequence[str], rows: Iterable[Key]) -> list[tuple[Any, ...]]:
    """Return the rows' values in the order of columns, JSON as text.

    Works column by column, in loops that the interpreter runs in C: this is the hot path of bulk writes.
    Raises IncompleteKeyError, WrongTypeError.
    """
    take: Any = itemgetter(*columns) if len(columns) > 1 else lambda row: (row[columns[0]],)
    by_column: list[Any] = list(zip(*map(take, rows), strict=True))
    for place, (name, values) in enumerate(zip(columns, by_column, strict=True)):
        kind = spec.columns[name]
        if kind is ColumnType.JSON:
            by_column[place] = [_json(spec, name, value) for value in values]
        else:
            _check(spec, name, kind, set(map(type, values)))
    return list(zip(*by_column, strict=True))


def encode_key(spec: TableSpec, names: Sequence[str], key: Key) -> tuple[Any, ...]:
    """Return the values of exactly these key columns.

    Raises IncompleteKeyError for a missing one, UnknownColumnError for one too many, WrongTypeError.
    """
    require(spec, names, key)
    if len(key) != len(names):
        extra = sorted(set(key) - set(names))
        raise UnknownColumnError(f"key of table {spec.name} has no column {', '.join(map(repr, extra))}")
    return encode(spec, names, [key])[0]


def require(spec: TableSpec, names: Sequence[str], row: Key) -> None:
    """Raise IncompleteKeyError unless the row has all of these columns."""
    missing = [name for name in names if row.get(name) is None]
    if missing:
        raise IncompleteKeyError(f"table {spec.name}: key column {', '.join(missing)} is missing")


def require_plain(spec: TableSpec, row: Key) -> tuple[str, ...]:
    """Return the row's columns, none of which may belong to the key.

    Raises UnknownColumnError.
    """
    columns = columns_of(spec, row)
    in_key = [column for column in columns if column in spec.key]
    if in_key:
        raise UnknownColumnError(f"table {spec.name}: key column {', '.join(in_key)} can not be compared or changed")
    return columns


def require_guard(spec: TableSpec) -> None:
    """Raise GuardError unless rows of the table may be claimed and compared."""
    if not spec.guarded:
        raise GuardError(f"table {spec.name} is not guarded: its rows can not be claimed or compared")


def require_single(spec: TableSpec, rows: Sequence[Key]) -> None:
    """Raise GuardError for several rows of a guarded table: each is a condition of its own."""
    if spec.guarded and len(rows) > 1:
        raise GuardError(f"table {spec.name} is guarded: its rows are written one by one")


def decode(spec: TableSpec, values: Sequence[Any]) -> Row:
    """Return the row for values in the order of the table's columns."""
    row = dict(zip(spec.columns, values, strict=True))
    for name, kind in spec.columns.items():
        value = row[name]
        if value is None:
            continue
        if kind is ColumnType.JSON:
            row[name] = json.loads(value)
        elif kind is ColumnType.BOOL:
            row[name] = bool(value)
    return row


def matches(row: Mapping[str, Any], expected: Key) -> bool:
    """Whether the row has the expected values, compared as the store would give them back (a tuple is a list)."""
    return all(row[name] == _as_stored(value) for name, value in expected.items())


def _as_stored(value: Any) -> Any:
    return json.loads(_to_json(value)) if isinstance(value, list | tuple | dict) else value


def _json(spec: TableSpec, name: str, value: Any) -> str | None:
    if value is None:
        return None
    try:
        return _to_json(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise WrongTypeError(f"{spec.name}.{name} is no JSON: {error}") from None


def _check(spec: TableSpec, name: str, kind: ColumnType, found: set[type]) -> None:
    allowed = _TYPES[kind]
    for one in found.difference(allowed):
        if one is NoneType:
            if name in spec.key:
                raise IncompleteKeyError(f"table {spec.name}: key column {name} is missing")
        elif not issubclass(one, allowed) or one is bool:
            raise WrongTypeError(f"{spec.name}.{name} is {kind.name} and can not hold {one.__name__}")
