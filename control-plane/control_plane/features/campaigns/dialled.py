"""A lead of the store as it is dialled in a campaign: with its owner, its zones, and how often it was tried."""

from callmodel.campaigns.leads import Lead
from callmodel.campaigns.sharing import taker_of
from control_plane.features.campaigns.consent import consent_in
from control_plane.features.campaigns.store import LEAVERS, CampaignRecord, shares_of
from control_plane.keyring.numberkeys import NumberTokens
from control_plane.leads.blocks import StoredLead
from control_plane.leads.states import LeadRecord
from control_plane.leads.zones import time_zones_of
from servicekit.crypto import TenantCipher

_PRIORITIES = {str(each): each for each in range(11)}


class DialledLeads:
    """Makes leads of one campaign."""

    def __init__(self, cipher: TenantCipher, record: CampaignRecord) -> None:
        self._run = record.campaign.runs
        self._shares = shares_of(record)
        self._leavers = frozenset(record.shares.get(LEAVERS, ()))
        self._tokens = NumberTokens(cipher, record.campaign.tenant_id)

    def lead(self, stored: StoredLead, state: LeadRecord | None, priority: int = 10) -> Lead:
        """Return a lead.

        state: as it was touched, in this run or an earlier one.  priority: where the lead itself has none.
        """
        if state is None or state.run != self._run:
            state = LeadRecord(stored.lead_id)
        agent_id = state.agent_id if state.agent_id not in self._leavers else None
        share = self._shares.get(stored.list_id)
        taker = None if share is None else taker_of(share, stored.ordinal, stored.number, stored.cells)
        if agent_id is None and taker is not None:
            agent_id = taker.agent_id
        return Lead(
            lead_id=stored.lead_id,
            list_id=stored.list_id,
            number=stored.number,
            token=self._tokens.token_of(stored.number),
            time_zones=time_zones_of(stored.number, stored.cells.get("time_zone", "").strip()),
            due_ms=state.due_ms or 0,
            priority=_PRIORITIES.get(stored.cells.get("priority", "").strip(), priority),
            attempts=state.attempts,
            results=dict(state.results),
            agent_id=agent_id,
            team=taker.team if taker is not None else None,
            call_back=state.call_back,
            consent=consent_in(stored.cells),
        )
