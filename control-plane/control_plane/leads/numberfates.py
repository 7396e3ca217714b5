"""What a tenant knows of numbers from earlier calls: who was reached when, and which numbers are dead."""

from collections.abc import AsyncIterator

from callmodel.campaigns.results import AttemptResult
from callmodel.ids import E164, TenantId
from control_plane.times import DAY_MS, day_of
from servicekit.crypto import TenantCipher
from servicekit.stores import ColumnType, Store, TableSpec

NUMBER_FATES = TableSpec(
    name="number_fates",
    partition=("tenant_id", "kind", "day"),
    clustering=("token",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "kind": ColumnType.TEXT,
        "day": ColumnType.TEXT,
        "token": ColumnType.TEXT,
        "sealed": ColumnType.BLOB,
    },
)
TABLES = (NUMBER_FATES,)
REACHED, DEAD = "reached", "dead"
KEPT_DAYS = {REACHED: 365, DEAD: 3650}
PAGE_ROWS = 1000
_KINDS = {AttemptResult.CONNECTED: REACHED, AttemptResult.DEAD: DEAD}


class NumberFates:
    """Numbers by the UTC day on which it was so.  Every method raises StoreUnavailableError."""

    def __init__(self, store: Store, cipher: TenantCipher) -> None:
        self._store, self._cipher = store, cipher

    async def note(self, tenant_id: TenantId, number: E164, result: AttemptResult, at_ms: int) -> None:
        """Note what a call's result says of its number; most say nothing."""
        kind = _KINDS.get(result)
        if kind is None:
            return
        token = self._cipher.keyed_hash(tenant_id, f"fate {number}")[:32]
        row = {"tenant_id": tenant_id, "kind": kind, "day": day_of(at_ms), "token": token}
        sealed = self._cipher.encrypt(tenant_id, number.encode(), "number.fate")
        await self._store.upsert(
            NUMBER_FATES.name, {**row, "sealed": sealed}, ttl_seconds=KEPT_DAYS[kind] * DAY_MS / 1000
        )

    async def since(self, tenant_id: TenantId, kind: str, days: int, now_ms: int) -> AsyncIterator[int]:
        """Yield the digits of numbers of which it was so in the last days, as integers."""
        for ago in range(min(days, KEPT_DAYS[kind]) + 1):
            partition = {"tenant_id": tenant_id, "kind": kind, "day": day_of(now_ms - ago * DAY_MS)}
            after: str | None = None
            while True:
                page = await self._store.page(NUMBER_FATES.name, partition, limit=PAGE_ROWS, after=after)
                for row in page.rows:
                    yield int(self._cipher.decrypt(tenant_id, row["sealed"], "number.fate").decode()[1:])
                after = page.next_token
                if after is None:
                    break
