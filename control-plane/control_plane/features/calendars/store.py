"""Calendars in the durable store: one row a calendar, its settings as one document."""

from dataclasses import dataclass, field
from typing import Any

from callmodel.codec import from_wire, to_wire
from callmodel.flows.calendars import Calendar
from callmodel.ids import TenantId
from control_plane.inventory.archive import ARCHIVED
from control_plane.inventory.rows import TenantRows
from servicekit.stores import ColumnType, Row, TableSpec

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


@dataclass(frozen=True)
class CalendarRecord:
    """A calendar.  `stored`: its settings as the row holds them; who changes them compares with it."""

    calendar: Calendar
    created_ms: int
    archived_ms: int | None = None
    stored: Any = field(default=None, repr=False, compare=False)


class CalendarStore(TenantRows[CalendarRecord]):
    """Calendars."""

    table = CALENDARS

    def to_row(self, record: CalendarRecord) -> dict[str, Any]:
        """Return a calendar's columns."""
        calendar = record.calendar
        return {"calendar_id": calendar.calendar_id, "settings": to_wire(calendar), "created_ms": record.created_ms}

    def to_record(self, row: Row) -> CalendarRecord:
        """Return the calendar in a row."""
        settings = row["settings"]
        return CalendarRecord(from_wire(Calendar, settings), row["created_ms"], row[ARCHIVED], settings)

    async def change(self, tenant_id: TenantId, before: CalendarRecord, after: Calendar) -> bool:
        """Write the settings; False, and nothing is written, where they are no longer as they were before."""
        changes = {"settings": to_wire(after)}
        return await self.replace(tenant_id, after.calendar_id, {"settings": before.stored}, changes)
