"""Facts about recordings become entries of the ledger, and a spooled one a task."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

from callmodel.callstate import LegRole
from callmodel.cdr import Cdr
from callmodel.codec import ShapeError, from_wire
from callmodel.ids import CallId, RecordingId, TenantId
from callmodel.orders import Milestone
from callmodel.voice.meter import CLEAR_PACKETS
from callmodel.wire import DEFAULT_QUEUE, RECORDING_QUEUE, Envelope, RecordingSpooled
from control_plane.facts.gathering import Gathering
from control_plane.features.recordings.ledger import (
    AGENT,
    CUSTOMER,
    CallOver,
    FileFact,
    FileLost,
    FileSpooled,
    RecordingOwed,
)
from control_plane.features.recordings.store import LedgerStore
from servicekit.stores import StoreUnavailableError
from servicekit.streams import RetryLaterError

Told = tuple[RecordingId, CallId, FileFact]
Enqueue = Callable[[TenantId, RecordingId, str], None]
"""Asks a worker of a queue to finish a recording; blocks.  Raises OSError when the broker is away."""


class LedgerKeeper:
    """Writes the ledger from facts, many at a time; each is entered as often as it comes, with the same result."""

    def __init__(self, ledger: LedgerStore, enqueue: Enqueue) -> None:
        self._entries: Gathering[Told] = Gathering(ledger.enter)
        self._enqueue = enqueue

    async def handle(self, envelope: Envelope) -> None:
        """Enter the fact.

        Raises RetryLaterError while store or broker are away, codec.ShapeError for a fact that can never be entered.
        """
        told = _told(envelope)
        if told is None:
            return
        recording_id, _, fact = told
        try:
            await self._entries.add(envelope.tenant_id, told)
            # Not only when it is news: whoever entered it may have died before asking.
            if isinstance(fact, FileSpooled):
                queue = fact.queue or DEFAULT_QUEUE
                await asyncio.to_thread(self._enqueue, envelope.tenant_id, recording_id, queue)
        except (StoreUnavailableError, OSError) as error:
            raise RetryLaterError("store or broker are away") from error
        except ValueError as error:
            raise ShapeError(str(error)) from error


def _told(envelope: Envelope) -> Told | None:
    """Return which recording an envelope speaks of and what it says; None where it says nothing of one."""
    body: dict[str, Any] = envelope.body
    match envelope.kind:
        case Milestone.ANSWERED.value:
            call = from_wire(Cdr, body)
            if call.recording_id is not None:
                return call.recording_id, call.call_id, RecordingOwed(call.answered_ms or envelope.at_ms)
        case Milestone.ENDED.value:
            cdr = from_wire(Cdr, body)
            ended_ms = cdr.ended_ms or envelope.at_ms
            if cdr.recording_id is not None:
                # A recording goes on while the customer waits for a colleague, which is no talk.
                seconds = max(ended_ms - (cdr.answered_ms or ended_ms), 0) / 1000
                return cdr.recording_id, cdr.call_id, CallOver(seconds, ended_ms, _sent_by(cdr))
        case "recording.spooled":
            file = from_wire(RecordingSpooled, body)
            if not re.fullmatch(RECORDING_QUEUE, file.queue):
                raise ShapeError("recording.spooled names no queue of recordings")
            queue = None if file.queue == DEFAULT_QUEUE else file.queue
            spooled = FileSpooled(file.path, file.seconds, envelope.at_ms, queue, envelope.traceparent)
            return file.recording_id, file.call_id, spooled
        case "recording.lost":
            try:
                ids = RecordingId(body["recording_id"]), CallId(body["call_id"])
            except KeyError as missing:
                raise ShapeError(f"recording.lost without {missing}") from None
            return *ids, FileLost(str(body.get("reason", "unknown")), envelope.at_ms)
    return None


def _sent_by(cdr: Cdr) -> str | None:
    """Return whose phones sent voice, by the recording's channels; None where nobody's was measured."""
    served = next((leg for leg in reversed(cdr.legs) if leg.role is LegRole.CUSTOMER), None) or cdr.legs[0]
    measured = [leg for leg in cdr.legs if leg.voice is not None]
    if not measured:
        return None
    spoke = [leg for leg in measured if leg.voice is not None and leg.voice.sent.packets >= CLEAR_PACKETS]
    channels = {CUSTOMER if leg is served else AGENT for leg in spoke if leg.role is not LegRole.SUPERVISOR}
    return ",".join(sorted(channels, reverse=True))
