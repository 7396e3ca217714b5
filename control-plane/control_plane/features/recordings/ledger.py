"""The recording ledger, pure: what an answered call owes, and how far its recording has come.

Facts come twice, out of order and to several writers at once.  Each fills fields of its own, and the state follows
from what is filled: so an entry never goes back, and no writer undoes another's word.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum

from callmodel.ids import CallId, RecordingId, TenantId, unix_ms_of

SHORT_SHARE, SHORT_SECONDS = 0.02, 2.0
LEAST_SECONDS = 0.5
"""A call that talked for less owes a recording only if something was written: the recorder's first sound comes when
the media of both sides flow, and who hangs up in the moment of the answer leaves none."""
CUSTOMER, AGENT = "customer", "agent"
"""The channels: the first has whom the call serves (between colleagues, who called), the second all others."""
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
    owed_ms: int | None = None
    call_ended_ms: int | None = None
    expected_seconds: float | None = None
    spooled_ms: int | None = None
    spool_path: str | None = None
    spooled_seconds: float | None = None
    queue: str | None = None
    """Whose workers see the spooled file; None for those that see every spool."""
    traceparent: str | None = None
    """The span that spooled it, None where nobody traced: who asks again goes on there."""
    archived_ms: int | None = None
    archived_seconds: float | None = None
    object_key: str | None = None
    sha256: str | None = None
    size_bytes: int | None = None
    format: str | None = None
    lost_ms: int | None = None
    """When it was last told to be lost; whether it is, only the state says: a file may have been found since."""
    reason: str | None = None
    held_ms: int | None = None
    """Since when it is under legal hold; None where it is not."""
    expired_ms: int | None = None
    customer_voice_seconds: float | None = None
    agent_voice_seconds: float | None = None
    """How much voice is in each channel, measured as it is archived."""
    sent_by: str | None = None
    """Whose phones sent voice, by the channels' names: CUSTOMER, AGENT; None before the call's end."""

    @property
    def state(self) -> EntryState:
        """What the facts come to, in whatever order they came."""
        if self.archived_ms is not None:
            return EntryState.ARCHIVED if self.expired_ms is None else EntryState.EXPIRED
        if self.lost_ms is not None and (self.spooled_ms is None or self.lost_ms > self.spooled_ms):
            # What was spooled once was something, however short the call.
            is_blink = self.expected_seconds is not None and self.expected_seconds < LEAST_SECONDS
            return EntryState.EMPTY if is_blink and self.spooled_ms is None else EntryState.LOST
        return EntryState.EXPECTED if self.spooled_ms is None else EntryState.SPOOLED

    @property
    def actual_seconds(self) -> float | None:
        """How long the recording is, as far as is known."""
        return self.spooled_seconds if self.archived_seconds is None else self.archived_seconds

    @property
    def empty_channels(self) -> tuple[str, ...]:
        """Channels that hold no voice though that party sent some."""
        voices = ((CUSTOMER, self.customer_voice_seconds), (AGENT, self.agent_voice_seconds))
        sent = (self.sent_by or "").split(",")
        return tuple(channel for channel, seconds in voices if seconds == 0 and channel in sent)


@dataclass(frozen=True)
class RecordingOwed:
    """A call that is to be recorded was answered."""

    at_ms: int


@dataclass(frozen=True)
class CallOver:
    """The recorded call ended; it talked for so long.

    sent_by: whose phones sent voice, CUSTOMER and AGENT apart by a comma; None where that was not measured.
    """

    expected_seconds: float
    at_ms: int
    sent_by: str | None = None


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
    """The finished file is in the object store and was read back; voice_seconds: how much of it is no silence."""

    actual_seconds: float
    object_key: str
    sha256: str
    size_bytes: int
    format: str
    at_ms: int
    customer_voice_seconds: float | None = None
    agent_voice_seconds: float | None = None


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


FileFact = RecordingOwed | CallOver | FileSpooled | FileArchived | FileLost
"""How far a recording has come."""

ClaimFact = HoldOrdered | HoldEnded | FileExpired | RemovalRefused
"""Who has a recording: a hold, the rule by which it goes, or neither."""

LedgerFact = FileFact | ClaimFact


def advance_entry(entry: Entry, fact: LedgerFact) -> Entry:
    """Return the entry after the fact; the same entry where the fact is old news."""
    match fact:
        case RecordingOwed(at_ms) if entry.owed_ms is None:
            return replace(entry, owed_ms=at_ms)

        case CallOver(seconds, at_ms) if entry.call_ended_ms is None:
            return replace(entry, expected_seconds=seconds, call_ended_ms=at_ms, sent_by=fact.sent_by)

        case FileSpooled(path, seconds, at_ms, queue, traceparent) if _is_news(entry.spooled_ms, at_ms):
            return replace(
                entry,
                spool_path=path,
                spooled_seconds=seconds,
                spooled_ms=at_ms,
                queue=queue,
                traceparent=traceparent,
            )

        case FileLost(reason, at_ms) if _is_news(entry.lost_ms, at_ms):
            return replace(entry, reason=reason, lost_ms=at_ms)

        case FileArchived() if entry.archived_ms is None:
            return replace(
                entry,
                archived_seconds=fact.actual_seconds,
                object_key=fact.object_key,
                sha256=fact.sha256,
                size_bytes=fact.size_bytes,
                format=fact.format,
                archived_ms=fact.at_ms,
                customer_voice_seconds=fact.customer_voice_seconds,
                agent_voice_seconds=fact.agent_voice_seconds,
            )

        # A hold and the rule meet here: whichever claims the file first has it, and the other is refused.
        case FileExpired(at_ms) if entry.state is EntryState.ARCHIVED and entry.held_ms is None:
            return replace(entry, expired_ms=at_ms)

        case RemovalRefused():
            return replace(entry, expired_ms=None)

        case HoldOrdered(at_ms) if entry.held_ms is None and entry.expired_ms is None:
            return replace(entry, held_ms=at_ms)

        case HoldEnded():
            return replace(entry, held_ms=None)

        case _:
            return entry


def _is_news(known_ms: int | None, at_ms: int) -> bool:
    """Say whether this was told later than what is known of its kind: of two files or losses the later one counts."""
    return known_ms is None or at_ms > known_ms


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
