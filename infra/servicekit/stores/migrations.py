"""Forward migrations: what each version adds, and the checks that hold for every adapter."""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

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


@dataclass(frozen=True)
class DropColumn:
    """Take a column away that nobody writes or reads any more."""

    table: str
    column: str


@dataclass(frozen=True)
class DropTable:
    """Take a table away that nobody writes or reads any more."""

    table: str


class Phase(Enum):
    """When a migration may be applied.

    `PRE`: before the new version runs; it only adds, so that the old version works on beside it.  `POST`: after the
    last process of the old version is gone; it only takes away.
    """

    PRE = "pre"
    POST = "post"


Step = CreateTable | AddColumn | DropColumn | DropTable
_ADDING = (CreateTable, AddColumn)


@dataclass(frozen=True)
class Migration:
    """One version of the schema.  Once released it never changes: a new one is added.

    Raises SchemaError for a step that does not fit the phase.
    """

    version: int
    name: str
    steps: Sequence[Step]
    phase: Phase = Phase.PRE

    def __post_init__(self) -> None:
        for step in self.steps:
            if isinstance(step, _ADDING) != (self.phase is Phase.PRE):
                raise SchemaError(
                    f"migration {self.version} ({self.name}): adding belongs to phase pre, taking away to phase post"
                )

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
        case DropColumn(table, column):
            return ["drop-column", table, column]
        case DropTable(table):
            return ["drop", table]


def split(schema: Sequence[Migration] | Sequence[TableSpec]) -> tuple[list[Migration], list[TableSpec]]:
    """Return the migrations and the bare tables of a schema."""
    return (
        [item for item in schema if isinstance(item, Migration)],
        [item for item in schema if isinstance(item, TableSpec)],
    )


def log_applied(migration: Migration) -> None:
    """Tell the log of a migration, the same for every adapter."""
    logger.info("migration applied", extra={"version": migration.version, "migration": migration.name})


def tables_after(migrations: Sequence[Migration]) -> dict[str, TableSpec]:
    """Return the tables by name, once all migrations are applied.

    Raises SchemaError when versions do not rise or a step does not fit those before it.
    """
    tables: dict[str, TableSpec] = {}
    dropped: set[str] = set()
    last = 0
    for migration in migrations:
        if migration.version <= last:
            raise SchemaError(f"migration {migration.version} ({migration.name}) must come after version {last}")
        last = migration.version
        for step in migration.steps:
            _follow(tables, dropped, migration, step)
    return tables


def _follow(tables: dict[str, TableSpec], dropped: set[str], migration: Migration, step: Step) -> None:
    version = migration.version
    match step:
        case CreateTable(spec):
            if spec.name in tables:
                raise SchemaError(f"migration {version} makes table {spec.name} again")
            _refuse_again(dropped, version, spec.name)
            tables[spec.name] = spec
        case AddColumn(table, column, kind):
            if table not in tables or column in tables[table].columns:
                raise SchemaError(f"migration {version} can not add {table}.{column}")
            _refuse_again(dropped, version, f"{table}.{column}")
            tables[table] = replace(tables[table], columns={**tables[table].columns, column: kind})
        case DropColumn(table, column):
            if table not in tables or column not in tables[table].columns or column in tables[table].key:
                raise SchemaError(f"migration {version} can not drop {table}.{column}")
            kept = {name: kind for name, kind in tables[table].columns.items() if name != column}
            tables[table] = replace(tables[table], columns=kept)
            dropped.add(f"{table}.{column}")
        case DropTable(table):
            if tables.pop(table, None) is None:
                raise SchemaError(f"migration {version} can not drop table {table}")
            dropped.add(table)


def _refuse_again(dropped: set[str], version: int, name: str) -> None:
    # What takes away may be applied after what adds, though its version is lower.
    if name in dropped:
        raise SchemaError(f"migration {version} adds {name} again, which an earlier one drops: take another name")


def pending(
    migrations: Sequence[Migration], applied: Mapping[int, str], phase: Phase = Phase.POST
) -> list[Migration]:
    """Return what is still to be applied; `applied` maps version to checksum.

    phase: PRE for what comes before the new version runs, POST for all.  What is of phase POST may be applied after
    higher versions of phase PRE.  Versions that this program does not know are left alone: a newer one runs beside
    it during an upgrade.
    Raises SchemaError for a migration that changed after it was applied, or that was slipped in between.
    """
    todo = []
    later = {migration.version for migration in migrations if migration.phase is Phase.POST}
    newest = max(applied.keys() - later, default=0)
    for migration in migrations:
        if migration.version in applied:
            if applied[migration.version] != migration.checksum:
                raise SchemaError(
                    f"migration {migration.version} ({migration.name}) was changed after it was applied to this "
                    "store; put it back as it was and add a new migration instead"
                )
        elif migration.phase is Phase.POST:
            todo += [migration] if phase is Phase.POST else []
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
