"""Trunks in the durable store.  A carrier's password is kept as HA1 only, encrypted."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

from callmodel.codec import from_wire, to_wire
from callmodel.directory import Trunk
from callmodel.edgesnapshot import EdgeTrunk
from callmodel.ids import TrunkId
from control_plane.inventory.archive import ARCHIVED, page_of_rows
from control_plane.inventory.listing import every
from control_plane.inventory.scope import SCOPE
from servicekit.crypto import TenantCipher
from servicekit.stores import ColumnType, Row, Store, TableSpec

TRUNKS = TableSpec(
    name="trunks",
    partition=("scope",),
    clustering=("trunk_id",),
    columns={
        "scope": ColumnType.TEXT,
        "trunk_id": ColumnType.TEXT,
        "routing": ColumnType.JSON,
        "peering": ColumnType.JSON,
        "credentials": ColumnType.BLOB,
        "created_ms": ColumnType.INT,
    },
    guarded=True,
)
TABLES = (TRUNKS,)
PAGE_ROWS = 500


@dataclass(frozen=True)
class TrunkRecord:
    """A trunk as routing sees it and as the edge does."""

    trunk: Trunk
    peering: EdgeTrunk
    created_ms: int
    archived_ms: int | None = None


class TrunkStore:
    """Trunks.  Every method raises StoreUnavailableError when the store can not serve."""

    def __init__(self, store: Store, cipher: TenantCipher) -> None:
        self._store = store
        self._cipher = cipher

    async def add(self, record: TrunkRecord) -> bool:
        """Keep a new trunk; False when there is one with this id."""
        key = {"scope": SCOPE, "trunk_id": record.trunk.trunk_id}
        if await self._store.get(TRUNKS.name, key) is not None:
            return False
        return await self._store.claim(TRUNKS.name, self._to_row(record))

    async def one(self, trunk_id: TrunkId) -> TrunkRecord | None:
        """Return a trunk."""
        row = await self._store.get(TRUNKS.name, {"scope": SCOPE, "trunk_id": trunk_id})
        return None if row is None else self._to_record(row)

    async def save(self, before: TrunkRecord, after: TrunkRecord) -> bool:
        """Keep a trunk's changes; False when it is no longer as it was before them."""
        key = {"scope": SCOPE, "trunk_id": before.trunk.trunk_id}
        known, row = self._to_row(before), self._to_row(after)
        # Credentials are sealed anew each time: their rows can not be compared.
        expected = {name: known[name] for name in ("routing", "peering", ARCHIVED)}
        changes = {name: value for name, value in row.items() if name not in key}
        if before.peering.credentials == after.peering.credentials:
            # Somebody else may have set others meanwhile.
            del changes["credentials"]
        return await self._store.replace_if(TRUNKS.name, key, expected, changes)

    async def page(
        self, limit: int, after: str | None = None, *, archived: bool = False
    ) -> tuple[list[TrunkRecord], str | None]:
        """Return trunks by id, and the token of the next page.  Raises InvalidPageTokenError."""
        found = await page_of_rows(self._store, TRUNKS.name, {"scope": SCOPE}, limit, after, archived=archived)
        return [self._to_record(row) for row in found.rows], found.next_token

    def each(self) -> AsyncIterator[TrunkRecord]:
        """Yield every trunk that is not archived."""
        return every(self.page, PAGE_ROWS)

    def _to_row(self, record: TrunkRecord) -> dict[str, Any]:
        credentials = record.peering.credentials
        sealed = None
        if credentials is not None:
            sealed = self._cipher.encrypt(SCOPE, json.dumps(to_wire(credentials)).encode(), "trunk.credentials")
        return {
            "scope": SCOPE,
            "trunk_id": record.trunk.trunk_id,
            "routing": to_wire(record.trunk),
            "peering": to_wire(replace(record.peering, credentials=None)),
            "credentials": sealed,
            "created_ms": record.created_ms,
            ARCHIVED: record.archived_ms,
        }

    def _to_record(self, row: Row) -> TrunkRecord:
        peering = dict(row["peering"])
        if row["credentials"] is not None:
            peering["credentials"] = json.loads(self._cipher.decrypt(SCOPE, row["credentials"], "trunk.credentials"))
        trunk, edge_trunk = from_wire(Trunk, row["routing"]), from_wire(EdgeTrunk, peering)
        return TrunkRecord(trunk, edge_trunk, row["created_ms"], row[ARCHIVED])
