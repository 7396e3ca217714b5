"""Wire shapes of lists."""

from typing import Annotated, Literal

from pydantic import Field

from control_plane.fields import DisplayName, ListIdText, RegionText, TemplateIdText
from control_plane.web import Shape

StateName = Literal["open", "waiting", "importing", "ready", "refused", "failed", "duplicate"]
_STATE = (
    "`open`: waits for its file; `ready`: may be dialled; `refused`: no row may be; `failed`: the file is no list, "
    "see `reason`; `duplicate`: `reason` is the list that has this very file"
)
LineTypeName = Literal[
    "fixed-line", "mobile", "fixed-line-or-mobile", "toll-free", "premium-rate", "shared-cost", "voip",
    "personal-number", "pager", "uan", "voicemail",
]  # fmt: skip
ColumnName = Annotated[str, Field(min_length=1, max_length=200)]
Column = Annotated[
    ColumnName | Annotated[int, Field(ge=0, le=999)], Field(description="its name, or its place from 0")
]
FieldName = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,39}$")]


class Mapping(Shape):
    """Which column means what. The names `owner`, `time_zone`, `priority`, and `consent_source`, `consent_time`,
    `consent_version`, `consent_file` have a meaning of their own."""

    number: Column | None = Field(None, description="the numbers' column; null to find it")
    fields: dict[FieldName, Column] = Field(
        default_factory=dict, max_length=50, description="cells that a lead keeps"
    )
    header: bool | None = Field(None, description="whether the first row has names; null to find out")


class ListSettings(Shape):
    """How a list is read, and by what its rows fall."""

    name: DisplayName | Literal[""] = ""
    mapping: Mapping = Field(default_factory=lambda: Mapping.model_validate({}))
    template_id: TemplateIdText | None = Field(None, description="a saved mapping, in place of `mapping`")
    encoding: Literal["", "utf-8", "gb18030", "utf-16-le", "utf-16-be"] = Field("", description="empty: detected")
    region: RegionText | None = Field(
        None, description="where numbers without a country code are; null: the tenant's country"
    )
    blocked_regions: list[RegionText] = Field(default_factory=list, max_length=250)
    blocked_line_types: list[LineTypeName] = Field(default_factory=list, max_length=11)
    new_numbers_only: bool = Field(False, description="refuse numbers that another list has, if it is not archived")
    contacted_days: int = Field(0, ge=0, le=365, description="refuse who was reached in so many days; 0: nobody")
    dead_days: int = Field(90, ge=0, le=3650, description="refuse numbers found dead in so many days")
    keep_file_days: int = Field(0, ge=0, le=3650, description="how long the file is kept once imported")


class NewList(ListSettings):
    """A list to be. Its file comes next."""

    list_id: ListIdText


class ImportOrder(Shape):
    """The file is there: import it."""

    parts: int = Field(1, ge=1, le=1000, description="how many parts were sent, from 0 on")
    again: bool = Field(
        False, description="import a list anew that failed or was refused, such as with another mapping"
    )
    mapping: Mapping | None = Field(None, description="another mapping than before")


class PartView(Shape):
    """A part of a file that arrived."""

    part: int
    bytes: int
    sha256: str | None = Field(description="of what arrived; told once")


class ProgressView(Shape):
    """How far an import is."""

    rows: int
    accepted: int
    bytes: int = Field(description="of the file that are read")
    size: int = Field(description="of the file")


class FoundView(Shape):
    """What the file is."""

    kind: str
    encoding: str
    columns: list[str]
    number_column: str
    fields: dict[str, str]


class Summary(Shape):
    """What became of the rows. Regions, lines, areas and carriers are those of accepted ones, the most first."""

    rows: int
    accepted: int
    refused: dict[str, int]
    regions: dict[str, int]
    line_types: dict[str, int]
    areas: dict[str, int]
    carriers: dict[str, int]


class ListView(Shape):
    """A list as it is."""

    list_id: str
    name: str
    state: StateName = Field(description=_STATE)
    reason: str | None
    settings: ListSettings
    parts: list[PartView] = Field(description="of the file, as far as it is kept")
    progress: ProgressView | None
    found: FoundView | None
    summary: Summary | None
    created_ms: int
    imported_ms: int | None
    archived_ms: int | None


class TemplateView(Mapping):
    """A saved mapping."""

    template_id: str
    changed_ms: int
