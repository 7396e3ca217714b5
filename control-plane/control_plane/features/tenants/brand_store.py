"""Brands in the durable store: settings beside the tenant, the picture in a row of its own."""

from dataclasses import asdict, dataclass
from typing import Any

from callmodel.ids import TenantId
from control_plane.inventory.scope import SCOPE
from servicekit.stores import AddColumn, ColumnType, Store, TableSpec

BRAND_COLUMN = AddColumn("tenants", "brand", ColumnType.JSON)
"""Null in tenants that look as the platform does."""
LOGOS = TableSpec(
    name="tenant_logos",
    partition=("tenant_id",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "content_type": ColumnType.TEXT,
        "sha256": ColumnType.TEXT,
        "data": ColumnType.BLOB,
    },
)
TABLES = (LOGOS,)


@dataclass(frozen=True)
class Brand:
    """`logo`: the SHA-256 of the picture, None without one."""

    name: str | None = None
    colour: str | None = None
    accent: str | None = None
    logo: str | None = None


@dataclass(frozen=True)
class Logo:
    content_type: str
    sha256: str
    data: bytes


class BrandStore:
    """Every method raises StoreUnavailableError when the store can not serve."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, tenant_id: TenantId, brand: Brand | None) -> None:
        """Keep how a tenant looks; None: as the platform does."""
        row = {"scope": SCOPE, "tenant_id": tenant_id, BRAND_COLUMN.column: None if brand is None else asdict(brand)}
        await self._store.upsert("tenants", row)

    async def keep_logo(self, tenant_id: TenantId, logo: Logo) -> None:
        """Keep a picture, in place of the one that was there."""
        await self._store.upsert(LOGOS.name, {"tenant_id": tenant_id, **asdict(logo)})

    async def logo(self, tenant_id: TenantId) -> Logo | None:
        """Return the picture."""
        row = await self._store.get(LOGOS.name, {"tenant_id": tenant_id})
        return None if row is None else Logo(row["content_type"], row["sha256"], row["data"])


def brand_in(stored: dict[str, Any] | None) -> Brand | None:
    """Return the brand in a tenant's row."""
    return None if stored is None else Brand(**stored)
