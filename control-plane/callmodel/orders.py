"""What follows from a fact: orders to the switch, to the trunk claims and to the stream.  Imperative."""

from dataclasses import dataclass
from enum import Enum

from callmodel.ids import E164, Extension, LegId, RecordingId, SiteId, TrunkId
from callmodel.limits import Limits
from callmodel.routing import TrunkOffer


@dataclass(frozen=True)
class ClaimTrunk:
    """Claim a channel of the first offer that has one free, within the tenant's own limits.

    `extension` is the station that calls, and `started_ms` says which day the call counts for.
    `emergency`: the first offer is taken whatever is full, and nobody is asked.
    """

    offers: tuple[TrunkOffer, ...]
    tenant_max_channels: int
    limits: Limits = Limits()
    extension: Extension | None = None
    started_ms: int = 0
    emergency: bool = False


@dataclass(frozen=True)
class ReleaseTrunk:
    """Give the call's trunk channel back.  Doing it twice is harmless: the claim names the call."""

    trunk_id: TrunkId


@dataclass(frozen=True)
class DialTrunk:
    leg_id: LegId
    number: E164
    trunk_id: TrunkId
    caller_number: E164
    ring_timeout_seconds: int


@dataclass(frozen=True)
class DialStation:
    """Ring a station.  `shown` is what its display says of the other party: never a customer's full number."""

    leg_id: LegId
    extension: Extension
    site_id: SiteId
    shown: str
    ring_timeout_seconds: int


@dataclass(frozen=True)
class Ring:
    """Let the leg hear ringing (180)."""

    leg_id: LegId


@dataclass(frozen=True)
class PassEarlyMedia:
    """Let the leg hear what the far leg's network plays before the answer (183)."""

    leg_id: LegId
    from_leg_id: LegId


@dataclass(frozen=True)
class Answer:
    leg_id: LegId


@dataclass(frozen=True)
class Bridge:
    """Join these two legs, and no other."""

    first: LegId
    second: LegId


@dataclass(frozen=True)
class PlayHoldMusic:
    """Let a leg that was put on hold hear music, and nothing of the holder."""

    leg_id: LegId


@dataclass(frozen=True)
class StopHoldMusic:
    """Doing it to a leg that hears none is harmless."""

    leg_id: LegId


@dataclass(frozen=True)
class StartRecording:
    """Record what the customer leg says and hears, in two channels, until that leg ends."""

    recording_id: RecordingId
    customer_leg: LegId


@dataclass(frozen=True)
class HangUp:
    """End a leg.  `sip_code` is what a leg that was never answered is told; 200 for one in a conversation."""

    leg_id: LegId
    sip_code: int


class Milestone(Enum):
    STARTED = "call.started"
    RINGING = "call.ringing"
    ANSWERED = "call.answered"
    ENDED = "call.ended"


@dataclass(frozen=True)
class Announce:
    """Put the call as it now stands on the stream of facts.  ENDED carries the CDR."""

    milestone: Milestone


Order = (
    ClaimTrunk
    | ReleaseTrunk
    | DialTrunk
    | DialStation
    | Ring
    | PassEarlyMedia
    | Answer
    | Bridge
    | PlayHoldMusic
    | StopHoldMusic
    | StartRecording
    | HangUp
    | Announce
)
