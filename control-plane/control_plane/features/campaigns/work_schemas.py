"""Wire shapes of what is done with a campaign's leads: shared out, shown, skipped, disposed, called back; figures."""

from typing import Annotated, Literal

from pydantic import Field

from control_plane.features.campaigns.schemas import TeamText
from control_plane.fields import DispositionIdText, NumberPrefix, ReasonText, TimeZone, UserIdText
from control_plane.web import Shape
from control_plane.web.shapes import DayQuery

CALL_ID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_AT = "by the clock of the customer: 2026-12-01T15:30"
_FORM = "what is filled in, by the form's field names"


class TakerShape(Shape):
    """Who has leads: an agent or a team."""

    user_id: UserIdText | None = None
    team: TeamText | None = None
    weight: int = Field(1, ge=1, le=1000, description="of a share by weight")
    prefixes: list[NumberPrefix] = Field(default_factory=list, max_length=500, description="of a share by region")
    owners: list[Annotated[str, Field(min_length=1, max_length=80)]] = Field(
        default_factory=list, max_length=50, description="names that files have for them, in the field `owner`"
    )


class ShareOrder(Shape):
    """How a list's leads are shared out."""

    kind: Literal["equal", "weight", "region", "owner"] = "equal"
    takers: list[TakerShape] = Field(min_length=1, max_length=500)


class PartOfShare(Shape):
    """What one has."""

    user_id: str | None
    team: str | None
    percent: float | None = Field(description="of the leads that are dealt; null where the lead decides")


class ShareView(Shape):
    """How a list's leads are shared out."""

    list_id: str
    kind: str | None = Field(description="null: anybody's")
    takers: list[PartOfShare]


class LeaverOrder(Shape):
    """Who leaves: their leads go to the others, and their call-backs are anybody's."""

    user_id: UserIdText | None = None
    team: TeamText | None = None


class LeadView(Shape):
    """A lead as an agent sees it."""

    lead_id: str
    list_id: str
    number: str = Field(description="masked")
    region: str
    line_type: str
    province: str
    city: str
    carrier: str
    local_time: str | None = Field(description="the customer's clock now; null where nobody knows")
    cells: dict[str, str]
    attempts: int
    results: dict[str, int]
    disposition: str | None
    due_ms: int | None
    call_back: bool
    user_id: str | None = Field(description="whose it is")


class OwedView(Shape):
    """The call of which the agent still has to say what came of it."""

    lead_id: str
    call_id: str


class PreviewView(Shape):
    """The next lead to look at."""

    lead: LeadView | None = Field(description="null: nobody is to be called now, or a word is owed first")
    until_ms: int | None = Field(description="how long the agent may look at it")
    dials_by_itself: bool = Field(description="the desk dials it then; else it goes to another agent")
    skip_reasons: list[str] = Field(description="why it may be passed over")
    owes: OwedView | None
    script: str


class DialledView(Shape):
    """The call that rings the agent's phone first, and the lead's then."""

    call_id: str
    lead_id: str


class SkipOrder(Shape):
    """Why a lead is passed over."""

    reason: ReasonText
    again_seconds: int = Field(3600, ge=60, le=2_592_000)


class CallBackOrder(Shape):
    """When a customer is called back, as agreed with them."""

    at: str = Field(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]$", description=_AT)
    time_zone: TimeZone | None = Field(None, description="null: the customer's")
    for_me: bool = Field(False, description="only the agent who says so calls back")


class DisposeOrder(Shape):
    """What an agent says of a lead after a call."""

    disposition: DispositionIdText
    call_id: str | None = Field(None, pattern=CALL_ID, description="of which call it is said")
    form: dict[Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,39}$")], str | int | float | bool] = Field(
        default_factory=dict, max_length=100, description=_FORM
    )
    call_back: CallBackOrder | None = None


class CallBackView(Shape):
    """An agreed time."""

    lead_id: str
    number: str = Field(description="masked")
    due_ms: int
    local_time: str | None
    user_id: str | None = Field(description="who calls back; null: anybody")


class CallBacksQuery(DayQuery):
    """Of which UTC day."""


class CallBacksView(Shape):
    """Agreed times of a day, in order."""

    items: list[CallBackView]


class ListLeft(Shape):
    """How far a list is."""

    list_id: str
    leads: int
    left: int = Field(description="not yet entered for dialling in this run")
    left_out: dict[str, int] = Field(description="who is not to be called, by reason")
    exhausted: bool


class FiguresView(Shape):
    """How a campaign stands in this run."""

    state: str
    runs: int
    ready: int = Field(description="leads that may be dialled now")
    waiting: int = Field(description="leads that are called again within minutes")
    calls: int = Field(description="in progress")
    attempts: int
    connected: int
    abandoned: int
    abandonment: float | None = Field(description="share of the calls that people answered; null before any")
    results: dict[str, int]
    lists: list[ListLeft]
    exhausted: bool = Field(description="no list has a lead left, and none is called again soon")
