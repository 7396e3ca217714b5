"""Calendars in the durable store: one row a calendar, its settings as one document."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from callmodel.codec import from_wire, to_wire
from callmodel.flows.calendars import Calendar
from callmodel.ids import CalendarId, TenantId
from control_plane.inventory.archive import ARCHIVED, page_of_rows
from control_plane.inventory.listing import every
from servicekit.stores import ColumnType, Row, Store, TableSpec

CALENDARS = TableSpec(
    name="calendars",
    partition=("tenant_id",),
    clustering=("calendar_id",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "calendar_id": ColumnType.TEXT,
        "settings": ColumnType.JSON,
        "created_ms": ColumnType.INT,
        ARCHIVED: ColumnType.INT,
    },
    guarded=True,
)
TABLES = (CALENDARS,)
PAGE_ROWS = 500


@dataclass(frozen=True)
class CalendarRecord:
    """A calendar.  `stored`: its settings as the row holds them; who changes them compares with it."""

    calendar: Calendar
    created_ms: int
    archived_ms: int | None = None
    stored: Any = field(default=None, repr=False, compare=False)


class CalendarStore:
    """Calendars.  Every method raises StoreUnavailableError when the store can not serve."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, tenant_id: TenantId, record: CalendarRecord) -> bool:
        """Keep a new calendar; False when the tenant has one with this id, archived or not."""
        key = _key(tenant_id, record.calendar.calendar_id)
        row = {"settings": to_wire(record.calendar), "created_ms": record.created_ms}
        return await self._store.claim(CALENDARS.name, {**key, **row})

    async def one(self, tenant_id: TenantId, calendar_id: CalendarId) -> CalendarRecord | None:
        """Return a calendar, archived or not."""
        row = await self._store.get(CALENDARS.name, _key(tenant_id, calendar_id))
        return None if row is None else _to_record(row)

    async def change(self, tenant_id: TenantId, before: CalendarRecord, after: Calendar) -> bool:
        """Write the settings; False, and nothing is written, where they are no longer as they were before."""
        expected = {"settings": before.stored, ARCHIVED: None}
        key = _key(tenant_id, after.calendar_id)
        return await self._store.replace_if(CALENDARS.name, key, expected, {"settings": to_wire(after)})

    async def set_archived(self, tenant_id: TenantId, calendar_id: CalendarId, at_ms: int | None) -> None:
        """Take a calendar out of use at a time, or back into use for None."""
        await self._store.upsert(CALENDARS.name, {**_key(tenant_id, calendar_id), ARCHIVED: at_ms})

    async def page(
        self, tenant_id: TenantId, limit: int, after: str | None = None, *, archived: bool = False
    ) -> tuple[list[CalendarRecord], str | None]:
        """Return calendars by id, and the token of the next page.  Raises InvalidPageTokenError."""
        partition = {"tenant_id": tenant_id}
        found = await page_of_rows(self._store, CALENDARS.name, partition, limit, after, archived=archived)
        return [_to_record(row) for row in found.rows], found.next_token

    def each(self, tenant_id: TenantId) -> AsyncIterator[CalendarRecord]:
        """Yield every calendar of the tenant that is not archived."""
        return every(lambda limit, after: self.page(tenant_id, limit, after), PAGE_ROWS)


def _key(tenant_id: TenantId, calendar_id: CalendarId) -> dict[str, str]:
    return {"tenant_id": tenant_id, "calendar_id": calendar_id}


def _to_record(row: Row) -> CalendarRecord:
    settings = row["settings"]
    return CalendarRecord(from_wire(Calendar, settings), row["created_ms"], row[ARCHIVED], settings)
