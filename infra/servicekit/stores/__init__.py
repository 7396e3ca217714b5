"""One durable store behind one port; the address decides which engine serves."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from servicekit.stores.migrations import AddColumn, CreateTable, DropColumn, DropTable, Migration, Phase
from servicekit.stores.ports import (
    ColumnType,
    GuardError,
    IncompleteKeyError,
    InvalidPageTokenError,
    Page,
    Row,
    SchemaError,
    Store,
    StoreError,
    StoreUnavailableError,
    TableSpec,
    UnknownColumnError,
    UnknownTableError,
    WrongTypeError,
)
from servicekit.stores.sqlite import SqliteStore

if TYPE_CHECKING:
    from servicekit.stores.cassandra import CassandraStore

__all__ = [
    "AddColumn",
    "ColumnType",
    "CreateTable",
    "DropColumn",
    "DropTable",
    "GuardError",
    "IncompleteKeyError",
    "InvalidPageTokenError",
    "Migration",
    "Page",
    "Phase",
    "Row",
    "SchemaError",
    "Store",
    "StoreError",
    "StoreUnavailableError",
    "TableSpec",
    "UnknownColumnError",
    "UnknownTableError",
    "WrongTypeError",
    "migrate",
    "open_store",
]


def open_store(
    url: str,
    schema: Sequence[Migration] | Sequence[TableSpec],
    *,
    user: str = "",
    password: str = "",
) -> Store:
    """Open the store and bring it to the schema: migrations of phase pre, or bare tables that are made if missing.

    url: sqlite:///relative.db, sqlite:////absolute/path.db, sqlite:// for one that ends with the process, or
    cassandra://host1,host2[:port]/keyspace?dc=datacenter1&consistency=LOCAL_QUORUM&replication=3, with the user and
    password that the cluster wants.  Open it in the process that uses it, after a fork.
    Blocks for milliseconds, for seconds where Cassandra's schema changes; call it at start.  Raises ValueError for
    another address, SchemaError, StoreUnavailableError.
    """
    return _open(url, schema, Phase.PRE, user, password)


async def migrate(
    url: str, schema: Sequence[Migration], phase: Phase, *, user: str = "", password: str = ""
) -> list[Migration]:
    """Apply and return what is missing: PRE only what adds, POST everything.  Raises as `open_store`."""
    store = await asyncio.to_thread(_open, url, schema, phase, user, password)
    await store.close()
    return store.applied


def _open(
    url: str, schema: Sequence[Migration] | Sequence[TableSpec], phase: Phase, user: str, password: str
) -> "SqliteStore | CassandraStore":
    scheme, separator, rest = url.partition("://")
    if scheme not in ("sqlite", "cassandra") or not separator:
        raise ValueError(f"store address has scheme {scheme!r}; supported: sqlite:///path, sqlite://, cassandra://")
    if scheme == "cassandra":
        # Only who uses it pays for the driver.
        from servicekit.stores.cassandra import CassandraStore

        return CassandraStore(rest, schema, phase, user, password)
    if rest and not rest.startswith("/"):
        raise ValueError("a SQLite address has three slashes before a relative path, four before an absolute one")
    return SqliteStore(Path(rest[1:]) if rest.strip("/") else None, schema, phase)
