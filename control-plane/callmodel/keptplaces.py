"""Places in line that callers who were lost left behind: whoever calls again from the same number has the rank."""

from callmodel.ids import CallId, QueueId, TenantId
from callmodel.queues import Waiter

PLACE_MS = 600_000
"""How long a caller whose node died may call again and have the former place."""

_Number = tuple[TenantId, QueueId, str]


class KeptPlaces:
    """By line and number.  A caller without a known number has none."""

    def __init__(self) -> None:
        self._kept: dict[_Number, tuple[int, int]] = {}
        self._latest: dict[_Number, CallId] = {}

    def note_came(self, waiter: Waiter, *, is_new: bool) -> None:
        """Note that a caller is in line; is_new: was not there before."""
        number = _number_of(waiter)
        if is_new and number is not None:
            self._latest[number] = waiter.call_id

    def note_left(self, waiter: Waiter) -> None:
        number = _number_of(waiter)
        if number is not None and self._latest.get(number) == waiter.call_id:
            del self._latest[number]

    def latest(self, waiter: Waiter) -> CallId | None:
        """Return the last call of the number that is in that line or offered."""
        number = _number_of(waiter)
        return None if number is None else self._latest.get(number)

    def keep(self, waiter: Waiter, at_ms: int) -> None:
        if (number := _number_of(waiter)) is not None:
            self._kept[number] = (waiter.rank, at_ms + PLACE_MS)

    def take(self, waiter: Waiter, at_ms: int) -> int | None:
        """Return the rank that is kept for the number, once."""
        number = _number_of(waiter)
        if number is None:
            return None
        rank, until_ms = self._kept.pop(number, (0, 0))
        return rank if at_ms <= until_ms else None


def _number_of(waiter: Waiter) -> _Number | None:
    return None if waiter.caller is None else (waiter.tenant_id, waiter.queue_id, waiter.caller)
