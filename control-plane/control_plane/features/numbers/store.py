"""Numbers in the durable store: one row a number with who holds it, and an index by tenant beside it."""

from dataclasses import dataclass
from typing import Any

from callmodel.ids import E164, CalendarId, Extension, FlowId, PromptId, TenantId, TrunkId
from control_plane.inventory.archive import ARCHIVED
from control_plane.inventory.rows import PlatformRows
from control_plane.inventory.scope import SCOPE
from servicekit.stores import AddColumn, ColumnType, Row, TableSpec

NUMBERS = TableSpec(
    name="numbers",
    partition=("scope",),
    clustering=("number",),
    columns={
        "scope": ColumnType.TEXT,
        "number": ColumnType.TEXT,
        "tenant_id": ColumnType.TEXT,
        "route_to": ColumnType.TEXT,
        "trunk_ids": ColumnType.JSON,
        "created_ms": ColumnType.INT,
    },
    guarded=True,
)
TENANT_NUMBERS = TableSpec(
    name="tenant_numbers",
    partition=("tenant_id",),
    clustering=("number",),
    columns={"tenant_id": ColumnType.TEXT, "number": ColumnType.TEXT},
)
TABLES = (NUMBERS, TENANT_NUMBERS)
INBOUND_COLUMNS = tuple(
    AddColumn(NUMBERS.name, column, ColumnType.TEXT) for column in ("flow_id", "language", "calendar_id", "notice")
)
"""Came after the table: null in numbers of that time, which ring a station."""
NOWHERE = {"route_to": None, **{each.column: None for each in INBOUND_COLUMNS}}


@dataclass(frozen=True)
class NumberRecord:
    """A number; `tenant_id` None while it is lent to nobody.

    flow_id: what its callers go through; without it they ring `route_to`.  language: that it begins with.
    calendar_id: its opening hours.  notice: the prompt that says that calls are recorded.
    """

    number: E164
    tenant_id: TenantId | None
    route_to: Extension | None
    trunk_ids: tuple[TrunkId, ...]
    created_ms: int
    archived_ms: int | None = None
    flow_id: FlowId | None = None
    language: str | None = None
    calendar_id: CalendarId | None = None
    notice: PromptId | None = None


class NumberStore(PlatformRows[NumberRecord]):
    """Numbers, and which of them are a tenant's."""

    table = NUMBERS

    def to_record(self, row: Row) -> NumberRecord:
        """Return the number in a row."""
        values = {name: value for name, value in row.items() if name != "scope"}
        return NumberRecord(**{**values, "trunk_ids": tuple(row["trunk_ids"])})

    async def add(self, record: NumberRecord) -> bool:
        """Keep a new number; False when HQ has it already."""
        row = {name: getattr(record, name) for name in NUMBERS.columns if name not in ("scope", "trunk_ids")}
        row |= {"scope": SCOPE, "trunk_ids": list(record.trunk_ids)}
        if not await self._store.claim(NUMBERS.name, row):
            return False
        if record.tenant_id is not None:
            await self._index(record.tenant_id, record.number)
        return True

    async def change(self, number: E164, changes: dict[str, Any]) -> None:
        """Write some columns; the others stay."""
        await self._change(SCOPE, number, changes)

    async def lend(self, tenant_id: TenantId, number: E164) -> bool:
        """Lend a number to the tenant; False when another holds it, or it is archived.  Lending it again is fine."""
        key = {"scope": SCOPE, "number": number}
        # The index first: an entry too many is passed over when it is read, one too few would be lost.
        await self._index(tenant_id, number)
        free = {"tenant_id": None, ARCHIVED: None}
        if await self._store.replace_if(NUMBERS.name, key, free, {"tenant_id": tenant_id}):
            return True
        record = await self.one(number)
        if record is not None and record.tenant_id == tenant_id:
            return True
        await self._store.delete(TENANT_NUMBERS.name, {"tenant_id": tenant_id, "number": number})
        return False

    async def take_back(self, tenant_id: TenantId, number: E164) -> bool:
        """Take a number back from the tenant, with where it led; False when the tenant does not hold it."""
        key = {"scope": SCOPE, "number": number}
        nobody = {"tenant_id": None, **NOWHERE}
        taken = await self._store.replace_if(NUMBERS.name, key, {"tenant_id": tenant_id}, nobody)
        if taken:
            await self._store.delete(TENANT_NUMBERS.name, {"tenant_id": tenant_id, "number": number})
        return taken

    async def archive(self, number: E164, at_ms: int) -> bool:
        """Take a number out of use; False when a tenant holds it."""
        key = {"scope": SCOPE, "number": number}
        return await self._store.replace_if(NUMBERS.name, key, {"tenant_id": None}, {ARCHIVED: at_ms})

    async def route(self, tenant_id: TenantId, number: E164, where: dict[str, Any]) -> bool:
        """Say where calls to a number go (columns of `NOWHERE`); False when the tenant does not hold the number."""
        key = {"scope": SCOPE, "number": number}
        return await self._store.replace_if(NUMBERS.name, key, {"tenant_id": tenant_id}, {**NOWHERE, **where})

    async def page_of_tenant(
        self, tenant_id: TenantId, limit: int, after: str | None = None
    ) -> tuple[list[NumberRecord], str | None]:
        """Return the tenant's numbers, and the token of the next page.  Raises InvalidPageTokenError."""
        found = await self._store.page(TENANT_NUMBERS.name, {"tenant_id": tenant_id}, limit=limit, after=after)
        keys = [{"scope": SCOPE, "number": row["number"]} for row in found.rows]
        records = [self.to_record(row) for row in await self._store.get_many(NUMBERS.name, keys) if row is not None]
        return [record for record in records if record.tenant_id == tenant_id], found.next_token

    async def _index(self, tenant_id: TenantId, number: E164) -> None:
        await self._store.upsert(TENANT_NUMBERS.name, {"tenant_id": tenant_id, "number": number})
