"""Where a call stands in its flow, and what the flow has learnt of the caller."""

from dataclasses import dataclass, field, replace
from enum import Enum

from callmodel.endings import Ending
from callmodel.ids import AgentId, CallId, QueueId
from callmodel.queues import SkillNeed


class Doing(Enum):
    """What the node waits for.

    `SAYING`: the end of what is said.  `AWAITING`: keys.  `LISTENING`: a word.  `LOOKING`: how queues stand.
    `ASKING`: the tenant's system.  `QUEUEING`: the queue that the caller is let into.  `FINDING`: where somebody is.
    `RINGING`: that somebody answers.  `CONFIRMING`: that who has answered presses 1.  `RECORDING`: a message's end.
    `KEEPING`: that a place in line is kept.  Before the first node, `RECOGNISING`: whether the caller is a VIP.
    `ENTERING`: whether a channel is free.
    """

    SAYING = "saying"
    AWAITING = "awaiting"
    LISTENING = "listening"
    LOOKING = "looking"
    ASKING = "asking"
    QUEUEING = "queueing"
    FINDING = "finding"
    RINGING = "ringing"
    CONFIRMING = "confirming"
    RECORDING = "recording"
    KEEPING = "keeping"
    RECOGNISING = "recognising"
    ENTERING = "entering"


@dataclass(frozen=True)
class QueueWish:
    """Which queue a caller wants into, as `waiting.enter` takes it."""

    queue_id: QueueId
    priority: int = 0
    needs: tuple[SkillNeed, ...] = ()
    wanted_agents: tuple[AgentId, ...] = ()


@dataclass(frozen=True)
class Visit:
    """A call in its flow.

    asked: counts what was asked of others, such as a prompt to be played; its answer names the number.
    tries: of the caller, at this node.  digits: what was pressed at this node so far; `secret`: they are hidden.
    step: of those who are rung.
    steps: nodes since the caller last did something.  rounds: how often each way back was taken.
    hidden: digits that are never written down.  marks: what the caller answered in surveys.
    looks: how queues stood, by queue and measure, when this node asked.
    noticed: the caller has heard the notice of recording.  after: the node for a customer whose agent hangs up first.
    recording_since_ms: of a message.  mailbox: whose it is.
    missed: why the last person or queue that was tried did not take the call.
    result: how the call ends if the flow lets the caller go.
    call_back: the call that a kept place will become.  No `repr` shows what callers told.
    """

    node: str
    doing: Doing | None = None
    asked: int = 0
    tries: int = 0
    digits: str = field(default="", repr=False)
    secret: bool = False
    data: dict[str, str] = field(default_factory=dict, repr=False)
    hidden: dict[str, str] = field(default_factory=dict, repr=False)
    marks: dict[str, str] = field(default_factory=dict)
    priority: int = 0
    needs: tuple[SkillNeed, ...] = ()
    step: int = 0
    steps: int = 0
    rounds: dict[str, int] = field(default_factory=dict)
    looks: dict[str, dict[str, float]] = field(default_factory=dict)
    noticed: bool = False
    wish: QueueWish | None = None
    after: str | None = None
    recording_since_ms: int | None = None
    mailbox: str | None = None
    missed: str | None = None
    result: Ending | None = None
    call_back: CallId | None = None

    def forgetting(self) -> "Visit":
        """Return the visit without what must not outlive the flow."""
        return replace(self, digits="", hidden={})

    def written_down(self) -> "Visit":
        """Return the visit as it may stand on a disk: hidden digits are lost with the process that heard them."""
        return replace(self, digits="" if self.secret else self.digits, hidden={})
