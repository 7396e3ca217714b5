"""Rows of one shape: a thing with an id, that is made, changed and archived, and never deleted."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from callmodel.ids import TenantId
from control_plane.inventory.archive import ARCHIVED, ArchivedError, page_of_rows
from control_plane.inventory.listing import every
from control_plane.inventory.scope import SCOPE
from servicekit.problems import NotFoundError
from servicekit.stores import Row, Store, TableSpec


class Archivable(Protocol):
    """A record that can be taken out of use."""

    @property
    def archived_ms(self) -> int | None:
        """Since when it is; None for what is in use."""


R = TypeVar("R", bound=Archivable)


class Rows(ABC, Generic[R]):
    """What the stores of such things share.  Their key is one partition column and one id.

    A store of its kind names its `table`, and says how a row becomes a record.  Every method raises
    StoreUnavailableError when the store can not serve.
    """

    table: ClassVar[TableSpec]
    page_rows: ClassVar[int] = 500
    """How many rows `each` reads at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @abstractmethod
    def to_record(self, row: Row) -> R:
        """Return what a row says."""

    def _key(self, owner: str, thing_id: str) -> dict[str, str]:
        (partition,), (clustering,) = self.table.partition, self.table.clustering
        return {partition: owner, clustering: thing_id}

    async def _one(self, owner: str, thing_id: str) -> R | None:
        row = await self._store.get(self.table.name, self._key(owner, thing_id))
        return None if row is None else self.to_record(row)

    async def _page(
        self, owner: str, limit: int, after: str | None, archived: bool = False
    ) -> tuple[list[R], str | None]:
        partition = {self.table.partition[0]: owner}
        found = await page_of_rows(self._store, self.table.name, partition, limit, after, archived=archived)
        return [self.to_record(row) for row in found.rows], found.next_token

    async def _change(self, owner: str, thing_id: str, changes: Mapping[str, Any]) -> None:
        await self._store.upsert(self.table.name, {**self._key(owner, thing_id), **changes})

    async def _restore(self, owner: str, thing_id: str) -> R:
        found(await self._one(owner, thing_id))
        await self._change(owner, thing_id, {ARCHIVED: None})
        return found(await self._one(owner, thing_id))


class TenantRows(Rows[R]):
    """Things of tenants.  Two tenants may have things with the same id."""

    def to_row(self, record: R) -> dict[str, Any]:
        """Return a record's columns, but for the tenant: what it has by their names, unless its store says else."""
        return {name: getattr(record, name) for name in self.table.columns if name != "tenant_id"}

    async def add(self, tenant_id: TenantId, record: R) -> bool:
        """Keep a new one; False when the tenant has one with this id, archived or not."""
        return await self._store.claim(self.table.name, {**self.to_row(record), "tenant_id": tenant_id})

    async def one(self, tenant_id: TenantId, thing_id: str) -> R | None:
        """Return one, archived or not."""
        return await self._one(tenant_id, thing_id)

    async def find(self, tenant_id: TenantId, thing_id: str) -> R:
        """Return one, archived or not.  Raises NotFoundError."""
        return found(await self._one(tenant_id, thing_id))

    async def find_living(self, tenant_id: TenantId, thing_id: str) -> R:
        """Return one that is in use.  Raises NotFoundError, ArchivedError."""
        return living(await self._one(tenant_id, thing_id))

    async def replace(
        self, tenant_id: TenantId, thing_id: str, expected: Mapping[str, Any], changes: Mapping[str, Any]
    ) -> bool:
        """Write some columns; False, and nothing is written, where it is not as expected, or is archived."""
        expected = {**expected, ARCHIVED: None}
        return await self._store.replace_if(self.table.name, self._key(tenant_id, thing_id), expected, changes)

    async def set_archived(self, tenant_id: TenantId, thing_id: str, at_ms: int) -> None:
        """Take one out of use."""
        await self._change(tenant_id, thing_id, {ARCHIVED: at_ms})

    async def restore(self, tenant_id: TenantId, thing_id: str) -> R:
        """Take one back into use, as it was.  Raises NotFoundError."""
        return await self._restore(tenant_id, thing_id)

    async def page(
        self, tenant_id: TenantId, limit: int, after: str | None = None, *, archived: bool = False
    ) -> tuple[list[R], str | None]:
        """Return some by id, and the token of the next page.  Raises InvalidPageTokenError."""
        return await self._page(tenant_id, limit, after, archived)

    def each(self, tenant_id: TenantId) -> AsyncIterator[R]:
        """Yield every one that is not archived."""
        return every(lambda limit, after: self._page(tenant_id, limit, after), self.page_rows)


class PlatformRows(Rows[R]):
    """Things of the whole platform."""

    async def one(self, thing_id: str) -> R | None:
        """Return one, archived or not."""
        return await self._one(SCOPE, thing_id)

    async def find(self, thing_id: str) -> R:
        """Return one, archived or not.  Raises NotFoundError."""
        return found(await self._one(SCOPE, thing_id))

    async def find_living(self, thing_id: str) -> R:
        """Return one that is in use.  Raises NotFoundError, ArchivedError."""
        return living(await self._one(SCOPE, thing_id))

    async def restore(self, thing_id: str) -> R:
        """Take one back into use, as it was.  Raises NotFoundError."""
        return await self._restore(SCOPE, thing_id)

    async def page(
        self, limit: int, after: str | None = None, *, archived: bool = False
    ) -> tuple[list[R], str | None]:
        """Return some by id, and the token of the next page.  Raises InvalidPageTokenError."""
        return await self._page(SCOPE, limit, after, archived)

    def each(self) -> AsyncIterator[R]:
        """Yield every one that is not archived."""
        return every(lambda limit, after: self._page(SCOPE, limit, after), self.page_rows)


def found(record: R | None) -> R:
    """Return what was looked up.  Raises NotFoundError for what is not there."""
    if record is None:
        raise NotFoundError()
    return record


def living(record: R | None) -> R:
    """Return what was looked up.  Raises NotFoundError, ArchivedError."""
    record = found(record)
    if record.archived_ms is not None:
        raise ArchivedError()
    return record
