"""Routes of lists."""

from collections.abc import AsyncIterator
from typing import Annotated

from aiohttp import web
from pydantic import Field

from control_plane.audit import record as audit
from control_plane.features.lists import service
from control_plane.features.lists.schemas import (
    FoundView,
    ImportOrder,
    ListSettings,
    ListView,
    Mapping,
    NewList,
    PartView,
    ProgressView,
    Summary,
    TemplateView,
)
from control_plane.features.lists.store import MOST_PARTS, ListRecord, ListStore, Template
from control_plane.fields import ListIdText, TemplateIdText, TenantIdText
from control_plane.inventory.archive import ArchivedError, archiving
from control_plane.inventory.references import require_tenant
from control_plane.people.permissions import Permission
from control_plane.web import Context, NotFoundError, PageOf, PageQuery, Route, ThingsQuery
from servicekit.objects import ObjectNotFoundError

PartNumber = Annotated[int, Field(ge=0, lt=MOST_PARTS)]


async def create(context: Context, tenant_id: TenantIdText, body: NewList) -> ListView:
    """Create a list.  Its file comes next, in one part or several; then ask for the import."""
    return await _view(context, tenant_id, await service.create(context, tenant_id, body))


async def listing(context: Context, tenant_id: TenantIdText, query: ThingsQuery) -> PageOf[ListView]:
    """The tenant's lists, by id."""
    await require_tenant(context.store, tenant_id)
    store = ListStore(context.store)
    records, after = await store.page(tenant_id, query.limit, query.after, archived=query.archived)
    return PageOf[ListView](items=[await _view(context, tenant_id, record) for record in records], next=after)


async def one(context: Context, tenant_id: TenantIdText, list_id: ListIdText) -> ListView:
    """A list: how its import goes, and what became of its rows."""
    return await _view(context, tenant_id, await service.find(context, tenant_id, list_id))


async def add_part(
    context: Context,
    tenant_id: TenantIdText,
    list_id: ListIdText,
    part: PartNumber,
    stream: AsyncIterator[bytes],
) -> PartView:
    """Send a part of the file (2 GB at most): CSV, XLSX or JSON Lines in any of the usual encodings.

    Parts are joined in the order of their numbers.  What broke off is sent again, part by part.
    """
    return await service.add_part(context, tenant_id, list_id, part, stream)


async def begin(context: Context, tenant_id: TenantIdText, list_id: ListIdText, body: ImportOrder) -> ListView:
    """Import the file that was sent.  A worker does it; look at the list for its progress."""
    return await _view(context, tenant_id, await service.begin(context, tenant_id, list_id, body))


async def refused(context: Context, tenant_id: TenantIdText, list_id: ListIdText) -> web.Response:
    """Download the refused rows as CSV: line, reason, and the row, with formulas made harmless.  Audited."""
    record = await service.find(context, tenant_id, list_id)
    if record.summary is None:
        raise NotFoundError("nothing was imported yet")
    rows = service.refused_rows(context, tenant_id, record)
    try:
        first = await anext(rows, b"")
    except ObjectNotFoundError:
        raise NotFoundError("the refused rows are gone") from None
    await _audit_look(context, tenant_id, list_id)

    async def body() -> AsyncIterator[bytes]:
        yield first
        async for piece in rows:
            yield piece

    headers = {"Content-Disposition": f'attachment; filename="{list_id}.refused.csv"'}
    return web.Response(body=body(), content_type="text/csv", charset="utf-8", headers=headers)


async def archive(context: Context, tenant_id: TenantIdText, list_id: ListIdText) -> None:
    """Archive a list that no campaign has, and delete its file.  Doing it again is fine."""
    await service.archive(context, tenant_id, list_id)


async def restore(context: Context, tenant_id: TenantIdText, list_id: ListIdText) -> ListView:
    """Take an archived list back into use."""
    return await _view(context, tenant_id, await service.restore(context, tenant_id, list_id))


async def templates(context: Context, tenant_id: TenantIdText, query: PageQuery) -> PageOf[TemplateView]:
    """Saved mappings, by id."""
    await require_tenant(context.store, tenant_id)
    found, after = await ListStore(context.store).templates(tenant_id, query.limit, query.after)
    return PageOf[TemplateView](items=[_template_view(each) for each in found], next=after)


async def template(context: Context, tenant_id: TenantIdText, template_id: TemplateIdText) -> TemplateView:
    """A saved mapping."""
    return _template_view(await service.find_template(context, tenant_id, template_id))


async def save_template(
    context: Context, tenant_id: TenantIdText, template_id: TemplateIdText, body: Mapping
) -> TemplateView:
    """Save which column means what in a seller's files, in place of what was there."""
    return _template_view(await service.save_template(context, tenant_id, template_id, body))


async def drop_template(context: Context, tenant_id: TenantIdText, template_id: TemplateIdText) -> None:
    """Forget a saved mapping; lists that were made with it keep it."""
    await service.find_template(context, tenant_id, template_id)
    await ListStore(context.store).drop_template(tenant_id, template_id)


async def _view(context: Context, tenant_id: TenantIdText, record: ListRecord) -> ListView:
    parts, progress = await service.seen(context, tenant_id, record)
    summary = record.summary
    return ListView(
        list_id=record.list_id,
        name=record.settings["name"],
        state=record.state,  # type: ignore[arg-type]
        reason=record.reason,
        settings=ListSettings.model_validate(record.settings),
        parts=[PartView(part=part.number, bytes=part.size, sha256=None) for part in parts],
        progress=None
        if progress is None
        else ProgressView(rows=progress.rows, accepted=progress.accepted, bytes=progress.bytes, size=progress.size),
        found=None if record.found is None else FoundView.model_validate(record.found),
        summary=None
        if summary is None
        else Summary.model_validate({name: summary[name] for name in Summary.model_fields}),
        created_ms=record.created_ms,
        imported_ms=record.imported_ms,
        archived_ms=record.archived_ms,
    )


def _template_view(each: Template) -> TemplateView:
    return TemplateView.model_validate(
        {**each.mapping, "template_id": each.template_id, "changed_ms": each.changed_ms}
    )


async def _audit_look(context: Context, tenant_id: TenantIdText, list_id: ListIdText) -> None:
    await audit(
        context.store,
        tenant_id,
        at_ms=context.now_ms(),
        actor=context.principal.username,
        action="lists.refused",
        subject={"list_id": list_id},
        address=context.address,
        request_id=context.request_id,
        retention=context.retention,
    )


_TAGS = ("lists",)
_ALL = "/tenants/{tenant_id}/lists"
_ONE = f"{_ALL}/{{list_id}}"
_TEMPLATES = "/tenants/{tenant_id}/list-templates"
_TEMPLATE = f"{_TEMPLATES}/{{template_id}}"
_READ, _WRITE = Permission.LISTS_READ, Permission.LISTS_WRITE

routes = [
    Route(
        "POST",
        _ALL,
        create,
        _WRITE,
        "Create a list",
        _TAGS,
        status=201,
        errors=(service.ListExistsError, service.RegionUnknownError, service.TemplateUnknownError),
        examples={"bought": {"list_id": "bought-in-may", "mapping": {"number": "手机", "fields": {"name": "姓名"}}}},
        shows=one,
        names=("list_id",),
    ),
    Route("GET", _ALL, listing, _READ, "List lists", _TAGS),
    Route("GET", _ONE, one, _READ, "Get a list", _TAGS),
    Route(
        "PUT",
        f"{_ONE}/file/{{part}}",
        add_part,
        _WRITE,
        "Send a part of the file",
        _TAGS,
        errors=(service.ListBusyError, ArchivedError),
        timeout_seconds=3600.0,
        most_bytes=service.MOST_PART_BYTES,
    ),
    Route(
        "POST",
        f"{_ONE}/import",
        begin,
        _WRITE,
        "Import a list",
        _TAGS,
        errors=(service.ListBusyError, service.PartsMissingError, ArchivedError),
        shows=one,
    ),
    Route("GET", f"{_ONE}/refused", refused, Permission.CALLS_REVEAL, "Download refused rows", _TAGS),
    *archiving(
        _ONE, archive, restore, _WRITE, "a list", _TAGS, shows=one, errors=(service.ListBusyError,), configures=False
    ),
    Route("GET", _TEMPLATES, templates, _READ, "List templates", _TAGS),
    Route("GET", _TEMPLATE, template, _READ, "Get a template", _TAGS),
    Route("PUT", _TEMPLATE, save_template, _WRITE, "Save a template", _TAGS, shows=template),
    Route("DELETE", _TEMPLATE, drop_template, _WRITE, "Forget a template", _TAGS, status=204, shows=template),
]
