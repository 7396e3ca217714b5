"""A voice that has been dead for three seconds in a call that lives: the tenant's own system is told at once."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from callmodel.cdr import Cdr
from callmodel.ids import CallId, LegId, TenantId
from callmodel.orders import Milestone
from callmodel.privacy import mask_number
from callmodel.wire import Envelope
from control_plane.features.calls.schemas import ANONYMOUS
from control_plane.web import Shape
from servicekit.streams import RetryLaterError

_SINCE = {"dead_since_ms": "sent", "deaf_since_ms": "heard"}


@dataclass(frozen=True)
class DeadVoice:
    """One direction of a leg, and since when.

    direction: `sent`, nothing comes from the party; `heard`, it is sent nothing.
    """

    call_id: CallId
    leg_id: LegId
    direction: str
    since_ms: int


class DeadVoiceEvent(Shape):
    """What a webhook is told.  role: whose leg it is."""

    event: Literal["voice-dead"] = "voice-dead"
    tenant_id: str
    call_id: str
    leg_id: str
    role: str
    direction: str
    since_ms: int
    extension: str | None
    number: str | None
    caller_number: str | None


Tell = Callable[[TenantId, DeadVoice], Awaitable[object]]
"""Has a tenant told.  Raises ConnectionError while the broker is away."""


class DeadVoices:
    """Finds them in the facts.  A call is told of at each change; who tells does so once for each death."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    async def handle(self, envelope: Envelope) -> None:
        """Have the tenant told of what is dead in a call.  Raises RetryLaterError while the broker is away."""
        if envelope.kind != Milestone.CHANGED.value:
            return
        for dead in dead_voices(envelope.body):
            try:
                await self._tell(envelope.tenant_id, dead)
            except ConnectionError as error:
                raise RetryLaterError("the broker is away") from error


def dead_voices(call: dict[str, Any]) -> Iterator[DeadVoice]:
    """Yield what is dead in a call as it stands on the wire: hardly any has something, so no value is made of it."""
    for leg in call.get("legs", ()):
        voice = leg.get("voice") or {}
        for name, direction in _SINCE.items():
            if voice.get(name) is not None:
                yield DeadVoice(CallId(call["call_id"]), LegId(leg["leg_id"]), direction, int(voice[name]))


def event_of(tenant_id: TenantId, dead: DeadVoice, call: Cdr) -> DeadVoiceEvent | None:
    """Return what is told of a dead voice, None where the call does not know the leg.  The number is masked."""
    leg = next((leg for leg in call.legs if leg.leg_id == dead.leg_id), None)
    if leg is None:
        return None
    number = None
    if call.number is not None:
        number = ANONYMOUS if call.withheld else mask_number(call.number)
    return DeadVoiceEvent(
        tenant_id=tenant_id,
        call_id=dead.call_id,
        leg_id=dead.leg_id,
        role=leg.role.value,
        direction=dead.direction,
        since_ms=dead.since_ms,
        extension=leg.extension,
        number=number,
        caller_number=call.caller_number,
    )
