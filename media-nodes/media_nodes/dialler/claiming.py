"""From due leads to orders: each is judged, claimed, asked after on do-not-call lists, and given to a node."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from callmodel.campaigns.called import CallingAgent
from callmodel.campaigns.callers import callers_for
from callmodel.campaigns.caps import windows_of
from callmodel.campaigns.document import Campaign
from callmodel.campaigns.hours import next_call_ms
from callmodel.campaigns.leads import Lead
from callmodel.directory import Lookups, Tenant
from callmodel.ids import E164, CallId, LeadId, uuid7
from callmodel.wire import DialLead
from hotstate.dnc import DoNotCall, ListsMissingError
from hotstate.leads import (
    Asked,
    CallerNumbers,
    CampaignKey,
    Claimed,
    Deposed,
    LeadQueue,
    NotDialled,
    Refused,
    RefusedFor,
    Told,
)
from media_nodes.dialler.callers import Callers
from media_nodes.dialler.nodes import Nodes

ORDER_MS = 5_000
"""How long an order to a node is worth anything."""
MORE_LEADS = 20
"""Looked at beyond those that are wanted, as some may not be called now."""
NO_CALLER_MS = 60_000

_NOT_DIALLED = {
    RefusedFor.GONE: NotDialled.GONE,
    RefusedFor.FORBIDDEN: NotDialled.FORBIDDEN,
    RefusedFor.BUSY: NotDialled.BUSY,
    RefusedFor.CAPPED: NotDialled.CAPPED,
    RefusedFor.CALLER_CAPPED: NotDialled.NO_CALLER,
}

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Unplaced:
    """No node takes a call now."""


class Claiming:
    """Claims of one campaign."""

    def __init__(
        self, queue: LeadQueue, numbers: CallerNumbers, dnc: DoNotCall, nodes: Nodes, key: CampaignKey
    ) -> None:
        self._queue, self._dnc, self._nodes, self._key = queue, dnc, nodes, key
        self._callers = Callers(numbers, key)
        self._had_lists = True

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
        if not await self._has_lists():
            return 0
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
                case Deposed() | Unplaced():
                    return launched
                case str():
                    launched += 1
                case Refused(RefusedFor.CALLER_CAPPED, next_ms):
                    later[lead.lead_id] = next_ms
        if later:
            await self._queue.postpone(self._key, fence, later, at_ms)
        return launched

    async def dial(
        self, directory: Lookups, tenant: Tenant, campaign: Campaign, fence: int, asked: Asked, at_ms: int
    ) -> Told:
        """Dial a lead that an agent asks for, by the same rules.  Raises redis errors."""
        if not await self._has_lists():
            return Told(refused=NotDialled.NO_NODE)
        lead = await self._queue.lead_of(self._key, asked.lead_id)
        if lead is None:
            return Told(refused=NotDialled.GONE)
        opens_ms = next_call_ms(campaign, lead.number, lead.time_zones, at_ms)
        if opens_ms > at_ms:
            return Told(refused=NotDialled.HOURS, next_ms=opens_ms)
        await self._callers.begin(at_ms)
        found = await self._launch_one(directory, tenant, campaign, fence, lead, at_ms, asked.agent)
        match found:
            case Refused(reason, next_ms):
                return Told(refused=_NOT_DIALLED[reason], next_ms=next_ms)
            case Deposed() | Unplaced():
                return Told(refused=NotDialled.NO_NODE)
            case call_id:
                return Told(call_id)

    async def _has_lists(self) -> bool:
        """Say whether do-not-call lists can be asked: without them nobody is called."""
        complete = await self._dnc.is_complete()
        if not complete and self._had_lists:
            logger.warning("nobody is called without the do-not-call lists", extra={"alarm": "dnc-missing"})
        self._had_lists = complete
        return complete

    async def _launch_one(
        self,
        directory: Lookups,
        tenant: Tenant,
        campaign: Campaign,
        fence: int,
        lead: Lead,
        at_ms: int,
        agent: CallingAgent | None = None,
    ) -> CallId | Refused | Deposed | Unplaced:
        """Claim a lead with the first number of ours that may be shown, and order its call; return the call.

        agent: who dials it; None for a campaign that is paced.
        """
        candidates = callers_for(directory, tenant, campaign, lead.number)
        await self._callers.learn(campaign, candidates, at_ms)
        windows = windows_of(campaign, lead.time_zones, at_ms)
        while (caller := self._callers.choose(candidates)) is not None:
            call_id = CallId(uuid7(at_ms, secrets.randbits(74)))
            claim = await self._queue.claim(self._key, fence, lead.lead_id, call_id, caller, windows, at_ms)
            if isinstance(claim, Refused) and claim.reason is RefusedFor.CALLER_CAPPED:
                self._callers.note_capped(caller, max(claim.next_ms, at_ms + 1))
                continue
            if not isinstance(claim, Claimed):
                return claim
            # After the claim and right before the order: what is on a list by now is not dialled.
            if not await self._may_be_called(fence, lead, call_id, at_ms):
                return Refused(RefusedFor.FORBIDDEN)
            self._callers.note_shown(caller)
            if await self._order(campaign, lead, call_id, caller, at_ms, agent):
                return call_id
            await self._queue.give_back(self._key, fence, call_id, at_ms)
            return Unplaced()
        if not candidates:
            logger.warning("campaign has no number to show", extra={"campaign_id": campaign.campaign_id})
        return Refused(RefusedFor.CALLER_CAPPED, self._callers.next_ms(candidates) or at_ms + NO_CALLER_MS)

    async def _may_be_called(self, fence: int, lead: Lead, call_id: CallId, at_ms: int) -> bool:
        """Ask the lists after a lead that is claimed; one that is on any is let go, and taken out."""
        try:
            (scope,) = await self._dnc.found_in(self._key.tenant_id, self._key.campaign_id, [lead.number])
        except ListsMissingError:
            # They went this moment: the lead waits until they are back.
            await self._queue.give_back(self._key, fence, call_id, at_ms)
            return False
        if scope is None:
            return True
        logger.info("lead is on a do-not-call list", extra={"lead_id": lead.lead_id, "list": scope.name})
        await self._queue.take_out(self._key, [lead.lead_id], at_ms)
        await self._queue.give_back(self._key, fence, call_id, at_ms)
        return False

    async def _order(
        self,
        campaign: Campaign,
        lead: Lead,
        call_id: CallId,
        caller: E164,
        at_ms: int,
        agent: CallingAgent | None,
    ) -> bool:
        """Give the call to a node; False where none takes it."""
        order = DialLead(
            call_id,
            campaign.tenant_id,
            campaign.campaign_id,
            lead.lead_id,
            lead.number,
            lead.token,
            caller,
            at_ms + ORDER_MS,
            agent,
        )
        given = await self._nodes.give(order)
        if not given:
            logger.warning("no node takes a call", extra={"campaign_id": campaign.campaign_id})
        return given
