"""Each tenant's webhook: where it wants to be told, and how it knows that it is us."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

import aiohttp

from callmodel.ids import TenantId
from servicekit.crypto import TenantCipher
from servicekit.publicnet import Networks, open_session, require_allowed
from servicekit.stores import ColumnType, Store, TableSpec

WEBHOOKS = TableSpec(
    name="webhooks",
    partition=("tenant_id",),
    columns={
        "tenant_id": ColumnType.TEXT,
        "url": ColumnType.TEXT,
        "secret": ColumnType.BLOB,
        "changed_ms": ColumnType.INT,
    },
)
TABLES = (WEBHOOKS,)
CONTEXT = "webhook.secret"
SIGNATURE = "X-Trunkline-Signature"
SECONDS = 10


@dataclass(frozen=True)
class Webhook:
    """Where a tenant is told.  secret: signs what it is told."""

    url: str
    secret: str
    changed_ms: int


class NotTakenError(Exception):
    """The tenant's system did not take it; the text holds nothing of what was told."""


class WebhookStore:
    """Webhooks.  Every method raises StoreUnavailableError when the store can not serve."""

    def __init__(self, store: Store, cipher: TenantCipher) -> None:
        self._store = store
        self._cipher = cipher

    async def one(self, tenant_id: TenantId) -> Webhook | None:
        """Return the tenant's webhook."""
        row = await self._store.get(WEBHOOKS.name, {"tenant_id": tenant_id})
        if row is None:
            return None
        secret = self._cipher.decrypt(tenant_id, row["secret"], CONTEXT).decode()
        return Webhook(row["url"], secret, row["changed_ms"])

    async def put(self, tenant_id: TenantId, webhook: Webhook) -> None:
        """Keep the tenant's webhook, in place of the one that was there."""
        sealed = self._cipher.encrypt(tenant_id, webhook.secret.encode(), CONTEXT)
        row = {"url": webhook.url, "secret": sealed, "changed_ms": webhook.changed_ms}
        await self._store.upsert(WEBHOOKS.name, {"tenant_id": tenant_id, **row})

    async def remove(self, tenant_id: TenantId) -> None:
        """Tell the tenant no more; where it was not told, that is fine."""
        await self._store.delete(WEBHOOKS.name, {"tenant_id": tenant_id})


def signature_of(secret: str, at_ms: int, body: bytes) -> str:
    """Return `t=<milliseconds>,v1=<hex>`: HMAC-SHA-256 of time, a dot and the body, so that none can be replayed."""
    told = hmac.new(secret.encode(), f"{at_ms}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_ms},v1={told}"


async def deliver(webhook: Webhook, event: dict[str, Any], at_ms: int, allowed: Networks) -> None:
    """Tell the tenant's system.  Raises NotTakenError, AddressForbiddenError, aiohttp.ClientError, TimeoutError."""
    body = json.dumps(event, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", SIGNATURE: signature_of(webhook.secret, at_ms, body)}
    require_allowed(webhook.url, allowed)
    async with (
        open_session(allowed, 1) as session,
        session.post(
            webhook.url,
            data=body,
            headers=headers,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=SECONDS),
        ) as answer,
    ):
        if not 200 <= answer.status < 300:
            raise NotTakenError(f"status {answer.status}")
