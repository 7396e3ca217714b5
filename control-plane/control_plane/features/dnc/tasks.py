"""Celery tasks of do-not-call lists."""

from typing import Any

from callmodel.ids import TenantId
from control_plane.jobs.job import job
from control_plane.jobs.queueing import LOAD_DNC
from control_plane.web.context import Resources
from hotstate.dnc import DncScope
from servicekit.objects import ObjectsUnavailableError


@job(LOAD_DNC, about=("scope", "file_id"), done_seconds=0, asked_again=(ObjectsUnavailableError,))
async def load(resources: Resources, *, tenant_id: str, scope: str, file_id: str, **_later: Any) -> None:
    """Read a file of numbers that was sent, and publish them."""
    # Here: what compiles tables is loaded by the workers that need it, and by no other process.
    from control_plane.features.dnc.publishing import import_file

    await import_file(resources, DncScope(TenantId(tenant_id), scope), file_id)


@job("imports.do-not-call", tries=1, done_seconds=0, is_buried=False)
async def publish(resources: Resources, **_later: Any) -> None:
    """Bring the lists back into hot state where it lost them."""
    # Here: what compiles tables is loaded by the workers that need it, and by no other process.
    from control_plane.features.dnc.publishing import publish_everything

    await publish_everything(resources)
