"""Flows in the durable store: a row with the draft, and one for each version, which never changes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from callmodel.ids import FlowId, TenantId
from control_plane.inventory.archive import ARCHIVED, page_of_rows
from control_plane.inventory.listing import every
from servicekit.stores import ColumnType, Row, Store, TableSpec

FLOWS = TableSpec(
    name="flows",
    partition=("tenant_id",),
    clustering=("flow_id",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "flow_id": ColumnType.TEXT,
        "draft": ColumnType.JSON,
        "edit": ColumnType.INT,
        "published": ColumnType.INT,
        "latest": ColumnType.INT,
        "changed_by": ColumnType.TEXT,
        "changed_ms": ColumnType.INT,
        "created_ms": ColumnType.INT,
        ARCHIVED: ColumnType.INT,
    },
    guarded=True,
)
VERSIONS = TableSpec(
    name="flow_versions",
    partition=("tenant_id", "flow_id"),
    clustering=("version",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "flow_id": ColumnType.TEXT,
        "version": ColumnType.INT,
        "document": ColumnType.JSON,
        "note": ColumnType.TEXT,
        "published_by": ColumnType.TEXT,
        "published_ms": ColumnType.INT,
    },
    descending=("version",),
    guarded=True,
)
TABLES = (FLOWS, VERSIONS)
PAGE_ROWS = 100


@dataclass(frozen=True)
class FlowRecord:
    """A flow.  edit: counts the changes of `draft`.  published: the version that calls run.  latest: the newest."""

    flow_id: FlowId
    draft: dict[str, Any]
    edit: int
    published: int | None
    latest: int
    changed_by: str
    changed_ms: int
    created_ms: int
    archived_ms: int | None = None


@dataclass(frozen=True)
class Version:
    """What was published once."""

    version: int
    document: dict[str, Any]
    note: str
    published_by: str
    published_ms: int


class FlowStore:
    """Flows.  Every method raises StoreUnavailableError when the store can not serve."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, tenant_id: TenantId, record: FlowRecord) -> bool:
        """Keep a new flow; False when the tenant has one with this id, archived or not."""
        names = [name for name in FLOWS.columns if name not in ("tenant_id", ARCHIVED)]
        row = {name: getattr(record, name) for name in names}
        return await self._store.claim(FLOWS.name, {**row, "tenant_id": tenant_id})

    async def one(self, tenant_id: TenantId, flow_id: FlowId) -> FlowRecord | None:
        """Return a flow, archived or not."""
        row = await self._store.get(FLOWS.name, _key(tenant_id, flow_id))
        return None if row is None else _to_record(row)

    async def save_draft(
        self, tenant_id: TenantId, flow_id: FlowId, edit: int, draft: dict[str, Any], by: str, at_ms: int
    ) -> bool:
        """Write a draft over the one of this edit; False when there is another by now, or the flow is archived."""
        expected = {"edit": edit, ARCHIVED: None}
        changes = {"draft": draft, "edit": edit + 1, "changed_by": by, "changed_ms": at_ms}
        return await self._store.replace_if(FLOWS.name, _key(tenant_id, flow_id), expected, changes)

    async def publish(self, tenant_id: TenantId, seen: FlowRecord, note: str, by: str, at_ms: int) -> bool:
        """Make a version of the draft and let calls run it; False when the flow was changed since it was seen.

        The number is taken first: whoever dies in between leaves a gap, and nobody's version is written over.
        """
        key, version = _key(tenant_id, seen.flow_id), seen.latest + 1
        expected = {"edit": seen.edit, "latest": seen.latest, ARCHIVED: None}
        if not await self._store.replace_if(FLOWS.name, key, expected, {"latest": version}):
            return False
        row = {"document": seen.draft, "note": note, "published_by": by, "published_ms": at_ms}
        await self._store.upsert(VERSIONS.name, {**key, "version": version, **row})
        return await self._store.replace_if(FLOWS.name, key, {"latest": version}, {"published": version})

    async def roll_back(self, tenant_id: TenantId, seen: FlowRecord, version: int) -> bool:
        """Let calls run a version; False when another was published since the flow was seen."""
        expected = {"published": seen.published, "latest": seen.latest, ARCHIVED: None}
        key = _key(tenant_id, seen.flow_id)
        return await self._store.replace_if(FLOWS.name, key, expected, {"published": version})

    async def set_archived(self, tenant_id: TenantId, flow_id: FlowId, at_ms: int | None) -> None:
        """Take a flow out of use at a time, or back into use for None."""
        await self._store.upsert(FLOWS.name, {**_key(tenant_id, flow_id), ARCHIVED: at_ms})

    async def page(
        self, tenant_id: TenantId, limit: int, after: str | None = None, *, archived: bool = False
    ) -> tuple[list[FlowRecord], str | None]:
        """Return flows by id, and the token of the next page.  Raises InvalidPageTokenError."""
        partition = {"tenant_id": tenant_id}
        found = await page_of_rows(self._store, FLOWS.name, partition, limit, after, archived=archived)
        return [_to_record(row) for row in found.rows], found.next_token

    async def version(self, tenant_id: TenantId, flow_id: FlowId, version: int) -> Version | None:
        """Return a version of a flow."""
        row = await self._store.get(VERSIONS.name, {**_key(tenant_id, flow_id), "version": version})
        return None if row is None else _to_version(row)

    async def versions(
        self, tenant_id: TenantId, flow_id: FlowId, limit: int, after: str | None = None
    ) -> tuple[list[Version], str | None]:
        """Return a flow's versions, the newest first, and the token of the next page."""
        found = await self._store.page(VERSIONS.name, _key(tenant_id, flow_id), limit=limit, after=after)
        return [_to_version(row) for row in found.rows], found.next_token

    async def published(self, tenant_id: TenantId) -> AsyncIterator[tuple[FlowId, Version]]:
        """Yield what calls run of each flow that is not archived."""
        async for record in every(lambda limit, after: self.page(tenant_id, limit, after), PAGE_ROWS):
            found = None
            if record.published is not None:
                found = await self.version(tenant_id, record.flow_id, record.published)
            if found is not None:
                yield record.flow_id, found


def _key(tenant_id: TenantId, flow_id: FlowId) -> dict[str, str]:
    return {"tenant_id": tenant_id, "flow_id": flow_id}


def _to_record(row: Row) -> FlowRecord:
    return FlowRecord(**{name: value for name, value in row.items() if name != "tenant_id"})


def _to_version(row: Row) -> Version:
    return Version(**{name: value for name, value in row.items() if name not in ("tenant_id", "flow_id")})
