"""Wire shapes of flows."""

from typing import Any

from pydantic import Field

from control_plane.fields import FlowIdText
from control_plane.web import Shape

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


class VersionSummary(Shape):
    """A version of a flow, without its document."""

    version: int
    note: str
    published_by: str
    published_ms: int


class VersionView(VersionSummary):
    """A version of a flow."""

    document: dict[str, Any]
