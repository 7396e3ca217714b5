"""What may befall a call.  Past tense; `at_ms` is milliseconds since 1970, taken where it was noticed."""

from dataclasses import dataclass, field
from enum import Enum

from callmodel.agentkeys import AgentOutcome
from callmodel.callstate import TimerName
from callmodel.campaigns.facts import BeepHeard, ClaimTold, MachineTold
from callmodel.endings import Ending
from callmodel.ids import CallId, LegId, QueueId, TrunkId
from callmodel.links import Link, LinkedParty
from callmodel.offers import Offer
from callmodel.queues import Queue
from callmodel.rooms import Mode
from callmodel.routing import LinkPlan, Plan
from callmodel.vips import Vip
from callmodel.voice.facts import EarlyMediaMeasured, VoiceMeasured


@dataclass(frozen=True)
class TrunkGranted:
    """A channel is claimed for a leg.  `rotation` counts the tenant's claims and turns its pool of caller numbers."""

    leg_id: LegId
    trunk_id: TrunkId
    rotation: int
    at_ms: int


@dataclass(frozen=True)
class TrunkRefused:
    """No channel: the trunks are full, or a limit of the tenant's is reached; `ending` says which."""

    leg_id: LegId
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
    """A leg is gone.  `sip_code` is the final response where it never answered, else None.

    `silent`: the switch gave it up, as nothing was heard of it any more.  `sip_call_id`: its dialog's Call-ID.
    """

    leg_id: LegId
    sip_code: int | None
    at_ms: int
    silent: bool = False
    sip_call_id: str | None = None


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
    """Somebody who may asked to end the call.  `asked_by`: the user."""

    at_ms: int
    asked_by: str | None = None


@dataclass(frozen=True)
class SpendStopped:
    """The tenant's calls of this call's day have cost so much that running ones are ended too."""

    at_ms: int


@dataclass(frozen=True)
class TransferAsked:
    """The party `by` asked that somebody take its place; `plan` is where the target is.

    `referred`: its phone asked by REFER (RFC 3515) and waits to hear what came of it.
    """

    plan: Plan | LinkPlan
    by: LegId
    at_ms: int
    referred: bool = False


@dataclass(frozen=True)
class LinkAsked:
    """Another call wants to take the place of the party `replaces`, whose phone joins the two."""

    leg_id: LegId
    replaces: LegId
    link: Link
    at_ms: int


@dataclass(frozen=True)
class LinkNamed:
    """The call at the other end of a link has said who talks there."""

    leg_id: LegId
    call_id: CallId
    party: LinkedParty
    at_ms: int


@dataclass(frozen=True)
class QueueAsked:
    """The party `by` hands the customer over to whoever is next in a queue."""

    queue_id: QueueId
    by: LegId
    at_ms: int
    priority: int = 0


@dataclass(frozen=True)
class ConsultAsked:
    """The party `by` wants to talk to somebody while the others hold."""

    plan: Plan
    by: LegId
    at_ms: int


@dataclass(frozen=True)
class JoinAsked:
    """The party `by` wants one more in the conversation."""

    plan: Plan
    by: LegId
    at_ms: int


@dataclass(frozen=True)
class PickUpAsked:
    """Somebody wants to take a call that rings at a colleague's."""

    plan: Plan
    at_ms: int


@dataclass(frozen=True)
class SuperviseAsked:
    """Somebody wants to be rung to listen to the party `to`, to whisper to it, or to join."""

    plan: Plan
    mode: Mode
    to: LegId
    at_ms: int


@dataclass(frozen=True)
class RejoinAsked:
    """The phone of the party `leg_id` has forgotten the call, and asks to be rung: a page that was loaded anew."""

    plan: Plan
    leg_id: LegId
    at_ms: int


class ConsultStep(Enum):
    """What becomes of a consult.

    `SWAP`: who holds talks, and the other way round.  `COMPLETE`: whoever asked leaves the others to each other.
    `CANCEL`: the consulted party leaves.  `CONFERENCE`: all talk.
    """

    SWAP = "swap"
    COMPLETE = "complete"
    CANCEL = "cancel"
    CONFERENCE = "conference"


@dataclass(frozen=True)
class ConsultTurned:
    """Whoever consults asked for the next step."""

    step: ConsultStep
    at_ms: int


@dataclass(frozen=True)
class ModeAsked:
    """A supervisor who is in the call wants another mode.  `to`: whom they attend then; None leaves it as it is."""

    leg_id: LegId
    mode: Mode
    at_ms: int
    to: LegId | None = None


@dataclass(frozen=True)
class ReleaseAsked:
    """Somebody who may asked that one party leave."""

    leg_id: LegId
    at_ms: int


@dataclass(frozen=True)
class RecordingPauseAsked:
    """A party asked that nothing be recorded for a while (`paused`), or that recording go on."""

    paused: bool
    at_ms: int


@dataclass(frozen=True)
class TimerFired:
    name: TimerName
    at_ms: int


@dataclass(frozen=True)
class Played:
    """What was played to a leg is over; `failed`: it could not be played, or not to its end."""

    leg_id: LegId
    play_id: str
    at_ms: int
    failed: bool = False


@dataclass(frozen=True)
class DigitPressed:
    """A key: one of 0-9, *, #, A-D.  It may be part of a card's number: it is in no log and no trace."""

    leg_id: LegId
    digit: str = field(repr=False)
    at_ms: int


@dataclass(frozen=True)
class Heard:
    """What a caller said, as one of the words that were listened for; None where it was none of them."""

    leg_id: LegId
    listen_id: str
    word: str | None
    at_ms: int
    confidence: float = 0.0


@dataclass(frozen=True)
class QueueSeen:
    """How a queue stands; `estimate_seconds`: how long a caller who joins now will wait, None where nobody knows."""

    queue_id: QueueId
    waiting: int
    ready: int
    signed_in: int
    longest_wait_seconds: float
    estimate_seconds: float | None
    at_ms: int


@dataclass(frozen=True)
class LookedUp:
    """A tenant's system has answered; `problem`: why it has not, such as `timeout`, `status-500`, `too-long`."""

    look_up_id: str
    answer: dict[str, str]
    at_ms: int
    problem: str | None = None


@dataclass(frozen=True)
class VipTold:
    """What the tenant's system says of the caller, or said last: None for nobody in particular."""

    look_up_id: str
    vip: Vip | None
    at_ms: int


@dataclass(frozen=True)
class ChannelHeld:
    """Whether a leg's channel is held; if not, there are none left for the likes of it."""

    leg_id: LegId
    trunk_id: TrunkId
    held: bool
    at_ms: int


@dataclass(frozen=True)
class WayFound:
    """Where a target that was dialled in a flow is."""

    target: str
    plan: Plan
    at_ms: int


@dataclass(frozen=True)
class Queued:
    """The call is in line, or is still.  `ahead`: callers before it.  `estimate_seconds`: see QueueSeen.

    signed_in: how many agents the queue has, None where that was not asked.
    """

    queue: Queue
    ahead: int
    estimate_seconds: float | None
    at_ms: int
    signed_in: int | None = None


@dataclass(frozen=True)
class NotQueued:
    """The queue takes nobody: `reason` is `full`, `unknown`, or `away` where hot state does not answer."""

    queue_id: QueueId
    reason: str
    at_ms: int


@dataclass(frozen=True)
class PlaceKept:
    """The caller's place in line is kept.  `call_id`: the call that it will become; None where nobody can keep it."""

    call_id: CallId | None
    at_ms: int


@dataclass(frozen=True)
class LineLost:
    """Hot state does not know the caller any more, as after a fail-over."""

    at_ms: int


@dataclass(frozen=True)
class AgentOffered:
    """Agents are reserved for this caller: one, or several of whom the first to answer has the call."""

    queue: Queue
    offer: Offer
    at_ms: int


@dataclass(frozen=True)
class AgentChanged:
    """What became of an agent's `orders.ChangeAgent`."""

    outcome: AgentOutcome
    at_ms: int


@dataclass(frozen=True)
class NodeLost:
    """The media engine died under the call: all its legs are gone at once."""

    at_ms: int


Fact = (
    TrunkGranted | TrunkRefused | LegRang | LegSentEarlyMedia | EarlyMediaMeasured | LegAnswered | LegHungUp
    | LegHeld | LegUnheld
    | HangUpAsked | SpendStopped | TransferAsked | LinkAsked | LinkNamed | QueueAsked | ConsultAsked | JoinAsked
    | PickUpAsked | SuperviseAsked | ConsultTurned | ModeAsked | ReleaseAsked | RecordingPauseAsked | TimerFired
    | Played | DigitPressed | Heard | QueueSeen | LookedUp | VipTold | ChannelHeld | WayFound | Queued | NotQueued
    | PlaceKept | LineLost | AgentOffered | AgentChanged | ClaimTold | MachineTold | BeepHeard | NodeLost
    | VoiceMeasured | RejoinAsked
)  # fmt: skip
