"""Celery tasks of the ledger.  Ids by keyword; what a newer sender adds is passed over."""

import logging
import random
from functools import partial
from typing import Any

from celery import current_app

from callmodel.ids import RecordingId, TenantId
from control_plane.audit import record
from control_plane.features.recordings import expiring, sweeping
from control_plane.features.recordings.finishing import finish_recording
from control_plane.features.recordings.store import LedgerStore
from control_plane.figures import note_overdue
from control_plane.inventory.references import every_tenant
from control_plane.jobs.job import job
from control_plane.jobs.queueing import finish_recording_later
from control_plane.retention import Kept
from control_plane.web.context import Resources
from servicekit.objects import Objects, ObjectsUnavailableError

FINISH = "recordings.finish"
TRIES, LONGEST_PAUSE_SECONDS = 9, 15.0
"""Over a minute of tries, the last ones so close that the store's return is noticed; then the sweep asks."""

logger = logging.getLogger(__name__)


@job(
    FINISH,
    about=("recording_id",),
    tries=TRIES,
    longest_pause_seconds=LONGEST_PAUSE_SECONDS,
    asked_again=(ObjectsUnavailableError,),
)
async def finish(resources: Resources, *, tenant_id: str, recording_id: str, **_later: Any) -> None:
    """Archive a spooled recording; twice, at once or after a crash, with the same result."""
    ledger = LedgerStore(resources.store)
    work_dir = resources.settings.run_dir / "finishing"
    ids = TenantId(tenant_id), RecordingId(recording_id)
    try:
        await finish_recording(ledger, resources.objects, work_dir, *ids, resources.now_ms())
    except ObjectsUnavailableError:
        # The sweep is to ask as soon as the store is back.
        await sweeping.forget_asking(resources.redis, *ids)
        raise


@job("recordings.sweep", tries=1, done_seconds=0, is_buried=False)
async def sweep(resources: Resources, **_later: Any) -> None:
    """Ask again for recordings that were spooled and not finished: a queue may lose what Redis forgot.

    Nothing is asked for while the object store is away.
    """
    tenants = await _tenants(resources)
    if not tenants or not await _is_there(resources.objects, tenants[0]):
        return
    ledger = LedgerStore(resources.store)
    enqueue = partial(finish_recording_later, current_app)
    await sweeping.sweep(ledger, resources.redis, tenants, enqueue, resources.now_ms())


@job("recordings.gaps", tries=1, done_seconds=0, is_buried=False)
async def gaps(resources: Resources, **_later: Any) -> None:
    """Raise the alarm for recordings that are owed and did not come."""
    seconds = resources.settings.recording_overdue_seconds
    ledger = LedgerStore(resources.store)
    tenants = await _tenants(resources)
    overdue = await sweeping.alarm_gaps(ledger, resources.redis, tenants, seconds, resources.now_ms())
    await note_overdue(resources.redis, overdue)


@job("retention.recordings", tries=1, done_seconds=0, is_buried=False)
async def expire(resources: Resources, **_later: Any) -> None:
    """Remove archived recordings that are older than their tenant's rule, a bounded number in one run.

    The trail says how many, the ledger which.
    """
    ledger, left = LedgerStore(resources.store), expiring.MOST_REMOVED
    tenants = await _tenants(resources)
    # Whose turn it is first changes: one with much to remove does not keep the others from theirs.
    for tenant_id in random.sample(tenants, len(tenants)):
        days = await resources.retention.days(tenant_id, Kept.RECORDINGS)
        if days is None:
            continue
        async for removed in expiring.expire(ledger, resources.objects, tenant_id, days, resources.now_ms(), left):
            left -= removed
            logger.info("recordings expired", extra={"tenant_id": tenant_id, "recordings": removed})
            await record(
                resources.store,
                tenant_id,
                at_ms=resources.now_ms(),
                actor="system:retention",
                action="recordings.expire",
                subject={"recordings": removed, Kept.RECORDINGS.value: days},
                retention=resources.retention,
            )


async def _is_there(objects: Objects, tenant_id: TenantId) -> bool:
    try:
        await objects.head(f"{tenant_id}/probe")
    except ObjectsUnavailableError as error:
        logger.error(
            "object store is away: recordings stay spooled", extra={"error": str(error), "alarm": "objects-away"}
        )
        return False
    return True


async def _tenants(resources: Resources) -> list[TenantId]:
    return await every_tenant(resources.store)
