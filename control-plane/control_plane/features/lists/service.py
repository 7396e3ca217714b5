"""Lists come, get their files, and are imported by a worker; here they are only set up and looked at."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator
from typing import Any

import phonenumbers

from callmodel.ids import ListId, TenantId
from control_plane.features.lists import store as kept
from control_plane.features.lists.files import drop_file, refused_keys
from control_plane.features.lists.progress import Progress, progress_of
from control_plane.features.lists.schemas import ImportOrder, Mapping, NewList, PartView
from control_plane.features.lists.store import ListRecord, ListStore, Part, Template
from control_plane.inventory.archive import ARCHIVED, ArchivedError
from control_plane.inventory.references import require_tenant
from control_plane.inventory.uses import require_unused_list
from control_plane.jobs.queueing import build_celery, import_list_later
from control_plane.keyring.sealedfiles import opened, sealed
from control_plane.web import ConflictError, Context, InvalidRequestError, NotFoundError, UnavailableError

MOST_PART_BYTES = 2_000_000_000
MOST_FILE_BYTES = 8_000_000_000
AGAIN = (kept.FAILED, kept.REFUSED, kept.DUPLICATE)


class ListExistsError(ConflictError):
    error_id = "list-exists"
    title = "The tenant has a list with this id"


class ListBusyError(ConflictError):
    error_id = "list-busy"
    title = "The list is not in a state for this"


class RegionUnknownError(InvalidRequestError):
    error_id = "region-unknown"
    title = "There is no such region"


class TemplateUnknownError(InvalidRequestError):
    error_id = "template-unknown"
    title = "The tenant has no such template"


class PartsMissingError(InvalidRequestError):
    error_id = "parts-missing"
    title = "Not all parts of the file are there"


async def create(context: Context, tenant_id: TenantId, new: NewList) -> ListRecord:
    """Keep a new list.  Raises NotFoundError, ListExistsError, RegionUnknownError, TemplateUnknownError."""
    tenant = await require_tenant(context.store, tenant_id)
    region = new.region or phonenumbers.region_code_for_country_code(int(tenant.country_code))
    for each in (region, *new.blocked_regions):
        if each not in phonenumbers.SUPPORTED_REGIONS:
            raise RegionUnknownError(f"there is no region {each}")
    mapping = new.mapping
    if new.template_id is not None:
        template = await ListStore(context.store).template(tenant_id, new.template_id)
        if template is None:
            raise TemplateUnknownError(f"there is no template {new.template_id}; save it first")
        mapping = Mapping.model_validate(template.mapping)
    settings = new.model_dump(exclude={"list_id"}) | {"region": region, "mapping": mapping.model_dump()}
    record = ListRecord(tenant_id, new.list_id, settings, created_ms=context.now_ms())
    if not await ListStore(context.store).add(tenant_id, record):
        raise ListExistsError()
    return record


async def find(context: Context, tenant_id: TenantId, list_id: ListId) -> ListRecord:
    """Return a list, archived or not.  Raises NotFoundError."""
    return await ListStore(context.store).find(tenant_id, list_id)


async def add_part(
    context: Context, tenant_id: TenantId, list_id: ListId, number: int, stream: AsyncIterator[bytes]
) -> PartView:
    """Keep a part of the file, in place of an earlier one with its number.  Nothing of it lies in memory or open.

    Raises NotFoundError, ArchivedError, ListBusyError, BodyTooLargeError, ObjectsUnavailableError.
    """
    await _find_open(context, tenant_id, list_id)
    digest, size = hashlib.sha256(), 0

    async def counted() -> AsyncIterator[bytes]:
        nonlocal size
        async for piece in stream:
            digest.update(piece)
            size += len(piece)
            yield piece

    # A new name each time: an import that is begun meanwhile never reads half of one and half of another.
    name = f"{tenant_id}/lists/{list_id}/file/{number:04}-{secrets.token_hex(8)}"
    await context.objects.put_multipart(name, sealed(context.cipher, tenant_id, name, counted()))
    store = ListStore(context.store)
    before = {part.number: part for part in await store.parts(tenant_id, list_id)}
    keyed = context.cipher.keyed_hash(tenant_id, f"file {digest.hexdigest()}")
    await store.put_part(tenant_id, list_id, Part(number, size, keyed, name))
    if number in before:
        await context.objects.delete(before[number].object_key)
    return PartView(part=number, bytes=size, sha256=digest.hexdigest())


async def begin(context: Context, tenant_id: TenantId, list_id: ListId, order: ImportOrder) -> ListRecord:
    """Have the list imported by a worker.

    Raises NotFoundError, ArchivedError, ListBusyError, PartsMissingError, UnavailableError.
    """
    record = await _find_open(context, tenant_id, list_id, again=order.again)
    store = ListStore(context.store)
    parts = await store.parts(tenant_id, list_id)
    if [part.number for part in parts[: order.parts]] != list(range(order.parts)):
        raise PartsMissingError(f"send parts 0 to {order.parts - 1} first")
    for surplus in parts[order.parts :]:
        await store.drop_part(tenant_id, list_id, surplus.number)
        await context.objects.delete(surplus.object_key)
    if sum(part.size for part in parts) > MOST_FILE_BYTES:
        raise PartsMissingError(f"a file has {MOST_FILE_BYTES} bytes at most")
    settings: dict[str, Any] = dict(record.settings)
    if order.mapping is not None:
        settings["mapping"] = order.mapping.model_dump()
    changes: dict[str, Any] = {"settings": settings, "state": kept.WAITING, "turn": record.turn + 1}
    changes |= {"found": None, "checkpoint": None, "summary": None, "reason": None}
    if not await store.advance(tenant_id, record, **changes):
        raise ListBusyError("somebody else just began it")
    await ask(context, tenant_id, list_id, record.turn + 1)
    return await find(context, tenant_id, list_id)


async def ask(context: Context, tenant_id: TenantId, list_id: ListId, turn: int) -> None:
    """Send the work to a worker.  Raises UnavailableError; the sweep asks again then."""
    try:
        await asyncio.to_thread(import_list_later, build_celery(context.settings), tenant_id, list_id, turn)
    except ConnectionError:
        raise UnavailableError("the list waits; its import begins once the broker is back") from None


async def seen(context: Context, tenant_id: TenantId, record: ListRecord) -> tuple[list[Part], Progress | None]:
    """Return the parts of a list's file that are kept, and how far its import is."""
    parts = await ListStore(context.store).parts(tenant_id, record.list_id)
    running = record.state in (kept.WAITING, kept.IMPORTING)
    return parts, await progress_of(context.redis, tenant_id, record.list_id) if running else None


async def refused_rows(context: Context, tenant_id: TenantId, record: ListRecord) -> AsyncIterator[bytes]:
    """Yield the file of refused rows.  Raises ObjectNotFoundError where it is gone."""
    for name in refused_keys(tenant_id, record):
        async for piece in opened(context.cipher, tenant_id, name, context.objects.stream(name)):
            yield piece


async def archive(context: Context, tenant_id: TenantId, list_id: ListId) -> None:
    """Take a list out of use, and delete its file; doing it again is fine.

    Raises NotFoundError, InUseError, ListBusyError while it is imported.
    """
    record = await find(context, tenant_id, list_id)
    if record.archived_ms is not None:
        return
    if record.state in (kept.WAITING, kept.IMPORTING):
        raise ListBusyError("it is being imported; wait until that is done")
    await require_unused_list(context, tenant_id, list_id)
    store = ListStore(context.store)
    if not await store.advance(tenant_id, record, **{ARCHIVED: context.now_ms()}):
        raise ListBusyError("somebody else changed it at the same time")
    await drop_file(context, tenant_id, list_id)


async def restore(context: Context, tenant_id: TenantId, list_id: ListId) -> ListRecord:
    """Take a list back into use, without its file.  Raises NotFoundError."""
    record = await find(context, tenant_id, list_id)
    await ListStore(context.store).advance(tenant_id, record, **{ARCHIVED: None})
    return await find(context, tenant_id, list_id)


async def save_template(context: Context, tenant_id: TenantId, template_id: str, mapping: Mapping) -> Template:
    """Keep a mapping under a name, in place of what was there.  Raises NotFoundError."""
    await require_tenant(context.store, tenant_id)
    template = Template(template_id, mapping.model_dump(), context.now_ms())
    await ListStore(context.store).put_template(tenant_id, template)
    return template


async def find_template(context: Context, tenant_id: TenantId, template_id: str) -> Template:
    """Return a template.  Raises NotFoundError."""
    template = await ListStore(context.store).template(tenant_id, template_id)
    if template is None:
        raise NotFoundError()
    return template


async def _find_open(context: Context, tenant_id: TenantId, list_id: ListId, *, again: bool = True) -> ListRecord:
    record = await find(context, tenant_id, list_id)
    if record.archived_ms is not None:
        raise ArchivedError()
    if record.state != kept.OPEN and not (again and record.state in AGAIN):
        raise ListBusyError(f"the list is {record.state}")
    return record
