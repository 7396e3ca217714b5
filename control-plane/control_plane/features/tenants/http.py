"""Routes of tenants."""

from callmodel.codec import to_wire
from callmodel.limits import MICROS, level_of
from control_plane.dialling import Dialling
from control_plane.features.tenants import service
from control_plane.features.tenants.brand import to_view as brand_view
from control_plane.features.tenants.schemas import (
    CallerRuleShape,
    HandDiallingShape,
    LimitsShape,
    NewTenant,
    PauseReasonShape,
    SpendView,
    TenantDispositionShape,
    TenantPatch,
    TenantView,
    VipRulesShape,
)
from control_plane.features.tenants.store import TenantRecord
from control_plane.fields import TenantIdText
from control_plane.inventory.archive import InUseError, archiving
from control_plane.inventory.named import FlowUnknownError, QueueUnknownError
from control_plane.people.permissions import Permission
from control_plane.timezones import TimeZoneUnknownError
from control_plane.web import Access, Context, PageOf, Route, ThingsQuery


async def create(context: Context, body: NewTenant) -> TenantView:
    """Create a tenant.  It has no numbers yet: lend it some, then set its caller rule."""
    return to_view(await service.create(context, body))


async def listing(context: Context, query: ThingsQuery) -> PageOf[TenantView]:
    """HQ administrators see every tenant, others those in which they have a role."""
    records, after = await service.visible(context, query.limit, query.after, archived=query.archived)
    return PageOf[TenantView](items=[_as_seen(context, record) for record in records], next=after)


async def one(context: Context, tenant_id: TenantIdText) -> TenantView:
    """A tenant with its rules; of money only for who may see what calls cost."""
    return _as_seen(context, await service.find(context, tenant_id))


async def change(context: Context, tenant_id: TenantIdText, body: TenantPatch) -> TenantView:
    """Change a tenant.  The caller rule may only name numbers that are lent to it.

    Of `dialling`, `caller_rule` and `limits` only those fields change that are given.
    """
    return to_view(await service.change(context, tenant_id, body))


async def archive(context: Context, tenant_id: TenantIdText) -> None:
    """Archive a tenant that has no stations, numbers or trunks of its own any more, and no calls in progress.

    For everyone but HQ administrators it is gone; they may still read its records.  Doing it again is fine.
    """
    await service.archive(context, tenant_id)


async def restore(context: Context, tenant_id: TenantIdText) -> TenantView:
    """Take an archived tenant back into use, with its users, rules and domain.  Its stations are restored each."""
    return to_view(await service.restore(context, tenant_id))


async def spend(context: Context, tenant_id: TenantIdText) -> SpendView:
    """What the tenant's calls of this UTC day have cost so far, and how far its limit is."""
    day, spent, limits = await service.spend(context, tenant_id)
    limit = limits.spend_per_day
    said = {
        "day": day,
        "spent": spent / MICROS,
        "limit": limit,
        "hard_stop": None if limit is None else limit * limits.hard_stop,
        "level": level_of(limits, spent).value,
    }
    return SpendView.model_validate(said)


def _as_seen(context: Context, record: TenantRecord) -> TenantView:
    view = to_view(record)
    if context.principal.may(Permission.SPEND_READ, record.tenant.tenant_id):
        return view
    limits = view.limits.model_copy(
        update={"spend_per_day": None, "hard_stop": LimitsShape.model_fields["hard_stop"].default}
    )
    return view.model_copy(update={"limits": limits})


def to_view(record: TenantRecord) -> TenantView:
    """Return the tenant as the API shows it."""
    tenant = record.tenant
    return TenantView(
        tenant_id=tenant.tenant_id,
        name=tenant.name,
        domain=tenant.domain,
        provider=tenant.provider_id,
        dialling=Dialling(**to_wire(tenant.dialling)),
        caller_rule=CallerRuleShape(**to_wire(tenant.caller_rule)),
        max_channels=tenant.max_channels,
        ring_timeout_seconds=tenant.ring_timeout_seconds,
        records_calls=tenant.records_calls,
        records_internal_calls=tenant.records_internal_calls,
        time_zone=tenant.time_zone,
        limits=LimitsShape(**to_wire(tenant.limits)),
        vip_rules=VipRulesShape(**to_wire(tenant.vip_rules)),
        hand_dialling=HandDiallingShape(**to_wire(tenant.hand_dialling)),
        pause_reasons=[PauseReasonShape(**to_wire(reason)) for reason in record.pause_reasons],
        dispositions=[TenantDispositionShape(**to_wire(each)) for each in record.dispositions],
        brand=None if record.brand is None else brand_view(record.brand),
        requires_totp=record.requires_totp,
        keep_calls_days=record.keep_calls_days,
        keep_audit_days=record.keep_audit_days,
        keep_recordings_days=record.keep_recordings_days,
        created_ms=record.created_ms,
        archived_ms=record.archived_ms,
    )


_TAGS = ("tenants",)
_EXAMPLE = {"tenant_id": "acme", "name": "Acme", "domain": "acme.trunkline.test", "max_channels": 30}
_ROTATING = {"caller_rule": {"kind": "rotating", "numbers": ["+862155550100", "+862155550101"]}}

_LIMITED = {"limits": {"blocked_prefixes": ["+"], "allowed_prefixes": ["+86"], "spend_per_day": 500}}
_VIPS = {"vip_rules": {"look_up_url": "https://crm.acme.example/vip", "reserved_channels": 2}}
_BY_HAND = {"hand_dialling": {"limited": True, "lists": True, "approvals": True, "prefixes": ["+8621"]}}
_DISPOSITIONS = {
    "dispositions": [{"disposition": "sold", "label": "Sold"}, {"disposition": "call-back", "label": "Call again"}]
}
_PAUSES = {"pause_reasons": [{"reason": "lunch", "limit_minutes": 45}, {"reason": "training"}]}

routes = [
    Route(
        "POST",
        "/tenants",
        create,
        Permission.PLATFORM_MANAGE,
        "Create a tenant",
        _TAGS,
        status=201,
        errors=(
            service.TenantExistsError,
            service.TenantIdReservedError,
            service.DomainTakenError,
            service.DomainReservedError,
            service.PrefixAllowedAndBlockedError,
            TimeZoneUnknownError,
        ),
        configures=True,
        examples={"acme": _EXAMPLE},
        shows=one,
        names=("tenant_id",),
    ),
    Route("GET", "/tenants", listing, Access.SIGNED_IN, "List tenants", _TAGS),
    Route("GET", "/tenants/{tenant_id}", one, Permission.TENANT_READ, "Get a tenant", _TAGS),
    Route("GET", "/tenants/{tenant_id}/spend", spend, Permission.SPEND_READ, "What calls cost today", _TAGS),
    Route(
        "PATCH",
        "/tenants/{tenant_id}",
        change,
        Permission.TENANT_WRITE,
        "Change a tenant",
        _TAGS,
        errors=(
            service.DomainTakenError,
            service.DomainInUseError,
            service.DomainReservedError,
            service.NumberNotHeldError,
            service.PrefixAllowedAndBlockedError,
            TimeZoneUnknownError,
            service.TenantChangedError,
            service.ReasonsNotSoundError,
            service.DispositionTwiceError,
            FlowUnknownError,
            QueueUnknownError,
            InUseError,
        ),
        configures=True,
        examples={
            "rotating": _ROTATING,
            "limited": _LIMITED,
            "pauses": _PAUSES,
            "vips": _VIPS,
            "by hand": _BY_HAND,
            "results": _DISPOSITIONS,
        },
        shows=one,
    ),
    *archiving(
        "/tenants/{tenant_id}",
        archive,
        restore,
        Permission.PLATFORM_MANAGE,
        "a tenant",
        _TAGS,
        shows=one,
        of_archived=True,
    ),
]
