"""Leads in the durable store: sealed blocks, and what became of those that were touched."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from callmodel.ids import LeadId, ListId, TenantId
from control_plane.leads.blocks import Block, StoredLead, bucket_of, place_of
from servicekit.crypto import TenantCipher
from servicekit.stores import ColumnType, Store, TableSpec

LEAD_BLOCKS = TableSpec(
    name="lead_blocks",
    partition=("tenant_id", "list_id", "bucket"),
    clustering=("block",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "list_id": ColumnType.TEXT,
        "bucket": ColumnType.INT,
        "block": ColumnType.INT,
        "leads": ColumnType.INT,
        "sealed": ColumnType.BLOB,
    },
)
TABLES = (LEAD_BLOCKS,)
PAGE_BLOCKS = 16


class LeadStore:
    """Leads.  Every method raises StoreUnavailableError when the store can not serve."""

    def __init__(self, store: Store, cipher: TenantCipher) -> None:
        self._store, self._cipher = store, cipher

    async def put(self, tenant_id: TenantId, list_id: ListId, blocks: Sequence[tuple[int, Block]]) -> None:
        """Write blocks with their numbers; again, it changes nothing."""
        rows = await asyncio.to_thread(self._rows, tenant_id, list_id, blocks)
        by_bucket: dict[int, list[dict[str, object]]] = {}
        for row in rows:
            by_bucket.setdefault(bucket_of(int(row["block"])), []).append(row)  # type: ignore[call-overload]
        for some in by_bucket.values():
            await self._store.upsert_many(LEAD_BLOCKS.name, some)

    async def block(self, tenant_id: TenantId, list_id: ListId, number: int) -> Block | None:
        """Return a block; None where none of its rows was accepted."""
        row = await self._store.get(LEAD_BLOCKS.name, _key(tenant_id, list_id, number))
        return None if row is None else self._open(tenant_id, list_id, number, row["sealed"])

    async def lead(self, tenant_id: TenantId, lead_id: LeadId) -> StoredLead | None:
        """Return a lead; None for one that there is not."""
        try:
            list_id, number, place = place_of(lead_id)
        except ValueError:
            return None
        block = await self.block(tenant_id, list_id, number)
        row = None if block is None else block.row_at(place)
        return None if block is None or row is None else block.lead(list_id, number, row)

    async def each_block(
        self, tenant_id: TenantId, list_id: ListId, blocks: int, since: int = 0
    ) -> AsyncIterator[tuple[int, Block]]:
        """Yield a list's blocks with their numbers, from `since` on.  blocks: how many the list has."""
        for bucket in range(bucket_of(since), bucket_of(max(0, blocks - 1)) + 1):
            partition = {"tenant_id": tenant_id, "list_id": list_id, "bucket": bucket}
            after: str | None = None
            while True:
                page = await self._store.page(
                    LEAD_BLOCKS.name, partition, limit=PAGE_BLOCKS, after=after, since=since
                )
                for row in page.rows:
                    yield row["block"], self._open(tenant_id, list_id, row["block"], row["sealed"])
                after = page.next_token
                if after is None:
                    break

    async def forget(self, tenant_id: TenantId, list_id: ListId, blocks: int) -> None:
        """Delete all blocks of a list."""
        for number in range(blocks):
            await self._store.delete(LEAD_BLOCKS.name, _key(tenant_id, list_id, number))

    def _rows(
        self, tenant_id: TenantId, list_id: ListId, blocks: Sequence[tuple[int, Block]]
    ) -> list[dict[str, object]]:
        return [
            {
                **_key(tenant_id, list_id, number),
                "leads": len(block),
                "sealed": self._cipher.encrypt(tenant_id, block.pack(), _context(list_id, number)),
            }
            for number, block in blocks
        ]

    def _open(self, tenant_id: TenantId, list_id: ListId, number: int, sealed: bytes) -> Block:
        return Block.unpack(self._cipher.decrypt(tenant_id, sealed, _context(list_id, number)))


def _key(tenant_id: TenantId, list_id: ListId, number: int) -> dict[str, object]:
    return {"tenant_id": tenant_id, "list_id": list_id, "bucket": bucket_of(number), "block": number}


def _context(list_id: ListId, number: int) -> str:
    return f"leads.{list_id}/{number}"
