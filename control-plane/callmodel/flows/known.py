"""What a tenant has beside its flows, as far as the validator is told; what is not known is held against nobody."""

from dataclasses import dataclass

from callmodel.ids import CalendarId, PromptId, QueueId


@dataclass(frozen=True)
class Known:
    """queues, calendars: those that there are, None where nobody knows.  audio: by prompt, its languages."""

    queues: tuple[QueueId, ...] | None = None
    calendars: tuple[CalendarId, ...] | None = None
    audio: dict[PromptId, tuple[str, ...]] | None = None
