"""Celery tasks of the ledger.  Ids by keyword; what a newer sender adds is passed over."""

from typing import Any

from celery import current_app

from callmodel.ids import RecordingId, TenantId
from control_plane.directory import current_directory
from control_plane.features.recordings import sweeping
from control_plane.features.recordings.finishing import finish_recording
from control_plane.features.recordings.store import LedgerStore
from control_plane.figures import note_overdue
from control_plane.jobs.job import job
from control_plane.web.context import Resources

FINISH = "recordings.finish"


@job(FINISH, about=("recording_id",))
async def finish(resources: Resources, *, tenant_id: str, recording_id: str, **_later: Any) -> None:
    """Archive a spooled recording; twice, at once or after a crash, with the same result."""
    ledger = LedgerStore(resources.store)
    work_dir = resources.settings.run_dir / "finishing"
    ids = TenantId(tenant_id), RecordingId(recording_id)
    await finish_recording(ledger, resources.objects, work_dir, *ids, resources.now_ms())


@job("recordings.sweep", tries=1, done_seconds=0, is_buried=False)
async def sweep(resources: Resources, **_later: Any) -> None:
    """Ask again for recordings that were spooled and not finished: a queue may lose what Redis forgot."""

    def enqueue(tenant_id: TenantId, recording_id: RecordingId) -> None:
        current_app.send_task(FINISH, kwargs={"tenant_id": tenant_id, "recording_id": recording_id})

    ledger = LedgerStore(resources.store)
    await sweeping.sweep(ledger, resources.redis, await _tenants(resources), enqueue, resources.now_ms())


@job("recordings.gaps", tries=1, done_seconds=0, is_buried=False)
async def gaps(resources: Resources, **_later: Any) -> None:
    """Raise the alarm for recordings that are owed and did not come."""
    seconds = resources.settings.recording_overdue_seconds
    ledger = LedgerStore(resources.store)
    tenants = await _tenants(resources)
    overdue = await sweeping.alarm_gaps(ledger, resources.redis, tenants, seconds, resources.now_ms())
    await note_overdue(resources.redis, overdue)


async def _tenants(resources: Resources) -> list[TenantId]:
    directory = await current_directory(resources.redis)
    return [] if directory is None else [tenant.tenant_id for tenant in directory.tenants]
