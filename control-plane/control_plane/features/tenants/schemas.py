"""Wire shapes of tenants."""

from typing import Literal

from pydantic import Field

from callmodel.directory import CallerRule, CallerRuleKind
from callmodel.numbers import DiallingPlan
from control_plane.fields import (
    CountryCode,
    DiallingPrefix,
    DisplayName,
    E164Text,
    NumberPrefix,
    SipDomain,
    Slug,
    TenantIdText,
)
from control_plane.web import Shape


class Dialling(Shape):
    """How the tenant's people write numbers down."""

    country_code: CountryCode = "86"
    national_prefix: DiallingPrefix = "0"
    international_prefix: DiallingPrefix = "00"
    outside_prefix: DiallingPrefix = Field("", description="what people dial first for an outside line, such as 9")

    def to_plan(self) -> DiallingPlan:
        """Return the domain's value."""
        return DiallingPlan(**self.model_dump())


class CallerRuleShape(Shape):
    """Which of its numbers the tenant shows to the people it calls.

    `fixed`: the first of `numbers`. `region`: the number under the longest prefix of the callee's number in
    `regions`, else the first of `numbers`. `rotating`: each call the next of `numbers`.
    """

    kind: Literal["fixed", "region", "rotating"] = "fixed"
    numbers: list[E164Text] = Field(default_factory=list, max_length=500)
    regions: dict[NumberPrefix, E164Text] = Field(default_factory=dict, max_length=500)

    def to_rule(self) -> CallerRule:
        """Return the domain's value."""
        return CallerRule(CallerRuleKind(self.kind), tuple(self.numbers), dict(self.regions))


class NewTenant(Shape):
    """A tenant to be. `domain`: by default `<tenant_id>.<platform domain>`; phones register in it."""

    tenant_id: TenantIdText
    name: DisplayName
    domain: SipDomain | None = None
    provider: Slug = Field("hq", description="the outsourcing firm that serves the tenant, or hq")
    dialling: Dialling = Field(default_factory=lambda: Dialling.model_validate({}))
    max_channels: int = Field(100, ge=1, le=10_000, description="calls over trunks at once")
    ring_timeout_seconds: int = Field(60, ge=5, le=180)
    records_calls: bool = True


class TenantPatch(Shape):
    """What is to change; what is absent or null stays. `domain`, `provider`, `max_channels` and how long
    records are kept: HQ administrators.
    """

    name: DisplayName | None = None
    domain: SipDomain | None = None
    provider: Slug | None = None
    dialling: Dialling | None = None
    caller_rule: CallerRuleShape | None = None
    max_channels: int | None = Field(None, ge=1, le=10_000)
    ring_timeout_seconds: int | None = Field(None, ge=5, le=180)
    records_calls: bool | None = None
    keep_calls_days: int | None = Field(None, ge=0, le=7300, description="0: for ever, whatever the platform's rule")
    keep_audit_days: int | None = Field(None, ge=0, le=7300, description="0: for ever, whatever the platform's rule")
    keep_recordings_days: int | None = Field(
        None, ge=0, le=7300, description="0: for ever, whatever the platform's rule"
    )


class TenantView(Shape):
    """A tenant as it is."""

    tenant_id: str
    name: str
    domain: str
    provider: str
    dialling: Dialling
    caller_rule: CallerRuleShape
    max_channels: int
    ring_timeout_seconds: int
    records_calls: bool
    keep_calls_days: int | None = Field(description="how long call records are kept; null: the platform's rule")
    keep_audit_days: int | None = Field(description="how long the audit trail is kept; null: the platform's rule")
    keep_recordings_days: int | None = Field(description="how long recordings are kept; null: the platform's rule")
    created_ms: int
