"""Where a call stands in its trace (W3C Trace Context): values only, made by whoever hands them in.

A call keeps its trace for as long as it lives, so that a conductor which adopts it tells of it under the same ids.
"""

import re
from dataclasses import dataclass

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
_SPREAD, _ALL_BITS = 0x9E3779B97F4A7C15, (1 << 64) - 1


@dataclass(frozen=True)
class CallTrace:
    """`span_id`: the call's own span; `parent_id`: whose work it is part of, None for a call that came untraced."""

    trace_id: str
    span_id: str
    parent_id: str | None
    sampled: bool

    @property
    def traceparent(self) -> str:
        """What those who work for the call go by."""
        return traceparent_of(self.trace_id, self.span_id, sampled=self.sampled)

    def span_of_leg(self, place: int) -> str:
        """Return the span of the call's leg at a place (0, 1, ...): the same whoever asks, and like no other's."""
        return f"{(int(self.span_id, 16) ^ (_SPREAD * (place + 1))) & _ALL_BITS:016x}"


def traceparent_of(trace_id: str, span_id: str, *, sampled: bool) -> str:
    return f"00-{trace_id}-{span_id}-{'01' if sampled else '00'}"


def trace_of(traceparent: str | None, span_id: str) -> CallTrace | None:
    """Return the place of a new span below the one that `traceparent` names; None where it names none."""
    found = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    return CallTrace(found[1], span_id, found[2], bool(int(found[3], 16) & 1)) if found else None
