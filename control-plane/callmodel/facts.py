"""What may befall a call.  Past tense; `at_ms` is milliseconds since 1970, taken where it was noticed."""

from dataclasses import dataclass

from callmodel.calltrace import CallTrace
from callmodel.endings import Ending
from callmodel.ids import E164, CallId, Extension, LegId, NodeId, SiteId, TenantId, TrunkId
from callmodel.routing import Plan


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


Beginning = StationDialled | CustomerCalled | CallAsked


@dataclass(frozen=True)
class TrunkGranted:
    """A channel is claimed.  `rotation` counts the tenant's claims and turns its pool of caller numbers."""

    trunk_id: TrunkId
    rotation: int
    at_ms: int


@dataclass(frozen=True)
class TrunkRefused:
    """No channel: the trunks are full, or a limit of the tenant's is reached; `ending` says which."""

    ending: Ending
    at_ms: int


@dataclass(frozen=True)
class LegRang:
    leg_id: LegId
    at_ms: int


@dataclass(frozen=True)
class LegSentEarlyMedia:
    leg_id: LegId
    at_ms: int


@dataclass(frozen=True)
class LegAnswered:
    leg_id: LegId
    at_ms: int


@dataclass(frozen=True)
class LegHungUp:
    """A leg is gone.  `sip_code` is the final response where it never answered, else None."""

    leg_id: LegId
    sip_code: int | None
    at_ms: int


@dataclass(frozen=True)
class LegHeld:
    leg_id: LegId
    at_ms: int


@dataclass(frozen=True)
class LegUnheld:
    leg_id: LegId
    at_ms: int


@dataclass(frozen=True)
class HangUpAsked:
    """Somebody who may asked to end the call."""

    at_ms: int


@dataclass(frozen=True)
class SpendStopped:
    """The tenant's calls of this call's day have cost so much that running ones are ended too."""

    at_ms: int


@dataclass(frozen=True)
class TransferAsked:
    """The agent asked that the customer be taken over; `plan` is where the target is."""

    plan: Plan
    at_ms: int


@dataclass(frozen=True)
class NodeLost:
    """The media engine died under the call: all its legs are gone at once."""

    at_ms: int


Fact = (
    TrunkGranted
    | TrunkRefused
    | LegRang
    | LegSentEarlyMedia
    | LegAnswered
    | LegHungUp
    | LegHeld
    | LegUnheld
    | HangUpAsked
    | SpendStopped
    | TransferAsked
    | NodeLost
)
