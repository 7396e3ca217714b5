"""When a lead is called again, written down and made known to hot state: near times there, others in the store."""

from callmodel.campaigns.leads import Lead
from callmodel.ids import LeadId
from control_plane.features.campaigns.dialled import DialledLeads
from control_plane.features.campaigns.marks import NEAR_MS
from control_plane.features.campaigns.store import CampaignRecord
from control_plane.leads.states import LeadStates
from control_plane.leads.store import LeadStore
from control_plane.web.context import Resources
from hotstate.leads.shapes import key_of


async def call_again(resources: Resources, record: CampaignRecord, lead_id: LeadId, **changes: object) -> None:
    """Write what is changed of a lead, and have it called at its `due_ms`, or never; after the call it may be in.

    Raises StoreUnavailableError, redis errors: done again, it changes nothing.
    """
    campaign, states = record.campaign, LeadStates(resources.store)
    await states.change(campaign.tenant_id, campaign.campaign_id, lead_id, **{"run": campaign.runs, **changes})
    lead = await dialled(resources, record, lead_id)
    due_ms = changes.get("due_ms")
    now_ms = resources.now_ms()
    if lead is not None and isinstance(due_ms, int) and due_ms <= now_ms + NEAR_MS:
        await resources.leads.change(key_of(campaign), [lead], now_ms)
    else:
        await resources.leads.take_out(key_of(campaign), [lead_id], now_ms)


async def dialled(resources: Resources, record: CampaignRecord, lead_id: LeadId) -> Lead | None:
    """Return a lead as it is dialled in the campaign now; None for one that there is not."""
    campaign = record.campaign
    stored = await LeadStore(resources.store, resources.cipher).lead(campaign.tenant_id, lead_id)
    if stored is None:
        return None
    state = await LeadStates(resources.store).one(campaign.tenant_id, campaign.campaign_id, lead_id)
    return DialledLeads(resources.cipher, record).lead(stored, state)
