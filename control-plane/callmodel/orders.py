"""What follows from a fact: orders to the switch, to the trunk claims and to the stream.  Imperative."""

from dataclasses import dataclass, field
from enum import Enum

from callmodel.agentkeys import AgentKey
from callmodel.agents import Seat
from callmodel.callstate import Timer
from callmodel.dtmf import Dtmf
from callmodel.handdialling import Asked
from callmodel.ids import (
    E164,
    AgentId,
    CallId,
    Extension,
    LegId,
    NodeId,
    QueueId,
    RecordingId,
    SiteId,
    TenantId,
    TrunkId,
)
from callmodel.limits import Limits
from callmodel.links import Link, LinkedParty
from callmodel.offers import OfferEnd
from callmodel.prompts import Prompt
from callmodel.queues import SkillNeed
from callmodel.rooms import Room
from callmodel.routing import TrunkOffer


@dataclass(frozen=True)
class ClaimTrunk:
    """Claim a channel of the first offer that has one free, within the tenant's own limits.

    The claim goes by the name of the leg.  `attempt`: the first leg of the same attempt, which counts once for limits
    on the rate however many trunks it tries.  `extension`: the station that calls.  `started_ms` says which day pays.
    `emergency`: the first offer is taken whatever is full, and nobody is asked.  asked: what has to be so of a number
    that is dialled by hand.
    """

    leg_id: LegId
    attempt: LegId
    offers: tuple[TrunkOffer, ...]
    tenant_max_channels: int
    limits: Limits = Limits()
    extension: Extension | None = None
    started_ms: int = 0
    emergency: bool = False
    asked: Asked | None = None


@dataclass(frozen=True)
class ReleaseTrunk:
    """Give a leg's trunk channel back.  Doing it twice is harmless: the claim names the leg."""

    leg_id: LegId
    trunk_id: TrunkId


@dataclass(frozen=True)
class DialTrunk:
    leg_id: LegId
    number: E164
    trunk_id: TrunkId
    caller_number: E164
    ring_timeout_seconds: int
    dtmf: Dtmf = Dtmf.AUTO


@dataclass(frozen=True)
class SetDtmf:
    """Have keys of a leg that a carrier has brought, and is not answered yet, go as its trunk says."""

    leg_id: LegId
    dtmf: Dtmf


@dataclass(frozen=True)
class DialStation:
    """Ring a station.  `shown` is what its display says of the other party: never a customer's full number.

    tenant_id: whose station it is, None for the call's own tenant.  answers: whether the phone is asked to pick up by
    itself.
    """

    leg_id: LegId
    extension: Extension
    site_id: SiteId
    shown: str
    ring_timeout_seconds: int
    tenant_id: TenantId | None = None
    answers: bool = False


@dataclass(frozen=True)
class DialLink:
    """Ask for the call that a link leads to, of whichever node holds it; no other answers."""

    leg_id: LegId
    link: Link
    ring_timeout_seconds: int


@dataclass(frozen=True)
class NameLink:
    """Tell the call at the other end of a link, which asked as `leg_id` of a node, who talks in this one."""

    node_id: NodeId
    leg_id: LegId
    call_id: CallId
    party: LinkedParty


@dataclass(frozen=True)
class Answer:
    leg_id: LegId


@dataclass(frozen=True)
class SetRoom:
    """Let the call's legs hear each other as the room says, and not otherwise.  Twice is harmless."""

    room: Room


@dataclass(frozen=True)
class StartRecording:
    """Record what a leg says and hears, in two channels, until it ends: the customer's, or who called a colleague."""

    recording_id: RecordingId
    leg_id: LegId


@dataclass(frozen=True)
class PauseRecording:
    """Record silence on both channels, or sound again, on the leg that is recorded."""

    leg_id: LegId
    paused: bool


@dataclass(frozen=True)
class ReportTransfer:
    """Tell the phone that asked for a transfer (RFC 3515) what came of it: 200, or why the target was not reached."""

    leg_id: LegId
    sip_code: int


@dataclass(frozen=True)
class SetTimer:
    """Tell the call when a moment has come; another of the same name takes its place."""

    timer: Timer


@dataclass(frozen=True)
class Play:
    """Play prompts to a leg, one after the other; another `Play` takes its place.  `Played` names `play_id`.

    language: of what is spoken, as BCP 47 has it: `zh-CN`.
    """

    leg_id: LegId
    play_id: str
    prompts: tuple[Prompt, ...]
    language: str = "en"


@dataclass(frozen=True)
class StopPlaying:
    leg_id: LegId
    play_id: str


@dataclass(frozen=True)
class Listen:
    """Recognise one of `words` in what a leg says within `seconds`; `Heard` names `listen_id`."""

    leg_id: LegId
    listen_id: str
    words: tuple[str, ...]
    language: str = "en"
    seconds: int = 5


@dataclass(frozen=True)
class DetectMachine:
    """Hear for `most_seconds` whether a machine has answered at a leg: `MachineTold`, or nothing for a person.

    person_cost, machine_cost: of a wrong guess.  awaits_beep: `BeepHeard` follows, once a machine records.
    """

    leg_id: LegId
    most_seconds: float
    person_cost: float
    machine_cost: float
    awaits_beep: bool = False


@dataclass(frozen=True)
class LookAtQueue:
    queue_id: QueueId


@dataclass(frozen=True)
class LookUp:
    """Ask the tenant's system; `LookedUp` names `look_up_id`.

    fields: what it is told; hidden: this too, and it is never written down.
    answer: which parts of its JSON answer are wanted, by name and path (`customer.name`).
    """

    look_up_id: str
    url: str
    timeout_ms: int
    fields: dict[str, str] = field(default_factory=dict, repr=False)
    answer: dict[str, str] = field(default_factory=dict)
    hidden: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class AskVip:
    """Ask the tenant's system whether the caller is a VIP: `VipTold` names `look_up_id`.

    Where it has not answered within `budget_ms`, what it answered last is told.
    """

    look_up_id: str
    url: str
    budget_ms: int


@dataclass(frozen=True)
class HoldChannel:
    """Hold the channel by which a leg came, if the tenant then has `most` at the most: `ChannelHeld` follows."""

    leg_id: LegId
    trunk_id: TrunkId
    most: int


@dataclass(frozen=True)
class FindWay:
    """Find where a target is: an extension of the tenant, or a public number."""

    target: str


@dataclass(frozen=True)
class JoinQueue:
    """Get in line, or in line again at the same place: `Queued`, `NotQueued` or `AgentOffered` follow.

    needs: skills that this caller asks for besides the queue's own.  `entered_ms`: since when it waits.
    to_last_agent: whether who last spoke with the number comes first, as the queue has it.
    """

    queue_id: QueueId
    priority: int
    entered_ms: int
    needs: tuple[SkillNeed, ...] = ()
    wanted_agents: tuple[AgentId, ...] = ()
    to_last_agent: bool = True


@dataclass(frozen=True)
class LeaveQueue:
    """Wait no more in this queue.  Twice is harmless.

    keeps_place: whoever calls again from the same number within a few minutes has the place that is left now.
    abandoned: the call is over, as the caller gave up or was lost.
    """

    queue_id: QueueId
    keeps_place: bool = False
    abandoned: bool = False


@dataclass(frozen=True)
class KeepPlace:
    """Keep the caller's place in line for a call back: `PlaceKept` follows.  A number has one, whoever asks again.

    since_ms: since when the caller waits; until_ms: after which nobody is called any more.
    """

    queue_id: QueueId
    number: E164
    since_ms: int
    until_ms: int
    priority: int = 0
    needs: tuple[SkillNeed, ...] = ()
    tries: int = 3
    again_minutes: int = 10


@dataclass(frozen=True)
class EndCallBack:
    """Say what came of a call back: the customer was `reached`, or is called again by rule.  Twice is harmless."""

    reached: bool


@dataclass(frozen=True)
class CloseOffer:
    """Tell what came of an offer.  An agent who was not reached leaves the caller at the first place."""

    queue_id: QueueId
    agent_id: AgentId
    token: int
    end: OfferEnd


@dataclass(frozen=True)
class ChangeAgent:
    """Have the agent at a seat do something else: `AgentChanged` follows."""

    seat: Seat
    key: AgentKey


@dataclass(frozen=True)
class TakeLead:
    """Take the claim of a campaign's lead for good, before anybody is dialled: `ClaimTold` follows."""


@dataclass(frozen=True)
class OptOut:
    """Have the customer not be called any more: by nobody of the tenant, and at once."""


@dataclass(frozen=True)
class HangUp:
    """End a leg.  `sip_code` is what a leg that was never answered is told; 200 for one in a conversation."""

    leg_id: LegId
    sip_code: int


class Milestone(Enum):
    """`QUEUED`: the caller is in line.  `CHANGED`: others talk than before, or one holds."""

    STARTED = "call.started"
    QUEUED = "call.queued"
    RINGING = "call.ringing"
    ANSWERED = "call.answered"
    CHANGED = "call.changed"
    ENDED = "call.ended"


@dataclass(frozen=True)
class Announce:
    """Put the call's record as it now stands on the stream of facts; with ENDED it is complete.

    `version` counts the call's announcements from 1: whoever keeps a picture of the call keeps the highest.  It is
    not compared: it numbers the news, and is none.
    """

    milestone: Milestone
    version: int = field(default=0, compare=False)


Order = (
    ClaimTrunk
    | ReleaseTrunk
    | DialTrunk
    | DialStation
    | DialLink
    | NameLink
    | SetDtmf
    | Answer
    | SetRoom
    | StartRecording
    | PauseRecording
    | ReportTransfer
    | SetTimer
    | Play
    | StopPlaying
    | Listen
    | DetectMachine
    | LookAtQueue
    | LookUp
    | AskVip
    | HoldChannel
    | FindWay
    | JoinQueue
    | LeaveQueue
    | KeepPlace
    | EndCallBack
    | CloseOffer
    | ChangeAgent
    | TakeLead
    | OptOut
    | HangUp
    | Announce
)
