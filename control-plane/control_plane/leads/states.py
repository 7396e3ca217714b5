"""What became of leads in a campaign: a row for each that was touched, when each is due, and how far filling is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from callmodel.ids import AgentId, CallId, CampaignId, LeadId, ListId, TenantId
from control_plane.leads.blocks import BLOCK_ROWS, place_of
from control_plane.times import SLOT_MINUTES, slot_begins_ms, slot_of
from servicekit.stores import ColumnType, Row, Store, TableSpec

_OF_LEAD = {
    "tenant_id": ColumnType.TEXT,
    "campaign_id": ColumnType.TEXT,
    "list_id": ColumnType.TEXT,
    "block": ColumnType.INT,
    "place": ColumnType.INT,
}
LEAD_STATES = TableSpec(
    name="lead_states",
    partition=("tenant_id", "campaign_id", "list_id", "block"),
    clustering=("place",),
    columns={
        **_OF_LEAD,
        "run": ColumnType.INT,
        "attempts": ColumnType.INT,
        "results": ColumnType.JSON,
        "result": ColumnType.TEXT,
        "call_id": ColumnType.TEXT,
        "settled_ms": ColumnType.INT,
        "due_ms": ColumnType.INT,
        "call_back": ColumnType.BOOL,
        "agent_id": ColumnType.TEXT,
        "disposition": ColumnType.TEXT,
        "disposed_by": ColumnType.TEXT,
        "disposed_ms": ColumnType.INT,
        "disposed_call_id": ColumnType.TEXT,
        "form_sealed": ColumnType.BLOB,
        "skips": ColumnType.INT,
    },
)
LEADS_DUE = TableSpec(
    name="leads_due",
    partition=("tenant_id", "campaign_id", "slot"),
    clustering=("due_ms", "lead_id"),
    columns={
        "tenant_id": ColumnType.TEXT,
        "campaign_id": ColumnType.TEXT,
        "slot": ColumnType.TEXT,
        "due_ms": ColumnType.INT,
        "lead_id": ColumnType.TEXT,
    },
    churning=True,
)
LEAD_CURSORS = TableSpec(
    name="lead_cursors",
    partition=("tenant_id", "campaign_id"),
    clustering=("list_id",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "campaign_id": ColumnType.TEXT,
        "list_id": ColumnType.TEXT,
        "mark": ColumnType.TEXT,
        "block": ColumnType.INT,
        "place": ColumnType.INT,
        "ordinal": ColumnType.INT,
        "left_out": ColumnType.JSON,
        "due_since_ms": ColumnType.INT,
    },
)
TABLES = (LEAD_STATES, LEADS_DUE, LEAD_CURSORS)
DUE = ListId("*")
"""Stands for a list where the cursor is the campaign's, of what is due."""
_CHANGED = tuple(name for name in LEAD_STATES.columns if name not in _OF_LEAD)


@dataclass(frozen=True)
class LeadRecord:
    """A lead that was touched.

    run: of the campaign, in which attempts and results are counted.  due_ms: when it is called again, None for never.
    call_back: somebody agreed on that time.  agent_id: whose call-back it is.  form_sealed: what the agent filled in.
    """

    lead_id: LeadId
    run: int = 0
    attempts: int = 0
    results: Mapping[str, int] = field(default_factory=dict)
    result: str | None = None
    call_id: CallId | None = None
    settled_ms: int | None = None
    due_ms: int | None = None
    call_back: bool = False
    agent_id: AgentId | None = None
    disposition: str | None = None
    disposed_by: str | None = None
    disposed_ms: int | None = None
    disposed_call_id: CallId | None = None
    form_sealed: bytes | None = None
    skips: int = 0


@dataclass(frozen=True)
class Cursor:
    """How far a list's leads went into hot state.

    mark: of hot state as it was then; where hot state lost its own, filling begins anew.  block, place: the next
    lead; ordinal: how many leads of the list were gone through, by blocks.  left_out: by reason, who is not to be
    called.  due_since_ms: before which nobody is due any more.
    """

    mark: str
    block: int = 0
    place: int = 0
    ordinal: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    due_since_ms: int = 0


class LeadStates:
    """Touched leads.  Every method raises StoreUnavailableError when the store can not serve."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def one(self, tenant_id: TenantId, campaign_id: CampaignId, lead_id: LeadId) -> LeadRecord | None:
        """Return a lead that was touched, None for another.  Raises ValueError for what is no lead's id."""
        row = await self._store.get(LEAD_STATES.name, _key(tenant_id, campaign_id, lead_id))
        return None if row is None else _to_record(row)

    async def of_block(
        self, tenant_id: TenantId, campaign_id: CampaignId, list_id: ListId, block: int
    ) -> dict[int, LeadRecord]:
        """Return the touched leads of a block, by place."""
        partition = {"tenant_id": tenant_id, "campaign_id": campaign_id, "list_id": list_id, "block": block}
        page = await self._store.page(LEAD_STATES.name, partition, limit=BLOCK_ROWS)
        return {row["place"]: _to_record(row) for row in page.rows}

    async def change(self, tenant_id: TenantId, campaign_id: CampaignId, lead_id: LeadId, **changes: Any) -> None:
        """Write some columns of a lead, touched before or not; it is found by the time that it is due."""
        key = _key(tenant_id, campaign_id, lead_id)
        if changes.get("due_ms") is not None:
            due = {"slot": slot_of(changes["due_ms"]), "due_ms": changes["due_ms"], "lead_id": lead_id}
            await self._store.upsert(LEADS_DUE.name, {"tenant_id": tenant_id, "campaign_id": campaign_id, **due})
        await self._store.upsert(LEAD_STATES.name, {**key, **changes})

    async def due(
        self, tenant_id: TenantId, campaign_id: CampaignId, since_ms: int, until_ms: int, limit: int
    ) -> list[tuple[int, LeadId]]:
        """Return up to limit leads that are due before a time, with when, the first one first."""
        found: list[tuple[int, LeadId]] = []
        length = SLOT_MINUTES * 60_000
        for slot in range(since_ms // length, until_ms // length + 1):
            partition = {"tenant_id": tenant_id, "campaign_id": campaign_id, "slot": slot_of(slot * length)}
            page = await self._store.page(LEADS_DUE.name, partition, limit=limit - len(found), until=until_ms)
            found += [(row["due_ms"], LeadId(row["lead_id"])) for row in page.rows]
            if len(found) >= limit:
                break
        return found

    async def forget_due(self, tenant_id: TenantId, campaign_id: CampaignId, due_ms: int, lead_id: LeadId) -> None:
        """Take a lead out of those that are due at a time."""
        key = {"tenant_id": tenant_id, "campaign_id": campaign_id, "slot": slot_of(due_ms), "due_ms": due_ms}
        await self._store.delete(LEADS_DUE.name, {**key, "lead_id": lead_id})

    async def cursor(self, tenant_id: TenantId, campaign_id: CampaignId, list_id: ListId) -> Cursor | None:
        """Return how far a list's leads are filled."""
        row = await self._store.get(LEAD_CURSORS.name, _cursor_key(tenant_id, campaign_id, list_id))
        if row is None:
            return None
        named = {name: row[name] for name in ("mark", "block", "place", "ordinal", "left_out", "due_since_ms")}
        return Cursor(**{name: value for name, value in named.items() if value is not None})

    async def set_cursor(self, tenant_id: TenantId, campaign_id: CampaignId, list_id: ListId, cursor: Cursor) -> None:
        """Note how far a list's leads are filled."""
        row = {**vars(cursor), "left_out": dict(cursor.left_out)}
        await self._store.upsert(LEAD_CURSORS.name, {**_cursor_key(tenant_id, campaign_id, list_id), **row})


def slot_before(due_ms: int) -> int:
    """Return when the slot of a time begins."""
    return slot_begins_ms(slot_of(due_ms))


def _key(tenant_id: TenantId, campaign_id: CampaignId, lead_id: LeadId) -> dict[str, Any]:
    list_id, block, place = place_of(lead_id)
    named = {"tenant_id": tenant_id, "campaign_id": campaign_id, "list_id": list_id}
    return {**named, "block": block, "place": place}


def _cursor_key(tenant_id: TenantId, campaign_id: CampaignId, list_id: ListId) -> dict[str, str]:
    return {"tenant_id": tenant_id, "campaign_id": campaign_id, "list_id": list_id}


def _to_record(row: Row) -> LeadRecord:
    lead_id = LeadId(f"{row['list_id']}.{row['block'] * BLOCK_ROWS + row['place']}")
    told = {name: row[name] for name in _CHANGED if row[name] is not None}
    return LeadRecord(lead_id, **told)
