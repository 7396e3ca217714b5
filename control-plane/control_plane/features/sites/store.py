"""Sites in the durable store."""

from dataclasses import dataclass
from typing import Any

from callmodel.codec import from_wire, to_wire
from callmodel.ids import E164, SiteId
from callmodel.locations import Location
from callmodel.numbers import DiallingPlan
from control_plane.inventory.rows import PlatformRows
from control_plane.inventory.scope import SCOPE
from servicekit.stores import AddColumn, ColumnType, Row, TableSpec

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


class SiteStore(PlatformRows[Site]):
    """Sites."""

    table = SITES

    def to_record(self, row: Row) -> Site:
        """Return the site in a row."""
        return from_wire(Site, {name: value for name, value in row.items() if name != "scope"})

    async def add(self, site: Site) -> bool:
        """Keep a new site; False when there is one with this id."""
        return await self._store.claim(SITES.name, {"scope": SCOPE, **to_wire(site)})

    async def change(self, site_id: SiteId, changes: dict[str, Any]) -> None:
        """Write some columns; the others stay."""
        await self._change(SCOPE, site_id, changes)
