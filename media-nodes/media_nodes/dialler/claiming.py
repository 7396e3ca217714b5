"""From due leads to orders: each is judged, claimed, and given to a node."""

import logging
import secrets
from collections.abc import Callable

from callmodel.campaigns.callers import callers_for
from callmodel.campaigns.caps import windows_of
from callmodel.campaigns.document import Campaign
from callmodel.campaigns.hours import next_call_ms
from callmodel.campaigns.leads import Lead
from callmodel.directory import Lookups, Tenant
from callmodel.ids import E164, CallId, LeadId, uuid7
from callmodel.wire import DialLead
from hotstate.leads import CallerNumbers, CampaignKey, Claimed, Deposed, LeadQueue, Refused, RefusedFor
from media_nodes.dialler.callers import Callers
from media_nodes.dialler.nodes import Nodes

ORDER_MS = 5_000
"""How long an order to a node is worth anything."""
MORE_LEADS = 20
"""Looked at beyond those that are wanted, as some may not be called now."""
NO_CALLER_MS = 60_000

logger = logging.getLogger(__name__)


class Claiming:
    """Claims of one campaign."""

    def __init__(self, queue: LeadQueue, numbers: CallerNumbers, nodes: Nodes, key: CampaignKey) -> None:
        self._queue, self._nodes, self._key = queue, nodes, key
        self._callers = Callers(numbers, key)

    async def launch(
        self,
        directory: Lookups,
        tenant: Tenant,
        campaign: Campaign,
        fence: int,
        lines: int,
        now_ms: Callable[[], int],
    ) -> int:
        """Launch up to so many calls; return how many there are.  Raises redis errors."""
        at_ms = now_ms()
        await self._callers.begin(at_ms)
        leads = await self._queue.look(self._key, at_ms, lines + MORE_LEADS)
        later: dict[LeadId, int] = {}
        launched = 0
        for lead in leads:
            if launched == lines:
                break
            opens_ms = next_call_ms(campaign, lead.number, lead.time_zones, at_ms)
            if opens_ms > at_ms:
                later[lead.lead_id] = opens_ms
                continue
            found = await self._launch_one(directory, tenant, campaign, fence, lead, now_ms())
            match found:
                case Deposed():
                    return launched
                case Claimed():
                    launched += 1
                case Refused(RefusedFor.CALLER_CAPPED, next_ms):
                    later[lead.lead_id] = next_ms
        if later:
            await self._queue.postpone(self._key, fence, later, at_ms)
        return launched

    async def _launch_one(
        self, directory: Lookups, tenant: Tenant, campaign: Campaign, fence: int, lead: Lead, at_ms: int
    ) -> Claimed | Refused | Deposed:
        """Claim a lead with the first number of ours that may be shown, and order its call."""
        candidates = callers_for(directory, tenant, campaign, lead.number)
        await self._callers.learn(campaign, candidates, at_ms)
        windows = windows_of(campaign, lead.time_zones, at_ms)
        while (caller := self._callers.choose(candidates)) is not None:
            call_id = CallId(uuid7(at_ms, secrets.randbits(74)))
            claim = await self._queue.claim(self._key, fence, lead.lead_id, call_id, caller, windows, at_ms)
            if isinstance(claim, Refused) and claim.reason is RefusedFor.CALLER_CAPPED:
                self._callers.note_capped(caller, max(claim.next_ms, at_ms + 1))
                continue
            if isinstance(claim, Claimed):
                self._callers.note_shown(caller)
                await self._order(campaign, lead, call_id, caller, at_ms)
            return claim
        if not candidates:
            logger.warning("campaign has no number to show", extra={"campaign_id": campaign.campaign_id})
        return Refused(RefusedFor.CALLER_CAPPED, self._callers.next_ms(candidates) or at_ms + NO_CALLER_MS)

    async def _order(self, campaign: Campaign, lead: Lead, call_id: CallId, caller: E164, at_ms: int) -> None:
        """Give the call to a node.  Where none takes it, the claim lapses and the lead is ready again."""
        order = DialLead(
            call_id,
            campaign.tenant_id,
            campaign.campaign_id,
            lead.lead_id,
            lead.number,
            lead.token,
            caller,
            at_ms + ORDER_MS,
        )
        if not await self._nodes.give(order):
            logger.warning("no node takes a call", extra={"campaign_id": campaign.campaign_id})
