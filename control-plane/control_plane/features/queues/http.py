"""Routes of queues."""

from callmodel.codec import to_wire
from control_plane.features.queues import service
from control_plane.features.queues.schemas import NewQueue, QueuePatch, QueueStateView, QueueView
from control_plane.features.queues.store import QueueRecord, QueueStore
from control_plane.fields import QueueIdText, TenantIdText
from control_plane.inventory.archive import ArchivedError, archiving
from control_plane.inventory.named import PromptUnknownError
from control_plane.inventory.references import require_tenant
from control_plane.people.permissions import Permission
from control_plane.web import Context, PageOf, PageQuery, Route, ThingsQuery


async def create(context: Context, tenant_id: TenantIdText, body: NewQueue) -> QueueView:
    """Create a queue.  Callers reach it by a flow, and agents serve it once they are given it."""
    return to_view(await service.create(context, tenant_id, body))


async def listing(context: Context, tenant_id: TenantIdText, query: ThingsQuery) -> PageOf[QueueView]:
    """The tenant's queues, by id."""
    await require_tenant(context.store, tenant_id)
    store = QueueStore(context.store)
    records, after = await store.page(tenant_id, query.limit, query.after, archived=query.archived)
    return PageOf[QueueView](items=[to_view(record) for record in records], next=after)


async def states(context: Context, tenant_id: TenantIdText, query: PageQuery) -> PageOf[QueueStateView]:
    """The tenant's queues as they are now, by id."""
    await require_tenant(context.store, tenant_id)
    records, after = await QueueStore(context.store).page(tenant_id, query.limit, query.after)
    seen = [await service.see(context, tenant_id, record.queue) for record in records]
    return PageOf[QueueStateView](items=seen, next=after)


async def one(context: Context, tenant_id: TenantIdText, queue_id: QueueIdText) -> QueueView:
    """A queue with its settings."""
    return to_view(await service.find(context, tenant_id, queue_id))


async def change(context: Context, tenant_id: TenantIdText, queue_id: QueueIdText, body: QueuePatch) -> QueueView:
    """Change a queue's settings, within seconds for callers who come from then on."""
    return to_view(await service.change(context, tenant_id, queue_id, body))


async def archive(context: Context, tenant_id: TenantIdText, queue_id: QueueIdText) -> None:
    """Archive a queue in which nobody waits and that no flow names.  Its agents have it again once it is restored.

    Doing it again is fine.
    """
    await service.archive(context, tenant_id, queue_id)


async def restore(context: Context, tenant_id: TenantIdText, queue_id: QueueIdText) -> QueueView:
    """Take an archived queue back into use, with its settings and its agents."""
    return to_view(await service.restore(context, tenant_id, queue_id))


def to_view(record: QueueRecord) -> QueueView:
    """Return the queue as the API shows it."""
    said = {**to_wire(record.queue), "created_ms": record.created_ms, "archived_ms": record.archived_ms}
    return QueueView.model_validate(said)


_TAGS = ("queues",)
_ALL = "/tenants/{tenant_id}/queues"
_ONE = "/tenants/{tenant_id}/queues/{queue_id}"
_READ, _WRITE = Permission.QUEUES_READ, Permission.QUEUES_WRITE
_SALES = {
    "queue_id": "sales",
    "name": "Sales",
    "needs": [{"skill": "english", "level": 5}],
    "relaxations": [{"after_seconds": 30, "needs": [{"skill": "english", "level": 2}]}, {"after_seconds": 60}],
    "longest_wait_seconds": 600,
}

routes = [
    Route(
        "POST",
        _ALL,
        create,
        _WRITE,
        "Create a queue",
        _TAGS,
        status=201,
        errors=(service.QueueExistsError, service.QueueNotSoundError, PromptUnknownError),
        configures=True,
        examples={"sales": _SALES, "outsourced": {"queue_id": "nights", "name": "Nights", "pool": "night-owls"}},
        shows=one,
        names=("queue_id",),
    ),
    Route("GET", _ALL, listing, _READ, "List queues", _TAGS),
    Route("GET", "/tenants/{tenant_id}/queue-states", states, _READ, "See queues live", _TAGS),
    Route("GET", _ONE, one, _READ, "Get a queue", _TAGS),
    Route(
        "PATCH",
        _ONE,
        change,
        _WRITE,
        "Change a queue",
        _TAGS,
        errors=(service.QueueNotSoundError, service.QueueChangedError, PromptUnknownError, ArchivedError),
        configures=True,
        examples={
            "longer": {"longest_wait_seconds": 900, "strategy": "most-skilled"},
            "no limit": {"most_waiting": None},
        },
        shows=one,
    ),
    *archiving(_ONE, archive, restore, _WRITE, "a queue", _TAGS, shows=one),
]
