"""Queues come, change and go.  Who waits in them is decided elsewhere: here they are only set up."""

from callmodel.codec import to_wire
from callmodel.ids import QueueId, TenantId
from callmodel.queues import Queue
from control_plane.features.queues.schemas import NewQueue, QueuePatch, QueueSettings, QueueStateView, to_queue
from control_plane.features.queues.soundness import faults_of
from control_plane.features.queues.store import QueueRecord, QueueStore
from control_plane.inventory.archive import InUseError
from control_plane.inventory.named import require_prompt
from control_plane.inventory.references import require_tenant
from control_plane.inventory.uses import require_unused_queue
from control_plane.web import ConflictError, Context, InvalidRequestError


class QueueExistsError(ConflictError):
    error_id = "queue-exists"
    title = "The tenant has a queue with this id"


class QueueChangedError(ConflictError):
    error_id = "queue-changed"
    title = "Somebody else changed the queue at the same time; look at it and try again"


class QueueNotSoundError(InvalidRequestError):
    """`errors`: a list of {where, message}, one for each setting that does not fit the others."""

    error_id = "queue-not-sound"
    title = "The queue's settings do not fit together"


async def create(context: Context, tenant_id: TenantId, new: NewQueue) -> QueueRecord:
    """Keep a new queue.  Raises NotFoundError, QueueExistsError, QueueNotSoundError, PromptUnknownError."""
    tenant = await require_tenant(context.store, tenant_id)
    await _check_prompts(context, tenant_id, new)
    settings = new.model_dump(exclude={"queue_id", "pool"})
    queue = _sound(to_queue(tenant_id, new.queue_id, new.pool or tenant.provider_id, settings))
    record = QueueRecord(queue, context.now_ms())
    if not await QueueStore(context.store).add(tenant_id, record):
        raise QueueExistsError()
    return record


async def find(context: Context, tenant_id: TenantId, queue_id: QueueId) -> QueueRecord:
    """Return a queue, archived or not.  Raises NotFoundError."""
    return await QueueStore(context.store).find(tenant_id, queue_id)


async def change(context: Context, tenant_id: TenantId, queue_id: QueueId, patch: QueuePatch) -> QueueRecord:
    """Change a queue's settings.

    Raises NotFoundError, ArchivedError, QueueNotSoundError, PromptUnknownError, QueueChangedError.
    """
    before = await QueueStore(context.store).find_living(tenant_id, queue_id)
    await _check_prompts(context, tenant_id, patch)
    settings = patch.over(to_wire(before.queue))
    after = _sound(to_queue(tenant_id, queue_id, before.queue.pool, settings))
    if not await QueueStore(context.store).change(tenant_id, before, after):
        raise QueueChangedError()
    return await find(context, tenant_id, queue_id)


async def see(context: Context, tenant_id: TenantId, queue: Queue) -> QueueStateView:
    """Return a queue as it is now.  Raises redis errors."""
    seen = await context.acd.see(queue.pool, tenant_id, queue.queue_id, context.now_ms())
    return QueueStateView(
        queue_id=queue.queue_id,
        name=queue.name,
        waiting=seen.waiting,
        longest_wait_seconds=round(seen.longest_wait_ms / 1000, 1),
        estimate_seconds=seen.estimate_seconds,
        ready=seen.ready,
        signed_in=seen.signed_in,
        offered_today=seen.today.offered,
        answered_today=seen.today.answered,
        abandoned_today=seen.today.abandoned,
        service_level_today=seen.today.service_level,
    )


async def archive(context: Context, tenant_id: TenantId, queue_id: QueueId) -> None:
    """Take a queue out of use; doing it again is fine.  Raises NotFoundError, InUseError."""
    record = await find(context, tenant_id, queue_id)
    if record.archived_ms is None:
        seen = await context.acd.see(record.queue.pool, tenant_id, queue_id, context.now_ms())
        if seen.waiting:
            raise InUseError(f"callers wait in it: {seen.waiting}", used_by=[])
        await require_unused_queue(context, tenant_id, queue_id)
        await QueueStore(context.store).set_archived(tenant_id, queue_id, context.now_ms())


async def restore(context: Context, tenant_id: TenantId, queue_id: QueueId) -> QueueRecord:
    """Take a queue back into use, with its settings and its agents.  Raises NotFoundError."""
    return await QueueStore(context.store).restore(tenant_id, queue_id)


async def _check_prompts(context: Context, tenant_id: TenantId, given: QueueSettings) -> None:
    for prompt_id in dict.fromkeys((*given.comfort, *([given.music] if given.music is not None else []))):
        await require_prompt(context.store, tenant_id, prompt_id)


def _sound(queue: Queue) -> Queue:
    faults = faults_of(queue)
    if faults:
        raise QueueNotSoundError(f"{faults[0]['where']}: {faults[0]['message']}", errors=faults)
    return queue
