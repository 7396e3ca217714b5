"""A campaign as its tenant set it up: what the control plane publishes, and the dialler runs on."""

from dataclasses import dataclass, field
from enum import Enum

from callmodel.campaigns.results import AttemptResult
from callmodel.flows.calendars import SpecialDay
from callmodel.ids import (
    E164,
    AgentId,
    CalendarId,
    CampaignId,
    DispositionId,
    FlowId,
    ListId,
    PromptId,
    ProviderId,
    QueueId,
    TenantId,
)

MOST_HOT_LEADS = 20_000
"""Of one campaign in hot state at once."""


class CampaignKind(Enum):
    """How a campaign's calls begin.

    `MANUAL`: agents dial its leads themselves.  `PREVIEW`: an agent sees the lead first.  `PROGRESSIVE`: a line for
    each free agent.  `POWER`: a fixed ratio of lines.  `PREDICTIVE`: as `callmodel.pacing` forecasts.  `AGENTLESS`:
    a flow speaks, and may lead to an agent.  `SURVEY`: a flow asks.
    """

    MANUAL = "manual"
    PREVIEW = "preview"
    PROGRESSIVE = "progressive"
    POWER = "power"
    PREDICTIVE = "predictive"
    AGENTLESS = "agentless"
    SURVEY = "survey"


WITHOUT_AGENTS = frozenset({CampaignKind.AGENTLESS, CampaignKind.SURVEY})
"""Kinds that begin with a flow, and need no agent to be free."""


class CampaignState(Enum):
    """`DRAFT` has never run.  `PAUSED` dials nothing, and goes on where it was.  `STOPPED` lets its leads go."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True)
class CampaignList:
    """A list of the campaign.  Of two lists the one with the higher priority, 0 to 10, is dialled first."""

    list_id: ListId
    priority: int = 5


@dataclass(frozen=True)
class CallerPool:
    """Which of the tenant's numbers the campaign shows.

    regions: by the longest prefix of the customer's number (`+8621`), the numbers shown there in place of `numbers`:
    local presence.  Of several the least used of the day is next.  calls_a_day: how often one is shown in a day of
    the campaign's time zone; None for as often as one likes.
    """

    numbers: tuple[E164, ...] = ()
    regions: dict[str, tuple[E164, ...]] = field(default_factory=dict)
    calls_a_day: int | None = None


@dataclass(frozen=True)
class CallingHours:
    """When customers may be called, by their own clock.

    hours: by weekday (`mon` to `sun`), each with spans such as `09:00-20:00`; a weekday that is not named has none.
    rest: spans of every day without calls, such as `12:00-14:00`.  days: holidays, as in a calendar.
    """

    hours: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rest: tuple[str, ...] = ()
    days: tuple[SpecialDay, ...] = ()


@dataclass(frozen=True)
class RegionHours:
    """Other hours for numbers that begin with a prefix (E.164, `+49`); of several the longest counts.

    time_zone: of that region, by its IANA name; None for the one that the lead came with.
    """

    prefix: str
    hours: CallingHours
    time_zone: str | None = None


@dataclass(frozen=True)
class RetryRule:
    """How often a lead is called again after one of these results, and how many seconds after it.

    gap_seconds: after the first, the second ...; the last one holds for all that follow.  best_hour: rather in the
    hour of the day at which such numbers answer best, once the gap has passed.
    """

    after: tuple[AttemptResult, ...]
    times: int
    gap_seconds: tuple[int, ...]
    best_hour: bool = False


class CapScope(Enum):
    """What a frequency cap counts: attempts to one number by the tenant (`PERSON`), to one number by this campaign
    (`CAMPAIGN`), or from one caller number to anybody (`CALLER`)."""

    PERSON = "person"
    CAMPAIGN = "campaign"
    CALLER = "caller"


class CapWindow(Enum):
    """`SLIDING`: the last `seconds`.  Others: a calendar day, week (from Monday) or month where the customer is."""

    SLIDING = "sliding"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class FrequencyCap:
    """No more than `most` attempts in a window.  seconds: of a sliding one."""

    most: int
    scope: CapScope = CapScope.PERSON
    window: CapWindow = CapWindow.SLIDING
    seconds: int = 86_400


class Then(Enum):
    """What a disposition does to its lead.

    `DONE`: never called again in this campaign.  `RETRY`: again, after the disposition's own gap.  `CALL_BACK`: at
    the time that the agent agreed on.  `DO_NOT_CALL`: onto the tenant's list.  `DEAD`: the number reaches nobody.
    """

    DONE = "done"
    RETRY = "retry"
    CALL_BACK = "call-back"
    DO_NOT_CALL = "do-not-call"
    DEAD = "dead"


@dataclass(frozen=True)
class Disposition:
    """The agent's word on a result: a leaf, or a branch, of the campaign's tree.  Agents choose leaves.

    parent: None at the top.  needs: fields of the form that have to be filled in with it.  retry_seconds: for
    `Then.RETRY`.  success: counts as what the campaign is for.
    """

    disposition_id: DispositionId
    name: str
    parent: DispositionId | None = None
    then: Then = Then.DONE
    needs: tuple[str, ...] = ()
    retry_seconds: int = 86_400
    success: bool = False


@dataclass(frozen=True)
class ConsentPolicy:
    """Which proof that the customer agreed to be called a lead has to have.

    sources, text_versions: which ones count; empty for any.  longest_days: how old it may be; None for any age.
    """

    required: bool = False
    sources: tuple[str, ...] = ()
    text_versions: tuple[str, ...] = ()
    longest_days: int | None = None


class MachineAnswer(Enum):
    """What a machine that answers is given: nothing, a message after its beep, or what a person would be given."""

    HANG_UP = "hang-up"
    LEAVE_MESSAGE = "leave-message"
    CONNECT = "connect"


@dataclass(frozen=True)
class MachineDetection:
    """Whether machines are told from people, and what they are given.

    Nobody waits for it: an agent speaks with whoever answers at once, and is free again when it was a machine.
    most_seconds: after which an answer is taken for a person.  person_cost, machine_cost: what it costs to take a
    person for a machine, and a machine for a person; only their ratio counts.  message: for `LEAVE_MESSAGE`.
    """

    enabled: bool = False
    answer: MachineAnswer = MachineAnswer.HANG_UP
    message: PromptId | None = None
    most_seconds: float = 4.0
    person_cost: float = 10.0
    machine_cost: float = 1.0


@dataclass(frozen=True)
class PacingSettings:
    """How calls are launched.  See `callmodel.pacing`.

    cap: the largest share of the calls answered by people that may find no agent.  grace_seconds: how long after the
    answer an agent has to be there.  lines_per_agent: of a power campaign; elsewhere the most lines for each agent.
    most_lines: of the campaign at once.  ring_seconds: how long a customer's phone rings.  answer_rate,
    talk_seconds, wrap_up_seconds: what to begin with, until the campaign's own are known.
    abandon_message: what is played to those whom no agent takes; it names the caller.
    """

    cap: float = 0.03
    grace_seconds: float = 2.0
    lines_per_agent: float = 3.0
    most_lines: int = 1000
    ring_seconds: int = 25
    answer_rate: float = 0.2
    talk_seconds: float = 120.0
    wrap_up_seconds: float = 20.0
    abandon_message: PromptId | None = None
    machines: MachineDetection = MachineDetection()


@dataclass(frozen=True)
class PreviewSettings:
    """How an agent looks at a lead first.

    look_seconds: how long; then the lead is dialled (`dials_by_itself`) or goes to the next agent; None for as long
    as one likes.  skip_reasons: why one may be passed over; empty where none may.
    """

    look_seconds: int | None = 60
    dials_by_itself: bool = False
    skip_reasons: tuple[str, ...] = ("not-now",)


@dataclass(frozen=True)
class Campaign:
    """A campaign.  The dialler runs those that are `RUNNING`.

    queue_id: answered calls wait there for its agents; None for a flow's campaign that leads to none.  pool: whose
    agents: the queue's.  teams, agents: who of the queue's agents serves the campaign; both empty for all of them.
    own_leads_only: an agent is given only leads that are shared out to them or their team.
    flow_id: what answers speak with in `AGENTLESS` and `SURVEY`; opt_out_key: the key that puts a number on the
    do-not-call list.  time_zone: of days and of leads that have none of their own.
    calendar_id: the team's own opening hours, by its own clock; None for always.  hours: the customers'.
    started_ms: when it last began; runs: how often it was started anew, so that what was done before counts anew.
    """

    tenant_id: TenantId
    campaign_id: CampaignId
    kind: CampaignKind
    name: str = ""
    state: CampaignState = CampaignState.DRAFT
    pool: ProviderId = ProviderId("hq")
    queue_id: QueueId | None = None
    flow_id: FlowId | None = None
    teams: tuple[str, ...] = ()
    agents: tuple[AgentId, ...] = ()
    own_leads_only: bool = False
    lists: tuple[CampaignList, ...] = ()
    callers: CallerPool = CallerPool()
    time_zone: str = "UTC"
    calendar_id: CalendarId | None = None
    hours: CallingHours = CallingHours()
    regions: tuple[RegionHours, ...] = ()
    retries: tuple[RetryRule, ...] = ()
    most_attempts: int = 10
    caps: tuple[FrequencyCap, ...] = ()
    dispositions: tuple[Disposition, ...] = ()
    consent: ConsentPolicy = ConsentPolicy()
    pacing: PacingSettings = PacingSettings()
    preview: PreviewSettings = PreviewSettings()
    opt_out_key: str = ""
    hot_leads: int = 2000
    started_ms: int | None = None
    runs: int = 0
