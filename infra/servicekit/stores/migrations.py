"""Forward migrations: what each version adds, and the checks that hold for every adapter."""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from servicekit.stores.ports import ColumnType, SchemaError, TableSpec

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class CreateTable:
    """Add a table."""

    spec: TableSpec


@dataclass(frozen=True)
class AddColumn:
    """Add a column to a table; rows that exist hold None in it."""

    table: str
    column: str
    type: ColumnType


Step = CreateTable | AddColumn


@dataclass(frozen=True)
class Migration:
    """One version of the schema.  Once released it never changes: a new one is added."""

    version: int
    name: str
    steps: Sequence[Step]

    @property
    def checksum(self) -> str:
        """Stands for everything the migration does."""
        return hashlib.sha256(json.dumps([_describe(step) for step in self.steps]).encode()).hexdigest()


def _describe(step: Step) -> list[object]:
    match step:
        case CreateTable(spec):
            columns = [[name, kind.value] for name, kind in spec.columns.items()]
            return ["create", spec.name, spec.partition, spec.clustering, columns, spec.descending]
        case AddColumn(table, column, kind):
            return ["add", table, column, kind.value]


def tables_after(migrations: Sequence[Migration]) -> dict[str, TableSpec]:
    """Return the tables by name, once all migrations are applied.

    Raises SchemaError when versions do not rise or a step does not fit those before it.
    """
    tables: dict[str, TableSpec] = {}
    last = 0
    for migration in migrations:
        if migration.version <= last:
            raise SchemaError(f"migration {migration.version} ({migration.name}) must come after version {last}")
        last = migration.version
        for step in migration.steps:
            match step:
                case CreateTable(spec):
                    if spec.name in tables:
                        raise SchemaError(f"migration {migration.version} makes table {spec.name} again")
                    tables[spec.name] = spec
                case AddColumn(table, column, kind):
                    if table not in tables or column in tables[table].columns:
                        raise SchemaError(f"migration {migration.version} can not add {table}.{column}")
                    columns = {**tables[table].columns, column: kind}
                    tables[table] = replace(tables[table], columns=columns)
    return tables


def pending(migrations: Sequence[Migration], applied: Mapping[int, str]) -> list[Migration]:
    """Return what is still to be applied; `applied` maps version to checksum.

    Versions that this program does not know are left alone: a newer one runs beside it during an upgrade.
    Raises SchemaError for a migration that changed after it was applied, or that was slipped in between.
    """
    todo = []
    newest = max(applied, default=0)
    for migration in migrations:
        if migration.version in applied:
            if applied[migration.version] != migration.checksum:
                raise SchemaError(
                    f"migration {migration.version} ({migration.name}) was changed after it was applied to this "
                    "store; put it back as it was and add a new migration instead"
                )
        elif migration.version < newest:
            raise SchemaError(
                f"migration {migration.version} ({migration.name}) is older than version {newest}, which this store "
                "already has; give it a higher version"
            )
        else:
            todo.append(migration)
    unknown = set(applied) - {migration.version for migration in migrations}
    if unknown:
        logger.warning("store is newer than this program", extra={"unknown_versions": sorted(unknown)})
    return todo
