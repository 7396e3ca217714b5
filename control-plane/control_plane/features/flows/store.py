"""Flows in the durable store: a row with the draft, and one for each version, which never changes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from callmodel.ids import FlowId, TenantId
from control_plane.inventory.archive import ARCHIVED
from control_plane.inventory.rows import TenantRows
from servicekit.stores import ColumnType, Row, TableSpec

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


class FlowStore(TenantRows[FlowRecord]):
    """Flows, with their versions."""

    table = FLOWS
    page_rows = 100

    def to_record(self, row: Row) -> FlowRecord:
        """Return the flow in a row."""
        return FlowRecord(**{name: value for name, value in row.items() if name != "tenant_id"})

    async def save_draft(
        self, tenant_id: TenantId, flow_id: FlowId, edit: int, draft: dict[str, Any], by: str, at_ms: int
    ) -> bool:
        """Write a draft over the one of this edit; False when there is another by now, or the flow is archived."""
        changes = {"draft": draft, "edit": edit + 1, "changed_by": by, "changed_ms": at_ms}
        return await self.replace(tenant_id, flow_id, {"edit": edit}, changes)

    async def publish(self, tenant_id: TenantId, seen: FlowRecord, note: str, by: str, at_ms: int) -> bool:
        """Make a version of the draft and let calls run it; False when the flow was changed since it was seen.

        The number is taken first: whoever dies in between leaves a gap, and nobody's version is written over.
        """
        key, version = self._key(tenant_id, seen.flow_id), seen.latest + 1
        expected = {"edit": seen.edit, "latest": seen.latest}
        if not await self.replace(tenant_id, seen.flow_id, expected, {"latest": version}):
            return False
        row = {"document": seen.draft, "note": note, "published_by": by, "published_ms": at_ms}
        await self._store.upsert(VERSIONS.name, {**key, "version": version, **row})
        return await self._store.replace_if(FLOWS.name, key, {"latest": version}, {"published": version})

    async def roll_back(self, tenant_id: TenantId, seen: FlowRecord, version: int) -> bool:
        """Let calls run a version; False when another was published since the flow was seen."""
        expected = {"published": seen.published, "latest": seen.latest}
        return await self.replace(tenant_id, seen.flow_id, expected, {"published": version})

    async def version(self, tenant_id: TenantId, flow_id: FlowId, version: int) -> Version | None:
        """Return a version of a flow."""
        row = await self._store.get(VERSIONS.name, {**self._key(tenant_id, flow_id), "version": version})
        return None if row is None else _to_version(row)

    async def versions(
        self, tenant_id: TenantId, flow_id: FlowId, limit: int, after: str | None = None
    ) -> tuple[list[Version], str | None]:
        """Return a flow's versions, the newest first, and the token of the next page."""
        found = await self._store.page(VERSIONS.name, self._key(tenant_id, flow_id), limit=limit, after=after)
        return [_to_version(row) for row in found.rows], found.next_token

    async def published(self, tenant_id: TenantId) -> AsyncIterator[tuple[FlowId, Version]]:
        """Yield what calls run of each flow that is not archived."""
        async for record in self.each(tenant_id):
            found = None
            if record.published is not None:
                found = await self.version(tenant_id, record.flow_id, record.published)
            if found is not None:
                yield record.flow_id, found


def _to_version(row: Row) -> Version:
    return Version(**{name: value for name, value in row.items() if name not in ("tenant_id", "flow_id")})
