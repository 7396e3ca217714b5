"""Whose a user is: a tenant's own, which its managers change, or another's, which HQ changes."""

from callmodel.ids import ProviderId, TenantId
from control_plane.inventory.references import find_tenant
from control_plane.people.accounts import Account
from control_plane.web import ForbiddenError
from servicekit.stores import Store

HQ = ProviderId("hq")


class UserOfOthersError(ForbiddenError):
    error_id = "user-of-others"
    title = "The user is not the tenant's own; an HQ administrator can change them"


def home_of(tenant_id: TenantId) -> str:
    """Return what a tenant's own users belong to."""
    return f"tenant:{tenant_id}"


def belongs_here(tenant_id: TenantId, account: Account) -> bool:
    """Say whether the user is the tenant's own."""
    return account.belongs_to == home_of(tenant_id)


async def pool_of(store: Store, account: Account) -> ProviderId:
    """Return whose agent the user is: their firm's, or that of the provider of the tenant that they are of."""
    kind, _, name = account.belongs_to.partition(":")
    if kind == "provider":
        return ProviderId(name)
    tenant = await find_tenant(store, TenantId(name)) if kind == "tenant" else None
    return HQ if tenant is None else tenant.provider_id
