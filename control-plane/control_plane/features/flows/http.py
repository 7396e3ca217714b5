"""Routes of flows."""

from typing import Annotated

from pydantic import Field

from control_plane.features.flows import rehearsing, schemas, service
from control_plane.features.flows.store import FlowRecord, FlowStore, Version
from control_plane.fields import FlowIdText, TenantIdText
from control_plane.inventory.archive import ArchivedError, archiving
from control_plane.inventory.references import require_tenant
from control_plane.people.permissions import Permission
from control_plane.publishing.flowchecks import problems_in
from control_plane.web import Context, PageOf, PageQuery, Route, ThingsQuery

VersionPath = Annotated[int, Field(ge=1, le=2_000_000_000)]


async def create(context: Context, tenant_id: TenantIdText, body: schemas.NewFlow) -> schemas.FlowView:
    """Create a flow as a draft.  A draft may have faults; what is published may not."""
    return to_view(await service.create(context, tenant_id, body))


async def listing(context: Context, tenant_id: TenantIdText, query: ThingsQuery) -> PageOf[schemas.FlowSummary]:
    """The tenant's flows, by id."""
    await require_tenant(context.store, tenant_id)
    store = FlowStore(context.store)
    records, after = await store.page(tenant_id, query.limit, query.after, archived=query.archived)
    return PageOf[schemas.FlowSummary](items=[to_summary(record) for record in records], next=after)


async def one(context: Context, tenant_id: TenantIdText, flow_id: FlowIdText) -> schemas.FlowView:
    """A flow with its draft."""
    return to_view(await service.find(context, tenant_id, flow_id))


async def save(
    context: Context, tenant_id: TenantIdText, flow_id: FlowIdText, body: schemas.FlowDraft
) -> schemas.FlowView:
    """Save a draft in place of the one with this `edit`.  Who saves second is told, and loses nothing."""
    return to_view(await service.save_draft(context, tenant_id, flow_id, body))


async def problems(context: Context, tenant_id: TenantIdText, flow_id: FlowIdText) -> schemas.FlowProblems:
    """What is wrong with the draft: nodes that nothing leads to, loops without an exit, what is not there."""
    record, found = await service.check(context, tenant_id, flow_id)
    told = [schemas.FlowProblem(where=each.where, message=each.message) for each in found]
    return schemas.FlowProblems(edit=record.edit, problems=told)


async def look_over(
    context: Context, tenant_id: TenantIdText, flow_id: FlowIdText, body: schemas.FlowQuestion
) -> schemas.FoundProblems:
    """What is wrong with a document while it is drawn.  Nothing is kept."""
    await service.find(context, tenant_id, flow_id)
    document = service.require_bounded(body.document)
    found = await problems_in(context.store, tenant_id, flow_id, document)
    told = [schemas.FlowProblem(where=each.where, message=each.message) for each in found]
    return schemas.FoundProblems(problems=told)


async def rehearse(
    context: Context, tenant_id: TenantIdText, flow_id: FlowIdText, body: schemas.Rehearsal
) -> schemas.RehearsalView:
    """Call a document without a call, answering for whoever is waited for.  No time passes, and nothing is kept."""
    return await rehearsing.rehearse(context, tenant_id, flow_id, body)


async def publish(
    context: Context, tenant_id: TenantIdText, flow_id: FlowIdText, body: schemas.Publication
) -> schemas.FlowSummary:
    """Make a version of the draft.  Calls that begin from then on run it; those in progress keep theirs."""
    return to_summary(await service.publish(context, tenant_id, flow_id, body))


async def roll_back(
    context: Context, tenant_id: TenantIdText, flow_id: FlowIdText, body: schemas.RollBack
) -> schemas.FlowSummary:
    """Let calls that begin from now on run an older version, or a newer one again.  The draft stays."""
    return to_summary(await service.roll_back(context, tenant_id, flow_id, body.version))


async def versions(
    context: Context, tenant_id: TenantIdText, flow_id: FlowIdText, query: PageQuery
) -> PageOf[schemas.VersionSummary]:
    """What was published, the newest first."""
    await service.find(context, tenant_id, flow_id)
    found, after = await FlowStore(context.store).versions(tenant_id, flow_id, query.limit, query.after)
    return PageOf[schemas.VersionSummary](items=[_to_version(each) for each in found], next=after)


async def version(
    context: Context, tenant_id: TenantIdText, flow_id: FlowIdText, version: VersionPath
) -> schemas.VersionView:
    """A version with its document."""
    found = await service.find_version(context, tenant_id, flow_id, version)
    return schemas.VersionView(**_to_version(found).model_dump(), document=found.document)


async def archive(context: Context, tenant_id: TenantIdText, flow_id: FlowIdText) -> None:
    """Archive a flow that no number leads to.  Doing it again is fine."""
    await service.archive(context, tenant_id, flow_id)


async def restore(context: Context, tenant_id: TenantIdText, flow_id: FlowIdText) -> schemas.FlowSummary:
    """Take an archived flow back into use, with its versions."""
    return to_summary(await service.restore(context, tenant_id, flow_id))


async def summary(context: Context, tenant_id: TenantIdText, flow_id: FlowIdText) -> schemas.FlowSummary:
    """What the audit compares: documents are kept as versions."""
    return to_summary(await service.find(context, tenant_id, flow_id))


def to_summary(record: FlowRecord) -> schemas.FlowSummary:
    """Return the flow as lists show it."""
    name = record.draft.get("name")
    return schemas.FlowSummary(
        flow_id=record.flow_id,
        name=name if isinstance(name, str) else "",
        edit=record.edit,
        published=record.published,
        latest=record.latest,
        changed_by=record.changed_by,
        changed_ms=record.changed_ms,
        created_ms=record.created_ms,
        archived_ms=record.archived_ms,
    )


def to_view(record: FlowRecord) -> schemas.FlowView:
    """Return the flow as the API shows it."""
    return schemas.FlowView(**to_summary(record).model_dump(), document=record.draft)


def _to_version(found: Version) -> schemas.VersionSummary:
    return schemas.VersionSummary(
        version=found.version, note=found.note, published_by=found.published_by, published_ms=found.published_ms
    )


_TAGS = ("flows",)
_ALL = "/tenants/{tenant_id}/flows"
_ONE = "/tenants/{tenant_id}/flows/{flow_id}"
_READ, _WRITE = Permission.FLOWS_READ, Permission.FLOWS_WRITE
_DOCUMENT = {
    "name": "Welcome",
    "start": "menu",
    "nodes": {
        "menu": {
            "kind": "menu",
            "prompts": [{"texts": {"en": "For sales press 1."}}],
            "keys": {"1": "sales"},
            "otherwise": "sales",
        },
        "sales": {"kind": "queue", "queues": [{"queue_id": "sales"}], "otherwise": "bye"},
        "bye": {"kind": "hang_up", "prompts": [{"texts": {"en": "Please call again later."}}]},
    },
}

routes = [
    Route(
        "POST",
        _ALL,
        create,
        _WRITE,
        "Create a flow",
        _TAGS,
        status=201,
        errors=(service.FlowExistsError, service.FlowTooLargeError),
        examples={"welcome": {"flow_id": "welcome", "document": _DOCUMENT}},
        shows=summary,
        names=("flow_id",),
    ),
    Route("GET", _ALL, listing, _READ, "List flows", _TAGS),
    Route("GET", _ONE, one, _READ, "Get a flow", _TAGS),
    Route(
        "PUT",
        f"{_ONE}/draft",
        save,
        _WRITE,
        "Save a draft",
        _TAGS,
        errors=(service.FlowChangedError, service.FlowTooLargeError, ArchivedError),
        examples={"second": {"edit": 1, "document": _DOCUMENT}},
        shows=summary,
    ),
    Route("GET", f"{_ONE}/problems", problems, _READ, "Check a draft", _TAGS),
    Route(
        "POST",
        f"{_ONE}/check",
        look_over,
        _READ,
        "Check a document",
        _TAGS,
        errors=(service.FlowTooLargeError,),
        examples={"welcome": {"document": _DOCUMENT}},
        looks=True,
    ),
    Route(
        "POST",
        f"{_ONE}/simulate",
        rehearse,
        _READ,
        "Simulate a call",
        _TAGS,
        errors=(service.FlowTooLargeError, service.FlowNotSoundError),
        examples={"sales": {"document": _DOCUMENT, "words": ["1", "answered"]}},
        looks=True,
    ),
    Route(
        "POST",
        f"{_ONE}/publish",
        publish,
        _WRITE,
        "Publish a draft",
        _TAGS,
        errors=(service.FlowChangedError, service.FlowNotSoundError, ArchivedError),
        configures=True,
        examples={"second": {"edit": 2, "note": "a menu for sales"}},
        shows=summary,
    ),
    Route(
        "POST",
        f"{_ONE}/roll-back",
        roll_back,
        _WRITE,
        "Roll a flow back",
        _TAGS,
        errors=(
            service.VersionUnknownError,
            service.FlowNotSoundError,
            service.FlowChangedError,
            ArchivedError,
        ),
        configures=True,
        examples={"first": {"version": 1}},
        shows=summary,
    ),
    Route("GET", f"{_ONE}/versions", versions, _READ, "List a flow's versions", _TAGS),
    Route("GET", f"{_ONE}/versions/{{version}}", version, _READ, "Get a version", _TAGS),
    *archiving(
        _ONE, archive, restore, _WRITE, "a flow", _TAGS, shows=summary, restore_errors=(service.FlowNotSoundError,)
    ),
]
