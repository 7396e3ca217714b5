"""Queues in the durable store: one row a queue, its settings as one document."""

from dataclasses import dataclass, field
from typing import Any

from callmodel.codec import from_wire, to_wire
from callmodel.ids import TenantId
from callmodel.queues import Queue
from control_plane.inventory.archive import ARCHIVED
from control_plane.inventory.rows import TenantRows
from servicekit.stores import ColumnType, Row, TableSpec

CALLER_QUEUES = TableSpec(
    name="queues",
    partition=("tenant_id",),
    clustering=("queue_id",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "queue_id": ColumnType.TEXT,
        "settings": ColumnType.JSON,
        "created_ms": ColumnType.INT,
        ARCHIVED: ColumnType.INT,
    },
    guarded=True,
)
TABLES = (CALLER_QUEUES,)


@dataclass(frozen=True)
class QueueRecord:
    """A queue.  `stored`: its settings as the row holds them; who changes them compares with it."""

    queue: Queue
    created_ms: int
    archived_ms: int | None = None
    stored: Any = field(default=None, repr=False, compare=False)


class QueueStore(TenantRows[QueueRecord]):
    """Queues."""

    table = CALLER_QUEUES

    def to_row(self, record: QueueRecord) -> dict[str, Any]:
        """Return a queue's columns."""
        queue = record.queue
        return {"queue_id": queue.queue_id, "settings": to_wire(queue), "created_ms": record.created_ms}

    def to_record(self, row: Row) -> QueueRecord:
        """Return the queue in a row."""
        settings = row["settings"]
        return QueueRecord(from_wire(Queue, settings), row["created_ms"], row[ARCHIVED], settings)

    async def change(self, tenant_id: TenantId, before: QueueRecord, after: Queue) -> bool:
        """Write the settings; False, and nothing is written, where they are no longer as they were before."""
        changes = {"settings": to_wire(after)}
        return await self.replace(tenant_id, after.queue_id, {"settings": before.stored}, changes)
