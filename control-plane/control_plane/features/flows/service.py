"""Flows come and change as drafts; what is published is a version, and stays what it is."""

import json
from typing import Any

from callmodel.flows.document import MOST_BYTES
from callmodel.ids import FlowId, TenantId
from control_plane.features.flows.schemas import FlowDraft, NewFlow, Publication
from control_plane.features.flows.store import FlowRecord, FlowStore, Version
from control_plane.inventory.references import require_tenant
from control_plane.inventory.uses import require_unused_flow
from control_plane.publishing.flowchecks import Problem, problems_in
from control_plane.web import ConflictError, Context, InvalidRequestError, NotFoundError


class FlowExistsError(ConflictError):
    error_id = "flow-exists"
    title = "The tenant has a flow with this id"


class FlowChangedError(ConflictError):
    """`edit`: of the draft as it is, `changed_by` and `changed_ms`: who changed it and when."""

    error_id = "flow-changed"
    title = "Somebody else changed the flow; look at it, and put your change into theirs"


class FlowTooLargeError(InvalidRequestError):
    error_id = "flow-too-large"
    title = "The flow is too large"


class FlowNotSoundError(InvalidRequestError):
    """`errors`: a list of {where, message}, one for each thing that is wrong."""

    error_id = "flow-not-sound"
    title = "The flow has faults, and can not be published"


class VersionUnknownError(InvalidRequestError):
    error_id = "version-unknown"
    title = "The flow has no such version"


async def create(context: Context, tenant_id: TenantId, new: NewFlow) -> FlowRecord:
    """Keep a new draft.  Raises NotFoundError, FlowExistsError, FlowTooLargeError."""
    await require_tenant(context.store, tenant_id)
    now_ms = context.now_ms()
    draft = require_bounded(new.document)
    record = FlowRecord(new.flow_id, draft, 1, None, 0, context.principal.username, now_ms, now_ms)
    if not await FlowStore(context.store).add(tenant_id, record):
        raise FlowExistsError()
    return record


async def find(context: Context, tenant_id: TenantId, flow_id: FlowId) -> FlowRecord:
    """Return a flow, archived or not.  Raises NotFoundError."""
    return await FlowStore(context.store).find(tenant_id, flow_id)


async def save_draft(context: Context, tenant_id: TenantId, flow_id: FlowId, new: FlowDraft) -> FlowRecord:
    """Put a draft in place of the one that it is based on.

    Raises NotFoundError, ArchivedError, FlowChangedError, FlowTooLargeError.
    """
    await FlowStore(context.store).find_living(tenant_id, flow_id)
    draft, by = require_bounded(new.document), context.principal.username
    if not await FlowStore(context.store).save_draft(tenant_id, flow_id, new.edit, draft, by, context.now_ms()):
        raise await _changed(context, tenant_id, flow_id)
    return await find(context, tenant_id, flow_id)


async def check(context: Context, tenant_id: TenantId, flow_id: FlowId) -> tuple[FlowRecord, list[Problem]]:
    """Return a flow and what is wrong with its draft.  Raises NotFoundError."""
    record = await find(context, tenant_id, flow_id)
    return record, await problems_in(context.store, tenant_id, flow_id, record.draft)


async def publish(context: Context, tenant_id: TenantId, flow_id: FlowId, wanted: Publication) -> FlowRecord:
    """Make a version of the draft; calls that begin from then on run it.

    Raises NotFoundError, ArchivedError, FlowChangedError, FlowNotSoundError.
    """
    record = await FlowStore(context.store).find_living(tenant_id, flow_id)
    if record.edit != wanted.edit:
        raise await _changed(context, tenant_id, flow_id)
    await require_sound(context, tenant_id, flow_id, record.draft)
    store, by = FlowStore(context.store), context.principal.username
    if not await store.publish(tenant_id, record, wanted.note, by, context.now_ms()):
        raise await _changed(context, tenant_id, flow_id)
    return await find(context, tenant_id, flow_id)


async def roll_back(context: Context, tenant_id: TenantId, flow_id: FlowId, version: int) -> FlowRecord:
    """Let calls run a version that was published before.

    Raises NotFoundError, ArchivedError, VersionUnknownError, FlowNotSoundError, FlowChangedError.
    """
    record = await FlowStore(context.store).find_living(tenant_id, flow_id)
    store = FlowStore(context.store)
    found = await store.version(tenant_id, flow_id, version)
    if found is None:
        raise VersionUnknownError()
    # What it names may have been archived since.
    await require_sound(context, tenant_id, flow_id, found.document)
    if not await store.roll_back(tenant_id, record, version):
        raise await _changed(context, tenant_id, flow_id)
    return await find(context, tenant_id, flow_id)


async def find_version(context: Context, tenant_id: TenantId, flow_id: FlowId, version: int) -> Version:
    """Return a version of a flow.  Raises NotFoundError."""
    found = await FlowStore(context.store).version(tenant_id, flow_id, version)
    if found is None:
        raise NotFoundError()
    return found


async def archive(context: Context, tenant_id: TenantId, flow_id: FlowId) -> None:
    """Take a flow out of use; doing it again is fine.  Raises NotFoundError, InUseError."""
    if (await find(context, tenant_id, flow_id)).archived_ms is None:
        await require_unused_flow(context, tenant_id, flow_id)
        await FlowStore(context.store).set_archived(tenant_id, flow_id, context.now_ms())


async def restore(context: Context, tenant_id: TenantId, flow_id: FlowId) -> FlowRecord:
    """Take a flow back into use, with its versions.  Raises NotFoundError, FlowNotSoundError."""
    record = await find(context, tenant_id, flow_id)
    if record.published is not None:
        version = await find_version(context, tenant_id, flow_id, record.published)
        await require_sound(context, tenant_id, flow_id, version.document)
    return await FlowStore(context.store).restore(tenant_id, flow_id)


async def require_sound(context: Context, tenant_id: TenantId, flow_id: FlowId, document: dict[str, Any]) -> None:
    """Raise FlowNotSoundError for a document with faults."""
    problems = await problems_in(context.store, tenant_id, flow_id, document)
    if problems:
        told = [{"where": each.where, "message": each.message} for each in problems]
        raise FlowNotSoundError(f"{problems[0].where}: {problems[0].message}", errors=told)


async def _changed(context: Context, tenant_id: TenantId, flow_id: FlowId) -> FlowChangedError:
    now = await find(context, tenant_id, flow_id)
    return FlowChangedError(edit=now.edit, changed_by=now.changed_by, changed_ms=now.changed_ms)


def require_bounded(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document that is small enough.  Raises FlowTooLargeError."""
    size = len(json.dumps(document, ensure_ascii=False).encode())
    if size > MOST_BYTES:
        raise FlowTooLargeError(f"it has {size} bytes as JSON; {MOST_BYTES} are taken at most")
    return document
