"""What may befall a campaign's call, beside what befalls every call."""

from dataclasses import dataclass

from callmodel.calltrace import CallTrace
from callmodel.campaigns.called import CalledLead
from callmodel.ids import E164, CallId, LegId, NodeId, TenantId


@dataclass(frozen=True)
class LeadDue:
    """The dialler claimed a lead for this call, and ordered that it be dialled."""

    call_id: CallId
    tenant_id: TenantId
    node_id: NodeId
    dialled: E164
    lead: CalledLead
    at_ms: int
    trace: CallTrace | None = None


@dataclass(frozen=True)
class MachineTold:
    """A machine has answered, not a person."""

    leg_id: LegId
    at_ms: int


@dataclass(frozen=True)
class BeepHeard:
    """The machine's beep is over: it records what is said now."""

    leg_id: LegId
    at_ms: int


@dataclass(frozen=True)
class ClaimTold:
    """Whether the claim is this call's for good (`taken`); if not, its number must not be dialled."""

    taken: bool
    at_ms: int
