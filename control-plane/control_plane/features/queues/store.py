"""Queues in the durable store: one row a queue, its settings as one document."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from callmodel.codec import from_wire, to_wire
from callmodel.ids import QueueId, TenantId
from callmodel.queues import Queue
from control_plane.inventory.archive import ARCHIVED, page_of_rows
from control_plane.inventory.listing import every
from servicekit.stores import ColumnType, Row, Store, TableSpec

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
PAGE_ROWS = 500


@dataclass(frozen=True)
class QueueRecord:
    """A queue.  `stored`: its settings as the row holds them; who changes them compares with it."""

    queue: Queue
    created_ms: int
    archived_ms: int | None = None
    stored: Any = field(default=None, repr=False, compare=False)


class QueueStore:
    """Queues.  Every method raises StoreUnavailableError when the store can not serve."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, tenant_id: TenantId, record: QueueRecord) -> bool:
        """Keep a new queue; False when the tenant has one with this id, archived or not."""
        row = {
            "tenant_id": tenant_id,
            "queue_id": record.queue.queue_id,
            "settings": to_wire(record.queue),
            "created_ms": record.created_ms,
        }
        return await self._store.claim(CALLER_QUEUES.name, row)

    async def one(self, tenant_id: TenantId, queue_id: QueueId) -> QueueRecord | None:
        """Return a queue, archived or not."""
        row = await self._store.get(CALLER_QUEUES.name, _key(tenant_id, queue_id))
        return None if row is None else _to_record(row)

    async def change(self, tenant_id: TenantId, before: QueueRecord, after: Queue) -> bool:
        """Write the settings; False, and nothing is written, where they are no longer as they were before."""
        expected = {"settings": before.stored, ARCHIVED: None}
        key = _key(tenant_id, after.queue_id)
        return await self._store.replace_if(CALLER_QUEUES.name, key, expected, {"settings": to_wire(after)})

    async def set_archived(self, tenant_id: TenantId, queue_id: QueueId, at_ms: int | None) -> None:
        """Take a queue out of use at a time, or back into use for None."""
        await self._store.upsert(CALLER_QUEUES.name, {**_key(tenant_id, queue_id), ARCHIVED: at_ms})

    async def page(
        self, tenant_id: TenantId, limit: int, after: str | None = None, *, archived: bool = False
    ) -> tuple[list[QueueRecord], str | None]:
        """Return queues by id, and the token of the next page.  Raises InvalidPageTokenError."""
        partition = {"tenant_id": tenant_id}
        found = await page_of_rows(self._store, CALLER_QUEUES.name, partition, limit, after, archived=archived)
        return [_to_record(row) for row in found.rows], found.next_token

    def each(self, tenant_id: TenantId) -> AsyncIterator[QueueRecord]:
        """Yield every queue of the tenant that is not archived."""
        return every(lambda limit, after: self.page(tenant_id, limit, after), PAGE_ROWS)


def _key(tenant_id: TenantId, queue_id: QueueId) -> dict[str, str]:
    return {"tenant_id": tenant_id, "queue_id": queue_id}


def _to_record(row: Row) -> QueueRecord:
    settings = row["settings"]
    return QueueRecord(from_wire(Queue, settings), row["created_ms"], row[ARCHIVED], settings)
