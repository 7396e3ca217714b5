"""The store on Cassandra: plain rows by blind upserts, guarded ones by lightweight transactions."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from cassandra.query import UNSET_VALUE, BatchStatement, BatchType, BoundStatement

from servicekit.stores.cassandra_address import read_address
from servicekit.stores.cassandra_cql import Statements
from servicekit.stores.cassandra_guard import Decide, Decision, Delete, Held, Write, change, is_past, now_ms, ttl_of
from servicekit.stores.cassandra_schema import Schema
from servicekit.stores.cassandra_session import Answer, CassandraSession, bind
from servicekit.stores.migrations import Migration, Phase, split, tables_after
from servicekit.stores.paging import bounds_of, falls_of, issue_token, read_token
from servicekit.stores.ports import (
    MAX_PAGE_ROWS,
    Key,
    Page,
    Row,
    TableSpec,
    UnknownColumnError,
    UnknownTableError,
)
from servicekit.stores.rows import (
    columns_of,
    decode,
    encode,
    encode_key,
    matches,
    require,
    require_guard,
    require_plain,
    require_single,
)

# A batch inside one partition is one mutation; over several it is logged, and Cassandra refuses more than 50 kB.
PARTITION_BYTES, LOGGED_BYTES = 128_000, 30_000
CELL_BYTES = 12

Sized = tuple[int, BoundStatement]
"""A row's statement, and about how many bytes it is."""


class CassandraStore:
    """Adapter of `Store`.  Open it after a fork; usable from any event loop of its process.

    Raises ValueError for an address that can not be read, SchemaError, StoreUnavailableError.
    """

    def __init__(
        self,
        rest: str,
        schema: Sequence[Migration] | Sequence[TableSpec],
        phase: Phase = Phase.PRE,
        user: str = "",
        password: str = "",
    ) -> None:
        migrations, tables = split(schema)
        planned = [*tables_after(migrations).values(), *tables]
        self._session = CassandraSession(read_address(rest), user, password)
        try:
            self.applied = Schema(self._session, migrations, tables).bring(phase)
        except BaseException:
            self._session.abandon()
            raise
        self._tables = {spec.name: (spec, Statements(spec)) for spec in planned}

    async def upsert(self, table: str, row: Key, *, ttl_seconds: float | None = None) -> None:
        await self.upsert_many(table, [row], ttl_seconds=ttl_seconds)

    async def upsert_many(self, table: str, rows: Sequence[Key], *, ttl_seconds: float | None = None) -> None:
        spec, statements = self._table(table)
        batch = list(rows)
        require_single(spec, batch)
        expires_ms = None if ttl_seconds is None else now_ms() + int(ttl_seconds * 1000)
        encoded = _merge(spec, batch)
        if spec.guarded:
            for key, columns in encoded.items():
                await self._change(table, key, _upsert_of(columns, expires_ms))
            return
        tail = (UNSET_VALUE, UNSET_VALUE) if expires_ms is None else (expires_ms, ttl_of(expires_ms))
        insert = await self._session.prepare(statements.upsert)
        places = len(spec.partition)
        by_partition: dict[tuple[Any, ...], list[Sized]] = defaultdict(list)
        for key, columns in encoded.items():
            values = [columns.get(name, UNSET_VALUE) for name in spec.columns]
            by_partition[key[:places]].append((_size_of(values), bind(insert, (*values, *tail))))
        await asyncio.gather(*(self._session.run(each) for each in self._batches(list(by_partition.values()))))

    async def get(self, table: str, key: Key) -> Row | None:
        spec, statements = self._table(table)
        values = encode_key(spec, spec.key, key)
        found = _alive(await self._session.ask(statements.get, values))
        return decode(spec, found[0]) if found else None

    async def get_many(self, table: str, keys: Sequence[Key]) -> list[Row | None]:
        spec, statements = self._table(table)
        wanted = [encode_key(spec, spec.key, key) for key in keys]
        if statements.get_many is None:
            return list(await asyncio.gather(*(self.get(table, key) for key in keys)))
        places = len(spec.partition)
        by_partition: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
        for values in wanted:
            by_partition[values[:places]].append(values[places])
        asked = [self._session.ask(statements.get_many, (*owner, some)) for owner, some in by_partition.items()]
        found: dict[tuple[Any, ...], Row] = {}
        for answer in await asyncio.gather(*asked):
            for values in _alive(answer):
                row = decode(spec, values)
                found[tuple(row[name] for name in spec.key)] = row
        return [found.get(values) for values in wanted]

    async def page(
        self,
        table: str,
        partition: Key,
        *,
        limit: int,
        after: str | None = None,
        newest_first: bool | None = None,
        since: Any = None,
        until: Any = None,
        prefix: str | None = None,
    ) -> Page:
        spec, statements = self._table(table)
        if not 1 <= limit <= MAX_PAGE_ROWS:
            raise ValueError(f"limit must be 1..{MAX_PAGE_ROWS}")
        owner = encode_key(spec, spec.partition, partition)
        since, until = bounds_of(spec, since, until, prefix)
        falling = falls_of(spec, newest_first)
        position = read_token(spec, owner, falling, after) if after else None
        turned = falling != falls_of(spec, None)
        rows: list[Row] = []
        while True:
            # One more than asked for, to know whether there is a next page.
            missing = limit + 1 - len(rows)
            found: Answer = []
            for cql, values in statements.pages(owner, since, until, turned, position):
                found += await self._session.ask(cql, [*values, missing - len(found)])
                if len(found) == missing:
                    break
            rows += [decode(spec, values) for values in _alive(found)]
            if len(rows) > limit or len(found) < missing:
                break
            # Rows past their end took the places of others.
            position = [dict(zip(spec.columns, found[-1], strict=False))[name] for name in spec.clustering]
        if len(rows) <= limit:
            return Page(rows, None)
        last = [rows[limit - 1][name] for name in spec.clustering]
        return Page(rows[:limit], issue_token(spec, owner, falling, last))

    async def claim(self, table: str, row: Key, *, ttl_seconds: float | None = None) -> bool:
        spec, _ = self._table(table)
        require_guard(spec)
        ((key, columns),) = _merge(spec, [row]).items()
        expires_ms = None if ttl_seconds is None else now_ms() + int(ttl_seconds * 1000)

        def decide(held: Held) -> Decision:
            if held.columns is None:
                return Write(columns, expires_ms)
            return matches(decode(spec, tuple(held.columns.values())), row)

        return await self._change(table, key, decide)

    async def replace_if(self, table: str, key: Key, expected: Key, changes: Key) -> bool:
        spec, _ = self._table(table)
        columns = require_plain(spec, changes)
        if not columns:
            raise UnknownColumnError("changes are empty")
        encoded = dict(zip(columns, encode(spec, columns, [changes])[0], strict=True))
        return await self._if_equal(table, key, expected, lambda held: Write(encoded, held.expires_ms))

    async def delete(self, table: str, key: Key) -> None:
        spec, statements = self._table(table)
        values = encode_key(spec, spec.key, key)
        if spec.guarded:
            await self._change(table, values, lambda held: held.columns is not None and Delete())
        else:
            await self._session.ask(statements.delete, values)

    async def delete_if(self, table: str, key: Key, expected: Key) -> bool:
        return await self._if_equal(table, key, expected, lambda _: Delete())

    async def close(self) -> None:
        await self._session.close()

    async def _if_equal(self, table: str, key: Key, expected: Key, then: Decide) -> bool:
        spec, _ = self._table(table)
        require_guard(spec)
        if names := require_plain(spec, expected):
            encode(spec, names, [expected])

        def decide(held: Held) -> Decision:
            if held.columns is None or not matches(decode(spec, tuple(held.columns.values())), expected):
                return False
            return then(held)

        return await self._change(table, encode_key(spec, spec.key, key), decide)

    async def _change(self, table: str, key: tuple[Any, ...], decide: Decide) -> bool:
        return await change(self._session, *self._table(table), key, decide)

    def _batches(self, partitions: list[list[Sized]]) -> list[BoundStatement | BatchStatement]:
        """Return the requests that write these rows, as few as keep their promise."""
        everything = [row for rows in partitions for row in rows]
        if len(partitions) > 1 and sum(size for size, _ in everything) <= LOGGED_BYTES:
            return [self._batch(BatchType.LOGGED, [bound for _, bound in everything])]
        return [self._batch(BatchType.UNLOGGED, part) for rows in partitions for part in _parts(rows)]

    def _batch(self, kind: BatchType, rows: list[BoundStatement]) -> BoundStatement | BatchStatement:
        if len(rows) == 1:
            return rows[0]
        batch = BatchStatement(kind, consistency_level=self._session.consistency)
        batch.is_idempotent = True
        for row in rows:
            batch.add(row)
        return batch

    def _table(self, name: str) -> tuple[TableSpec, Statements]:
        try:
            return self._tables[name]
        except KeyError:
            raise UnknownTableError(f"there is no table {name!r}") from None


def _merge(spec: TableSpec, rows: Sequence[Key]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return the encoded columns by key.  Statements of a batch have one time, so the later row wins here."""
    merged: dict[tuple[Any, ...], dict[str, Any]] = {}
    for _, run in groupby(rows, key=lambda row: row.keys()):
        some = list(run)
        columns = columns_of(spec, some[0])
        require(spec, spec.key, some[0])
        for values in encode(spec, columns, some):
            encoded = dict(zip(columns, values, strict=True))
            merged.setdefault(tuple(encoded[name] for name in spec.key), {}).update(encoded)
    return merged


def _upsert_of(columns: Mapping[str, Any], expires_ms: int | None) -> Decide:
    def decide(held: Held) -> Decision:
        return Write(columns, held.expires_ms if expires_ms is None else expires_ms)

    return decide


def _alive(rows: Answer) -> Answer:
    """Return the rows without their expiry, and without those past it: Cassandra counts in whole seconds."""
    return [row[:-1] for row in rows if not is_past(row[-1])]


def _size_of(values: Sequence[Any]) -> int:
    texts = sum(len(value) for value in values if isinstance(value, str | bytes))
    return texts + CELL_BYTES * len(values)


def _parts(rows: Sequence[Sized]) -> Iterator[list[BoundStatement]]:
    """Cut one partition's rows into batches."""
    part: list[BoundStatement] = []
    bytes_left = PARTITION_BYTES
    for size, bound in rows:
        if part and size > bytes_left:
            yield part
            part, bytes_left = [], PARTITION_BYTES
        part.append(bound)
        bytes_left -= size
    if part:
        yield part
