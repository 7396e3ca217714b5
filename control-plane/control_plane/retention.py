"""How long records and recordings are kept: by the tenant's rule, else by the platform's, else for ever.

Of records a rule is applied when a row is written, as the row's own end: changing it changes nothing for what is
there.  Recordings are looked at again and again by a task: their rule of today counts.
"""

import time
from enum import Enum

from callmodel.ids import TenantId
from control_plane.config import ControlPlaneSettings
from control_plane.inventory.scope import SCOPE
from control_plane.times import DAY_MS
from servicekit.stores import AddColumn, ColumnType, Store

RULE_SECONDS = 60.0


class Kept(Enum):
    """What there are rules for; the value is the tenant's column, and the platform's setting."""

    CALLS = "keep_calls_days"
    AUDIT = "keep_audit_days"
    RECORDINGS = "keep_recordings_days"


COLUMNS = tuple(AddColumn("tenants", kind.value, ColumnType.INT) for kind in (Kept.CALLS, Kept.AUDIT))
RECORDINGS_COLUMN = AddColumn("tenants", Kept.RECORDINGS.value, ColumnType.INT)


class Retention:
    """The rules as they were within the last minute.  Raises StoreUnavailableError."""

    def __init__(self, store: Store, settings: ControlPlaneSettings) -> None:
        self._store = store
        self._platform: dict[Kept, int | None] = {kind: getattr(settings, kind.value) for kind in Kept}
        self._rules: dict[TenantId, tuple[float, dict[Kept, int | None]]] = {}

    async def seconds_left(self, tenant_id: TenantId | None, kind: Kept, from_ms: int, now_ms: int) -> float | None:
        """Return for how long from now what is counted from from_ms is kept; None is for ever.

        tenant_id: None for what is of no tenant, where the platform's rule counts.
        """
        days = await self.days(tenant_id, kind)
        return None if days is None else max(0.0, (from_ms + days * DAY_MS - now_ms) / 1000)

    async def days(self, tenant_id: TenantId | None, kind: Kept) -> int | None:
        """Return for how many days it is kept; None is for ever."""
        rules = self._platform if tenant_id is None else await self._rules_of(tenant_id)
        return rules[kind] or None

    async def _rules_of(self, tenant_id: TenantId) -> dict[Kept, int | None]:
        read_at, rules = self._rules.get(tenant_id, (None, {}))
        if read_at is None or time.monotonic() - read_at > RULE_SECONDS:
            row = await self._store.get("tenants", {"scope": SCOPE, "tenant_id": tenant_id}) or {}
            # A tenant's 0 is for ever, whatever the platform says.
            rules = {kind: self._platform[kind] if row.get(kind.value) is None else row[kind.value] for kind in Kept}
            self._rules[tenant_id] = (time.monotonic(), rules)
        return rules
