"""A number is put on a do-not-call list, or taken off: kept first, then in hot state, at once."""

from callmodel.ids import E164, CampaignId, TenantId
from control_plane.inventory.references import campaign_keys
from control_plane.keyring.numberkeys import NumberTokens
from control_plane.leads.dncstore import DncEntry, DncStore
from control_plane.web.context import Resources
from hotstate.dnc import PLATFORM, DncScope
from hotstate.leads import CampaignKey
from hotstate.numberpages import digits_of


def store_of(resources: Resources) -> DncStore:
    """Return the durable lists."""
    return DncStore(resources.store, resources.objects, resources.cipher)


async def forbid(resources: Resources, scope: DncScope, entry: DncEntry) -> None:
    """Have a number not be called from now on.  Again, it changes nothing.

    Raises StoreUnavailableError, redis errors: it is kept then, and reaches hot state when it is done again.
    """
    await store_of(resources).put(scope, entry)
    await resources.dnc.add(scope, [digits_of(entry.number)])
    for key, token, whole in await _queues(resources, scope, entry.number):
        await resources.leads.forbid(key, token, resources.now_ms(), whole_tenant=whole)


async def allow(resources: Resources, scope: DncScope, entry: DncEntry) -> None:
    """Let a number be called again as far as this list goes, whatever its files say.  entry: who said so."""
    await store_of(resources).put(scope, entry)
    await resources.dnc.remove(scope, [digits_of(entry.number)])
    for key, token, whole in await _queues(resources, scope, entry.number):
        await resources.leads.allow(key, token, whole_tenant=whole)


async def _queues(resources: Resources, scope: DncScope, number: E164) -> list[tuple[CampaignKey, str, bool]]:
    """Return in which leads' queues the number may be; of what counts for everybody diallers ask the lists."""
    if scope.tenant_id == PLATFORM:
        return []
    tenant_id = TenantId(scope.tenant_id)
    token = NumberTokens(resources.cipher, tenant_id).token_of(number)
    campaign = CampaignId(scope.name.removeprefix("campaign.")) if scope.name.startswith("campaign.") else None
    keys = await campaign_keys(resources.store, tenant_id)
    if campaign is not None:
        return [(key, token, False) for key in keys if key.campaign_id == campaign]
    # One of each pool speaks for the tenant.
    return [(key, token, True) for key in {key.pool: key for key in keys}.values()]
