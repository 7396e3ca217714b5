"""Routes of do-not-call lists: a tenant's, its campaigns', and the platform's."""

from collections.abc import AsyncIterator
from typing import Any, Literal

from control_plane.features.dnc import service
from control_plane.features.dnc.schemas import (
    CampaignQuery,
    FileIdText,
    FileQuery,
    FilesView,
    FileView,
    ForbidEverywhere,
    ForbidOrder,
    NumberOrder,
    NumberView,
    RegionQuery,
    TenantNumberOrder,
)
from control_plane.fields import TenantIdText
from control_plane.inventory.references import require_tenant
from control_plane.leads.dncstore import DncFile
from control_plane.leads.forbidding import store_of
from control_plane.people.permissions import Permission
from control_plane.web import Context, Route
from control_plane.web.routes import Handler
from hotstate.dnc import PLATFORM, DncScope

ScopeName = Literal["system", "national"]


async def forbid(context: Context, tenant_id: TenantIdText, body: ForbidOrder) -> NumberView:
    """Have a number not be called any more: at once, also where it is about to be dialled."""
    await require_tenant(context.store, tenant_id)
    scope = service.scope_of(tenant_id, body.campaign_id)
    return await service.put_on(context, scope, body.number, body.lead_id, body.source)


async def allow(context: Context, tenant_id: TenantIdText, body: TenantNumberOrder) -> NumberView:
    """Take a number off the tenant's list or a campaign's, also where a file has it.  Other lists may have it."""
    await require_tenant(context.store, tenant_id)
    return await service.take_off(context, service.scope_of(tenant_id, body.campaign_id), body.number)


async def look_up(context: Context, tenant_id: TenantIdText, body: TenantNumberOrder) -> NumberView:
    """Say whether a number may be called, and which list has it.  Each question is audited."""
    await require_tenant(context.store, tenant_id)
    return await service.look_up(context, service.scope_of(tenant_id, body.campaign_id), body.number)


async def files(context: Context, tenant_id: TenantIdText, query: CampaignQuery) -> FilesView:
    """The files of the tenant's list, or of a campaign's."""
    await require_tenant(context.store, tenant_id)
    return await _files(context, service.scope_of(tenant_id, query.campaign_id))


async def send_file(
    context: Context, tenant_id: TenantIdText, file_id: FileIdText, query: FileQuery, stream: AsyncIterator[bytes]
) -> FileView:
    """Send a file of numbers (CSV, XLSX, JSON Lines), in place of the one with its id; a worker reads it."""
    await require_tenant(context.store, tenant_id)
    scope = service.scope_of(tenant_id, query.campaign_id)
    return _view(await service.send_file(context, scope, file_id, query.region, stream))


async def drop_file(context: Context, tenant_id: TenantIdText, file_id: FileIdText, query: CampaignQuery) -> None:
    """Take a file's numbers off the list."""
    await require_tenant(context.store, tenant_id)
    await service.drop_file(context, service.scope_of(tenant_id, query.campaign_id), file_id)


async def forbid_everywhere(context: Context, scope: ScopeName, body: ForbidEverywhere) -> NumberView:
    """Have nobody of the platform call a number."""
    return await service.put_on(context, DncScope(PLATFORM, scope), body.number, None, body.source)


async def allow_everywhere(context: Context, scope: ScopeName, body: NumberOrder) -> NumberView:
    """Take a number off one of the platform's lists."""
    return await service.take_off(context, DncScope(PLATFORM, scope), body.number)


async def platform_files(context: Context, scope: ScopeName) -> FilesView:
    """The files of one of the platform's lists, such as the national one."""
    return await _files(context, DncScope(PLATFORM, scope))


async def send_platform_file(
    context: Context, scope: ScopeName, file_id: FileIdText, query: RegionQuery, stream: AsyncIterator[bytes]
) -> FileView:
    """Send a file of numbers that nobody is to call, in place of the one with its id."""
    return _view(await service.send_file(context, DncScope(PLATFORM, scope), file_id, query.region, stream))


async def drop_platform_file(context: Context, scope: ScopeName, file_id: FileIdText) -> None:
    """Take a file's numbers off one of the platform's lists."""
    await service.drop_file(context, DncScope(PLATFORM, scope), file_id)


async def _files(context: Context, scope: DncScope) -> FilesView:
    return FilesView(items=[_view(file) for file in await store_of(context).files(scope)])


def _view(file: DncFile) -> FileView:
    return FileView(
        file_id=file.file_id,
        state=file.state,  # type: ignore[arg-type]
        numbers=file.numbers,
        reason=file.reason,
        changed_ms=file.changed_ms,
    )


_TAGS = ("do-not-call",)
_TENANTS = "/tenants/{tenant_id}/do-not-call"
_ALL = "/do-not-call/{scope}"
_ADD, _READ, _WRITE = Permission.DO_NOT_CALL_ADD, Permission.DO_NOT_CALL_READ, Permission.DO_NOT_CALL_WRITE
_HQ = Permission.PLATFORM_MANAGE
_TOKEN = ("token",)
_BAD = (service.NumberNeededError,)
_LARGE: dict[str, Any] = {
    "timeout_seconds": 3600.0,
    "most_bytes": service.MOST_BYTES,
    "errors": (service.FileRegionUnknownError,),
}


def _route(method: str, path: str, handler: Handler, needs: Permission, summary: str, **more: Any) -> Route:
    return Route(method, path, handler, needs, summary, _TAGS, **more)


routes = [
    _route("POST", f"{_TENANTS}/numbers", forbid, _ADD, "Have a number not be called", errors=_BAD, names=_TOKEN),
    _route("POST", f"{_TENANTS}/remove", allow, _WRITE, "Take a number off", names=_TOKEN),
    _route("POST", f"{_TENANTS}/look-up", look_up, _READ, "Look a number up", names=_TOKEN),
    _route("GET", f"{_TENANTS}/files", files, _READ, "List files"),
    _route("PUT", f"{_TENANTS}/files/{{file_id}}", send_file, _WRITE, "Send a file", **_LARGE),
    _route("DELETE", f"{_TENANTS}/files/{{file_id}}", drop_file, _WRITE, "Drop a file", status=204),
    _route("POST", f"{_ALL}/numbers", forbid_everywhere, _HQ, "Have nobody call a number", errors=_BAD, names=_TOKEN),
    _route("POST", f"{_ALL}/remove", allow_everywhere, _HQ, "Take a number off for all", names=_TOKEN),
    _route("GET", f"{_ALL}/files", platform_files, _HQ, "List the platform's files"),
    _route("PUT", f"{_ALL}/files/{{file_id}}", send_platform_file, _HQ, "Send a file for all", **_LARGE),
    _route("DELETE", f"{_ALL}/files/{{file_id}}", drop_platform_file, _HQ, "Drop a file for all", status=204),
]
