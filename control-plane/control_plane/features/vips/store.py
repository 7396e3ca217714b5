"""VIPs in the durable store: found by a keyed hash of the number; numbers and names are encrypted."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from callmodel.codec import from_wire, to_wire
from callmodel.ids import E164, TenantId
from callmodel.privacy import number_hash
from callmodel.vips import Vip
from control_plane.inventory.listing import every
from control_plane.keyring.numberkeys import number_key_of
from servicekit.crypto import TenantCipher
from servicekit.stores import ColumnType, Row, Store, TableSpec

VIPS = TableSpec(
    name="vips",
    partition=("tenant_id",),
    clustering=("caller",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "caller": ColumnType.TEXT,
        "settings": ColumnType.JSON,
        "sealed": ColumnType.BLOB,
        "created_ms": ColumnType.INT,
    },
    guarded=True,
)
TABLES = (VIPS,)
PAGE_ROWS = 500
CONTEXT = "vip.person"


@dataclass(frozen=True)
class VipRecord:
    """A VIP.  `vip.caller` is the number's keyed hash, and the id."""

    vip: Vip
    number: E164
    name: str
    created_ms: int


class VipStore:
    """VIPs.  Every method raises StoreUnavailableError when the store can not serve."""

    def __init__(self, store: Store, cipher: TenantCipher) -> None:
        self._store = store
        self._cipher = cipher

    def id_of(self, tenant_id: TenantId, number: E164) -> str:
        """Return by what media nodes know a number."""
        return number_hash(number_key_of(self._cipher, tenant_id), number)

    async def add(self, tenant_id: TenantId, record: VipRecord) -> bool:
        """Keep a new VIP; False when the number is one's already."""
        return await self._store.claim(VIPS.name, self._row(tenant_id, record))

    async def one(self, tenant_id: TenantId, vip_id: str) -> VipRecord | None:
        """Return a VIP."""
        row = await self._store.get(VIPS.name, {"tenant_id": tenant_id, "caller": vip_id})
        return None if row is None else self._open(row)

    async def change(self, tenant_id: TenantId, before: VipRecord, after: VipRecord) -> bool:
        """Write what a VIP is now; False when it was changed or removed since `before` was read."""
        key = {"tenant_id": tenant_id, "caller": before.vip.caller}
        row = self._row(tenant_id, after)
        changes = {name: row[name] for name in ("settings", "sealed")}
        return await self._store.replace_if(VIPS.name, key, {"settings": _settings_of(before.vip)}, changes)

    async def remove(self, tenant_id: TenantId, vip_id: str) -> None:
        """Forget a VIP for good: a customer's number is kept no longer than it is needed."""
        await self._store.delete(VIPS.name, {"tenant_id": tenant_id, "caller": vip_id})

    async def page(
        self, tenant_id: TenantId, limit: int, after: str | None = None
    ) -> tuple[list[VipRecord], str | None]:
        """Return VIPs, in no order that tells of their numbers, and the token of the next page."""
        found = await self._store.page(VIPS.name, {"tenant_id": tenant_id}, limit=limit, after=after)
        return [self._open(row) for row in found.rows], found.next_token

    def each(self, tenant_id: TenantId) -> AsyncIterator[VipRecord]:
        """Yield every VIP of the tenant."""
        return every(lambda limit, after: self.page(tenant_id, limit, after), PAGE_ROWS)

    def _row(self, tenant_id: TenantId, record: VipRecord) -> dict[str, Any]:
        person = json.dumps({"number": record.number, "name": record.name, "mobile": record.vip.mobile}).encode()
        return {
            "tenant_id": tenant_id,
            "caller": record.vip.caller,
            "settings": _settings_of(record.vip),
            "sealed": self._cipher.encrypt(tenant_id, person, CONTEXT),
            "created_ms": record.created_ms,
        }

    def _open(self, row: Row) -> VipRecord:
        person = json.loads(self._cipher.decrypt(row["tenant_id"], row["sealed"], CONTEXT))
        vip = from_wire(Vip, {**row["settings"], "mobile": person["mobile"]})
        return VipRecord(vip, E164(person["number"]), person["name"], row["created_ms"])


def _settings_of(vip: Vip) -> dict[str, Any]:
    return {name: value for name, value in to_wire(vip).items() if name != "mobile"}
