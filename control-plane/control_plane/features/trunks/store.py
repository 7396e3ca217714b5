"""Trunks in the durable store.  A carrier's password is kept as HA1 only, encrypted."""

import json
from dataclasses import dataclass, replace
from typing import Any

from callmodel.codec import from_wire, to_wire
from callmodel.directory import Trunk
from callmodel.edgesnapshot import EdgeTrunk
from control_plane.inventory.archive import ARCHIVED
from control_plane.inventory.rows import PlatformRows
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


@dataclass(frozen=True)
class TrunkRecord:
    """A trunk as routing sees it and as the edge does."""

    trunk: Trunk
    peering: EdgeTrunk
    created_ms: int
    archived_ms: int | None = None


class TrunkStore(PlatformRows[TrunkRecord]):
    """Trunks."""

    table = TRUNKS

    def __init__(self, store: Store, cipher: TenantCipher) -> None:
        super().__init__(store)
        self._cipher = cipher

    async def add(self, record: TrunkRecord) -> bool:
        """Keep a new trunk; False when there is one with this id."""
        if await self.one(record.trunk.trunk_id) is not None:
            return False
        return await self._store.claim(TRUNKS.name, self._to_row(record))

    async def save(self, before: TrunkRecord, after: TrunkRecord) -> bool:
        """Keep a trunk's changes; False when it is no longer as it was before them."""
        key = self._key(SCOPE, before.trunk.trunk_id)
        known, row = self._to_row(before), self._to_row(after)
        # Credentials are sealed anew each time: their rows can not be compared.
        expected = {name: known[name] for name in ("routing", "peering", ARCHIVED)}
        changes = {name: value for name, value in row.items() if name not in key}
        if before.peering.credentials == after.peering.credentials:
            # Somebody else may have set others meanwhile.
            del changes["credentials"]
        return await self._store.replace_if(TRUNKS.name, key, expected, changes)

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

    def to_record(self, row: Row) -> TrunkRecord:
        """Return the trunk in a row, its credentials opened."""
        peering = dict(row["peering"])
        if row["credentials"] is not None:
            peering["credentials"] = json.loads(self._cipher.decrypt(SCOPE, row["credentials"], "trunk.credentials"))
        trunk, edge_trunk = from_wire(Trunk, row["routing"]), from_wire(EdgeTrunk, peering)
        return TrunkRecord(trunk, edge_trunk, row["created_ms"], row[ARCHIVED])
