"""Stations in the durable store.  Of a password only HA1 is kept, encrypted: who has it can register as the phone."""

from dataclasses import dataclass
from typing import Any

from callmodel.ids import Extension, SiteId, TenantId, UserId
from control_plane.inventory.archive import is_living
from control_plane.inventory.rows import TenantRows
from control_plane.phonekeys import sealed_key
from servicekit.crypto import TenantCipher
from servicekit.stores import AddColumn, ColumnType, CreateTable, Row, Store, TableSpec

STATIONS = TableSpec(
    name="stations",
    partition=("tenant_id",),
    clustering=("extension",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "extension": ColumnType.TEXT,
        "site_id": ColumnType.TEXT,
        "display_name": ColumnType.TEXT,
        "media": ColumnType.TEXT,
        "ha1": ColumnType.BLOB,
        "created_ms": ColumnType.INT,
    },
    guarded=True,
)
TABLES = (STATIONS,)
SEATS = TableSpec(
    name="seats",
    partition=("tenant_id", "user_id"),
    clustering=("extension",),
    columns={"tenant_id": ColumnType.TEXT, "user_id": ColumnType.TEXT, "extension": ColumnType.TEXT},
)
"""Who is seated where, by user: an index beside the stations, whose own rows have the last word."""
SEATS_ADDED = (AddColumn(STATIONS.name, "user_id", ColumnType.TEXT), CreateTable(SEATS))


@dataclass(frozen=True)
class StationRecord:
    """A station.  `ha1` is MD5(extension:domain:password) in hex (RFC 2617, 3.2.2.2)."""

    tenant_id: TenantId
    extension: Extension
    site_id: SiteId
    display_name: str
    media: str
    ha1: str
    created_ms: int
    archived_ms: int | None = None
    user_id: UserId | None = None
    """Who is seated there."""


class StationStore(TenantRows[StationRecord]):
    """Stations, and who is seated where."""

    table = STATIONS
    page_rows = 1000

    def __init__(self, store: Store, cipher: TenantCipher) -> None:
        super().__init__(store)
        self._cipher = cipher

    def to_row(self, record: StationRecord) -> dict[str, Any]:
        """Return a station's columns, its key sealed."""
        row = {name: getattr(record, name) for name in (*STATIONS.columns, "user_id")}
        return {**row, "ha1": self._seal(record.tenant_id, record.ha1)}

    def to_record(self, row: Row) -> StationRecord:
        """Return the station in a row, its key opened."""
        ha1 = self._cipher.decrypt(row["tenant_id"], row["ha1"], "station.ha1").decode()
        return StationRecord(**{**row, "ha1": ha1})

    async def add(self, tenant_id: TenantId, record: StationRecord) -> bool:
        """Keep a new station; False when the extension is taken."""
        if record.user_id is not None:
            await self._note_seat(tenant_id, record.user_id, record.extension)
        return await super().add(tenant_id, record)

    async def change(self, tenant_id: TenantId, extension: Extension, changes: dict[str, Any]) -> None:
        """Write some columns; the others stay."""
        if "ha1" in changes:
            changes = {**changes, "ha1": self._seal(tenant_id, changes["ha1"])}
        await self._change(tenant_id, extension, changes)

    async def seat(self, tenant_id: TenantId, extension: Extension, user_id: UserId | None) -> None:
        """Seat a user at the station instead of whoever is, or nobody."""
        before = await self.one(tenant_id, extension)
        if user_id is not None:
            # The index first: an entry too many is passed over when it is read, one too few would be lost.
            await self._note_seat(tenant_id, user_id, extension)
        await self.change(tenant_id, extension, {"user_id": user_id})
        if before is not None and before.user_id not in (None, user_id):
            await self._store.delete(
                SEATS.name, {"tenant_id": tenant_id, "user_id": before.user_id, "extension": extension}
            )

    async def page_of_user(
        self, tenant_id: TenantId, user_id: UserId, limit: int, after: str | None = None
    ) -> tuple[list[StationRecord], str | None]:
        """Return the stations that the user is seated at, and the token of the next page.  There may be fewer."""
        found = await self._store.page(
            SEATS.name, {"tenant_id": tenant_id, "user_id": user_id}, limit=limit, after=after
        )
        keys = [{"tenant_id": tenant_id, "extension": row["extension"]} for row in found.rows]
        rows = await self._store.get_many(STATIONS.name, keys) if keys else []
        seated = [row for row in rows if row is not None and is_living(row) and row["user_id"] == user_id]
        return [self.to_record(row) for row in seated], found.next_token

    async def _note_seat(self, tenant_id: TenantId, user_id: UserId, extension: Extension) -> None:
        await self._store.upsert(SEATS.name, {"tenant_id": tenant_id, "user_id": user_id, "extension": extension})

    def _seal(self, tenant_id: TenantId, ha1: str) -> bytes:
        return sealed_key(self._cipher, tenant_id, ha1)
