"""VIPs come, change and go."""

from dataclasses import replace

from callmodel.codec import from_wire
from callmodel.ids import TenantId
from callmodel.vips import Vip
from control_plane.features.vips.schemas import NewVip, VipPatch, VipSettings
from control_plane.features.vips.store import VipRecord, VipStore
from control_plane.inventory.named import require_agent, require_queue
from control_plane.inventory.references import require_tenant
from control_plane.web import ConflictError, Context, NotFoundError


class VipChangedError(ConflictError):
    error_id = "vip-changed"
    title = "Somebody else changed the VIP at the same time; look at it and try again"


async def put(context: Context, tenant_id: TenantId, new: NewVip) -> VipRecord:
    """Keep a VIP, in place of what was said of the number before: a list may be sent again.

    Raises NotFoundError, VipChangedError, AgentUnknownError, QueueUnknownError.
    """
    await require_tenant(context.store, tenant_id)
    await _check(context, tenant_id, new)
    vip_id = _vips(context).id_of(tenant_id, new.number)
    record = VipRecord(_vip(tenant_id, vip_id, new), new.number, new.name, context.now_ms())
    if await _vips(context).add(tenant_id, record):
        return record
    before = await find(context, tenant_id, vip_id)
    record = replace(record, created_ms=before.created_ms)
    if not await _vips(context).change(tenant_id, before, record):
        raise VipChangedError()
    return record


async def find(context: Context, tenant_id: TenantId, vip_id: str) -> VipRecord:
    """Return a VIP.  Raises NotFoundError."""
    record = await _vips(context).one(tenant_id, vip_id)
    if record is None:
        raise NotFoundError()
    return record


async def page(
    context: Context, tenant_id: TenantId, limit: int, after: str | None
) -> tuple[list[VipRecord], str | None]:
    """Return VIPs of the tenant, and the token of the next page.  Raises NotFoundError."""
    await require_tenant(context.store, tenant_id)
    return await _vips(context).page(tenant_id, limit, after)


async def change(context: Context, tenant_id: TenantId, vip_id: str, patch: VipPatch) -> VipRecord:
    """Change how a VIP is treated.  Raises NotFoundError, VipChangedError, AgentUnknownError, QueueUnknownError."""
    before = await find(context, tenant_id, vip_id)
    await _check(context, tenant_id, patch)
    settings = VipSettings.model_validate(patch.over(settings_of(before)))
    after = replace(before, vip=_vip(tenant_id, vip_id, settings), name=settings.name)
    if not await _vips(context).change(tenant_id, before, after):
        raise VipChangedError()
    return after


async def remove(context: Context, tenant_id: TenantId, vip_id: str) -> None:
    """Forget a VIP.  Raises NotFoundError."""
    await find(context, tenant_id, vip_id)
    await _vips(context).remove(tenant_id, vip_id)


def settings_of(record: VipRecord) -> dict[str, object]:
    """Return what `VipSettings` has."""
    vip = record.vip
    return {
        "name": record.name,
        "level": vip.level,
        "priority": vip.priority,
        "own_agent": vip.own_agent,
        "queue_id": vip.queue_id,
        "mobile": vip.mobile,
    }


async def _check(context: Context, tenant_id: TenantId, given: VipSettings) -> None:
    if given.own_agent is not None:
        await require_agent(context.store, tenant_id, given.own_agent)
    if given.queue_id is not None:
        await require_queue(context.store, tenant_id, given.queue_id)


def _vip(tenant_id: TenantId, vip_id: str, settings: VipSettings) -> Vip:
    told = settings.model_dump(include=set(VipSettings.model_fields) - {"name"})
    return from_wire(Vip, {**told, "tenant_id": tenant_id, "caller": vip_id})


def _vips(context: Context) -> VipStore:
    return VipStore(context.store, context.cipher)
