"""What came of a campaign's attempt to reach a lead: the system's word, by which the next attempt is decided."""

from dataclasses import dataclass
from enum import Enum

from callmodel.ids import E164, AgentId, CallId, CampaignId, LeadId, TenantId


class AttemptResult(Enum):
    """How an attempt ended.

    `CONNECTED`: a person spoke with an agent, or went through the flow.  `ABANDONED`: a person answered, and no agent
    was there in time.  `HUNG_UP`: a person answered and left within the grace.  `MACHINE`: a machine answered.
    `DEAD`: the number is vacant (404, 410, 604).  `FAILED`: ours or the carriers' fault; it is no attempt of the
    customer's, and retried by the same rules.  `CANCELLED`: given up before it was answered, such as when the last
    agent left.
    """

    CONNECTED = "connected"
    ABANDONED = "abandoned"
    HUNG_UP = "hung-up"
    MACHINE = "machine"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    REJECTED = "rejected"
    DEAD = "dead"
    FAILED = "failed"
    CANCELLED = "cancelled"


SETTLED = "lead.settled"
"""The fact on the bus."""
NEAR_SECONDS = 900
"""A lead that is called again sooner stays in hot state; others go to the store, and come back in time."""


@dataclass(frozen=True)
class LeadSettled:
    """The dialler is done with an attempt.  Told at least once, before the claim is let go; again, it is no news.

    run: the campaign's (`Campaign.runs`).  attempts, results: of the lead in this run, with this one.  due_ms: when
    it is called again, by the retry rules; None for never.  answered_ms, connected_ms: None where it did not come to
    that.  caller: the number of ours that was shown.
    """

    tenant_id: TenantId
    campaign_id: CampaignId
    lead_id: LeadId
    call_id: CallId
    run: int
    result: AttemptResult
    attempts: int
    results: dict[str, int]
    at_ms: int
    launched_ms: int
    answered_ms: int | None = None
    connected_ms: int | None = None
    due_ms: int | None = None
    agent_id: AgentId | None = None
    caller: E164 | None = None
