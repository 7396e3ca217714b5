"""Wire shapes of campaigns: `callmodel.campaigns.document.Campaign`, field by field."""

from typing import Annotated, Any, Literal

from pydantic import Field

from callmodel.campaigns.document import MOST_HOT_LEADS
from control_plane.features.campaigns.desk import FormField
from control_plane.fields import (
    CalendarIdText,
    CampaignIdText,
    DayText,
    DisplayName,
    DispositionIdText,
    E164Text,
    FlowIdText,
    HoursText,
    ListIdText,
    NumberPrefix,
    PromptIdText,
    QueueIdText,
    ReasonText,
    TimeZone,
    UserIdText,
    WeekdayText,
)
from control_plane.web import NestedPatch, Shape

KindName = Literal["manual", "preview", "progressive", "power", "predictive", "agentless", "survey"]
StateName = Literal["draft", "running", "paused", "stopped"]
ResultName = Literal[
    "connected", "abandoned", "hung-up", "machine", "busy", "no-answer", "rejected", "dead", "failed", "cancelled"
]
Name = DisplayName | Literal[""]
Hours = list[HoursText]
TeamText = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_-]{0,31}$")]
Seconds = Annotated[int, Field(ge=0, le=31_536_000)]


class CampaignListShape(Shape):
    """A list of the campaign; of two, the one with the higher priority is dialled first."""

    list_id: ListIdText
    priority: int = Field(5, ge=0, le=10)


class CallerPoolShape(Shape):
    """Which of the tenant's numbers are shown; the least used of the day is next."""

    numbers: list[E164Text] = Field(default_factory=list, max_length=500)
    regions: dict[NumberPrefix, list[E164Text]] = Field(
        default_factory=dict, max_length=500, description="numbers shown to customers whose number begins so"
    )
    calls_a_day: int | None = Field(None, ge=1, le=100_000, description="how often one number is shown in a day")


class SpecialDayShape(Shape):
    """A day, or days up to and with `until`, with other hours: none, unless `closed` and `open` say more."""

    date: DayText
    until: DayText | None = None
    closed: Hours = Field(default_factory=lambda: ["00:00-24:00"], max_length=10)
    open: Hours = Field(default_factory=list, max_length=10)
    name: Name = ""


class CallingHoursShape(Shape):
    """When customers may be called, by their own clock. A weekday that is not named has no hours."""

    hours: dict[WeekdayText, Hours] = Field(
        default_factory=dict, max_length=7, examples=[{"mon": ["09:00-20:00"], "tue": ["09:00-20:00"]}]
    )
    rest: Hours = Field(default_factory=list, max_length=10, description="without calls, each day: 12:00-14:00")
    days: list[SpecialDayShape] = Field(default_factory=list, max_length=400, description="holidays")


class RegionHoursShape(Shape):
    """Other hours for numbers that begin so; the longest beginning counts."""

    prefix: NumberPrefix
    hours: CallingHoursShape
    time_zone: TimeZone | None = Field(None, description="of that region; null: the lead's own")


class RetryRuleShape(Shape):
    """How often a lead is called again after these results, and after how many seconds."""

    after: list[ResultName] = Field(min_length=1, max_length=10)
    times: int = Field(ge=1, le=100)
    gap_seconds: list[Seconds] = Field(
        min_length=1, max_length=100, description="after the first, the second ...; the last one holds on"
    )
    best_hour: bool = Field(False, description="rather in the hour of day at which people answer best")


class FrequencyCapShape(Shape):
    """No more than `most` attempts in a window, of one number, of this campaign, or from one caller number."""

    most: int = Field(ge=1, le=1_000_000)
    scope: Literal["person", "campaign", "caller"] = "person"
    window: Literal["sliding", "day", "week", "month"] = "sliding"
    seconds: int = Field(86_400, ge=1, le=2_678_400, description="of a sliding window")


class DispositionShape(Shape):
    """What an agent may say of a call. Those that are another's `parent` only group."""

    disposition_id: DispositionIdText
    name: DisplayName
    parent: DispositionIdText | None = None
    then: Literal["done", "retry", "call-back", "do-not-call", "dead"] = Field(
        "done", description="what becomes of the lead"
    )
    needs: list[str] = Field(default_factory=list, max_length=50, description="fields of the form to be filled in")
    retry_seconds: Seconds = 86_400
    success: bool = False


class ConsentShape(Shape):
    """Which proof of consent a lead must have."""

    required: bool = False
    sources: list[DisplayName] = Field(default_factory=list, max_length=50, description="which count; empty: any")
    text_versions: list[DisplayName] = Field(default_factory=list, max_length=50)
    longest_days: int | None = Field(None, ge=1, le=36_500, description="how old it may be")


class MachinesShape(Shape):
    """Whether machines that answer are told from people, and what they are given."""

    enabled: bool = False
    answer: Literal["hang-up", "leave-message", "connect"] = "hang-up"
    message: PromptIdText | None = None
    most_seconds: float = Field(4.0, ge=0.5, le=10.0, description="then it is taken for a person")
    person_cost: float = Field(10.0, gt=0, le=1000.0)
    machine_cost: float = Field(1.0, gt=0, le=1000.0)


class PacingShape(Shape):
    """How calls are launched."""

    cap: float = Field(0.03, gt=0.0, lt=0.5, description="share of answered calls that may find no agent")
    grace_seconds: float = Field(2.0, ge=0.0, le=10.0)
    lines_per_agent: float = Field(3.0, ge=1.0, le=50.0)
    most_lines: int = Field(1000, ge=1, le=100_000)
    ring_seconds: int = Field(25, ge=5, le=120)
    answer_rate: float = Field(0.2, gt=0.0, le=1.0)
    talk_seconds: float = Field(120.0, ge=1.0, le=7200.0)
    wrap_up_seconds: float = Field(20.0, ge=1.0, le=3600.0)
    abandon_message: PromptIdText | None = Field(None, description="names the caller to whom no agent takes")
    machines: MachinesShape = Field(default_factory=lambda: MachinesShape.model_validate({}))


class PreviewShape(Shape):
    """How an agent looks at a lead first."""

    look_seconds: int | None = Field(60, ge=5, le=3600)
    dials_by_itself: bool = False
    skip_reasons: list[ReasonText] = Field(default_factory=lambda: ["not-now"], max_length=20)


def _shape(kind: type[Shape]) -> Any:
    return Field(default_factory=lambda: kind.model_validate({}))


class CampaignSettings(Shape):
    """How a campaign works. Times are seconds; null is no limit, or none."""

    name: Name = ""
    kind: KindName
    queue_id: QueueIdText | None = Field(None, description="whose agents take its calls")
    flow_id: FlowIdText | None = Field(None, description="what speaks, in a campaign without agents")
    teams: list[TeamText] = Field(default_factory=list, max_length=100, description="of the queue's agents")
    agents: list[UserIdText] = Field(default_factory=list, max_length=500, description="of the queue's agents")
    own_leads_only: bool = Field(False, description="agents get leads only that are shared out to them or their team")
    lists: list[CampaignListShape] = Field(default_factory=list, max_length=100)
    callers: CallerPoolShape = _shape(CallerPoolShape)
    time_zone: TimeZone | None = Field(None, description="of days and of leads without one; null: the tenant's")
    calendar_id: CalendarIdText | None = Field(None, description="the team's opening hours; null: always")
    hours: CallingHoursShape = _shape(CallingHoursShape)
    regions: list[RegionHoursShape] = Field(default_factory=list, max_length=200)
    retries: list[RetryRuleShape] = Field(default_factory=list, max_length=20)
    most_attempts: int = Field(10, ge=1, le=1000)
    caps: list[FrequencyCapShape] = Field(default_factory=list, max_length=20)
    dispositions: list[DispositionShape] = Field(default_factory=list, max_length=500)
    consent: ConsentShape = _shape(ConsentShape)
    pacing: PacingShape = _shape(PacingShape)
    preview: PreviewShape = _shape(PreviewShape)
    opt_out_key: Literal["", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"] = ""
    hot_leads: int = Field(2000, ge=10, le=MOST_HOT_LEADS, description="leads that are ready to dial at once")
    script: str = Field("", max_length=20_000, description="what agents say; {field} stands for a cell of the lead")
    form: list[FormField] = Field(default_factory=list, max_length=100, description="what agents fill in")


class NewCampaign(CampaignSettings):
    """A campaign to be. It is a draft until it is started."""

    campaign_id: CampaignIdText


class CampaignPatch(NestedPatch, CampaignSettings):
    """What is to change; what is absent stays. Lists, and settings of one name, are replaced whole."""

    kind: KindName = "preview"


class CampaignView(CampaignSettings):
    """A campaign as it is."""

    campaign_id: str
    state: StateName
    pool: str
    runs: int
    started_ms: int | None
    created_ms: int
    archived_ms: int | None


class StartOrder(Shape):
    """How it begins."""

    anew: bool = Field(False, description="call all leads again, as if nobody had been called")
