"""Routes of recordings: the ledger, its gaps, and links to the files."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import StringConstraints

from callmodel.ids import RecordingId, TenantId
from control_plane.audit import record
from control_plane.features.recordings import schemas
from control_plane.features.recordings.encoding import SUFFIX
from control_plane.features.recordings.ledger import Entry, EntryState, HoldEnded, HoldOrdered, LedgerFact
from control_plane.features.recordings.store import LedgerStore
from control_plane.people.permissions import Permission
from control_plane.web import ConflictError, Context, NotFoundError, PageOf, Route
from control_plane.web.shapes import DayQuery

RecordingPath = Annotated[str, StringConstraints(pattern=schemas.RECORDING_ID)]


class RecordingUnknownError(NotFoundError):
    error_id = "recording-unknown"
    title = "There is no such recording"


class RecordingNotArchivedError(ConflictError):
    error_id = "recording-not-archived"
    title = "The recording is not in the archive"


class RecordingExpiredError(ConflictError):
    error_id = "recording-expired"
    title = "The recording was removed as the tenant's retention rule says"


async def find(context: Context, tenant_id: str, query: schemas.DayPageQuery) -> PageOf[schemas.RecordingView]:
    """List the recordings of a UTC day's calls, newest first."""
    ledger = LedgerStore(context.store)
    entries, next_token = await ledger.page(TenantId(tenant_id), query.day, query.limit, query.after)
    return PageOf[schemas.RecordingView](items=[_shown(context, entry) for entry in entries], next=next_token)


async def gaps(context: Context, tenant_id: str, query: schemas.DayPageQuery) -> PageOf[schemas.RecordingView]:
    """List what is owed for a UTC day's calls and is not archived: still on its way, overdue or lost.

    A call of less than half a second of which no sound was written owes nothing: its entry is `empty`, and no gap.
    A page may hold fewer items than `limit` and still have a `next`.
    """
    ledger = LedgerStore(context.store)
    entries, next_token = await ledger.gaps(TenantId(tenant_id), query.day, query.limit, query.after)
    return PageOf[schemas.RecordingView](items=[_shown(context, entry) for entry in entries], next=next_token)


async def summary(context: Context, tenant_id: str, query: DayQuery) -> schemas.DaySummary:
    """Sum up a UTC day's recordings by state: how many, how long, how big, and how many under legal hold."""
    sums = await LedgerStore(context.store).sums(TenantId(tenant_id), query.day)
    return schemas.to_summary(query.day, sums)


async def one(context: Context, tenant_id: str, recording_id: RecordingPath) -> schemas.RecordingView:
    """Return one entry of the ledger."""
    return _shown(context, await _entry(context, tenant_id, recording_id))


async def download(context: Context, tenant_id: str, recording_id: RecordingPath) -> schemas.DownloadLink:
    """Return a link to the file that lives for a few minutes.  Who asked is audited."""
    entry = await _entry(context, tenant_id, recording_id)
    _require_kept(entry)
    if entry.state is not EntryState.ARCHIVED or entry.object_key is None or entry.sha256 is None:
        raise RecordingNotArchivedError(f"the recording is {entry.state.value}")
    seconds = context.settings.download_link_seconds
    now_ms = context.now_ms()
    await record(
        context.store,
        at_ms=now_ms,
        actor=context.principal.username,
        action="recordings.download",
        subject={"recording_id": recording_id, "call_id": entry.call_id},
        address=context.address,
        request_id=context.request_id,
        retention=context.retention,
        tenant_id=tenant_id,
    )
    url = context.objects.presign(entry.object_key, seconds, filename=f"{recording_id}.{SUFFIX}")
    expires = datetime.fromtimestamp(now_ms // 1000 + seconds, UTC)
    return schemas.DownloadLink(url=url, expires_at=expires.isoformat(), sha256=entry.sha256)


async def hold(context: Context, tenant_id: str, recording_id: RecordingPath) -> None:
    """Put a recording under legal hold: nobody and no retention rule removes it until the hold ends.  Audited.

    It may be ordered before there is a file; the file is then held as soon as it is archived.
    """
    entry = await _entry(context, tenant_id, recording_id)
    # The ledger first: whoever archives it meanwhile reads it there.
    held = await _advance(context, entry, HoldOrdered(context.now_ms()))
    _require_kept(held)
    if held.state is EntryState.ARCHIVED and held.object_key is not None:
        await context.objects.hold(held.object_key)


async def release(context: Context, tenant_id: str, recording_id: RecordingPath) -> None:
    """End a recording's legal hold.  Audited."""
    entry = await _entry(context, tenant_id, recording_id)
    if entry.state is EntryState.ARCHIVED and entry.object_key is not None:
        await context.objects.release(entry.object_key)
    await _advance(context, entry, HoldEnded())


def _shown(context: Context, entry: Entry) -> schemas.RecordingView:
    view = schemas.to_view(entry)
    if context.principal.may(Permission.STATIONS_READ, entry.tenant_id):
        return view
    # Where it lies and what became of it on the way there is the provider's matter.
    return view.model_copy(update={"object_key": None, "reason": None})


def _require_kept(entry: Entry) -> None:
    """Raise RecordingExpiredError for a recording that is there no more."""
    if entry.state is EntryState.EXPIRED:
        at = datetime.fromtimestamp((entry.expired_ms or 0) // 1000, UTC)
        raise RecordingExpiredError(f"it was removed on {at:%Y-%m-%d}")


async def _advance(context: Context, entry: Entry, fact: LedgerFact) -> Entry:
    ledger = LedgerStore(context.store)
    return (await ledger.advance(entry.tenant_id, entry.recording_id, entry.call_id, fact))[0]


async def _entry(context: Context, tenant_id: str, recording_id: str) -> Entry:
    try:
        entry = await LedgerStore(context.store).one(TenantId(tenant_id), RecordingId(recording_id))
    except ValueError:
        entry = None
    if entry is None:
        raise RecordingUnknownError()
    return entry


_TAGS = ("recordings",)
_RECORDINGS = "/tenants/{tenant_id}/recordings"
_RECORDING = _RECORDINGS + "/{recording_id}"

routes = [
    Route("GET", _RECORDINGS, find, Permission.RECORDINGS_READ, "List recordings", _TAGS),
    # Before the one with a placeholder: aiohttp takes the first that fits.
    Route("GET", _RECORDINGS + "/gaps", gaps, Permission.RECORDINGS_READ, "What is owed and missing", _TAGS),
    Route("GET", _RECORDINGS + "/summary", summary, Permission.RECORDINGS_READ, "A day's sums by state", _TAGS),
    Route(
        "GET",
        _RECORDING,
        one,
        Permission.RECORDINGS_READ,
        "One recording",
        _TAGS,
        errors=(RecordingUnknownError,),
    ),
    Route(
        "GET",
        _RECORDING + "/download",
        download,
        Permission.RECORDINGS_DOWNLOAD,
        "A link to the file",
        _TAGS,
        errors=(RecordingUnknownError, RecordingNotArchivedError, RecordingExpiredError),
    ),
    Route(
        "PUT",
        _RECORDING + "/hold",
        hold,
        Permission.RECORDINGS_HOLD,
        "Put under legal hold",
        _TAGS,
        status=204,
        errors=(RecordingUnknownError, RecordingExpiredError),
    ),
    Route(
        "DELETE",
        _RECORDING + "/hold",
        release,
        Permission.RECORDINGS_HOLD,
        "End the legal hold",
        _TAGS,
        status=204,
        errors=(RecordingUnknownError,),
    ),
]
