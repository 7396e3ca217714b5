"""One durable store behind one port; the address decides which engine serves."""

from collections.abc import Sequence
from pathlib import Path

from servicekit.stores.migrations import AddColumn, CreateTable, Migration
from servicekit.stores.ports import (
    ColumnType,
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

__all__ = [
    "AddColumn",
    "ColumnType",
    "CreateTable",
    "IncompleteKeyError",
    "InvalidPageTokenError",
    "Migration",
    "Page",
    "Row",
    "SchemaError",
    "Store",
    "StoreError",
    "StoreUnavailableError",
    "TableSpec",
    "UnknownColumnError",
    "UnknownTableError",
    "WrongTypeError",
    "open_store",
]


def open_store(url: str, schema: Sequence[Migration] | Sequence[TableSpec]) -> Store:
    """Open the store and bring it to the schema: migrations, or bare tables that are made if they are missing.

    url: sqlite:///relative.db, sqlite:////absolute/path.db, or sqlite:// for one that ends with the process.
    Blocks for milliseconds; call it at start.  Raises ValueError for another address, SchemaError,
    StoreUnavailableError.
    """
    scheme, separator, rest = url.partition("://")
    if scheme != "sqlite" or not separator:
        raise ValueError(f"store address has scheme {scheme!r}; supported: sqlite:///path, sqlite://")
    if rest and not rest.startswith("/"):
        raise ValueError("a SQLite address has three slashes before a relative path, four before an absolute one")
    return SqliteStore(Path(rest[1:]) if rest.strip("/") else None, schema)
