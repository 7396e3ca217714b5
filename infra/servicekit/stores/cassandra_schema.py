"""Brings a keyspace to a schema: one migrator at a time, under a lease, and all nodes agree before the next step."""

import secrets
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from servicekit.stores import cassandra_cql as cql
from servicekit.stores.cassandra_session import CassandraSession
from servicekit.stores.migrations import (
    AddColumn,
    CreateTable,
    DropColumn,
    DropTable,
    Migration,
    Phase,
    Step,
    log_applied,
    pending,
    tables_after,
)
from servicekit.stores.ports import SchemaError, StoreUnavailableError, TableSpec

LEASE_SECONDS = 60
WAIT_SECONDS = 300.0
KNOWN_SECONDS = 10.0
PAUSE_SECONDS = 0.2

T = TypeVar("T")

# Made by whoever comes first, several at once: with the id given, all of them make the same table.
_OWN_TABLES = {
    "schema_migrations": "scope text, version bigint, name text, checksum text, applied_ms bigint, "
    "PRIMARY KEY (scope, version)",
    "schema_lock": "name text PRIMARY KEY, holder text",
}


class Schema:
    """The schema of one keyspace.  Everything here blocks, and raises StoreUnavailableError."""

    def __init__(
        self, session: CassandraSession, migrations: Sequence[Migration], tables: Sequence[TableSpec]
    ) -> None:
        self._session = session
        self._keyspace = session.address.keyspace
        self._migrations = migrations
        self._tables = tables
        self._holder = secrets.token_hex(8)

    def bring(self, phase: Phase) -> list[Migration]:
        """Apply what is missing and return those migrations.

        Raises SchemaError when the keyspace can not be what the program expects.
        """
        self._make_keyspace()
        self._when_known(lambda: self._session.use_keyspace(self._keyspace))
        done: list[Migration] = []
        if self._is_behind(phase):
            with self._lease():
                done = self._apply(phase)
        self._compare()
        return done

    def _make_keyspace(self) -> None:
        found = "SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = %s"
        if not self._session.apply(found, [self._keyspace]):
            dc = self._session.address.dc.replace("'", "''")
            self._session.apply(
                f"CREATE KEYSPACE IF NOT EXISTS {cql.quote(self._keyspace)} WITH replication = "
                f"{{'class': 'NetworkTopologyStrategy', '{dc}': {self._session.address.replication}}}"
            )

    def _is_behind(self, phase: Phase) -> bool:
        columns = self._columns()
        if any(spec.name not in columns for spec in self._tables):
            return True
        if not self._migrations:
            return False
        if "schema_migrations" not in columns:
            return True
        return bool(pending(self._migrations, self._when_known(self._applied), phase))

    def _when_known(self, action: Callable[[], T]) -> T:
        """Do what needs something that another process has just made: a node tells of it before it knows it."""
        deadline = time.monotonic() + KNOWN_SECONDS
        while True:
            try:
                return action()
            except StoreUnavailableError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE_SECONDS)

    def _apply(self, phase: Phase) -> list[Migration]:
        for spec in self._tables:
            self._step(CreateTable(spec))
        # Looked up again: who held the lease before may have done it all.
        todo = pending(self._migrations, self._applied(), phase)
        for migration in todo:
            for step in migration.steps:
                self._step(step)
            self._session.apply(
                "INSERT INTO schema_migrations (scope, version, name, checksum, applied_ms) "
                "VALUES ('schema', %s, %s, %s, %s)",
                [migration.version, migration.name, migration.checksum, time.time_ns() // 1_000_000],
            )
            log_applied(migration)
        return todo

    def _step(self, step: Step) -> None:
        """Each can be done again: a migrator that died half-way is followed by another."""
        self._renew()
        match step:
            case CreateTable(spec):
                self._session.apply(cql.create_table(spec))
            case AddColumn(table, column, kind):
                self._session.apply(cql.add_column(table, column, kind))
            case DropColumn(table, column):
                self._session.apply(cql.drop_column(table, column))
            case DropTable(table):
                self._session.apply(cql.drop_table(table))

    def _compare(self) -> None:
        columns = self._columns()
        for spec in [*tables_after(self._migrations).values(), *self._tables]:
            missing = sorted(spec.columns.keys() - columns.get(spec.name, set()))
            if missing:
                raise SchemaError(
                    f"table {spec.name} in the store lacks column {', '.join(missing)}: add a migration"
                )

    def _columns(self) -> dict[str, set[str]]:
        rows = self._session.apply(
            "SELECT table_name, column_name FROM system_schema.columns WHERE keyspace_name = %s", [self._keyspace]
        )
        columns: dict[str, set[str]] = {}
        for table, column in rows:
            columns.setdefault(table, set()).add(column)
        return columns

    def _applied(self) -> dict[int, str]:
        rows = self._session.apply("SELECT version, checksum FROM schema_migrations WHERE scope = 'schema'")
        return dict(rows)

    @contextmanager
    def _lease(self) -> Iterator[None]:
        for name, columns in _OWN_TABLES.items():
            identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{self._keyspace}/{name}")
            self._session.apply(f"CREATE TABLE IF NOT EXISTS {name} ({columns}) WITH id = {identity}")
        deadline = time.monotonic() + WAIT_SECONDS
        take = f"INSERT INTO schema_lock (name, holder) VALUES ('schema', %s) IF NOT EXISTS USING TTL {LEASE_SECONDS}"
        while not self._session.apply(take, [self._holder])[0][0]:
            if time.monotonic() > deadline:
                raise StoreUnavailableError(f"another process has migrated the store for {WAIT_SECONDS:.0f} s")
            time.sleep(PAUSE_SECONDS)
        try:
            yield
        finally:
            self._session.apply("DELETE FROM schema_lock WHERE name = 'schema' IF holder = %s", [self._holder])

    def _renew(self) -> None:
        renew = f"UPDATE schema_lock USING TTL {LEASE_SECONDS} SET holder = %s WHERE name = 'schema' IF holder = %s"
        if not self._session.apply(renew, [self._holder, self._holder])[0][0]:
            raise StoreUnavailableError("the lease on the schema ran out: another process migrates")
