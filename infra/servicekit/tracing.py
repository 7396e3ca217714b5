"""Spans of a process: nothing is made for a trace that is not sampled, and nothing of OpenTelemetry is imported here.

A span that ends is one value handed to the sink that `servicekit.telemetry` sets; without a sink all of this is off.
Ids and `traceparent` are those of W3C Trace Context.
"""

import os
import random
import re
import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar, Token
from functools import wraps
from types import TracebackType
from typing import Any, Literal, NamedTuple, Protocol, Self

Kind = Literal["internal", "server", "client", "producer", "consumer"]
Attributes = dict[str, str | int | float | bool]

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")


class SpanContext(NamedTuple):
    """What names a span: hexadecimal ids, and whether its trace is kept."""

    trace_id: str
    span_id: str
    sampled: bool

    @property
    def traceparent(self) -> str:
        """As the header of the same name has it."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"


class Span(NamedTuple):
    """A span that has ended; times are nanoseconds since 1970.  `problem`: the kind of error that ended it."""

    name: str
    context: SpanContext
    parent_id: str | None
    started_ns: int
    ended_ns: int
    attributes: Attributes
    kind: Kind = "internal"
    problem: str | None = None


Sink = Callable[[Span], object]


class Recording(Protocol):
    """A block that may be a span."""

    def note(self, **attributes: str | int | float | bool) -> None:
        """Add attributes that are known only now."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *error: Any) -> None: ...


_current: ContextVar[SpanContext | None] = ContextVar("servicekit_span", default=None)
_sink: Sink | None = None
_share = 0.0


def switch_on(sink: Sink, share: float) -> None:
    """Hand spans to the sink from now on; `share` (0 to 1) of the traces that begin here are kept."""
    global _sink, _share
    _sink, _share = sink, share


def switch_off() -> None:
    """Make no more spans."""
    global _sink
    _sink = None


def is_on() -> bool:
    """Say whether this process tells of its work at all."""
    return _sink is not None


def now_ns() -> int:
    return time.time_ns()


def new_span_id() -> str:
    return os.urandom(8).hex()


def parse(traceparent: str | None) -> SpanContext | None:
    """Return the context that a `traceparent` names, None for none or one that nobody should rely on."""
    found = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    return SpanContext(found[1], found[2], bool(int(found[3], 16) & 1)) if found else None


def begin() -> SpanContext:
    """Return the context of a new trace's first span, with this process's own decision on whether it is kept."""
    return SpanContext(os.urandom(16).hex(), new_span_id(), random.random() < _share)


def current() -> SpanContext | None:
    """Return the span in which this task works."""
    return _current.get()


def traceparent() -> str | None:
    """Return what whoever works on for this task shall go by; None outside of any trace."""
    context = _current.get()
    return None if context is None else context.traceparent


def enter(context: SpanContext | None) -> None:
    """Let this task, and those that it starts, work in a span that somebody else tells of."""
    _current.set(context)


def tell(span: Span) -> None:
    """Hand on a span; what is not kept is dropped here."""
    if _sink is not None and span.context.sampled:
        _sink(span)


class _Running:
    """A span in progress: the block inside works in its context."""

    __slots__ = ("_attributes", "_context", "_kind", "_name", "_parent_id", "_started_ns", "_token")

    def __init__(
        self, name: str, context: SpanContext, parent_id: str | None, kind: Kind, attributes: Attributes
    ) -> None:
        self._name, self._context, self._parent_id, self._kind = name, context, parent_id, kind
        self._attributes = attributes

    def note(self, **attributes: str | int | float | bool) -> None:
        self._attributes |= attributes

    def __enter__(self) -> Self:
        self._token: Token[SpanContext | None] = _current.set(self._context)
        self._started_ns = now_ns()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _current.reset(self._token)
        if self._context.sampled:
            # Only the kind of the error: its text may hold numbers or secrets.
            problem = None if kind is None else kind.__name__
            ended_ns, parent = now_ns(), self._parent_id
            tell(
                Span(
                    self._name,
                    self._context,
                    parent,
                    self._started_ns,
                    ended_ns,
                    self._attributes,
                    self._kind,
                    problem,
                )
            )


class _Nothing:
    """Stands where there is no span to make."""

    __slots__ = ()

    def note(self, **attributes: str | int | float | bool) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        pass


NOTHING: Recording = _Nothing()


def span(name: str, kind: Kind = "internal", **attributes: str | int | float | bool) -> Recording:
    """Return a block that is a span below the current one; nothing where that is not kept, or there is none."""
    return span_below(_current.get(), name, kind, **attributes)


def span_below(
    above: SpanContext | None, name: str, kind: Kind = "internal", **attributes: str | int | float | bool
) -> Recording:
    """Return a block that is a span below a given one."""
    if _sink is None or above is None or not above.sampled:
        return NOTHING
    return _Running(name, SpanContext(above.trace_id, new_span_id(), True), above.span_id, kind, attributes)


def root(name: str, kind: Kind = "server", **attributes: str | int | float | bool) -> Recording:
    """Return a block that begins a trace.  One that is not kept still has an id, for logs and for those who go on."""
    return NOTHING if _sink is None else _Running(name, begin(), None, kind, attributes)


def resume(
    traceparent: str | None, name: str, kind: Kind = "consumer", **attributes: str | int | float | bool
) -> Recording:
    """Return a block that goes on in a trace which came from elsewhere; nothing without one."""
    above = parse(traceparent) if _sink is not None else None
    if above is None:
        return NOTHING
    context = SpanContext(above.trace_id, new_span_id(), above.sampled) if above.sampled else above
    return _Running(name, context, above.span_id, kind, attributes)


def trace_methods(target: Any, port: str, methods: Sequence[str]) -> None:
    """Make spans `<port>.<method>` of an adapter's coroutine methods.

    For ports with several adapters: all are told of in the same way, and none knows.  Does nothing while all is off.
    """
    if _sink is None:
        return
    for name in methods:
        setattr(target, name, _traced(getattr(target, name), f"{port}.{name}"))


def _traced(method: Callable[..., Any], name: str) -> Callable[..., Any]:
    @wraps(method)
    async def run(*args: Any, **kwargs: Any) -> Any:
        with span(name, "client"):
            return await method(*args, **kwargs)

    return run
