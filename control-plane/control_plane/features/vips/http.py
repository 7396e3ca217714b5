"""Routes of VIPs.  They are customers: their numbers are masked, and each look at one is audited."""

from callmodel.ids import TenantId
from callmodel.privacy import mask_number
from control_plane.audit import record as audit
from control_plane.features.vips import service
from control_plane.features.vips.schemas import NewVip, RevealQuery, VipPatch, VipView
from control_plane.features.vips.store import VipRecord
from control_plane.fields import TenantIdText, VipIdText
from control_plane.inventory.named import AgentUnknownError, QueueUnknownError
from control_plane.people.permissions import Permission
from control_plane.web import Context, ForbiddenError, PageOf, PageQuery, Route


async def put(context: Context, tenant_id: TenantIdText, body: NewVip) -> VipView:
    """Make a customer a VIP, by the number that they call from, or say anew how one is treated.

    It counts from their next call on.  A list may be sent again: a number is one VIP.
    """
    return to_view(await service.put(context, tenant_id, body))


async def listing(context: Context, tenant_id: TenantIdText, query: PageQuery) -> PageOf[VipView]:
    """The tenant's VIPs, with masked numbers."""
    found, after = await service.page(context, tenant_id, query.limit, query.after)
    return PageOf[VipView](items=[to_view(each) for each in found], next=after)


async def one(context: Context, tenant_id: TenantIdText, vip_id: VipIdText, query: RevealQuery) -> VipView:
    """A VIP; the number in full for who may see it and asks for it."""
    found = await service.find(context, tenant_id, vip_id)
    if query.reveal is None:
        return to_view(found)
    if not context.principal.may(Permission.CALLS_REVEAL, tenant_id):
        raise ForbiddenError(f"full numbers need the permission {Permission.CALLS_REVEAL.value}")
    await _audit_look(context, tenant_id, vip_id)
    return to_view(found, reveal=True)


async def change(context: Context, tenant_id: TenantIdText, vip_id: VipIdText, body: VipPatch) -> VipView:
    """Change how a VIP is treated."""
    return to_view(await service.change(context, tenant_id, vip_id, body))


async def remove(context: Context, tenant_id: TenantIdText, vip_id: VipIdText) -> None:
    """Forget a VIP for good: nothing of the customer is kept here."""
    await service.remove(context, tenant_id, vip_id)


async def masked(context: Context, tenant_id: TenantIdText, vip_id: VipIdText) -> VipView:
    """What the audit compares."""
    return to_view(await service.find(context, tenant_id, vip_id))


def to_view(found: VipRecord, *, reveal: bool = False) -> VipView:
    """Return the VIP as the API shows it."""
    number, mobile = found.number, found.vip.mobile
    said = {
        **service.settings_of(found),
        "vip_id": found.vip.caller,
        "number": number if reveal else mask_number(number),
        "mobile": mobile if reveal or mobile is None else mask_number(mobile),
        "created_ms": found.created_ms,
    }
    return VipView.model_validate(said)


async def _audit_look(context: Context, tenant_id: TenantId, vip_id: str) -> None:
    await audit(
        context.store,
        tenant_id,
        at_ms=context.now_ms(),
        actor=context.principal.username,
        action="vips.reveal-numbers",
        subject={"vip_id": vip_id},
        address=context.address,
        request_id=context.request_id,
        retention=context.retention,
    )


_TAGS = ("vips",)
_ALL = "/tenants/{tenant_id}/vips"
_ONE = "/tenants/{tenant_id}/vips/{vip_id}"
_READ, _WRITE = Permission.VIPS_READ, Permission.VIPS_WRITE
_NAMES = (AgentUnknownError, QueueUnknownError)

routes = [
    Route(
        "POST",
        _ALL,
        put,
        _WRITE,
        "Make a customer a VIP",
        _TAGS,
        status=201,
        errors=(service.VipChangedError, *_NAMES),
        configures=True,
        examples={"gold": {"number": "+8613800138000", "name": "Ms Wang", "level": 2}},
        shows=masked,
        names=("vip_id",),
    ),
    Route("GET", _ALL, listing, _READ, "List VIPs", _TAGS),
    Route("GET", _ONE, one, _READ, "Get a VIP", _TAGS),
    Route(
        "PATCH",
        _ONE,
        change,
        _WRITE,
        "Change a VIP",
        _TAGS,
        errors=(service.VipChangedError, *_NAMES),
        configures=True,
        shows=masked,
    ),
    Route("DELETE", _ONE, remove, _WRITE, "Forget a VIP", _TAGS, status=204, configures=True, shows=masked),
]
