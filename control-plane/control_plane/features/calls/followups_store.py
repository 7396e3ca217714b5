"""Follow-ups in the durable store: a row a call, beside the call's record, which says all else."""

from dataclasses import dataclass

from callmodel.cdr import Cdr
from callmodel.ids import CallId, TenantId, unix_ms_of
from control_plane.features.calls.followups import FollowUpKind, Reason
from control_plane.retention import Kept, Retention
from control_plane.times import day_of, now_ms, slot_ends_ms
from servicekit.stores import ColumnType, Row, Store, TableSpec

FOLLOW_UPS = TableSpec(
    name="follow_ups",
    partition=("tenant_id", "day"),
    clustering=("call_id",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "day": ColumnType.TEXT,
        "call_id": ColumnType.TEXT,
        "kind": ColumnType.TEXT,
        "reason": ColumnType.TEXT,
        "called_by": ColumnType.TEXT,
        "called_ms": ColumnType.INT,
        "done_by": ColumnType.TEXT,
        "done_ms": ColumnType.INT,
    },
    descending=("call_id",),
    guarded=True,
)
TABLES = (FOLLOW_UPS,)


@dataclass(frozen=True)
class FollowUp:
    """A call to follow up.  called_by, called_ms: who called back last, or is about to.  done_by: None while open."""

    call_id: CallId
    kind: FollowUpKind
    reason: str
    called_by: str | None = None
    called_ms: int | None = None
    done_by: str | None = None
    done_ms: int | None = None


class FollowUpStore:
    """Follow-ups.  Every method raises StoreUnavailableError when the store can not serve.

    retention: they end with the calls' records.
    """

    def __init__(self, store: Store, retention: Retention) -> None:
        self._store = store
        self._retention = retention

    async def add(self, tenant_id: TenantId, cdr: Cdr, why: Reason) -> None:
        """Keep a call to follow up; one that is kept already stays as it is, and with it what was done."""
        over_ms = slot_ends_ms(unix_ms_of(cdr.call_id))
        left = await self._retention.seconds_left(tenant_id, Kept.CALLS, over_ms, now_ms())
        row = {**_key(tenant_id, cdr.call_id), "kind": why.kind.value, "reason": why.reason}
        await self._store.claim(FOLLOW_UPS.name, row, ttl_seconds=left)

    async def one(self, tenant_id: TenantId, call_id: CallId) -> FollowUp | None:
        """Return a call's follow-up."""
        try:
            row = await self._store.get(FOLLOW_UPS.name, _key(tenant_id, call_id))
        except ValueError:
            return None  # no id of ours
        return None if row is None else _to_follow_up(row)

    async def page(
        self, tenant_id: TenantId, day: str, limit: int, after: str | None = None
    ) -> tuple[list[FollowUp], str | None]:
        """Return the follow-ups of calls of a UTC day, the newest first, and the token of the next page."""
        found = await self._store.page(
            FOLLOW_UPS.name, {"tenant_id": tenant_id, "day": day}, limit=limit, after=after
        )
        return [_to_follow_up(row) for row in found.rows], found.next_token

    async def take(self, tenant_id: TenantId, seen: FollowUp, by: str | None, at_ms: int | None) -> bool:
        """Note who is calling back; False when somebody took it, or was done, since it was seen."""
        expected = {"called_by": seen.called_by, "called_ms": seen.called_ms, "done_ms": None}
        changes = {"called_by": by, "called_ms": at_ms}
        return await self._store.replace_if(FOLLOW_UPS.name, _key(tenant_id, seen.call_id), expected, changes)

    async def finish(self, tenant_id: TenantId, call_id: CallId, by: str, at_ms: int) -> bool:
        """Note that nothing is left to do; False when somebody did before."""
        changes = {"done_by": by, "done_ms": at_ms}
        return await self._store.replace_if(FOLLOW_UPS.name, _key(tenant_id, call_id), {"done_ms": None}, changes)


def _key(tenant_id: TenantId, call_id: CallId) -> dict[str, str]:
    return {"tenant_id": tenant_id, "day": day_of(unix_ms_of(call_id)), "call_id": call_id}


def _to_follow_up(row: Row) -> FollowUp:
    values = {name: value for name, value in row.items() if name not in ("tenant_id", "day", "kind")}
    return FollowUp(kind=FollowUpKind(row["kind"]), **values)
