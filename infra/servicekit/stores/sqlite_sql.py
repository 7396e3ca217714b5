"""SQL texts of the SQLite adapter, built once for each shape of statement."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from servicekit.stores.ports import ColumnType, TableSpec

EXPIRES = "_expires_ms"

# Rounded: cut off, half of all times would be a millisecond behind the clock that the expiry was taken from.
_NOW_MS = "CAST(ROUND((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER)"
_TYPES = {
    ColumnType.TEXT: "TEXT",
    ColumnType.INT: "INTEGER",
    ColumnType.DOUBLE: "REAL",
    ColumnType.BOOL: "INTEGER",
    ColumnType.BLOB: "BLOB",
    ColumnType.JSON: "TEXT",
}


def create_table(spec: TableSpec) -> list[str]:
    """Return the statements that make the table; running them again changes nothing."""
    columns = [
        f"{name} {_TYPES[kind]}{' NOT NULL' if name in spec.key else ''}" for name, kind in spec.columns.items()
    ]
    key = ", ".join(f"{name} DESC" if name in spec.descending else name for name in spec.key)
    return [
        f"CREATE TABLE IF NOT EXISTS {spec.name} ({', '.join(columns)}, {EXPIRES} INTEGER, PRIMARY KEY ({key})) "
        "STRICT, WITHOUT ROWID",
        # Partial: rows without a TTL, nearly all, cost nothing here.
        f"CREATE INDEX IF NOT EXISTS {spec.name}_expiry ON {spec.name} ({EXPIRES}) WHERE {EXPIRES} IS NOT NULL",
    ]


def add_column(table: str, column: str, kind: ColumnType) -> str:
    """Return the statement that adds a column."""
    return f"ALTER TABLE {table} ADD COLUMN {column} {_TYPES[kind]}"


class Statements:
    """Statements of one table."""

    def __init__(self, spec: TableSpec) -> None:
        self._spec = spec
        self._all = ", ".join(spec.columns)
        self._key = ", ".join(spec.key)
        self._by_key = " AND ".join(f"{name} = ?" for name in spec.key)
        # Values: key.
        self.delete = f"DELETE FROM {spec.name} WHERE {self._by_key}"
        # Values: key, now in ms.
        self.get = f"SELECT {self._all} FROM {spec.name} WHERE {self._by_key} AND {_alive()}"
        self.delete_expired = f"{self.delete} AND {EXPIRES} <= ?"
        # Values: now in ms, most rows.
        self.purge = (
            f"DELETE FROM {spec.name} WHERE ({self._key}) IN "
            f"(SELECT {self._key} FROM {spec.name} WHERE {EXPIRES} <= ? LIMIT ?)"
        )
        self.upsert = lru_cache(256)(self._upsert)
        self.update = lru_cache(256)(self._update)
        self.page = lru_cache(64)(self._page)

    def insert(self, columns: tuple[str, ...]) -> str:
        """Values: columns, expiry; does nothing when the row exists."""
        return f"{self._insert(columns, True)} ON CONFLICT ({self._key}) DO NOTHING"

    def _insert(self, columns: tuple[str, ...], with_expiry: bool) -> str:
        names = (*columns, EXPIRES) if with_expiry else columns
        return f"INSERT INTO {self._spec.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"

    def _upsert(self, columns: tuple[str, ...], with_expiry: bool) -> str:
        """Values: columns, then expiry if with_expiry."""
        sets = []
        gone = f"{EXPIRES} <= {_NOW_MS}"
        for name in self._spec.columns:
            if name in self._spec.key:
                continue
            # A row past its TTL that nobody purged yet is no row: its other columns must not shine through.
            kept = f"CASE WHEN {gone} THEN NULL ELSE {name} END"
            sets.append(f"{name} = {f'excluded.{name}' if name in columns else kept}")
        expiry = f"excluded.{EXPIRES}" if with_expiry else f"CASE WHEN {gone} THEN NULL ELSE {EXPIRES} END"
        sets.append(f"{EXPIRES} = {expiry}")
        return f"{self._insert(columns, with_expiry)} ON CONFLICT ({self._key}) DO UPDATE SET {', '.join(sets)}"

    def _update(self, columns: tuple[str, ...]) -> str:
        """Values: columns, key."""
        return f"UPDATE {self._spec.name} SET {', '.join(f'{name} = ?' for name in columns)} WHERE {self._by_key}"

    def _page(self, falling: bool, since: bool, until: bool, after: bool) -> str:
        """Values: partition, now in ms, since?, until?, position (see position_values)?, limit."""
        spec = self._spec
        where = [f"{name} = ?" for name in spec.partition] + [_alive()]
        if since:
            where.append(f"{spec.clustering[0]} >= ?")
        if until:
            where.append(f"{spec.clustering[0]} < ?")
        directions = [(name, self._falls(name, falling)) for name in spec.clustering]
        if after:
            where.append(_beyond(directions))
        order = ", ".join(f"{name} {'DESC' if falls else 'ASC'}" for name, falls in directions)
        order = f" ORDER BY {order}" if order else ""
        return f"SELECT {self._all} FROM {spec.name} WHERE {' AND '.join(where)}{order} LIMIT ?"

    def _falls(self, column: str, falling: bool) -> bool:
        """Whether the column falls when the first clustering column does (or not): all turn together."""
        first = self._spec.clustering[0] in self._spec.descending
        return (column in self._spec.descending) != (falling != first)


def _alive() -> str:
    return f"({EXPIRES} IS NULL OR {EXPIRES} > ?)"


def _beyond(directions: Sequence[tuple[str, bool]]) -> str:
    """Return the condition "after this position" for columns that may point different ways.

    The first column stands alone at the front, where the primary key's index can use it.
    """
    (name, falls), *rest = directions
    sign = "<" if falls else ">"
    if not rest:
        return f"{name} {sign} ?"
    return f"{name} {sign}= ? AND ({name} {sign} ? OR ({name} = ? AND {_beyond(rest)}))"


def position_values(position: Sequence[Any]) -> list[Any]:
    """Return the values for `_beyond` in its order."""
    first, *rest = position
    return [first, first, first, *position_values(rest)] if rest else [first]
