"""The embedded store: one SQLite file in WAL mode, shared by as many processes as need it."""

import asyncio
import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from servicekit.stores import sqlite_sql
from servicekit.stores.migrations import (
    AddColumn,
    CreateTable,
    DropColumn,
    DropTable,
    Migration,
    Phase,
    log_applied,
    pending,
    split,
    tables_after,
)
from servicekit.stores.paging import bounds_of, falls_of, issue_token, read_token
from servicekit.stores.ports import (
    MAX_PAGE_ROWS,
    Key,
    Page,
    Row,
    SchemaError,
    StoreUnavailableError,
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
from servicekit.stores.sqlite_writer import GroupWriter, to_store_error

BUSY_SECONDS = 10.0
PURGE_SECONDS = 30.0
PURGE_ROWS = 500
READERS = 2
FILE_MODE = 0o600

T = TypeVar("T")


class SqliteStore:
    """Adapter of `Store`.  One writer thread, two reader threads; usable from any event loop of its process.

    path None is a store in a folder of its own that goes away with it.  Raises SchemaError,
    StoreUnavailableError.
    """

    def __init__(
        self, path: Path | None, schema: Sequence[Migration] | Sequence[TableSpec], phase: Phase = Phase.PRE
    ) -> None:
        self._folder = None if path else tempfile.TemporaryDirectory(prefix="trunkline-store-")
        self._path = path or Path(self._folder.name) / "store.db"  # type: ignore[union-attr]
        self._pid = os.getpid()
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # SQLite would make it readable to all, and gives the files beside it (-wal, -shm) this one's mode.
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, FILE_MODE))
            connection = _connect(self._path)
            tables, self.applied = _prepare(connection, schema, phase)
        except (sqlite3.Error, OSError) as error:
            raise StoreUnavailableError(f"can not open the store {self._path}: {error}") from error
        self._tables = {spec.name: (spec, sqlite_sql.Statements(spec)) for spec in tables}
        self._writer = GroupWriter(connection, self._purge, PURGE_SECONDS)
        self._pool = ThreadPoolExecutor(READERS, "sqlite-reader")

    async def upsert(self, table: str, row: Key, *, ttl_seconds: float | None = None) -> None:
        await self.upsert_many(table, [row], ttl_seconds=ttl_seconds)

    async def upsert_many(self, table: str, rows: Sequence[Key], *, ttl_seconds: float | None = None) -> None:
        spec, statements = self._table(table)
        batch = list(rows)
        require_single(spec, batch)

        def write(connection: sqlite3.Connection) -> None:
            # Rows with the same columns share a statement; those in a run keep their order, the last one wins.
            for _, run in groupby(batch, key=lambda row: row.keys()):
                some = list(run)
                columns = columns_of(spec, some[0])
                require(spec, spec.key, some[0])
                values = encode(spec, columns, some)
                if ttl_seconds is not None:
                    expires = _now_ms() + int(ttl_seconds * 1000)
                    values = [(*value, expires) for value in values]
                connection.executemany(statements.upsert(columns, ttl_seconds is not None), values)

        await self._write(write)

    async def get(self, table: str, key: Key) -> Row | None:
        spec, statements = self._table(table)
        values = encode_key(spec, spec.key, key)

        def read(connection: sqlite3.Connection) -> Row | None:
            found = connection.execute(statements.get, (*values, _now_ms())).fetchone()
            return None if found is None else decode(spec, found)

        return await self._read(read)

    async def get_many(self, table: str, keys: Sequence[Key]) -> list[Row | None]:
        spec, statements = self._table(table)
        wanted = [encode_key(spec, spec.key, key) for key in keys]

        def read(connection: sqlite3.Connection) -> list[Row | None]:
            now = _now_ms()
            found = [connection.execute(statements.get, (*values, now)).fetchone() for values in wanted]
            return [None if values is None else decode(spec, values) for values in found]

        return await self._read(read)

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
        position = sqlite_sql.position_values(read_token(spec, owner, falling, after)) if after else []
        sql = statements.page(falling, since is not None, until is not None, bool(position))

        def read(connection: sqlite3.Connection) -> list[Row]:
            bounds = [bound for bound in (since, until) if bound is not None]
            # One more than asked for, to know whether there is a next page.
            found = connection.execute(sql, (*owner, _now_ms(), *bounds, *position, limit + 1))
            return [decode(spec, values) for values in found]

        rows = await self._read(read)
        if len(rows) <= limit:
            return Page(rows, None)
        last = [rows[limit - 1][name] for name in spec.clustering]
        return Page(rows[:limit], issue_token(spec, owner, falling, last))

    async def claim(self, table: str, row: Key, *, ttl_seconds: float | None = None) -> bool:
        spec, statements = self._table(table)
        require_guard(spec)
        columns = columns_of(spec, row)
        require(spec, spec.key, row)
        values = encode(spec, columns, [row])[0]
        key = _key_of(spec, row)

        def write(connection: sqlite3.Connection) -> bool:
            now = _now_ms()
            connection.execute(statements.delete_expired, (*key, now))
            expires = None if ttl_seconds is None else now + int(ttl_seconds * 1000)
            if connection.execute(statements.insert(columns), (*values, expires)).rowcount == 1:
                return True
            return matches(decode(spec, connection.execute(statements.get, (*key, now)).fetchone()), row)

        return await self._write(write)

    async def replace_if(self, table: str, key: Key, expected: Key, changes: Key) -> bool:
        spec, statements = self._table(table)
        columns = require_plain(spec, changes)
        if not columns:
            raise UnknownColumnError("changes are empty")
        values = (*encode(spec, columns, [changes])[0], *encode_key(spec, spec.key, key))
        return await self._if_equal(table, key, expected, statements.update(columns), values)

    async def delete(self, table: str, key: Key) -> None:
        spec, statements = self._table(table)
        values = encode_key(spec, spec.key, key)
        await self._write(lambda connection: connection.execute(statements.delete, values).rowcount)

    async def delete_if(self, table: str, key: Key, expected: Key) -> bool:
        spec, statements = self._table(table)
        return await self._if_equal(table, key, expected, statements.delete, encode_key(spec, spec.key, key))

    async def purge(self) -> int:
        """Remove rows past their TTL and return how many; happens by itself when there is nothing to write."""
        return await self._write(self._purge)

    async def close(self) -> None:
        await asyncio.to_thread(self._close)

    async def _if_equal(self, table: str, key: Key, expected: Key, sql: str, values: Sequence[Any]) -> bool:
        spec, statements = self._table(table)
        require_guard(spec)
        if columns := require_plain(spec, expected):
            encode(spec, columns, [expected])
        owner = encode_key(spec, spec.key, key)

        def write(connection: sqlite3.Connection) -> bool:
            found = connection.execute(statements.get, (*owner, _now_ms())).fetchone()
            if found is None or not matches(decode(spec, found), expected):
                return False
            return connection.execute(sql, values).rowcount == 1

        return await self._write(write)

    def _table(self, name: str) -> tuple[TableSpec, sqlite_sql.Statements]:
        try:
            return self._tables[name]
        except KeyError:
            raise UnknownTableError(f"there is no table {name!r}") from None

    async def _write(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        self._check_process()
        return await self._writer.submit(operation)

    async def _read(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        self._check_process()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._on_reader, operation)
        except RuntimeError as error:
            raise StoreUnavailableError("the store is closed") from error

    def _on_reader(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        try:
            connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
            if connection is None:
                connection = self._local.connection = _connect(self._path)
                connection.execute("PRAGMA query_only = ON")
                self._readers.append(connection)
            return operation(connection)
        except sqlite3.Error as error:
            raise to_store_error(error) from error

    def _check_process(self) -> None:
        # Threads and locks don't survive a fork: a worker process that inherited the store would wait for ever.
        if os.getpid() != self._pid:
            raise StoreUnavailableError("the store was opened before this process was forked; open it in here")

    def _purge(self, connection: sqlite3.Connection) -> int:
        purged = 0
        for _, statements in self._tables.values():
            purged += connection.execute(statements.purge, (_now_ms(), PURGE_ROWS)).rowcount
        return purged

    def _close(self) -> None:
        self._pool.shutdown(wait=True)
        self._writer.close()
        while self._readers:
            self._readers.pop().close()
        if self._folder is not None:
            self._folder.cleanup()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def _prepare(
    connection: sqlite3.Connection, schema: Sequence[Migration] | Sequence[TableSpec], phase: Phase
) -> tuple[list[TableSpec], list[Migration]]:
    """Bring the file to the schema under the write lock, so that a second process finds it done."""
    migrations, tables = split(schema)
    planned = tables_after(migrations)
    connection.execute("BEGIN IMMEDIATE")
    try:
        applied = _migrate(connection, migrations, phase)
        for spec in tables:
            for sql in sqlite_sql.create_table(spec):
                connection.execute(sql)
        found = [*planned.values(), *tables]
        for spec in found:
            _compare(connection, spec)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        connection.close()
        raise
    return found, applied


def _migrate(connection: sqlite3.Connection, migrations: Sequence[Migration], phase: Phase) -> list[Migration]:
    if not migrations:
        return []
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations "
        "(version INTEGER PRIMARY KEY, name TEXT, checksum TEXT, applied_ms INTEGER) STRICT"
    )
    applied: Mapping[int, str] = dict(connection.execute("SELECT version, checksum FROM schema_migrations"))
    todo = pending(migrations, applied, phase)
    for migration in todo:
        for step in migration.steps:
            match step:
                case CreateTable(spec):
                    for sql in sqlite_sql.create_table(spec):
                        connection.execute(sql)
                case AddColumn(table, column, kind):
                    connection.execute(sqlite_sql.add_column(table, column, kind))
                case DropColumn(table, column):
                    connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
                case DropTable(table):
                    connection.execute(f"DROP TABLE {table}")
        done = (migration.version, migration.name, migration.checksum, _now_ms())
        connection.execute("INSERT INTO schema_migrations VALUES (?, ?, ?, ?)", done)
        log_applied(migration)
    return todo


def _compare(connection: sqlite3.Connection, spec: TableSpec) -> None:
    have = {row[1] for row in connection.execute(f"PRAGMA table_info({spec.name})")}
    missing = sorted({*spec.columns, sqlite_sql.EXPIRES} - have)
    if missing:
        raise SchemaError(f"table {spec.name} in the store lacks column {', '.join(missing)}: add a migration")


def _key_of(spec: TableSpec, row: Key) -> tuple[Any, ...]:
    return encode(spec, spec.key, [row])[0]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
