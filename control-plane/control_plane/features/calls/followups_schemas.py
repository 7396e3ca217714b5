"""Wire shapes of follow-ups."""

from typing import Literal

from pydantic import Field

from callmodel.privacy import mask_number
from control_plane.features.calls.followups_store import FollowUp
from control_plane.features.calls.schemas import ANONYMOUS
from control_plane.features.calls.sealing import CallRecord
from control_plane.web import NewestPageQuery, Shape


class FollowUpsQuery(NewestPageQuery):
    """Which day's calls, and whether those that nobody has followed up yet."""

    open: bool = Field(False, description="those with something left to do, and no others")


class FollowUpView(Shape):
    """A call from outside that no person took. `called_by`: who called back last; `done_by`: null while open."""

    call_id: str
    kind: Literal["missed", "voicemail"]
    reason: str = Field(description="`no-answer`, `abandoned`, how the caller left a queue, or another ending")
    at_ms: int | None
    number: str | None = Field(description="masked; `anonymous` where it is withheld")
    caller_number: str | None = Field(description="HQ's number that was called")
    queue_id: str | None
    queue_seconds: float | None = Field(description="how long the caller waited")
    mailbox: str | None = Field(description="whom the message is for")
    recording_id: str | None = Field(description="of the message")
    called_by: str | None
    called_ms: int | None
    done_by: str | None
    done_ms: int | None


def to_view(found: FollowUp, record: CallRecord | None) -> FollowUpView:
    """Return a follow-up as the API shows it; record: the call's, None once it is kept no longer."""
    cdr = record.cdr if record is not None else None
    number = None
    if cdr is not None and cdr.number is not None:
        number = ANONYMOUS if cdr.withheld else mask_number(cdr.number)
    return FollowUpView(
        call_id=found.call_id,
        kind=found.kind.value,
        reason=found.reason,
        at_ms=cdr.started_ms if cdr is not None else None,
        number=number,
        caller_number=cdr.caller_number if cdr is not None else None,
        queue_id=cdr.queue_id if cdr is not None else None,
        queue_seconds=cdr.queue_seconds if cdr is not None else None,
        mailbox=cdr.mailbox if cdr is not None else None,
        recording_id=cdr.recording_id if cdr is not None else None,
        called_by=found.called_by,
        called_ms=found.called_ms,
        done_by=found.done_by,
        done_ms=found.done_ms,
    )
