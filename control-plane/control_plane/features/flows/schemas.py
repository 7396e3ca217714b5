"""Wire shapes of flows."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from control_plane.fields import CalendarIdText, E164Text, FlowIdText, Language
from control_plane.web import Shape

MOST_WORDS = 100
Word = Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")]
DataName = Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Answer = Annotated[str, StringConstraints(max_length=200)]

_DOCUMENT = "the flow: `start`, and `nodes` by name; whatever is in it is kept, and checked before it is published"
_EDIT = (
    "the `edit` of the draft that this is based on: if somebody has changed it since, you are told (`flow-changed`)"
)


class NewFlow(Shape):
    """A flow to be. It is a draft until it is published; calls run published versions only."""

    flow_id: FlowIdText
    document: dict[str, Any] = Field(description=_DOCUMENT)


class FlowDraft(Shape):
    """A draft in place of the one that is there."""

    edit: int = Field(ge=1, le=2_000_000_000, description=_EDIT)
    document: dict[str, Any] = Field(description=_DOCUMENT)


class Publication(Shape):
    """Which draft becomes a version."""

    edit: int = Field(ge=1, le=2_000_000_000, description=_EDIT)
    note: str = Field("", max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$", description="what is new, for the list")


class RollBack(Shape):
    """The version that calls run from now on; the draft stays as it is."""

    version: int = Field(ge=1, le=2_000_000_000)


class FlowSummary(Shape):
    """A flow without its document."""

    flow_id: str
    name: str
    edit: int = Field(description="counts the changes of the draft")
    published: int | None = Field(description="the version that calls run; null: none yet")
    latest: int = Field(description="the newest version; 0: none yet")
    changed_by: str
    changed_ms: int
    created_ms: int
    archived_ms: int | None


class FlowView(FlowSummary):
    """A flow with its draft."""

    document: dict[str, Any]


class FlowProblem(Shape):
    """What is wrong with a flow: `where` it is, such as `nodes.menu`, and what to do."""

    where: str
    message: str


class FlowProblems(Shape):
    """What is wrong with a draft; one without problems may be published."""

    edit: int
    problems: list[FlowProblem]


class FlowQuestion(Shape):
    """A document as it stands in an editor; nothing is kept of it."""

    document: dict[str, Any] = Field(description=_DOCUMENT)


class FoundProblems(Shape):
    """What is wrong with a document."""

    problems: list[FlowProblem]


class Rehearsal(FlowQuestion):
    """A call to a document that nobody makes. `words`: what each answers who is waited for, in their order: keys, a
    word, `hang`, `-` for silence; `answered`, `waited`, `full`, `nobody` for a queue; `answered` or `no` for who is
    rung. Where they end, it stops and says whom it waits for.
    """

    words: list[Word] = Field(default_factory=list, max_length=MOST_WORDS)
    caller: E164Text | None = Field(None, description="the caller's number; null: withheld")
    language: Language | None = Field(None, description="of the number that is called")
    vip_level: int = Field(0, ge=0, le=10, description="of a caller who is a VIP; 0: of none")
    at_ms: int | None = Field(None, ge=0, le=4_102_444_800_000, description="when the call comes; null: now")
    answers: dict[DataName, Answer] = Field(
        default_factory=dict, max_length=50, description="what look-ups answer, by name of data; others fail"
    )
    calendar_id: CalendarIdText | None = Field(None, description="the number's own calendar")
    nobody: bool = Field(False, description="no agent is signed in to any queue")


class RehearsalView(Shape):
    """How a call went so far."""

    lines: list[str] = Field(description="time, the node in brackets, and what happened")
    wants: str | None = Field(description="whom it waits for: a kind of `words`; null: it is over, or has no end")
    usual: str | None = Field(description="what most would answer there")
    node: str = Field(description="where the call is")


class VersionSummary(Shape):
    """A version of a flow, without its document."""

    version: int
    note: str
    published_by: str
    published_ms: int


class VersionView(VersionSummary):
    """A version of a flow."""

    document: dict[str, Any]
