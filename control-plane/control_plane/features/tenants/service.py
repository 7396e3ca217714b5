"""Tenants come and change: domains are unique, and rules name only numbers that the tenant holds."""

from typing import Any

from callmodel.codec import from_wire, to_wire
from callmodel.directory import CallerRule, Tenant
from callmodel.handdialling import HandDialling
from callmodel.ids import E164, ProviderId, TenantId
from callmodel.limits import Limits, spend_day_of
from callmodel.numbers import DiallingPlan
from callmodel.sight import SYSTEM_REASONS
from callmodel.vips import VipRules
from control_plane.audit import PLATFORM
from control_plane.features.tenants.schemas import NewTenant, PauseReasonShape, TenantDispositionShape, TenantPatch
from control_plane.features.tenants.store import NESTED, TenantRecord, TenantStore
from control_plane.inventory.archive import ARCHIVED
from control_plane.inventory.named import require_flow, require_queue
from control_plane.inventory.references import has_stations, holder_of
from control_plane.inventory.uses import require_no_pool, require_unused_tenant
from control_plane.people.dispositions import DISPOSITIONS_COLUMN
from control_plane.people.pausing import REASONS_COLUMN, PauseReason
from control_plane.retention import Kept
from control_plane.timezones import check_time_zone
from control_plane.web import ConflictError, Context, ForbiddenError, InvalidRequestError
from hotstate.spend import spent_micros

HQ_ONLY = frozenset({"domain", "provider", "max_channels", "limits", *(kind.value for kind in Kept)})


class TenantExistsError(ConflictError):
    error_id = "tenant-exists"
    title = "There is a tenant with this id"


class DomainTakenError(ConflictError):
    error_id = "domain-taken"
    title = "Another tenant has this SIP domain"


class DomainInUseError(ConflictError):
    """A phone's password hash holds the domain (RFC 2617): a new domain would lock every phone out."""

    error_id = "domain-in-use"
    title = "The tenant has stations in its domain; remove them first"


class DomainReservedError(InvalidRequestError):
    error_id = "domain-reserved"
    title = "The platform keeps this domain for itself"


class NumberNotHeldError(InvalidRequestError):
    error_id = "caller-number-not-held"
    title = "The tenant does not hold this number"


class PrefixAllowedAndBlockedError(InvalidRequestError):
    error_id = "prefix-allowed-and-blocked"
    title = "A prefix is either allowed or blocked"


class TenantIdReservedError(InvalidRequestError):
    error_id = "tenant-id-reserved"
    title = "The platform keeps this id for itself"


class ReasonsNotSoundError(InvalidRequestError):
    error_id = "pause-reasons-not-sound"
    title = "The reasons for a pause do not fit together"


class DispositionTwiceError(InvalidRequestError):
    error_id = "disposition-twice"
    title = "Name each result of a call once"


class TenantChangedError(ConflictError):
    error_id = "tenant-changed"
    title = "Somebody else changed the tenant at the same time; look at it and try again"


async def create(context: Context, new: NewTenant) -> TenantRecord:
    """Keep a new tenant.

    Raises TenantExistsError, TenantIdReservedError, DomainTakenError, DomainReservedError,
    PrefixAllowedAndBlockedError, TimeZoneUnknownError.
    """
    if new.tenant_id == PLATFORM:
        raise TenantIdReservedError()
    limits = _sound(new.limits.to_limits())
    check_time_zone(new.time_zone)
    store = TenantStore(context.store)
    domain = new.domain or f"{new.tenant_id}.{context.settings.platform_domain}"
    _check_domain(context, domain)
    if await store.one(new.tenant_id) is not None:
        raise TenantExistsError()
    if not await store.claim_domain(new.tenant_id, domain):
        raise DomainTakenError()
    tenant = Tenant(
        new.tenant_id,
        new.name,
        domain,
        new.dialling.to_plan(),
        CallerRule(),
        new.max_channels,
        new.ring_timeout_seconds,
        new.records_calls,
        limits,
        new.time_zone,
        new.records_internal_calls,
        ProviderId(new.provider),
    )
    record = TenantRecord(tenant, context.now_ms())
    if not await store.add(new.tenant_id, record):
        # Somebody else created it meanwhile, perhaps with another domain.
        if (await find(context, new.tenant_id)).tenant.domain != domain:
            await store.release_domain(new.tenant_id, domain)
        raise TenantExistsError()
    context.configuration_changed(new.tenant_id)
    return record


async def find(context: Context, tenant_id: TenantId) -> TenantRecord:
    """Return a tenant, archived or not.  Raises NotFoundError."""
    return await TenantStore(context.store).find(tenant_id)


async def visible(
    context: Context, limit: int, after: str | None, *, archived: bool
) -> tuple[list[TenantRecord], str | None]:
    """Return the tenants that the user knows: all of them for HQ, else those with a role, archived ones never."""
    store = TenantStore(context.store)
    if context.principal.is_hq_admin:
        return await store.page(limit, after, archived=archived)
    found = [await store.one(tenant_id) for tenant_id in sorted(context.principal.roles) if not archived]
    return [record for record in found if record is not None and record.archived_ms is None], None


async def change(context: Context, tenant_id: TenantId, patch: TenantPatch) -> TenantRecord:
    """Change a tenant.

    Raises ForbiddenError, DomainTakenError, DomainInUseError, DomainReservedError, NumberNotHeldError,
    PrefixAllowedAndBlockedError, TimeZoneUnknownError, TenantChangedError, InUseError, ReasonsNotSoundError,
    DispositionTwiceError, FlowUnknownError, QueueUnknownError.
    """
    given = {name for name in type(patch).model_fields if getattr(patch, name) is not None}
    if given & HQ_ONLY and not context.principal.is_hq_admin:
        raise ForbiddenError(f"only HQ administrators may change {', '.join(sorted(given & HQ_ONLY))}")
    if patch.time_zone is not None:
        check_time_zone(patch.time_zone)
    before = await find(context, tenant_id)
    if patch.provider is not None and patch.provider != before.tenant.provider_id:
        await require_no_pool(context, tenant_id, before.tenant.provider_id)
    store = TenantStore(context.store)
    apart = {*NESTED, "domain", "pause_reasons", "dispositions"}
    changes: dict[str, Any] = {name: getattr(patch, name) for name in given - apart}
    if patch.pause_reasons is not None:
        changes |= _reasons_changed(patch.pause_reasons)
    if patch.dispositions is not None:
        changes |= _dispositions_changed(patch.dispositions)
    changes |= await _nested_changes(context, before.tenant, patch)
    moves = patch.domain is not None and patch.domain != before.tenant.domain
    if patch.domain is not None and moves:
        await _claim_domain(context, store, tenant_id, patch.domain)
        changes["domain"] = patch.domain
    if not await store.change(tenant_id, changes, before):
        if patch.domain is not None and moves:
            await store.release_domain(tenant_id, patch.domain)
        raise TenantChangedError()
    if moves:
        # Only now: whoever dies before leaves a domain that nobody can take, and never one that two tenants have.
        await store.release_domain(tenant_id, before.tenant.domain)
    return await find(context, tenant_id)


async def _nested_changes(context: Context, before: Tenant, patch: TenantPatch) -> dict[str, Any]:
    """Return the columns of the nested settings that the patch names, each with what the patch leaves as it was."""
    changes: dict[str, Any] = {}
    if patch.dialling is not None:
        plan = from_wire(DiallingPlan, patch.dialling.over(to_wire(before.dialling)))
        _check_emergency_numbers(context, before.dialling, plan)
        changes |= {"dialling": to_wire(plan), "country_code": plan.country_code}
    if patch.limits is not None:
        limits = from_wire(Limits, patch.limits.over(to_wire(before.limits)))
        changes["limits"] = to_wire(_sound(limits))
    if patch.vip_rules is not None:
        rules = from_wire(VipRules, patch.vip_rules.over(to_wire(before.vip_rules)))
        await _check_named(context, before.tenant_id, rules)
        changes["vip_rules"] = to_wire(rules)
    if patch.hand_dialling is not None:
        by_hand = from_wire(HandDialling, patch.hand_dialling.over(to_wire(before.hand_dialling)))
        changes["hand_dialling"] = to_wire(by_hand)
    if patch.caller_rule is not None:
        rule = from_wire(CallerRule, patch.caller_rule.over(to_wire(before.caller_rule)))
        named = {*(patch.caller_rule.numbers or ()), *(patch.caller_rule.regions or {}).values()}
        await _check_held(context, before.tenant_id, named)
        changes["caller_rule"] = to_wire(rule)
    return changes


async def _check_named(context: Context, tenant_id: TenantId, rules: VipRules) -> None:
    if rules.full_flow is not None:
        await require_flow(context.store, tenant_id, rules.full_flow)
    for queue_id in sorted({each.queue_id for each in rules.patterns if each.queue_id is not None}):
        await require_queue(context.store, tenant_id, queue_id)


def _reasons_changed(given: list[PauseReasonShape]) -> dict[str, Any]:
    reasons = tuple(PauseReason(each.reason, each.limit_minutes) for each in given)
    if len({each.reason for each in reasons}) < len(reasons):
        raise ReasonsNotSoundError("name each reason once")
    if any(each.reason in SYSTEM_REASONS for each in reasons):
        raise ReasonsNotSoundError(f"the platform gives these reasons itself: {', '.join(sorted(SYSTEM_REASONS))}")
    return {REASONS_COLUMN.column: to_wire(reasons)}


def _dispositions_changed(given: list[TenantDispositionShape]) -> dict[str, Any]:
    if len({each.disposition for each in given}) < len(given):
        raise DispositionTwiceError()
    return {DISPOSITIONS_COLUMN.column: [each.model_dump() for each in given]}


async def archive(context: Context, tenant_id: TenantId) -> None:
    """Take a tenant out of use; its domain stays its own.  Doing it again is fine.

    Raises NotFoundError, InUseError.
    """
    before = await find(context, tenant_id)
    if before.archived_ms is None:
        await require_unused_tenant(context, tenant_id)
        await TenantStore(context.store).change(tenant_id, {ARCHIVED: context.now_ms()}, before)


async def restore(context: Context, tenant_id: TenantId) -> TenantRecord:
    """Take a tenant back into use, without its stations.  Raises NotFoundError."""
    before = await find(context, tenant_id)
    await TenantStore(context.store).change(tenant_id, {ARCHIVED: None}, before)
    return await find(context, tenant_id)


async def spend(context: Context, tenant_id: TenantId) -> tuple[str, int, Limits]:
    """Return today, what the tenant's calls of it have cost in millionths, and the tenant's limits."""
    limits = (await find(context, tenant_id)).tenant.limits
    day = spend_day_of(context.now_ms())
    return day, await spent_micros(context.redis, tenant_id, day), limits


def _check_emergency_numbers(context: Context, before: DiallingPlan, after: DiallingPlan) -> None:
    # Calls to them pass every limit, and limits are HQ's.
    if after.emergency_numbers != before.emergency_numbers and not context.principal.is_hq_admin:
        raise ForbiddenError("only HQ administrators may change dialling.emergency_numbers")


async def _claim_domain(context: Context, store: TenantStore, tenant_id: TenantId, domain: str) -> None:
    _check_domain(context, domain)
    if await has_stations(context.store, tenant_id):
        raise DomainInUseError()
    if not await store.claim_domain(tenant_id, domain):
        raise DomainTakenError()


async def _check_held(context: Context, tenant_id: TenantId, numbers: set[E164]) -> None:
    for number in sorted(numbers):
        if await holder_of(context.store, number) != tenant_id:
            raise NumberNotHeldError(f"{number} is not lent to this tenant; lend it first")


def _sound(limits: Limits) -> Limits:
    both = set(limits.allowed_prefixes) & set(limits.blocked_prefixes)
    if both:
        raise PrefixAllowedAndBlockedError(f"allow or block {', '.join(sorted(both))}, not both")
    return limits


def _check_domain(context: Context, domain: str) -> None:
    # `<site>.branch.<platform domain>` are the names by which HQ's edge finds branches.
    platform = context.settings.platform_domain
    if domain == platform or domain == f"branch.{platform}" or domain.endswith(f".branch.{platform}"):
        raise DomainReservedError(f"choose another domain than {platform} and those under branch.{platform}")
