"""How a call begins.  `at_ms` is milliseconds since 1970, taken where it was noticed."""

from dataclasses import dataclass

from callmodel.callbacks import CallBack
from callmodel.calltrace import CallTrace
from callmodel.campaigns.facts import LeadDue
from callmodel.dtmf import Dtmf
from callmodel.ids import E164, CallId, Extension, LegId, NodeId, SiteId, TenantId, TrunkId
from callmodel.offers import Offer
from callmodel.queues import Queue


@dataclass(frozen=True)
class StationDialled:
    """A station's INVITE reached the media node."""

    call_id: CallId
    tenant_id: TenantId
    node_id: NodeId
    leg_id: LegId
    extension: Extension
    site_id: SiteId
    dialled: str
    at_ms: int
    trace: CallTrace | None = None


@dataclass(frozen=True)
class CustomerCalled:
    """A carrier brought a call to one of HQ's numbers.

    `number` is None where the carrier did not tell it; `withheld`: the caller asked that nobody be shown it.
    `diverted_by`: whose phone sent the call on to us.
    """

    call_id: CallId
    tenant_id: TenantId
    node_id: NodeId
    leg_id: LegId
    number: E164 | None
    called_number: E164
    trunk_id: TrunkId
    at_ms: int
    trace: CallTrace | None = None
    withheld: bool = False
    diverted_by: E164 | None = None
    dtmf: Dtmf = Dtmf.AUTO


@dataclass(frozen=True)
class CallAsked:
    """A user asked by click that a station be connected with a number."""

    call_id: CallId
    tenant_id: TenantId
    node_id: NodeId
    extension: Extension
    site_id: SiteId
    dialled: str
    asked_by: str
    at_ms: int
    trace: CallTrace | None = None


@dataclass(frozen=True)
class CallBackDue:
    """It is the turn of a customer whose place was kept: agents are reserved."""

    call_id: CallId
    tenant_id: TenantId
    node_id: NodeId
    dialled: E164
    call_back: CallBack
    queue: Queue
    offer: Offer
    at_ms: int
    trace: CallTrace | None = None


Beginning = StationDialled | CustomerCalled | CallAsked | LeadDue | CallBackDue
