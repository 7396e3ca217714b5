"""Sites in the durable store."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from callmodel.codec import from_wire, to_wire
from callmodel.ids import E164, SiteId
from callmodel.locations import Location
from callmodel.numbers import DiallingPlan
from control_plane.inventory.archive import page_of_rows
from control_plane.inventory.listing import every
from control_plane.inventory.scope import SCOPE
from servicekit.stores import AddColumn, ColumnType, Row, Store, TableSpec

SITES = TableSpec(
    name="sites",
    partition=("scope",),
    clustering=("site_id",),
    columns={
        "scope": ColumnType.TEXT,
        "site_id": ColumnType.TEXT,
        "name": ColumnType.TEXT,
        "kind": ColumnType.TEXT,
        "enabled": ColumnType.BOOL,
        "created_ms": ColumnType.INT,
    },
    guarded=True,
)
TABLES = (SITES,)
TIME_ZONE_COLUMN = AddColumn(SITES.name, "time_zone", ColumnType.TEXT)
EMERGENCY_COLUMNS = tuple(
    AddColumn(SITES.name, name, kind)
    for name, kind in (
        ("dialling", ColumnType.JSON),
        ("emergency_caller", ColumnType.TEXT),
        ("location", ColumnType.JSON),
    )
)
"""Came after the table: null in sites of that time."""
PAGE_ROWS = 500


@dataclass(frozen=True)
class Site:
    """A place where phones are.  `kind`: hq or branch."""

    site_id: SiteId
    name: str
    kind: str
    enabled: bool
    created_ms: int
    archived_ms: int | None = None
    time_zone: str | None = None
    """None for that of each tenant."""
    dialling: DiallingPlan | None = None
    """None for as each tenant's people do."""
    emergency_caller: E164 | None = None
    location: Location | None = None


class SiteStore:
    """Sites.  Every method raises StoreUnavailableError when the store can not serve."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, site: Site) -> bool:
        """Keep a new site; False when there is one with this id."""
        return await self._store.claim(SITES.name, {"scope": SCOPE, **to_wire(site)})

    async def one(self, site_id: SiteId) -> Site | None:
        """Return a site."""
        row = await self._store.get(SITES.name, {"scope": SCOPE, "site_id": site_id})
        return None if row is None else to_site(row)

    async def change(self, site_id: SiteId, changes: dict[str, Any]) -> None:
        """Write some columns; the others stay."""
        await self._store.upsert(SITES.name, {"scope": SCOPE, "site_id": site_id, **changes})

    async def page(
        self, limit: int, after: str | None = None, *, archived: bool = False
    ) -> tuple[list[Site], str | None]:
        """Return sites by id, and the token of the next page.  Raises InvalidPageTokenError."""
        found = await page_of_rows(self._store, SITES.name, {"scope": SCOPE}, limit, after, archived=archived)
        return [to_site(row) for row in found.rows], found.next_token

    def each(self) -> AsyncIterator[Site]:
        """Yield every site that is not archived."""
        return every(self.page, PAGE_ROWS)


def to_site(row: Row) -> Site:
    """Return the site in a row."""
    return from_wire(Site, {name: value for name, value in row.items() if name != "scope"})
