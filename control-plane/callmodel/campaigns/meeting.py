"""What a customer meets who answers a campaign's call: a flow of the tenant's, or the queue of its agents."""

from callmodel.agentkeys import language_of
from callmodel.campaigns.document import WITHOUT_AGENTS, Campaign
from callmodel.directory import Lookups, Tenant
from callmodel.flows.document import NOBODYS, Flow, calendars_of
from callmodel.flows.nodes import HangUpNode, Node, Overflow, QueueChoice, QueueNode, Said, Texts
from callmodel.ids import QueueId
from callmodel.prompts import Audio
from callmodel.queues import OverflowWhen
from callmodel.routing import FlowPlan

FIRST = 10
"""The priority of customers who were called: they wait for seconds, and everybody else for as long as it takes."""


def meeting_of(directory: Lookups, tenant: Tenant, campaign: Campaign) -> FlowPlan | None:
    """Return the flow of those who answer, None for a campaign that has nothing for them."""
    flow = _flow_of(directory, tenant, campaign)
    if flow is None:
        return None
    known = (directory.calendar_of(tenant.tenant_id, calendar_id) for calendar_id in sorted(calendars_of(flow)))
    calendars = tuple(calendar for calendar in known if calendar is not None)
    return FlowPlan(flow, tenant.records_calls, calendars=calendars, dialling=tenant.dialling)


def _flow_of(directory: Lookups, tenant: Tenant, campaign: Campaign) -> Flow | None:
    if campaign.kind in WITHOUT_AGENTS:
        return None if campaign.flow_id is None else directory.flow_of(tenant.tenant_id, campaign.flow_id)
    if campaign.queue_id is None:
        return None
    language = language_of(tenant.dialling.country_code)
    return Flow(NOBODYS, "agent", _to_agents(tenant, campaign, campaign.queue_id), languages=(language,))


def _to_agents(tenant: Tenant, campaign: Campaign, queue_id: QueueId) -> dict[str, Node]:
    """An agent within the grace, else a word from whom the call was."""
    grace = max(1, round(campaign.pacing.grace_seconds))
    overflow = (Overflow(OverflowWhen.WAITED, "sorry", grace),)
    wait = QueueNode((QueueChoice(queue_id),), otherwise="sorry", overflow=overflow, priority=FIRST)
    return {"agent": wait, "sorry": HangUpNode((_sorry(tenant, campaign),))}


def _sorry(tenant: Tenant, campaign: Campaign) -> Said:
    if campaign.pacing.abandon_message is not None:
        return Audio(campaign.pacing.abandon_message)
    # A name may hold braces, which mean something in a text.
    name = (campaign.name or tenant.name).replace("{", "(").replace("}", ")")
    return Texts(
        {
            "en": f"This was a call from {name}. We are sorry that nobody is free to speak with you.",
            "zh-CN": f"这是{name}的来电。很抱歉，目前没有座席可以与您通话。",
        }
    )
