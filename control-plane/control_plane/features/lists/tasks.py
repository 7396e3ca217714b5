"""Celery tasks of lists.  Ids by keyword; what a newer sender adds is passed over."""

import logging
from functools import partial
from typing import Any

from celery import current_app

from callmodel.ids import ListId, TenantId
from control_plane.features.lists import store as kept
from control_plane.features.lists.files import drop_file
from control_plane.features.lists.store import ListRecord, ListStore
from control_plane.inventory.listing import every
from control_plane.inventory.references import every_tenant
from control_plane.jobs.job import job
from control_plane.jobs.queueing import LOAD_LIST, import_list_later
from control_plane.times import DAY_MS
from control_plane.web.context import Resources
from servicekit.objects import ObjectsUnavailableError
from servicekit.stores import StoreUnavailableError

PAGE_ROWS = 500
MEND_DAYS = 7

logger = logging.getLogger(__name__)


@job(
    LOAD_LIST, about=("list_id", "turn"), done_seconds=0, asked_again=(ObjectsUnavailableError, StoreUnavailableError)
)
async def load(resources: Resources, *, tenant_id: str, list_id: str, turn: int, **_later: Any) -> None:
    """Import a list; after a crash, go on where it was."""
    # Here: what compiles tables is loaded by the workers that need it, and by no other process.
    from control_plane.features.lists.importing import import_list

    await import_list(resources, TenantId(tenant_id), ListId(list_id), int(turn))


@job("imports.sweep", tries=1, done_seconds=0, is_buried=False)
async def sweep(resources: Resources, **_later: Any) -> None:
    """Ask again for imports that a queue has forgotten, and delete files that were kept long enough."""
    store = ListStore(resources.store)
    for tenant_id in await every_tenant(resources.store):
        async for record in every(partial(store.page, tenant_id), PAGE_ROWS):
            if record.state in (kept.WAITING, kept.IMPORTING):
                import_list_later(current_app, tenant_id, record.list_id, record.turn)
            elif _is_over(record, resources.now_ms()):
                await _drop(resources, tenant_id, record)


@job("imports.customers", tries=1, done_seconds=0, is_buried=False)
async def customers(resources: Resources, **_later: Any) -> None:
    """Keep in hot state whom people may dial by hand."""
    # Here: what compiles tables is loaded by the workers that need it, and by no other process.
    from control_plane.features.lists.customers import keep_customers

    await keep_customers(resources)


def _is_over(record: ListRecord, now_ms: int) -> bool:
    """Say whether the file of a list is to go; one that can not be dialled is kept a while, to be imported anew."""
    if record.imported_ms is None:
        return False
    least = 0 if record.state in (kept.READY, kept.DUPLICATE) else MEND_DAYS
    return now_ms >= record.imported_ms + max(least, int(record.settings["keep_file_days"])) * DAY_MS


async def _drop(resources: Resources, tenant_id: TenantId, record: ListRecord) -> None:
    if await drop_file(resources, tenant_id, record.list_id):
        logger.info("file of a list deleted", extra={"tenant_id": tenant_id, "list_id": record.list_id})
