"""Routes of the platform's state and audit trail."""

from control_plane.audit import PLATFORM
from control_plane.features.platform import service
from control_plane.features.platform.schemas import AuditEntry, PlatformStatus
from control_plane.features.platform.store import AuditStore
from control_plane.fields import TenantIdText
from control_plane.people.permissions import Permission
from control_plane.web import Context, NewestPageQuery, PageOf, Route
from servicekit.stores import Row


async def status(context: Context) -> PlatformStatus:
    """What the control plane sees: store, Redis, snapshot versions, media nodes, trunks."""
    return await service.status(context)


async def audit(context: Context, query: NewestPageQuery) -> PageOf[AuditEntry]:
    """What was done outside of tenants on a UTC day, newest first."""
    rows, after = await AuditStore(context.store).page(PLATFORM, query.day, query.limit, query.after)
    return PageOf[AuditEntry](items=[to_entry(row) for row in rows], next=after)


async def tenant_audit(context: Context, tenant_id: TenantIdText, query: NewestPageQuery) -> PageOf[AuditEntry]:
    """What was done in the tenant on a UTC day, newest first; every look at full numbers is among it."""
    rows, after = await AuditStore(context.store).page(tenant_id, query.day, query.limit, query.after)
    return PageOf[AuditEntry](items=[to_entry(row) for row in rows], next=after)


def to_entry(row: Row) -> AuditEntry:
    """Return the entry as the API shows it."""
    return AuditEntry(**{name: row[name] for name in AuditEntry.model_fields} | {"changes": row["changes"] or {}})


_TAGS = ("platform",)

routes = [
    Route("GET", "/platform/status", status, Permission.PLATFORM_MANAGE, "State of the platform", _TAGS),
    Route("GET", "/platform/audit", audit, Permission.PLATFORM_MANAGE, "Audit trail of the platform", _TAGS),
    Route("GET", "/tenants/{tenant_id}/audit", tenant_audit, Permission.AUDIT_READ, "Audit trail of a tenant", _TAGS),
]
