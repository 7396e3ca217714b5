"""The audit trail: who changed what, and who looked at full numbers.  Rows are only ever added."""

import secrets
from typing import Any

from callmodel.ids import TenantId, uuid7
from control_plane.retention import Kept, Retention
from control_plane.times import day_of
from servicekit.stores import AddColumn, ColumnType, Store, TableSpec

PLATFORM = TenantId("platform")
"""Stands for the tenant where there is none; no tenant may be called so."""

AUDIT = TableSpec(
    name="audit",
    partition=("tenant_id", "day"),
    clustering=("audit_id",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "day": ColumnType.TEXT,
        "audit_id": ColumnType.TEXT,
        "at_ms": ColumnType.INT,
        "actor": ColumnType.TEXT,
        "action": ColumnType.TEXT,
        "subject": ColumnType.JSON,
        "address": ColumnType.TEXT,
        "request_id": ColumnType.TEXT,
    },
    descending=("audit_id",),
)
CHANGES_COLUMN = AddColumn(AUDIT.name, "changes", ColumnType.JSON)
"""Came after the table: null in rows of that time."""


async def record(
    store: Store,
    tenant_id: str | None = None,
    *,
    at_ms: int,
    actor: str,
    action: str,
    subject: dict[str, Any],
    changes: dict[str, Any] | None = None,
    address: str = "",
    request_id: str = "",
    retention: Retention | None = None,
) -> None:
    """Add a row to the tenant's trail, or the platform's for None.

    subject: the ids of what it was done to.  changes: its fields that changed, each with its `old` and `new` value.
    Neither holds a customer's number or a secret.
    retention: the rules by which the row will end; without them it is kept for ever.
    """
    tenant = None if tenant_id is None else TenantId(tenant_id)
    left = await retention.seconds_left(tenant, Kept.AUDIT, at_ms, at_ms) if retention is not None else None
    await store.upsert(
        AUDIT.name,
        {
            "tenant_id": tenant_id or PLATFORM,
            "day": day_of(at_ms),
            "audit_id": uuid7(at_ms, secrets.randbits(74)),
            "at_ms": at_ms,
            "actor": actor,
            "action": action,
            "subject": subject,
            "changes": changes or {},
            "address": address,
            "request_id": request_id,
        },
        ttl_seconds=left,
    )
