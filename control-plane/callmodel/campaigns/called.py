"""What a campaign's call carries of its campaign and its lead, so that it needs to ask nobody while it lives."""

from dataclasses import dataclass

from callmodel.agents import Seat
from callmodel.campaigns.document import MachineDetection
from callmodel.ids import AgentId, CampaignId, LeadId, ProviderId, QueueId
from callmodel.routing import FlowPlan


@dataclass(frozen=True)
class CallingAgent:
    """Who looked at a lead and dials it: their phone rings first.  queue_id: whose wrap-up follows."""

    agent_id: AgentId
    seat: Seat
    queue_id: QueueId | None = None


@dataclass(frozen=True)
class CalledLead:
    """The lead that a call is of.

    pool: whose agents serve the campaign.  token: the number's keyed hash.  flow: what whoever answers meets; None
    where `agent` dials, who speaks with them.
    machines: what is done about those that answer.  machine: one did.
    opt_out_key: the key by which a customer says not to be called any more; empty for none.  opted_out: it was.
    """

    campaign_id: CampaignId
    lead_id: LeadId
    pool: ProviderId
    token: str
    flow: FlowPlan | None
    opt_out_key: str = ""
    opted_out: bool = False
    agent: CallingAgent | None = None
    machines: MachineDetection = MachineDetection()
    machine: bool = False
