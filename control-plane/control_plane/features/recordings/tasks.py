"""Celery tasks of the ledger.  Ids by keyword; what a newer sender adds is passed over."""

import logging
from typing import Any

from celery import Task, shared_task

from callmodel.ids import RecordingId, TenantId
from control_plane.directory import current_directory
from control_plane.features.recordings import sweeping
from control_plane.features.recordings.finishing import finish_recording
from control_plane.features.recordings.store import LedgerStore
from control_plane.web.context import Resources
from control_plane.workplace import run

FINISH = "recordings.finish"
DEATHS = 5
DEATHS_SECONDS = 3600

logger = logging.getLogger(__name__)


@shared_task(  # type: ignore[untyped-decorator]  # Celery has no types
    name=FINISH, bind=True, autoretry_for=(Exception,), max_retries=6, retry_backoff=1, retry_backoff_max=60
)
def finish(self: Task, *, tenant_id: str, recording_id: str, **_later: Any) -> None:
    """Archive a spooled recording; twice, at once or after a crash, with the same result."""
    run(lambda resources: _finish(resources, TenantId(tenant_id), RecordingId(recording_id)))


@shared_task(name="recordings.sweep", bind=True)  # type: ignore[untyped-decorator]
def sweep(self: Task, **_later: Any) -> None:
    """Ask again for recordings that were spooled and not finished: a queue may lose what Redis forgot."""

    def enqueue(tenant_id: TenantId, recording_id: RecordingId) -> None:
        self.app.send_task(FINISH, kwargs={"tenant_id": tenant_id, "recording_id": recording_id})

    async def work(resources: Resources) -> None:
        ledger = LedgerStore(resources.store)
        await sweeping.sweep(ledger, resources.redis, await _tenants(resources), enqueue, resources.now_ms())

    run(work)


@shared_task(name="recordings.gaps")  # type: ignore[untyped-decorator]
def gaps(**_later: Any) -> None:
    """Raise the alarm for recordings that are owed and did not come."""

    async def work(resources: Resources) -> None:
        seconds = resources.settings.recording_overdue_seconds
        ledger = LedgerStore(resources.store)
        await sweeping.alarm_gaps(ledger, resources.redis, await _tenants(resources), seconds, resources.now_ms())

    run(work)


async def _finish(resources: Resources, tenant_id: TenantId, recording_id: RecordingId) -> None:
    # A file that kills its worker comes back with the next one, for ever: count those that were begun and not ended.
    deaths = f"{{{tenant_id}}}:recording:{recording_id}:deaths"
    await resources.redis.set(deaths, 0, nx=True, ex=DEATHS_SECONDS)
    begun = await resources.redis.incr(deaths)
    if begun > DEATHS:
        extra = {"tenant_id": tenant_id, "recording_id": recording_id, "alarm": "recording-kills-workers"}
        logger.error("recording left alone: its workers died", extra=extra)
        return
    try:
        ledger = LedgerStore(resources.store)
        work_dir = resources.settings.run_dir / "finishing"
        await finish_recording(ledger, resources.objects, work_dir, tenant_id, recording_id, resources.now_ms())
    finally:
        await resources.redis.delete(deaths)


async def _tenants(resources: Resources) -> list[TenantId]:
    directory = await current_directory(resources.redis)
    return [] if directory is None else [tenant.tenant_id for tenant in directory.tenants]
