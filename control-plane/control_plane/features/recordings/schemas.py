"""Wire shapes of recordings.  Where a file is spooled is nobody's business outside."""

from collections.abc import Mapping

from pydantic import Field

from control_plane.features.recordings.ledger import Entry, EntryState, Sums, is_short
from control_plane.web import Shape
from control_plane.web.shapes import NewestPageQuery

RECORDING_ID = r"^[0-9a-zA-Z-]{1,80}$"


class DayPageQuery(NewestPageQuery):
    """The UTC day in which the calls began."""


class RecordingView(Shape):
    """An entry of the ledger.  Times are milliseconds since 1970."""

    recording_id: str
    call_id: str
    tenant_id: str
    state: str = Field(
        description="`expected`, `spooled`, `archived`, `lost`, `empty`: over too soon for any sound to be written, "
        "or `expired`: it was archived, and removed when the tenant's rule said so"
    )
    expected_seconds: float | None = Field(description="how long the call talked")
    actual_seconds: float | None = Field(description="how long the recording is")
    customer_voice_seconds: float | None = Field(
        description="how much of the first channel is no silence (over -50 dBov); between colleagues who called"
    )
    agent_voice_seconds: float | None = Field(description="the same of the second, in which all others are")
    empty_channels: list[str] = Field(
        description="`customer`, `agent`: channels without any voice though that party sent packets; a phone that "
        "was muted all the time looks the same"
    )
    is_short: bool = Field(description="whether more of the call is missing than clocks explain")
    owed_ms: int | None
    call_ended_ms: int | None
    spooled_ms: int | None
    archived_ms: int | None
    lost_ms: int | None
    expired_ms: int | None
    sha256: str | None
    size_bytes: int | None
    format: str | None
    object_key: str | None
    reason: str | None = Field(description="why it is lost or empty")
    held_ms: int | None = Field(description="since when it is under legal hold, null where it is not")


class StateSums(Shape):
    """All of a day's recordings in one state."""

    state: str
    recordings: int
    seconds: float = Field(description="of sound, or of talk where no sound came")
    size_bytes: int = Field(description="in the archive; of `expired` ones what they took there")
    held: int = Field(description="how many of them are under legal hold")


class DaySummary(Shape):
    """How far the recordings of a UTC day's calls have come; every state is told, empty ones too."""

    day: str
    states: list[StateSums]


class DownloadLink(Shape):
    """Whoever has the link may fetch the file until it expires."""

    url: str
    expires_at: str = Field(description="UTC, RFC 3339")
    sha256: str


def to_summary(day: str, sums: Mapping[EntryState, Sums]) -> DaySummary:
    """Return a day's sums as the API shows them."""
    states = [
        StateSums(
            state=state.value,
            recordings=of_state.recordings,
            seconds=round(of_state.seconds, 3),
            size_bytes=of_state.size_bytes,
            held=of_state.held,
        )
        for state, of_state in sums.items()
    ]
    return DaySummary(day=day, states=states)


def to_view(entry: Entry) -> RecordingView:
    """Return an entry as the API shows it."""
    is_lost = entry.state in (EntryState.LOST, EntryState.EMPTY)
    return RecordingView(
        recording_id=entry.recording_id,
        call_id=entry.call_id,
        tenant_id=entry.tenant_id,
        state=entry.state.value,
        expected_seconds=entry.expected_seconds,
        actual_seconds=entry.actual_seconds,
        customer_voice_seconds=entry.customer_voice_seconds,
        agent_voice_seconds=entry.agent_voice_seconds,
        empty_channels=list(entry.empty_channels),
        is_short=is_short(entry),
        owed_ms=entry.owed_ms,
        call_ended_ms=entry.call_ended_ms,
        spooled_ms=entry.spooled_ms,
        archived_ms=entry.archived_ms,
        lost_ms=entry.lost_ms if is_lost else None,
        expired_ms=entry.expired_ms,
        sha256=entry.sha256,
        size_bytes=entry.size_bytes,
        format=entry.format,
        object_key=entry.object_key,
        reason=entry.reason if is_lost else None,
        held_ms=entry.held_ms,
    )
