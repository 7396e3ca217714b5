"""CQL texts of the Cassandra adapter: a handful for each table, whatever columns a row has.

A column that is not given is bound as "unset", which leaves it as it is; so one statement serves every shape of row.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from servicekit.stores.ports import ColumnType, TableSpec

EXPIRES, STAMP = '"_expires_ms"', '"_stamp"'
CHURN_GRACE_SECONDS = 3600

_TYPES = {
    ColumnType.TEXT: "text",
    ColumnType.INT: "bigint",
    ColumnType.DOUBLE: "double",
    ColumnType.BOOL: "boolean",
    ColumnType.BLOB: "blob",
    ColumnType.JSON: "text",
}


def create_table(spec: TableSpec) -> str:
    """Return the statement that makes the table; running it again changes nothing."""
    columns = ", ".join(f"{quote(name)} {_TYPES[kind]}" for name, kind in spec.columns.items())
    key = ", ".join([f"({_names(spec.partition)})", *map(quote, spec.clustering)])
    order = ", ".join(f"{quote(name)} {'DESC' if name in spec.descending else 'ASC'}" for name in spec.clustering)
    options = [f"CLUSTERING ORDER BY ({order})"] if order else []
    options += [f"gc_grace_seconds = {CHURN_GRACE_SECONDS}"] if spec.churning else []
    return (
        f"CREATE TABLE IF NOT EXISTS {quote(spec.name)} ({columns}, {EXPIRES} bigint, {STAMP} text, "
        f"PRIMARY KEY ({key}))" + (f" WITH {' AND '.join(options)}" if options else "")
    )


def add_column(table: str, column: str, kind: ColumnType) -> str:
    """Return the statement that adds a column."""
    return f"ALTER TABLE {quote(table)} ADD IF NOT EXISTS {quote(column)} {_TYPES[kind]}"


def drop_column(table: str, column: str) -> str:
    """Return the statement that drops a column."""
    return f"ALTER TABLE {quote(table)} DROP IF EXISTS {quote(column)}"


def drop_table(table: str) -> str:
    """Return the statement that drops a table."""
    return f"DROP TABLE IF EXISTS {quote(table)}"


def quote(name: str) -> str:
    """Return a name that CQL takes even where it is a word of its own."""
    return f'"{name}"'


def _names(names: Sequence[str]) -> str:
    return ", ".join(map(quote, names))


class Statements:
    """Statements of one table."""

    def __init__(self, spec: TableSpec) -> None:
        self._spec = spec
        table, plain = quote(spec.name), [name for name in spec.columns if name not in spec.key]
        by_key = " AND ".join(f"{quote(name)} = ?" for name in spec.key)
        columns = _names(tuple(spec.columns))
        marks = ", ".join("?" * len(spec.columns))
        # Values: key.  Gives the columns and the expiry, and the stamp with `read`.
        self.get = f"SELECT {columns}, {EXPIRES} FROM {table} WHERE {by_key}"
        self.read = f"SELECT {columns}, {EXPIRES}, {STAMP} FROM {table} WHERE {by_key}"
        # Values: partition, list of values of the one clustering column.
        self.get_many = None
        if len(spec.clustering) == 1:
            where = [*(f"{quote(name)} = ?" for name in spec.partition), f"{quote(spec.clustering[0])} IN ?"]
            self.get_many = f"SELECT {columns}, {EXPIRES} FROM {table} WHERE {' AND '.join(where)}"
        # Values: columns, expiry, TTL in seconds.  INSERT makes a row of nothing but its key, which UPDATE does not.
        self.upsert = f"INSERT INTO {table} ({columns}, {EXPIRES}) VALUES ({marks}, ?) USING TTL ?"
        self.delete = f"DELETE FROM {table} WHERE {by_key}"
        # Values: columns, expiry, stamp, TTL in seconds.
        self.insert_if_absent = (
            f"INSERT INTO {table} ({columns}, {EXPIRES}, {STAMP}) VALUES ({marks}, ?, ?) IF NOT EXISTS USING TTL ?"
        )
        # Values: TTL in seconds, the other columns, expiry, stamp, key, stamp before.
        sets = ", ".join(f"{name} = ?" for name in (*map(quote, plain), EXPIRES, STAMP))
        self.update_if_stamped = f"UPDATE {table} USING TTL ? SET {sets} WHERE {by_key} IF {STAMP} = ?"
        # Values: key, stamp before.
        self.delete_if_stamped = f"DELETE FROM {table} WHERE {by_key} IF {STAMP} = ?"
        self._page = lru_cache(64)(self._page_cql)

    def pages(
        self, owner: Sequence[Any], since: Any, until: Any, turned: bool, position: Sequence[Any] | None
    ) -> Iterator[tuple[str, list[Any]]]:
        """Yield the queries that give a partition's rows after a position, to be asked in turn, each less its limit.

        turned: against the declared order.  Columns may point different ways, which no single CQL condition can say:
        first come those rows that share all of the position but its last value, then all but the last two, ...
        """
        spec = self._spec
        if position is None:
            yield self._query(owner, since, until, turned, [])
            return
        inside = (since is None or position[0] >= since) and (until is None or position[0] < until)
        for equal in range(len(position) - 1, 0, -1):
            if inside:
                yield self._query(owner, None, None, turned, position[: equal + 1])
        # One bound a side is all that CQL takes: the nearer one.
        falls = (spec.clustering[0] in spec.descending) != turned
        if falls and (until is None or position[0] < until):
            yield self._query(owner, since, None, turned, position[:1])
        elif not falls and (since is None or position[0] >= since):
            yield self._query(owner, None, until, turned, position[:1])
        else:
            yield self._query(owner, since, until, turned, [])

    def _query(
        self, owner: Sequence[Any], since: Any, until: Any, turned: bool, start: Sequence[Any]
    ) -> tuple[str, list[Any]]:
        cql = self._page(turned, since is not None, until is not None, len(start))
        return cql, [*owner, *(bound for bound in (since, until) if bound is not None), *start]

    def _page_cql(self, turned: bool, since: bool, until: bool, start: int) -> str:
        """Values: partition, since?, until?, the leading clustering values (equal, the last one passed), limit."""
        spec = self._spec
        where = [f"{quote(name)} = ?" for name in spec.partition]
        where += [f"{quote(spec.clustering[0])} {sign} ?" for sign, bound in ((">=", since), ("<", until)) if bound]
        where += [f"{quote(name)} = ?" for name in spec.clustering[: max(start - 1, 0)]]
        for name in spec.clustering[start - 1 : start] if start else ():
            where.append(f"{quote(name)} {'<' if (name in spec.descending) != turned else '>'} ?")
        order = ""
        if turned:
            names = (f"{quote(name)} {'ASC' if name in spec.descending else 'DESC'}" for name in spec.clustering)
            order = f" ORDER BY {', '.join(names)}"
        return (
            f"SELECT {_names(tuple(spec.columns))}, {EXPIRES} FROM {quote(spec.name)} "
            f"WHERE {' AND '.join(where)}{order} LIMIT ?"
        )
