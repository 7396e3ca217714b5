"""Leads go from the store into hot state: so many as the campaign keeps ready, the more important first.

Filling may break off anywhere and be done twice: hot state takes no lead that it has, and the cursor is written after
the leads are in.  Hot state that lost its mark has lost its leads, and is filled from the beginning, with those who
were touched left as they are.
"""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from callmodel.campaigns.document import Campaign
from callmodel.campaigns.leads import Lead
from callmodel.ids import LeadId, ListId
from control_plane.features.campaigns.consent import suffices
from control_plane.features.campaigns.dialled import DialledLeads
from control_plane.features.campaigns.marks import NEAR_MS, mark_key
from control_plane.features.campaigns.store import CampaignRecord
from control_plane.inventory.references import list_counts
from control_plane.leads.blocks import Block, StoredLead, place_of
from control_plane.leads.states import DUE, Cursor, LeadRecord, LeadStates, slot_before
from control_plane.leads.store import LeadStore
from control_plane.web.context import Resources
from hotstate.leads.shapes import CampaignKey, key_of

AT_ONCE = 250
DUE_AT_ONCE = 500
NO_CONSENT, DO_NOT_CALL = "no-consent", "do-not-call"

logger = logging.getLogger(__name__)


@dataclass
class Filled:
    """What one pass did."""

    entered: int = 0
    left_out: dict[str, int] = field(default_factory=dict)


class Filler:
    """One pass over one campaign.  Raises StoreUnavailableError, redis errors, ListsMissingError."""

    def __init__(self, resources: Resources, record: CampaignRecord) -> None:
        self._resources, self._record = resources, record
        self._campaign: Campaign = record.campaign
        self._tenant_id = self._campaign.tenant_id
        self._key: CampaignKey = key_of(self._campaign)
        self._states = LeadStates(resources.store)
        self._leads = LeadStore(resources.store, resources.cipher)
        self._dialled = DialledLeads(resources.cipher, record)
        self._blocks: dict[tuple[ListId, int], Block | None] = {}
        self._room = 0
        self._filled = Filled()

    async def fill(self) -> Filled:
        """Fill up the campaign's leads in hot state."""
        figures = await self._resources.leads.figures(self._key)
        self._room = self._campaign.hot_leads - figures.ready - figures.waiting - figures.calls
        if self._room > 0:
            mark = await self._mark()
            await self._fill_due()
            for each in sorted(self._campaign.lists, key=lambda each: -each.priority):
                if self._room <= 0:
                    break
                await self._fill_list(each.list_id, each.priority, mark)
        return self._filled

    async def _mark(self) -> str:
        """Return the mark of hot state as it is: another one once it has lost its leads, and in each run."""
        name = mark_key(self._tenant_id, self._campaign.campaign_id)
        await self._resources.redis.set(name, secrets.token_hex(8), nx=True)
        mark: Any = await self._resources.redis.get(name)
        return f"{self._campaign.runs}.{mark}"

    async def _fill_due(self) -> None:
        now_ms = self._resources.now_ms()
        cursor = await self._states.cursor(self._tenant_id, self._campaign.campaign_id, DUE) or Cursor("")
        since_ms = cursor.due_since_ms or (self._campaign.started_ms or now_ms)
        until_ms = now_ms + NEAR_MS
        found = await self._states.due(
            self._tenant_id, self._campaign.campaign_id, since_ms, until_ms, min(DUE_AT_ONCE, self._room)
        )
        done_ms = slot_before(now_ms) if len(found) < min(DUE_AT_ONCE, self._room) else since_ms
        for due_ms, lead_id in found:
            state = await self._states.one(self._tenant_id, self._campaign.campaign_id, lead_id)
            if state is not None and state.run == self._campaign.runs and state.due_ms == due_ms:
                stored = await self._stored(lead_id)
                if stored is not None and await self._put([self._dialled.lead(stored, state)]):
                    return  # no room: it is looked at again
            await self._states.forget_due(self._tenant_id, self._campaign.campaign_id, due_ms, lead_id)
        if done_ms > cursor.due_since_ms:
            await self._states.set_cursor(
                self._tenant_id, self._campaign.campaign_id, DUE, replace(cursor, due_since_ms=done_ms)
            )

    async def _fill_list(self, list_id: ListId, priority: int, mark: str) -> None:
        blocks = (await list_counts(self._resources.store, self._tenant_id, list_id)).blocks
        cursor = await self._states.cursor(self._tenant_id, self._campaign.campaign_id, list_id)
        if cursor is None or cursor.mark != mark:
            cursor = Cursor(mark)
        while cursor.block < blocks and self._room > 0:
            cursor = await self._fill_block(list_id, priority, cursor)

    async def _fill_block(self, list_id: ListId, priority: int, cursor: Cursor) -> Cursor:
        block = await self._block(list_id, cursor.block)
        if block is None:
            return replace(cursor, block=cursor.block + 1, place=0)
        touched = await self._states.of_block(self._tenant_id, self._campaign.campaign_id, list_id, cursor.block)
        rows = [row for row in range(len(block)) if int(block.places[row]) >= cursor.place]
        for begin in range(0, len(rows), AT_ONCE):
            some = [block.lead(list_id, cursor.block, row) for row in rows[begin : begin + AT_ONCE]]
            leads = [
                self._dialled.lead(stored, touched.get(stored.place), priority)
                for stored in some
                if self._is_open(touched.get(stored.place))
            ]
            full_at = await self._put(leads)
            left_out = {**cursor.left_out}
            for reason, count in self._filled.left_out.items():
                left_out[reason] = left_out.get(reason, 0) + count
            self._filled.left_out = {}
            place = place_of(full_at)[2] if full_at is not None else some[-1].place + 1
            cursor = replace(cursor, place=place, left_out=left_out)
            await self._note(list_id, cursor)
            if full_at is not None or self._room <= 0:
                return cursor
        cursor = replace(cursor, block=cursor.block + 1, place=0, ordinal=block.before + len(block))
        await self._note(list_id, cursor)
        return cursor

    async def _note(self, list_id: ListId, cursor: Cursor) -> None:
        await self._states.set_cursor(self._tenant_id, self._campaign.campaign_id, list_id, cursor)

    def _is_open(self, state: LeadRecord | None) -> bool:
        """Say whether a lead is to be called, as far as is known of it; who is due later comes by the time."""
        if state is None or state.run != self._campaign.runs:
            return True
        near_ms = self._resources.now_ms() + NEAR_MS
        return state.due_ms is not None and state.due_ms <= near_ms

    async def _put(self, leads: Sequence[Lead]) -> LeadId | None:
        """Enter leads that may be called; return the first that found no room."""
        if not leads:
            return None
        now_ms, policy = self._resources.now_ms(), self._campaign.consent
        agreed = [lead for lead in leads if suffices(policy, lead.consent, now_ms)]
        self._leave_out(NO_CONSENT, len(leads) - len(agreed))
        found = await self._resources.dnc.found_in(
            self._tenant_id, self._campaign.campaign_id, [lead.number for lead in agreed]
        )
        wanted = [lead for lead, scope in zip(agreed, found, strict=True) if scope is None]
        self._leave_out(DO_NOT_CALL, len(agreed) - len(wanted))
        if not wanted:
            return None
        most = self._campaign.hot_leads
        size, refused = await self._resources.leads.put(self._key, wanted, now_ms, most)
        self._filled.entered += len(wanted) - len(refused)
        self._room = most - size
        return refused[0] if refused and self._room <= 0 else None

    def _leave_out(self, reason: str, count: int) -> None:
        if count:
            self._filled.left_out[reason] = self._filled.left_out.get(reason, 0) + count

    async def _block(self, list_id: ListId, number: int) -> Block | None:
        if (list_id, number) not in self._blocks:
            if len(self._blocks) >= 8:
                self._blocks.clear()
            self._blocks[list_id, number] = await self._leads.block(self._tenant_id, list_id, number)
        return self._blocks[list_id, number]

    async def _stored(self, lead_id: LeadId) -> StoredLead | None:
        list_id, number, place = place_of(lead_id)
        block = await self._block(list_id, number)
        row = None if block is None else block.row_at(place)
        return None if block is None or row is None else block.lead(list_id, number, row)
