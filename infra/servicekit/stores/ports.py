"""The durable store as the rooms see it, shaped by Cassandra: full partition keys, keyset pages, upserts, claims.

No joins, no counting scans, no secondary index: what is looked up another way gets a table of its own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

Row = dict[str, Any]
Key = Mapping[str, Any]
MAX_PAGE_ROWS = 10_000

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,47}")


class StoreError(Exception):
    """Any failure of a store."""


class UnknownTableError(StoreError):
    """The table is in no migration this store was opened with."""


class UnknownColumnError(StoreError):
    """The table has no such column, or it may not stand in this place."""


class IncompleteKeyError(StoreError):
    """A key column is missing or None; every read and write names a full key."""


class WrongTypeError(StoreError):
    """A value does not have the type of its column."""


class GuardError(StoreError):
    """The operation needs a guarded table, or one that is not."""


class InvalidPageTokenError(StoreError):
    """The page token is damaged, or was given out for another table, partition or direction."""

    error_id = "invalid-page-token"


class SchemaError(StoreError):
    """The schema can not be what the program expects: a changed migration, a missing column."""


class StoreUnavailableError(StoreError):
    """The store can not serve now (locked, full, away, closed); trying again later may help."""


class ColumnType(Enum):
    """What a column holds; None is allowed everywhere but in keys.

    TEXT str, INT signed 64 bits, DOUBLE float, BOOL bool, BLOB bytes, JSON anything json can say.
    """

    TEXT = "text"
    INT = "int"
    DOUBLE = "double"
    BOOL = "bool"
    BLOB = "blob"
    JSON = "json"


@dataclass(frozen=True)
class TableSpec:
    """One table: rows live in partitions, ordered inside by the clustering columns.

    columns names all columns, keys included; descending names the clustering columns kept in falling order.
    guarded: rows are claimed, compared or end by themselves one by one.  On an engine without transactions every
    write of such a table is then a conditional one, several times as dear, so that no two ways of writing ever race.
    churning: rows are deleted as fast as they come.  Deletions are forgotten within the hour, so that a row may be
    back which was deleted while a node was away; whoever reads it must bear that.
    Raises SchemaError for a spec that can not be.
    """

    name: str
    partition: tuple[str, ...]
    clustering: tuple[str, ...] = ()
    columns: Mapping[str, ColumnType] = field(default_factory=dict)
    descending: tuple[str, ...] = ()
    guarded: bool = False
    churning: bool = False

    def __post_init__(self) -> None:
        for identifier in (self.name, *self.columns):
            if not _IDENTIFIER.fullmatch(identifier):
                raise SchemaError(f"{identifier!r} is no table or column name (a-z, 0-9, _)")
        if not self.partition or len(set(self.key)) != len(self.key):
            raise SchemaError(f"table {self.name}: needs a partition key, and each key column once")
        for column in self.key:
            if self.columns.get(column) in (None, ColumnType.JSON, ColumnType.DOUBLE):
                raise SchemaError(f"table {self.name}: key column {column} must be TEXT, INT, BOOL or BLOB")
        if not set(self.descending) <= set(self.clustering):
            raise SchemaError(f"table {self.name}: only clustering columns can be descending")

    @property
    def key(self) -> tuple[str, ...]:
        """The full primary key, partition first."""
        return self.partition + self.clustering


@dataclass(frozen=True)
class Page:
    """Rows in order, and the token for those after them (None at the end)."""

    rows: list[Row]
    next_token: str | None


class Store(Protocol):
    """The one durable store; adapters share the contract suite in tests/integration/servicekit.

    Every method raises UnknownTableError, UnknownColumnError, IncompleteKeyError, WrongTypeError for what the
    caller got wrong, and StoreUnavailableError for what may pass.  Rows read hold every column of the table.

    A row with a TTL is gone once it has passed.  In a guarded table a row has one TTL: writing with ttl_seconds sets
    it, writing without keeps it.  In any other table whoever gives a row a TTL gives the same end to every write of
    it: what is written without may outlive the rest.
    """

    async def upsert(self, table: str, row: Key, *, ttl_seconds: float | None = None) -> None:
        """Write the given columns of one row; others stay as they are."""

    async def upsert_many(self, table: str, rows: Sequence[Key], *, ttl_seconds: float | None = None) -> None:
        """Write rows as one batch; the later of two with the same key wins.

        All are checked before any is written.  Rows of one partition up to 128 kB, and rows of several up to 30 kB,
        are written all or none; a longer list may be written in part when the store fails, and is written again.
        Raises GuardError for more than one row of a guarded table.
        """

    async def get(self, table: str, key: Key) -> Row | None:
        """Return the row with the full primary key, or None."""

    async def get_many(self, table: str, keys: Sequence[Key]) -> list[Row | None]:
        """Return the rows with these full primary keys in their order, None for each that is not there.

        Rows of one partition come in one request; ask for hundreds, not for thousands.
        """

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
        """Return up to limit (1..10,000) rows of one partition.

        newest_first: True is falling, False rising order of the first clustering column, None as declared; the
        other columns turn with it.  since (inclusive), until (exclusive) and prefix (TEXT) bound that column.
        Raises InvalidPageTokenError; ValueError for a limit out of range.
        """

    async def claim(self, table: str, row: Key, *, ttl_seconds: float | None = None) -> bool:
        """Insert if absent: True for the first writer, and for the same row claimed again.

        Raises GuardError, as `replace_if` and `delete_if` do, for a table that is not guarded.
        """

    async def replace_if(self, table: str, key: Key, expected: Key, changes: Key) -> bool:
        """Compare and set: write changes if the row exists and its columns equal expected."""

    async def delete(self, table: str, key: Key) -> None:
        """Delete one row; one that is not there is fine."""

    async def delete_if(self, table: str, key: Key, expected: Key) -> bool:
        """Delete the row if it exists and its columns equal expected."""

    async def close(self) -> None:
        """Finish what was accepted and let go of everything; closing twice is harmless."""
