"""Why agents pause: each tenant's list of reasons, with how long one may last."""

from dataclasses import dataclass
from typing import Any

from callmodel.codec import from_wire
from callmodel.ids import TenantId
from callmodel.sight import OTHER
from control_plane.inventory.scope import SCOPE
from servicekit.stores import AddColumn, ColumnType, Store

REASONS_COLUMN = AddColumn("tenants", "pause_reasons", ColumnType.JSON)
"""Null in tenants that never said: they have `DEFAULT_REASONS`."""


@dataclass(frozen=True)
class PauseReason:
    """`limit_minutes`: how long such a pause may last, None for as long as it takes."""

    reason: str
    limit_minutes: int | None = None

    @property
    def limit_seconds(self) -> int | None:
        """The limit as hot state wants it."""
        return None if self.limit_minutes is None else self.limit_minutes * 60


DEFAULT_REASONS = (
    PauseReason("break", 15),
    PauseReason("lunch", 60),
    PauseReason("training"),
    PauseReason(OTHER),
)


def reasons_in(stored: list[Any] | None) -> tuple[PauseReason, ...]:
    """Return the reasons in a tenant's row."""
    return DEFAULT_REASONS if stored is None else tuple(from_wire(PauseReason, each) for each in stored)


async def reasons_of(store: Store, tenant_id: TenantId) -> tuple[PauseReason, ...]:
    """Return the tenant's reasons for a pause; none for a tenant that is not there."""
    row = await store.get("tenants", {"scope": SCOPE, "tenant_id": tenant_id})
    return () if row is None else reasons_in(row[REASONS_COLUMN.column])
