"""What came of campaigns' calls is kept with their leads: each call once, from its record."""

from redis.exceptions import RedisError

from callmodel.campaigns import retrying
from callmodel.campaigns.results import AttemptResult
from callmodel.cdr import Cdr
from callmodel.codec import from_wire
from callmodel.ids import CampaignId, LeadId
from callmodel.orders import Milestone
from callmodel.wire import Envelope
from control_plane.features.campaigns.dialled import DialledLeads
from control_plane.features.campaigns.marks import NEAR_MS
from control_plane.features.campaigns.store import CampaignStore
from control_plane.leads.dncstore import DncEntry
from control_plane.leads.forbidding import forbid
from control_plane.leads.numberfates import NumberFates
from control_plane.leads.states import LeadRecord, LeadStates
from control_plane.leads.store import LeadStore
from control_plane.web.context import Resources
from hotstate.dnc import tenant_scope
from hotstate.leads.shapes import key_of
from servicekit.stores import StoreUnavailableError
from servicekit.streams import RetryLaterError


class ResultKeeper:
    """Reads the records of calls.  The retry rules are the dialler's own (`callmodel.campaigns.retrying`)."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._campaigns = CampaignStore(resources.store)
        self._states = LeadStates(resources.store)

    async def handle(self, envelope: Envelope) -> None:
        """Keep what came of a lead's call; other facts, and calls of no campaign, are passed over.

        Raises RetryLaterError while store or Redis are away, codec.ShapeError for what can never be kept.
        """
        if envelope.kind != Milestone.ENDED.value:
            return
        cdr = from_wire(Cdr, envelope.body)
        if cdr.campaign_id is None or cdr.lead_id is None:
            return
        try:
            await self._keep(cdr, cdr.campaign_id, cdr.lead_id)
        except (StoreUnavailableError, RedisError) as error:
            raise RetryLaterError("store or redis are away") from error

    async def _keep(self, cdr: Cdr, campaign_id: CampaignId, lead_id: LeadId) -> None:
        tenant_id = cdr.tenant_id
        record = await self._campaigns.one(tenant_id, campaign_id)
        stored = await LeadStore(self._resources.store, self._resources.cipher).lead(tenant_id, lead_id)
        if record is None or stored is None:
            return
        if cdr.opted_out:
            entry = DncEntry(stored.number, "key", "", cdr.ended_ms or cdr.started_ms, cdr.call_id)
            await forbid(self._resources, tenant_scope(tenant_id), entry)
        state = await self._states.one(tenant_id, campaign_id, lead_id) or LeadRecord(lead_id)
        ended_ms = cdr.ended_ms or cdr.started_ms
        if state.call_id == cdr.call_id or (state.settled_ms or 0) > ended_ms:
            return
        result = cdr.result or AttemptResult.FAILED
        await NumberFates(self._resources.store, self._resources.cipher).note(
            tenant_id, stored.number, result, ended_ms
        )
        lead = DialledLeads(self._resources.cipher, record).lead(stored, state)
        made = retrying.after(lead, result, ended_ms)
        changes: dict[str, object] = {
            "run": record.campaign.runs,
            "attempts": made.attempts,
            "results": made.results,
            "result": result.value,
            "call_id": cdr.call_id,
            "settled_ms": ended_ms,
        }
        if state.disposed_call_id != cdr.call_id:
            # What an agent said of this very call goes before the rule.
            again = retrying.again(record.campaign, lead, result, ended_ms)
            changes |= {"due_ms": None if again is None else again.due_ms, "call_back": False, "agent_id": None}
            if again is not None and again.due_ms > self._resources.now_ms() + NEAR_MS:
                key = key_of(record.campaign)
                await self._states.change(tenant_id, campaign_id, lead_id, **changes)
                await self._resources.leads.take_out(key, [lead_id], self._resources.now_ms())
                return
        await self._states.change(tenant_id, campaign_id, lead_id, **changes)
