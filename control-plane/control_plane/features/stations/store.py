"""Stations in the durable store.  Of a password only HA1 is kept, encrypted: who has it can register as the phone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from callmodel.ids import Extension, SiteId, TenantId, UserId
from control_plane.inventory.archive import is_living, page_of_rows
from control_plane.inventory.listing import every
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
PAGE_ROWS = 1000


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


class StationStore:
    """Stations.  Every method raises StoreUnavailableError when the store can not serve."""

    def __init__(self, store: Store, cipher: TenantCipher) -> None:
        self._store = store
        self._cipher = cipher

    async def add(self, tenant_id: TenantId, station: StationRecord) -> bool:
        """Keep a new station; False when the extension is taken."""
        row = {name: getattr(station, name) for name in (*STATIONS.columns, "user_id")}
        if station.user_id is not None:
            await self._note_seat(tenant_id, station.user_id, station.extension)
        return await self._store.claim(STATIONS.name, {**row, "ha1": self._seal(tenant_id, station.ha1)})

    async def one(self, tenant_id: TenantId, extension: Extension) -> StationRecord | None:
        """Return a station."""
        row = await self._store.get(STATIONS.name, {"tenant_id": tenant_id, "extension": extension})
        return None if row is None else self._open(row)

    async def change(self, tenant_id: TenantId, extension: Extension, changes: dict[str, Any]) -> None:
        """Write some columns; the others stay."""
        if "ha1" in changes:
            changes = {**changes, "ha1": self._seal(tenant_id, changes["ha1"])}
        await self._store.upsert(STATIONS.name, {"tenant_id": tenant_id, "extension": extension, **changes})

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
        return [self._open(row) for row in seated], found.next_token

    async def page(
        self, tenant_id: TenantId, limit: int, after: str | None = None, *, archived: bool = False
    ) -> tuple[list[StationRecord], str | None]:
        """Return stations by extension, and the token of the next page.  Raises InvalidPageTokenError."""
        partition = {"tenant_id": tenant_id}
        found = await page_of_rows(self._store, STATIONS.name, partition, limit, after, archived=archived)
        return [self._open(row) for row in found.rows], found.next_token

    def each(self, tenant_id: TenantId) -> AsyncIterator[StationRecord]:
        """Yield every station of the tenant that is not archived."""
        return every(lambda limit, after: self.page(tenant_id, limit, after), PAGE_ROWS)

    async def _note_seat(self, tenant_id: TenantId, user_id: UserId, extension: Extension) -> None:
        await self._store.upsert(SEATS.name, {"tenant_id": tenant_id, "user_id": user_id, "extension": extension})

    def _seal(self, tenant_id: TenantId, ha1: str) -> bytes:
        return sealed_key(self._cipher, tenant_id, ha1)

    def _open(self, row: Row) -> StationRecord:
        ha1 = self._cipher.decrypt(row["tenant_id"], row["ha1"], "station.ha1").decode()
        return StationRecord(**{**row, "ha1": ha1})
