"""By what the numbers of a list fall: its own settings, and what the tenant knows of numbers."""

import numpy as np

from callmodel.ids import ListId, TenantId
from control_plane.features.lists.store import READY, ListRecord, ListStore
from control_plane.leads.forbidding import store_of
from control_plane.leads.numberfates import DEAD, REACHED, NumberFates
from control_plane.leads.store import LeadStore
from control_plane.web.context import Resources
from hotstate.dnc import NATIONAL, SYSTEM, tenant_scope
from leadimport.numbersets import NumberSet
from leadimport.reasons import Reason
from leadimport.rules import Rules

PAGE_ROWS = 500


async def rules_of(resources: Resources, tenant_id: TenantId, record: ListRecord) -> Rules:
    """Return the rules of a list as they are now.

    Raises RulesError, StoreUnavailableError, ObjectsUnavailableError.
    """
    settings = record.settings
    sets = {
        Reason.DO_NOT_CALL: await store_of(resources).numbers_of([SYSTEM, NATIONAL, tenant_scope(tenant_id)]),
        Reason.DEAD: await _fated(resources, tenant_id, DEAD, settings["dead_days"]),
        Reason.CONTACTED_RECENTLY: await _fated(resources, tenant_id, REACHED, settings["contacted_days"]),
    }
    if settings["new_numbers_only"]:
        sets[Reason.IN_TENANT] = await _of_other_lists(resources, tenant_id, record.list_id)
    return Rules(
        settings["region"],
        frozenset(settings["blocked_regions"]),
        frozenset(settings["blocked_line_types"]),
        {reason: (numbers,) for reason, numbers in sets.items() if len(numbers)},
    )


async def _fated(resources: Resources, tenant_id: TenantId, kind: str, days: int) -> NumberSet:
    if not days:
        return NumberSet.of([])
    fates = NumberFates(resources.store, resources.cipher)
    return NumberSet.of([number async for number in fates.since(tenant_id, kind, days, resources.now_ms())])


async def _of_other_lists(resources: Resources, tenant_id: TenantId, list_id: ListId) -> NumberSet:
    """Return the numbers of all lists that are in use, but for one."""
    store, leads = ListStore(resources.store), LeadStore(resources.store, resources.cipher)
    found, after = [np.zeros(0, np.uint64)], None
    while True:
        records, after = await store.page(tenant_id, PAGE_ROWS, after)
        for record in records:
            if record.list_id != list_id and record.state == READY:
                blocks = leads.each_block(tenant_id, record.list_id, record.blocks)
                found += [block.numbers async for _, block in blocks]
        if after is None:
            return NumberSet.of(np.concatenate(found))
