"""The nodes of a flow: what each says, takes or decides, and where the call goes next.

Times are seconds unless the name says otherwise.  Everywhere `prompts` are what is said, one after the other, and a
text may have parts such as `{name}`, which are filled in from what is known of the call.  `next` and `otherwise` are
names of nodes; a call goes to `otherwise` after the last try, or where nothing else fits.
"""

from dataclasses import dataclass, field

from callmodel.flows.conditions import Case
from callmodel.ids import CalendarId, QueueId
from callmodel.prompts import Audio, Speech
from callmodel.queues import OverflowWhen, SkillNeed


@dataclass(frozen=True)
class Texts:
    """A text to be spoken, in several languages: by each one's tag (BCP 47)."""

    texts: dict[str, str]
    digits: bool = False


Said = Audio | Speech | Texts


@dataclass(frozen=True)
class PlayNode:
    """Says something, then goes on."""

    next: str
    prompts: tuple[Said, ...]
    kind: str = "play"


@dataclass(frozen=True)
class MenuNode:
    """Lets the caller choose by key.  `keys`: one key or several in a row, and the node that each leads to.

    invalid, silent: what is said before the prompts are repeated, after a key that is none of them, or none at all.
    barge_in: whether a key may come before the prompts are over.
    """

    keys: dict[str, str]
    otherwise: str
    prompts: tuple[Said, ...]
    invalid: tuple[Said, ...] = ()
    silent: tuple[Said, ...] = ()
    seconds: int = 5
    tries: int = 3
    barge_in: bool = True
    kind: str = "menu"


@dataclass(frozen=True)
class CollectNode:
    """Takes digits into the data named `into`.

    terminator: the key that ends them, empty for none.  seconds: how long each digit may take.  check: `luhn` for
    numbers with that check digit (ISO/IEC 7812-1), as cards have.  hidden: they are never written down, can be told
    to one look-up only, and are forgotten then.
    """

    into: str
    next: str
    otherwise: str
    prompts: tuple[Said, ...]
    least: int = 1
    most: int = 20
    terminator: str = "#"
    invalid: tuple[Said, ...] = ()
    silent: tuple[Said, ...] = ()
    seconds: int = 5
    tries: int = 3
    barge_in: bool = True
    check: str = ""
    hidden: bool = False
    kind: str = "collect"


@dataclass(frozen=True)
class ListenNode:
    """Lets the caller choose by a word, or by a key.

    words: by language, the words and the node that each leads to.  keys: as a menu's; a caller may press one at any
    time.  confidence: how sure the recogniser has to be, 0 to 1.  seconds: how long it listens after the prompts.
    """

    words: dict[str, dict[str, str]]
    otherwise: str
    prompts: tuple[Said, ...]
    keys: dict[str, str] = field(default_factory=dict)
    invalid: tuple[Said, ...] = ()
    silent: tuple[Said, ...] = ()
    seconds: int = 5
    tries: int = 3
    confidence: float = 0.0
    kind: str = "listen"


@dataclass(frozen=True)
class SurveyNode:
    """Asks for a mark, one key from `least` to `most`; the answer stands in the call's record as `into`."""

    into: str
    next: str
    prompts: tuple[Said, ...]
    least: int = 1
    most: int = 5
    invalid: tuple[Said, ...] = ()
    silent: tuple[Said, ...] = ()
    seconds: int = 5
    tries: int = 2
    kind: str = "survey"


@dataclass(frozen=True)
class LookUpNode:
    """Asks the tenant's own system over HTTPS.

    fields: what it is told, by name; texts are filled in.  answer: which parts of its JSON answer become data, by
    name and path (`customer.name`).  `otherwise`: it did not answer in time, or with an error.
    """

    url: str
    next: str
    otherwise: str
    fields: dict[str, str] = field(default_factory=dict)
    answer: dict[str, str] = field(default_factory=dict)
    timeout_ms: int = 2000
    kind: str = "look_up"


@dataclass(frozen=True)
class BranchNode:
    """Goes where the first case whose conditions all hold leads."""

    cases: tuple[Case, ...]
    otherwise: str
    kind: str = "branch"


@dataclass(frozen=True)
class SetNode:
    """Keeps something for later: data, the priority in queues (0 to 10), skills that are asked for, the language."""

    next: str
    data: dict[str, str] = field(default_factory=dict)
    priority: int | None = None
    needs: tuple[SkillNeed, ...] | None = None
    language: str | None = None
    kind: str = "set"


@dataclass(frozen=True)
class RepeatNode:
    """Goes to `next` as often as `times` in a call, after that to `otherwise`: a way back that comes to an end."""

    times: int
    next: str
    otherwise: str
    kind: str = "repeat"


@dataclass(frozen=True)
class QueueChoice:
    """One of the queues of a node, which may be chosen while a calendar is open (or closed, with `open` false).

    percent: its share of the callers, among those that may be chosen.
    """

    queue_id: QueueId
    percent: int | None = None
    calendar_id: CalendarId | None = None
    open: bool = True


@dataclass(frozen=True)
class Overflow:
    """Lets a caller go on to `next` who would wait, or has waited, too long: `threshold` as `when` says."""

    when: OverflowWhen
    next: str
    threshold: int = 0


@dataclass(frozen=True)
class QueueNode:
    """Lets the caller wait for an agent.

    queues: the first that may be chosen, or by shares.  overflow: rules, looked at before the caller gets in line and
    while the caller waits.  on: where else a caller goes who leaves the queue, by why: `waited`, `full`, `nobody`,
    `away`, `unknown`.  after: where the customer goes when the agent has hung up first, such as a survey.
    """

    queues: tuple[QueueChoice, ...]
    otherwise: str
    prompts: tuple[Said, ...] = ()
    overflow: tuple[Overflow, ...] = ()
    on: dict[str, str] = field(default_factory=dict)
    priority: int | None = None
    needs: tuple[SkillNeed, ...] = ()
    after: str | None = None
    kind: str = "queue"


@dataclass(frozen=True)
class RingStep:
    """Somebody who is rung: an extension of the tenant, or an outside number.

    confirm: whether who answers has to press 1; null for outside numbers only, so that no mobile's voicemail takes
    the call.  calendar_id: rung only while it is open (or closed, with `open` false).
    """

    to: str
    seconds: int = 20
    confirm: bool | None = None
    calendar_id: CalendarId | None = None
    open: bool = True


@dataclass(frozen=True)
class RingNode:
    """Rings one after the other until somebody takes the call: a desk, then a mobile, then the manager.

    accept: what somebody who has to press 1 hears.  after: as a queue's.
    """

    steps: tuple[RingStep, ...]
    otherwise: str
    prompts: tuple[Said, ...] = ()
    accept: tuple[Said, ...] = ()
    after: str | None = None
    kind: str = "ring"


@dataclass(frozen=True)
class TransferNode:
    """Connects the caller with an outside number or an extension, whoever answers there."""

    to: str
    otherwise: str
    prompts: tuple[Said, ...] = ()
    seconds: int = 60
    after: str | None = None
    kind: str = "transfer"


@dataclass(frozen=True)
class VoicemailNode:
    """Records a message of `seconds` at the longest, which `#` ends; the call ends with it.

    mailbox: whose it is, as the record says.  thanks: what is said after a `#`.
    """

    mailbox: str
    prompts: tuple[Said, ...]
    seconds: int = 120
    thanks: tuple[Said, ...] = ()
    kind: str = "voicemail"


@dataclass(frozen=True)
class CallBackNode:
    """Keeps the caller's place in a queue's line, and calls the caller back when it is reached.

    `otherwise`: of a caller whose number is not known, or withheld.  Who does not answer is called again after
    `again_minutes`, `tries` times in all and until `hours` have gone; then the people of the queue follow it up.
    """

    queue_id: QueueId
    next: str
    otherwise: str
    tries: int = 3
    again_minutes: int = 10
    hours: int = 12
    kind: str = "call_back"


@dataclass(frozen=True)
class HangUpNode:
    """Says goodbye, and lets the caller go."""

    prompts: tuple[Said, ...] = ()
    kind: str = "hang_up"


Node = (
    PlayNode
    | MenuNode
    | CollectNode
    | ListenNode
    | SurveyNode
    | LookUpNode
    | BranchNode
    | SetNode
    | RepeatNode
    | QueueNode
    | RingNode
    | TransferNode
    | VoicemailNode
    | CallBackNode
    | HangUpNode
)
