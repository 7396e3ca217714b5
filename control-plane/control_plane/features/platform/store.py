"""Reads of the audit trail, which `control_plane.audit` writes."""

from callmodel.ids import TenantId
from control_plane.audit import AUDIT
from servicekit.stores import Row, Store


class AuditStore:
    """The audit trail, newest first.  Methods raise InvalidPageTokenError, StoreUnavailableError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def page(
        self, tenant_id: TenantId, day: str, limit: int, after: str | None = None
    ) -> tuple[list[Row], str | None]:
        """Return a UTC day of a tenant's trail (`audit.PLATFORM`: outside of tenants), and the next page's token."""
        found = await self._store.page(AUDIT.name, {"tenant_id": tenant_id, "day": day}, limit=limit, after=after)
        return found.rows, found.next_token
