"""Wire shapes of tenants."""

from typing import Literal

from pydantic import Field

from callmodel.codec import from_wire
from callmodel.directory import DEFAULT_TIME_ZONE
from callmodel.limits import Limits
from control_plane.dialling import Dialling
from control_plane.features.tenants.brand_schemas import BrandView
from control_plane.fields import (
    DisplayName,
    DispositionIdText,
    E164Text,
    FlowIdText,
    NumberPrefix,
    QueueIdText,
    ReasonText,
    SipDomain,
    Slug,
    TenantIdText,
    TimeZone,
)
from control_plane.web import NestedPatch, Shape


class CallerRuleShape(Shape):
    """Which of its numbers the tenant shows to the people it calls.

    `fixed`: the first of `numbers`. `region`: the number under the longest prefix of the callee's number in
    `regions`, else the first of `numbers`. `rotating`: each call the next of `numbers`.
    """

    kind: Literal["fixed", "region", "rotating"] = "fixed"
    numbers: list[E164Text] = Field(default_factory=list, max_length=500)
    regions: dict[NumberPrefix, E164Text] = Field(default_factory=dict, max_length=500)


class LimitsShape(Shape):
    """What bounds a tenant's calls to the outside, and so the damage of a stolen identity; null is no limit.

    The longest prefix of a number decides whether it may be called; `+` alone is anywhere. What no prefix of the
    tenant's names is allowed, except +870, +878, +881, +882, +883, +979 and +1900 and what an equally long or longer
    prefix here does not allow of them. Money is in the currency of the trunks' rates, and counts for the UTC day on
    which a call begins.
    """

    allowed_prefixes: list[NumberPrefix] = Field(default_factory=list, max_length=500)
    blocked_prefixes: list[NumberPrefix] = Field(default_factory=list, max_length=500)
    spend_per_day: float | None = Field(None, ge=0, le=1_000_000_000)
    hard_stop: float = Field(1.5, ge=1, le=100, description="at this multiple of spend_per_day calls are ended too")
    calls_per_minute: int | None = Field(None, ge=1, le=100_000)
    station_calls_per_minute: int | None = Field(20, ge=1, le=100_000, description="for each station")
    longest_call_minutes: int | None = Field(
        None, ge=1, le=10_080, description="a call to the outside ends so long after its answer: it was forgotten"
    )

    def to_limits(self) -> Limits:
        """Return the domain's value."""
        return from_wire(Limits, self.model_dump())


class PauseReasonShape(Shape):
    """Why agents pause, and after how long they are ready again by themselves; null: never."""

    reason: ReasonText
    limit_minutes: int | None = Field(None, ge=1, le=1440)


class TenantDispositionShape(Shape):
    """What an agent may say came of a call: the word that is kept, and the one that people read."""

    disposition: DispositionIdText
    label: DisplayName


_URL = r"^https?://[A-Za-z0-9.:\[\]-]{1,253}(/[\x21-\x7e]*)?$"


class VipPatternShape(Shape):
    """Whoever calls from a number with this prefix is such a VIP."""

    prefix: NumberPrefix
    level: int = Field(1, ge=1, le=10)
    priority: int = Field(9, ge=0, le=10)
    queue_id: QueueIdText | None = None


class VipRulesShape(Shape):
    """How VIPs are known who are on no list, and what stays free for VIPs.

    `look_up_url` is asked by POST of each caller with a number, with `caller`, `dialled` and `call_id`; it answers
    `{"vip": true}` and any of `level`, `priority`, `own_agent`, `queue_id`, `mobile`. While it does not answer in
    time, what it answered last counts.
    """

    look_up_url: str | None = Field(None, pattern=_URL, max_length=500)
    look_up_ms: int = Field(300, ge=50, le=2000, description="how long it has to answer; the caller waits meanwhile")
    patterns: list[VipPatternShape] = Field(default_factory=list, max_length=500, description="the longest decides")
    reserved_channels: int = Field(0, ge=0, le=10_000, description="of max_channels, so many stay free for VIPs")
    full_flow: FlowIdText | None = Field(
        None, description="where callers go for whom no other channel is left; null: they hear that we are busy"
    )


class HandDiallingShape(Shape):
    """What people may dial by hand to the outside; emergency numbers always.

    `limited` false: whatever `limits` allow. Else: `prefixes`, customers on the tenant's `lists`, and numbers that
    have been approved, with `approvals`.
    """

    limited: bool = False
    prefixes: list[NumberPrefix] = Field(default_factory=list, max_length=500)
    lists: bool = False
    approvals: bool = False


class VipRulesPatch(NestedPatch, VipRulesShape):
    """What is to change; what is absent stays. `patterns` are replaced whole."""


class HandDiallingPatch(NestedPatch, HandDiallingShape):
    """What is to change; what is absent stays. `prefixes` are replaced whole."""


class DiallingPatch(NestedPatch, Dialling):
    """What is to change of how the tenant's people write numbers down; what is absent stays."""


class CallerRulePatch(NestedPatch, CallerRuleShape):
    """What is to change of the caller rule; what is absent stays. `numbers` and `regions` are replaced whole."""


class LimitsPatch(NestedPatch, LimitsShape):
    """What is to change of the limits; what is absent stays, null is no limit. Lists are replaced whole."""


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
    records_internal_calls: bool = Field(False, description="calls between the tenant's stations too")
    time_zone: TimeZone = DEFAULT_TIME_ZONE
    limits: LimitsShape = Field(default_factory=lambda: LimitsShape.model_validate({}))


class TenantPatch(Shape):
    """What is to change; what is absent or null stays, in nested settings too. `domain`,
    `provider`, `max_channels`, `limits`, `dialling.emergency_numbers` and how long records are kept:
    HQ administrators.
    """

    name: DisplayName | None = None
    domain: SipDomain | None = None
    provider: Slug | None = None
    dialling: DiallingPatch | None = None
    caller_rule: CallerRulePatch | None = None
    max_channels: int | None = Field(None, ge=1, le=10_000)
    ring_timeout_seconds: int | None = Field(None, ge=5, le=180)
    records_calls: bool | None = None
    records_internal_calls: bool | None = None
    time_zone: TimeZone | None = None
    limits: LimitsPatch | None = None
    vip_rules: VipRulesPatch | None = None
    hand_dialling: HandDiallingPatch | None = None
    pause_reasons: list[PauseReasonShape] | None = Field(None, max_length=50, description="replaced whole")
    dispositions: list[TenantDispositionShape] | None = Field(
        None, max_length=30, description="replaced whole; empty: the usual ones, and any word is taken"
    )
    requires_totp: bool | None = Field(None, description="whether its people sign in with a second factor")
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
    records_internal_calls: bool
    time_zone: str = Field(description="of its people, where their site has none of its own")
    limits: LimitsShape
    vip_rules: VipRulesShape
    hand_dialling: HandDiallingShape
    pause_reasons: list[PauseReasonShape]
    dispositions: list[TenantDispositionShape] = Field(description="empty: the usual ones, and any word is taken")
    brand: BrandView | None = Field(description="how it looks; null: as the platform does")
    requires_totp: bool = Field(description="whether its people sign in with a second factor")
    keep_calls_days: int | None = Field(description="how long call records are kept; null: the platform's rule")
    keep_audit_days: int | None = Field(description="how long the audit trail is kept; null: the platform's rule")
    keep_recordings_days: int | None = Field(description="how long recordings are kept; null: the platform's rule")
    created_ms: int
    archived_ms: int | None


class SpendView(Shape):
    """What the tenant's calls of today have cost, by the trunks' rates; null is no limit.

    A call counts from its answer on, by the second, for the UTC day on which it began; one in progress with at least
    its first minute. Running calls are brought up to date every 20 s.
    """

    day: str
    spent: float
    limit: float | None
    hard_stop: float | None = Field(description="where running calls are ended")
    level: Literal["free", "near", "reached", "stopped"] = Field(description="near is from 80 % of the limit on")
