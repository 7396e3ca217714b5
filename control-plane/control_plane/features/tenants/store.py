"""Tenants in the durable store.  A domain is claimed before a tenant has it: first come, first served."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from callmodel.codec import from_wire, to_wire
from callmodel.directory import DEFAULT_TIME_ZONE, CallerRule, Tenant
from callmodel.handdialling import HandDialling
from callmodel.ids import ProviderId, TenantId
from callmodel.limits import Limits
from callmodel.numbers import DiallingPlan
from callmodel.vips import VipRules
from control_plane.features.tenants.brand_store import BRAND_COLUMN, Brand, brand_in
from control_plane.inventory.archive import ARCHIVED
from control_plane.inventory.rows import PlatformRows
from control_plane.inventory.scope import SCOPE
from control_plane.people.dispositions import DISPOSITIONS_COLUMN, Disposition, dispositions_in
from control_plane.people.pausing import DEFAULT_REASONS, REASONS_COLUMN, PauseReason, reasons_in
from control_plane.people.totp import TOTP_RULE
from control_plane.retention import Kept
from servicekit.stores import AddColumn, ColumnType, Row, TableSpec

TENANTS = TableSpec(
    name="tenants",
    partition=("scope",),
    clustering=("tenant_id",),
    columns={
        "scope": ColumnType.TEXT,
        "tenant_id": ColumnType.TEXT,
        "name": ColumnType.TEXT,
        "domain": ColumnType.TEXT,
        "provider": ColumnType.TEXT,
        "country_code": ColumnType.TEXT,
        "dialling": ColumnType.JSON,
        "caller_rule": ColumnType.JSON,
        "max_channels": ColumnType.INT,
        "ring_timeout_seconds": ColumnType.INT,
        "records_calls": ColumnType.BOOL,
        "created_ms": ColumnType.INT,
    },
    guarded=True,
)
TENANT_DOMAINS = TableSpec(
    name="tenant_domains",
    partition=("domain",),
    columns={"domain": ColumnType.TEXT, "tenant_id": ColumnType.TEXT},
    guarded=True,
)
TABLES = (TENANTS, TENANT_DOMAINS)
LIMITS_COLUMN = AddColumn(TENANTS.name, "limits", ColumnType.JSON)
"""Came after the table: null in tenants of that time."""
TIME_ZONE_COLUMN = AddColumn(TENANTS.name, "time_zone", ColumnType.TEXT)
"""Came after the table: null in tenants of that time, which have the default."""
INTERNAL_COLUMN = AddColumn(TENANTS.name, "records_internal_calls", ColumnType.BOOL)
"""Came after the table: null in tenants of that time, whose colleagues are not recorded."""
VIP_RULES_COLUMN = AddColumn(TENANTS.name, "vip_rules", ColumnType.JSON)
HAND_DIALLING_COLUMN = AddColumn(TENANTS.name, "hand_dialling", ColumnType.JSON)
"""Came after the table: null in tenants of that time, who have no such rules."""
_NOT_COLUMNS = ("provider_id", "number_key")
NESTED = ("dialling", "caller_rule", "limits", "vip_rules", "hand_dialling")


@dataclass(frozen=True)
class TenantRecord:
    """A tenant as routing knows it, and how long what it leaves behind is kept."""

    tenant: Tenant
    created_ms: int
    keep_calls_days: int | None = None
    keep_audit_days: int | None = None
    keep_recordings_days: int | None = None
    archived_ms: int | None = None
    pause_reasons: tuple[PauseReason, ...] = DEFAULT_REASONS
    dispositions: tuple[Disposition, ...] = ()
    brand: Brand | None = None
    requires_totp: bool = False
    stored: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The nested settings as the row holds them: who changes a part of one compares with it."""


class TenantStore(PlatformRows[TenantRecord]):
    """Tenants, and their domains."""

    table = TENANTS

    def to_record(self, row: Row) -> TenantRecord:
        """Return the tenant in a row."""
        return to_record(row)

    async def add(self, tenant_id: TenantId, record: TenantRecord) -> bool:
        """Keep a new tenant; False when there is one with this id."""
        return await self._store.claim(TENANTS.name, to_row(record))

    async def change(self, tenant_id: TenantId, changes: dict[str, Any], before: TenantRecord) -> bool:
        """Write some columns; the others stay, so that two changes at once do not undo each other.

        False, and nothing is written, where one of the nested settings to change is no longer as it was before.
        """
        expected = {name: before.stored[name] for name in NESTED if name in changes}
        if expected:
            return await self._store.replace_if(TENANTS.name, self._key(SCOPE, tenant_id), expected, changes)
        await self._change(SCOPE, tenant_id, changes)
        return True

    async def claim_domain(self, tenant_id: TenantId, domain: str) -> bool:
        """Take a domain for the tenant; False when it is another's.  Taking one's own again is fine."""
        return await self._store.claim(TENANT_DOMAINS.name, {"domain": domain, "tenant_id": tenant_id})

    async def release_domain(self, tenant_id: TenantId, domain: str) -> None:
        """Give a domain back, if it is the tenant's."""
        await self._store.delete_if(TENANT_DOMAINS.name, {"domain": domain}, {"tenant_id": tenant_id})


def to_record(row: Row) -> TenantRecord:
    """Return the tenant in a row."""
    names = ("tenant_id", "name", "domain", "max_channels", "ring_timeout_seconds", "records_calls")
    tenant = Tenant(
        **{name: row[name] for name in names},
        dialling=from_wire(DiallingPlan, row["dialling"]),
        caller_rule=from_wire(CallerRule, row["caller_rule"]),
        limits=from_wire(Limits, row["limits"] or {}),
        vip_rules=from_wire(VipRules, row["vip_rules"] or {}),
        hand_dialling=from_wire(HandDialling, row["hand_dialling"] or {}),
        time_zone=row["time_zone"] or DEFAULT_TIME_ZONE,
        records_internal_calls=bool(row["records_internal_calls"]),
        provider_id=ProviderId(row["provider"]),
    )
    rules = {kind.value: row[kind.value] for kind in Kept}
    stored = {name: row[name] for name in NESTED}
    return TenantRecord(
        tenant,
        row["created_ms"],
        **rules,
        archived_ms=row[ARCHIVED],
        pause_reasons=reasons_in(row[REASONS_COLUMN.column]),
        dispositions=dispositions_in(row[DISPOSITIONS_COLUMN.column]),
        brand=brand_in(row[BRAND_COLUMN.column]),
        requires_totp=bool(row[TOTP_RULE.column]),
        stored=stored,
    )


def to_row(record: TenantRecord) -> dict[str, Any]:
    """Return the row of a tenant."""
    # The key of its numbers follows from the master key: it lies nowhere.
    settings = {name: value for name, value in to_wire(record.tenant).items() if name not in _NOT_COLUMNS}
    return {
        **settings,
        "scope": SCOPE,
        "provider": record.tenant.provider_id,
        "country_code": record.tenant.dialling.country_code,
        "created_ms": record.created_ms,
    }
