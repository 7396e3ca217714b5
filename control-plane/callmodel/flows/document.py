"""A flow as its tenant writes it: nodes by name, each with where the call goes next.

Times are seconds unless the name says otherwise.  Everywhere `prompts` are what is said, one after the other, and a
text may have parts such as `{name}`, which are filled in from what is known of the call.  `otherwise` is the node
after the last try.
"""

from dataclasses import dataclass, field

from callmodel.ids import FlowId, PromptId, QueueId, TenantId
from callmodel.prompts import Audio, Speech
from callmodel.queues import SkillNeed

MOST_NODES = 200
MOST_BYTES = 64 * 1024
DEFAULT_LANGUAGE = "en"


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
class QueueChoice:
    """One of the queues of a node.  `percent`: its share of the callers, among those that may be chosen."""

    queue_id: QueueId
    percent: int | None = None


@dataclass(frozen=True)
class QueueNode:
    """Lets the caller wait for an agent.

    on: where a caller goes who leaves the queue, by why: `waited`, `full`, `nobody`, `away`, `unknown`.
    """

    queues: tuple[QueueChoice, ...]
    otherwise: str
    on: dict[str, str] = field(default_factory=dict)
    priority: int | None = None
    needs: tuple[SkillNeed, ...] = ()
    kind: str = "queue"


@dataclass(frozen=True)
class HangUpNode:
    """Says goodbye, and lets the caller go."""

    prompts: tuple[Said, ...] = ()
    kind: str = "hang_up"


Node = PlayNode | MenuNode | CollectNode | QueueNode | HangUpNode


@dataclass(frozen=True)
class Flow:
    """One version of a flow.

    languages: those that it speaks, the first for callers of whom no other is known.  tenant_id: whose it is, filled
    in as it is published.
    """

    flow_id: FlowId
    start: str
    nodes: dict[str, Node]
    version: int = 1
    name: str = ""
    languages: tuple[str, ...] = (DEFAULT_LANGUAGE,)
    tenant_id: TenantId = TenantId("")


def audio_in(said: tuple[Said, ...]) -> tuple[PromptId, ...]:
    """Return the audio that prompts play."""
    return tuple(each.prompt_id for each in said if isinstance(each, Audio))
