"""What browsers register by, made anew where the right to be told it ends: a session, a role, a seat."""

from collections.abc import Iterable

from callmodel.ids import Extension, TenantId, UserId
from control_plane.inventory.archive import is_living
from control_plane.inventory.references import find_tenant
from control_plane.keyring.digest import ha1_of, make_password
from control_plane.web import Context
from servicekit.crypto import TenantCipher

BROWSERS = "webrtc"
"""`media` of a station whose phone is a browser."""

_PAGE_ROWS = 100


def new_key(extension: Extension, domain: str) -> str:
    """Return the HA1 of a password that nobody knows."""
    return ha1_of(extension, domain, make_password())


def sealed_key(cipher: TenantCipher, tenant_id: TenantId, ha1: str) -> bytes:
    """Return an HA1 as it lies in the store."""
    return cipher.encrypt(tenant_id, ha1.encode(), "station.ha1")


async def renew_phones_of(context: Context, user_id: UserId, tenants: Iterable[TenantId]) -> None:
    """Make anew what a user's browser registers by at the user's seats: a session that is over may have been told it.

    Raises StoreUnavailableError.
    """
    for tenant_id in tenants:
        tenant = await find_tenant(context.store, tenant_id)
        if tenant is not None and await _renew(context, tenant_id, tenant.domain, user_id):
            context.configuration_changed(tenant_id)


async def _renew(context: Context, tenant_id: TenantId, domain: str, user_id: UserId) -> bool:
    renewed, after = False, None
    while True:
        page = await context.store.page(
            "seats", {"tenant_id": tenant_id, "user_id": user_id}, limit=_PAGE_ROWS, after=after
        )
        for seat in page.rows:
            key = {"tenant_id": tenant_id, "extension": seat["extension"]}
            row = await context.store.get("stations", key)
            # The index may name a seat that the user has left.
            if row is None or not is_living(row) or row["user_id"] != user_id or row["media"] != BROWSERS:
                continue
            ha1 = new_key(Extension(seat["extension"]), domain)
            await context.store.upsert("stations", {**key, "ha1": sealed_key(context.cipher, tenant_id, ha1)})
            renewed = True
        after = page.next_token
        if after is None:
            return renewed
