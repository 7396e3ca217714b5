"""The recording ledger, pure: what an answered call owes, and how far its recording has come.

Facts come twice and out of order; an entry never goes back, and whoever reads it knows what is missing.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum

from callmodel.ids import CallId, RecordingId, TenantId, unix_ms_of

SHORT_SHARE, SHORT_SECONDS = 0.02, 2.0
LEAST_SECONDS = 0.5
"""A call that talked for less owes a recording only if something was written: the recorder's first sound comes when
the media of both sides flow, and who hangs up in the moment of the answer leaves none."""
_UUID_LENGTH = 36


class EntryState(Enum):
    """`EXPECTED`: owed, nothing seen of it.  `SPOOLED`: a WAV file lies on a media node.  `ARCHIVED`: in the object
    store, read back.  `LOST`: there will be no recording, and `reason` says why.  `EMPTY`: the call was over in less
    than `LEAST_SECONDS` and no sound was written; nothing is owed any more.  `EXPIRED`: it was archived, and
    removed when the tenant's rule said so."""

    EXPECTED = "expected"
    SPOOLED = "spooled"
    ARCHIVED = "archived"
    LOST = "lost"
    EMPTY = "empty"
    EXPIRED = "expired"


CLOSED = frozenset({EntryState.ARCHIVED, EntryState.EMPTY, EntryState.EXPIRED})
"""States in which nothing is owed: no gaps."""


@dataclass(frozen=True)
class Entry:
    """One recording that is owed.  Times are milliseconds since 1970; None for what has not happened."""

    tenant_id: TenantId
    recording_id: RecordingId
    call_id: CallId
    state: EntryState = EntryState.EXPECTED
    owed_ms: int | None = None
    call_ended_ms: int | None = None
    spooled_ms: int | None = None
    archived_ms: int | None = None
    lost_ms: int | None = None
    expected_seconds: float | None = None
    actual_seconds: float | None = None
    spool_path: str | None = None
    object_key: str | None = None
    sha256: str | None = None
    size_bytes: int | None = None
    format: str | None = None
    reason: str | None = None
    queue: str | None = None
    """Whose workers see the spooled file; None for those that see every spool."""
    held_ms: int | None = None
    """Since when it is under legal hold; None where it is not."""
    expired_ms: int | None = None
    traceparent: str | None = None
    """The span that spooled it, None where nobody traced and once it is archived: who asks again goes on there."""


@dataclass(frozen=True)
class RecordingOwed:
    """A call that is to be recorded was answered."""

    at_ms: int


@dataclass(frozen=True)
class CallOver:
    """The recorded call ended; it talked for so long."""

    expected_seconds: float
    at_ms: int


@dataclass(frozen=True)
class FileSpooled:
    """A media node closed the WAV file."""

    path: str
    seconds: float
    at_ms: int
    queue: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True)
class FileArchived:
    """The finished file is in the object store and was read back."""

    actual_seconds: float
    object_key: str
    sha256: str
    size_bytes: int
    format: str
    at_ms: int


@dataclass(frozen=True)
class FileLost:
    """There is nothing to archive: never recorded, gone, or no audio."""

    reason: str
    at_ms: int


@dataclass(frozen=True)
class HoldOrdered:
    """Nobody may remove it from now on."""

    at_ms: int


@dataclass(frozen=True)
class HoldEnded:
    """It may be removed again."""


@dataclass(frozen=True)
class FileExpired:
    """It has been kept for as long as the rule says; its file goes once the ledger has taken this."""

    at_ms: int


@dataclass(frozen=True)
class RemovalRefused:
    """The object store did not let it go: somebody holds it there."""


LedgerFact = (
    RecordingOwed
    | CallOver
    | FileSpooled
    | FileArchived
    | FileLost
    | HoldOrdered
    | HoldEnded
    | FileExpired
    | RemovalRefused
)


def advance_entry(entry: Entry, fact: LedgerFact) -> Entry:
    """Return the entry after the fact; the same entry where the fact is old news."""
    after = _after(entry, fact)
    # Told either way round: how short the call was, and that nothing came of it.
    return replace(after, state=EntryState.EMPTY) if _is_empty(after) else after


def _after(entry: Entry, fact: LedgerFact) -> Entry:
    match fact:
        case RecordingOwed(at_ms) if entry.owed_ms is None:
            return replace(entry, owed_ms=at_ms)

        case CallOver(seconds, at_ms) if entry.call_ended_ms is None:
            return replace(entry, expected_seconds=seconds, call_ended_ms=at_ms)

        case FileSpooled(path, seconds, at_ms, queue, traceparent) if _is_news(entry, at_ms):
            return replace(
                entry,
                state=EntryState.SPOOLED,
                spool_path=path,
                actual_seconds=seconds,
                spooled_ms=at_ms,
                queue=queue,
                traceparent=traceparent,
                lost_ms=None,
                reason=None,
            )

        case FileArchived() if entry.state not in (EntryState.ARCHIVED, EntryState.EXPIRED):
            return replace(
                entry,
                state=EntryState.ARCHIVED,
                actual_seconds=fact.actual_seconds,
                object_key=fact.object_key,
                sha256=fact.sha256,
                size_bytes=fact.size_bytes,
                format=fact.format,
                archived_ms=fact.at_ms,
                traceparent=None,
                lost_ms=None,
                reason=None,
            )

        case FileLost(reason, at_ms) if entry.state is EntryState.EXPECTED or _is_unreadable(entry, at_ms):
            return replace(entry, state=EntryState.LOST, reason=reason, lost_ms=at_ms)

        # A hold and the rule meet here: whichever is written first wins, and the other is refused.
        case FileExpired(at_ms) if entry.state is EntryState.ARCHIVED and entry.held_ms is None:
            return replace(entry, state=EntryState.EXPIRED, expired_ms=at_ms)

        case RemovalRefused() if entry.state is EntryState.EXPIRED:
            return replace(entry, state=EntryState.ARCHIVED, expired_ms=None)

        case HoldOrdered(at_ms) if entry.held_ms is None and entry.state is not EntryState.EXPIRED:
            return replace(entry, held_ms=at_ms)

        case HoldEnded():
            return replace(entry, held_ms=None)

        case _:
            return entry


def _is_empty(entry: Entry) -> bool:
    """Say whether a loss is none: what was spooled once was something, however short the call."""
    if entry.state is not EntryState.LOST or entry.spooled_ms is not None:
        return False
    return entry.expected_seconds is not None and entry.expected_seconds < LEAST_SECONDS


def _is_news(entry: Entry, spooled_ms: int) -> bool:
    """Say whether a file was spooled that the ledger does not know: the first, or one found after the loss."""
    if entry.state in (EntryState.LOST, EntryState.EMPTY):
        return entry.lost_ms is None or spooled_ms > entry.lost_ms
    return entry.state is EntryState.EXPECTED


def _is_unreadable(entry: Entry, lost_ms: int) -> bool:
    """Say whether the loss was noticed after the file was spooled: the file is what turned out to be none."""
    return entry.state is EntryState.SPOOLED and lost_ms > (entry.spooled_ms or 0)


@dataclass
class Sums:
    """What the entries of one state come to."""

    recordings: int = 0
    seconds: float = 0.0
    size_bytes: int = 0
    held: int = 0

    def add(self, seconds: float, size_bytes: int, *, is_held: bool) -> None:
        """Count one more."""
        self.recordings += 1
        self.seconds += seconds
        self.size_bytes += size_bytes
        self.held += is_held


def is_known_loss(entry: Entry) -> bool:
    """Say whether a recording is lost and the call's length is known, without which it might yet prove empty."""
    return entry.state is EntryState.LOST and entry.expected_seconds is not None


def is_short(entry: Entry) -> bool:
    """Say whether an archived recording lacks more of the call than clocks and buffers explain."""
    if entry.state is not EntryState.ARCHIVED or entry.expected_seconds is None or entry.actual_seconds is None:
        return False
    return entry.actual_seconds < entry.expected_seconds * (1 - SHORT_SHARE) - SHORT_SECONDS


def day_of(recording_id: RecordingId) -> str:
    """Return the UTC day that a recording is kept under: that of its call, whose id its own begins with.

    Raises ValueError for an id that does not begin with a version 7 UUID.
    """
    return datetime.fromtimestamp(began_ms_of(recording_id) / 1000, UTC).strftime("%Y-%m-%d")


def began_ms_of(recording_id: RecordingId) -> int:
    """Return when the recording's call began.

    Every fact about a recording names the id and few name a time, so the id alone finds the ledger's partition.
    Raises ValueError for an id that does not begin with a version 7 UUID.
    """
    return unix_ms_of(recording_id[:_UUID_LENGTH])


def object_key_of(tenant_id: TenantId, recording_id: RecordingId, suffix: str) -> str:
    """Return where a recording lies in the object store: `<tenant>/recordings/<yyyy>/<mm>/<dd>/<id>.<suffix>`."""
    return f"{folder_of(tenant_id, day_of(recording_id))}/{recording_id}.{suffix}"


def folder_of(tenant_id: TenantId, day: str = "") -> str:
    """Return where a tenant's recordings lie in the object store, or those of a UTC day."""
    return f"{tenant_id}/recordings/{day.replace('-', '/')}"
