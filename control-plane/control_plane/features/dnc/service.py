"""Numbers on and off do-not-call lists, questions about them, and files."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import phonenumbers

from callmodel.ids import E164, CampaignId, LeadId, TenantId
from callmodel.privacy import mask_number
from control_plane.features.dnc.schemas import NumberView
from control_plane.jobs.queueing import build_celery, import_dnc_later
from control_plane.keyring.numberkeys import NumberTokens
from control_plane.keyring.sealedfiles import sealed
from control_plane.leads.dncstore import DncEntry, DncFile
from control_plane.leads.forbidding import allow, forbid, store_of
from control_plane.leads.store import LeadStore
from control_plane.web import Context, InvalidRequestError, NotFoundError, UnavailableError
from hotstate.dnc import DncScope, ListsMissingError, campaign_scope, tenant_scope

MOST_BYTES = 2_000_000_000
WAITING = "waiting"


class NumberNeededError(InvalidRequestError):
    error_id = "number-needed"
    title = "Give a number, or a lead"


class FileRegionUnknownError(InvalidRequestError):
    error_id = "region-unknown"
    title = "There is no such region"


def scope_of(tenant_id: TenantId, campaign_id: CampaignId | None) -> DncScope:
    """Return the tenant's list, or a campaign's."""
    return tenant_scope(tenant_id) if campaign_id is None else campaign_scope(tenant_id, campaign_id)


async def put_on(
    context: Context, scope: DncScope, number: E164 | None, lead_id: LeadId | None, source: str
) -> NumberView:
    """Have a number not be called.  Raises NumberNeededError, NotFoundError for a lead that is not there."""
    if (number is None) is (lead_id is None):
        raise NumberNeededError("give `number` or `lead_id`, one of them")
    if number is None and lead_id is not None:
        lead = await LeadStore(context.store, context.cipher).lead(TenantId(scope.tenant_id), lead_id)
        if lead is None:
            raise NotFoundError()
        number = lead.number
    assert number is not None
    entry = DncEntry(number, source, context.principal.username, context.now_ms())
    await forbid(context, scope, entry)
    return _view(context, scope, number, scope, entry)


async def take_off(context: Context, scope: DncScope, number: E164) -> NumberView:
    """Let a number be called again, as far as this list goes."""
    entry = DncEntry(number, "api", context.principal.username, context.now_ms(), allowed=True)
    await allow(context, scope, entry)
    return _view(context, scope, number, None, None)


async def look_up(context: Context, scope: DncScope, number: E164) -> NumberView:
    """Say whether a number may be called where this list counts.  Raises UnavailableError."""
    name = scope.name
    campaign_id = CampaignId(name.removeprefix("campaign.")) if name.startswith("campaign.") else None
    try:
        (found,) = await context.dnc.found_in(TenantId(scope.tenant_id), campaign_id, [number])
    except ListsMissingError:
        raise UnavailableError("the lists are being brought back to hot state; nobody is called meanwhile") from None
    entry = None if found is None else await store_of(context).one(found, number)
    return _view(context, scope, number, found, entry)


def _view(
    context: Context, scope: DncScope, number: E164, found: DncScope | None, entry: DncEntry | None
) -> NumberView:
    told = entry if entry is not None and not entry.allowed else None
    return NumberView(
        number=mask_number(number),
        token=NumberTokens(context.cipher, TenantId(scope.tenant_id)).token_of(number),
        forbidden=found is not None,
        scope=None if found is None else found.name.partition(".")[0],
        source=None if told is None else told.source,
        by=None if told is None else told.by,
        at_ms=None if told is None else told.at_ms,
    )


async def send_file(
    context: Context, scope: DncScope, file_id: str, region: str, stream: AsyncIterator[bytes]
) -> DncFile:
    """Keep a file of numbers in place of what was there; a worker reads it.

    Raises FileRegionUnknownError, BodyTooLargeError, ObjectsUnavailableError, UnavailableError.
    """
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise FileRegionUnknownError(f"there is no region {region}")
    size = 0

    async def counted() -> AsyncIterator[bytes]:
        nonlocal size
        async for piece in stream:
            size += len(piece)
            yield piece

    name = f"{scope.tenant_id}/do-not-call/{scope.name}/{file_id}-{secrets.token_hex(8)}"
    await context.objects.put_multipart(name, sealed(context.cipher, scope.tenant_id, name, counted()))
    store = store_of(context)
    before = await store.file(scope, file_id)
    turn = 1 if before is None else before.turn + 1
    set_key, numbers = (None, 0) if before is None else (before.set_key, before.numbers)
    file = DncFile(
        scope.tenant_id, scope.name, file_id, WAITING, turn, name, size, set_key, numbers, region, None,
        context.now_ms(),
    )  # fmt: skip
    await store.add_file(scope, file)
    if before is not None and before.upload_key is not None:
        await context.objects.delete(before.upload_key)
    try:
        await asyncio.to_thread(
            import_dnc_later, build_celery(context.settings), scope.tenant_id, scope.name, file_id
        )
    except ConnectionError:
        raise UnavailableError("the file is kept; send it again once the broker is back") from None
    return file


async def find_file(context: Context, scope: DncScope, file_id: str) -> DncFile:
    """Return a file.  Raises NotFoundError."""
    file = await store_of(context).file(scope, file_id)
    if file is None:
        raise NotFoundError()
    return file


async def drop_file(context: Context, scope: DncScope, file_id: str) -> None:
    """Take a file's numbers off the list, those that nothing else has put there.

    Raises NotFoundError, UnavailableError.
    """
    file = await find_file(context, scope, file_id)
    await store_of(context).change_file(scope, file, state=WAITING, turn=file.turn + 1, upload_key=None)
    try:
        await asyncio.to_thread(
            import_dnc_later, build_celery(context.settings), scope.tenant_id, scope.name, file_id
        )
    except ConnectionError:
        raise UnavailableError("the broker is away; ask again") from None
