"""What hot state says of campaigns' leads and of the calls that they are in."""

from dataclasses import dataclass
from enum import Enum

from callmodel.campaigns.document import Campaign
from callmodel.campaigns.progress import LeadState
from callmodel.campaigns.results import AttemptResult
from callmodel.ids import E164, AgentId, CallId, CampaignId, LeadId, NodeId, ProviderId, TenantId


@dataclass(frozen=True)
class CampaignKey:
    """A campaign by name.  `pool`: the provider whose agents serve it, by which its keys lie."""

    tenant_id: TenantId
    campaign_id: CampaignId
    pool: ProviderId


def key_of(campaign: Campaign) -> CampaignKey:
    """Return a campaign's name."""
    return CampaignKey(campaign.tenant_id, campaign.campaign_id, campaign.pool)


@dataclass(frozen=True)
class LeadCall:
    """A call of a lead that is not settled yet.  Times are milliseconds since 1970, 0 for what has not happened.

    token: the number's keyed hash.  caller: the number of ours that is shown.  node_id: who holds the call.
    """

    call_id: CallId
    lead_id: LeadId
    token: str
    caller: E164
    launched_ms: int
    state: LeadState = LeadState.CLAIMED
    node_id: NodeId | None = None
    taken_ms: int = 0
    answered_ms: int = 0
    connected_ms: int = 0
    ended_ms: int = 0
    result: AttemptResult | None = None
    agent_id: AgentId | None = None


class RefusedFor(Enum):
    """Why a lead was not claimed.

    `GONE`: it is not ready any more.  `FORBIDDEN`: it is on a do-not-call list, and out of the queue now.  `BUSY`:
    its number is claimed already; it waits.  `CAPPED`: its number has been tried too often; it waits.
    `CALLER_CAPPED`: the caller number has been shown too often; the lead is ready still.
    """

    GONE = "gone"
    FORBIDDEN = "forbidden"
    BUSY = "busy"
    CAPPED = "capped"
    CALLER_CAPPED = "caller-capped"


@dataclass(frozen=True)
class Claimed:
    """The lead and its number are the call's."""


@dataclass(frozen=True)
class Refused:
    """next_ms: when it may be claimed, 0 where time alone changes nothing."""

    reason: RefusedFor
    next_ms: int = 0


@dataclass(frozen=True)
class Deposed:
    """Somebody else paces the campaign now."""


@dataclass(frozen=True)
class Figures:
    """How a campaign stands: leads that may be called, leads that wait, calls; and results of all settled calls."""

    ready: int
    waiting: int
    calls: int
    results: dict[str, int]
