"""The numbers on a tenant's lists, kept in hot state where its rules let people dial customers on lists by hand."""

import logging
from functools import partial

from callmodel.codec import from_wire
from callmodel.handdialling import HandDialling
from callmodel.ids import TenantId
from control_plane.features.lists import store as kept
from control_plane.features.lists.store import ListRecord, ListStore
from control_plane.inventory.listing import every
from control_plane.inventory.references import every_tenant
from control_plane.inventory.scope import SCOPE
from control_plane.keyring.numberkeys import number_key_of
from control_plane.leads.store import LeadStore
from control_plane.web.context import Resources
from hotstate.customers import Customers

PAGE_ROWS = 500

logger = logging.getLogger(__name__)


async def keep_customers(resources: Resources) -> None:
    """Bring what hot state lacks of lists into it, and take out what is no list any more.  Again is harmless.

    Raises StoreUnavailableError, redis errors.
    """
    for tenant_id in await every_tenant(resources.store):
        await _keep(resources, tenant_id)


async def _keep(resources: Resources, tenant_id: TenantId) -> None:
    customers, wanted = Customers(resources.redis), dict[str, ListRecord]()
    if await _asks_lists(resources, tenant_id):
        store = ListStore(resources.store)
        records = every(partial(store.page, tenant_id), PAGE_ROWS)
        wanted = {each.list_id: each async for each in records if each.state == kept.READY}
    known = await customers.lists(tenant_id)
    for gone in sorted(known - wanted.keys()):
        await customers.drop(tenant_id, gone)
    number_key = number_key_of(resources.cipher, tenant_id)
    leads = LeadStore(resources.store, resources.cipher)
    for record in (wanted[list_id] for list_id in sorted(wanted.keys() - known)):
        count = 0
        async for _, block in leads.each_block(tenant_id, record.list_id, record.blocks):
            await customers.add(tenant_id, number_key, record.list_id, block.numbers.tolist())
            count += len(block.numbers)
        await customers.complete(tenant_id, record.list_id)
        logger.info("customers of a list may be dialled", extra={"list_id": record.list_id, "numbers": count})


async def _asks_lists(resources: Resources, tenant_id: TenantId) -> bool:
    row = await resources.store.get("tenants", {"scope": SCOPE, "tenant_id": tenant_id})
    rules = from_wire(HandDialling, (row or {}).get("hand_dialling") or {})
    return rules.limited and rules.lists
