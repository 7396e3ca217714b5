"""What agents say came of a call: a tenant's own list of results."""

from dataclasses import dataclass
from typing import Any

from callmodel.codec import from_wire
from callmodel.ids import TenantId
from control_plane.inventory.scope import SCOPE
from servicekit.stores import AddColumn, ColumnType, Store

DISPOSITIONS_COLUMN = AddColumn("tenants", "dispositions", ColumnType.JSON)
"""Null or empty in tenants without a list of their own: their agents see the console's, and any word is taken."""


@dataclass(frozen=True)
class Disposition:
    """`label`: the word as people read it."""

    disposition: str
    label: str


def dispositions_in(stored: list[Any] | None) -> tuple[Disposition, ...]:
    """Return the results in a tenant's row, in their order."""
    return tuple(from_wire(Disposition, each) for each in stored or ())


async def dispositions_of(store: Store, tenant_id: TenantId) -> tuple[Disposition, ...]:
    """Return the tenant's results of calls; none where any word is taken."""
    row = await store.get("tenants", {"scope": SCOPE, "tenant_id": tenant_id})
    return () if row is None else dispositions_in(row[DISPOSITIONS_COLUMN.column])
