"""Spans of ours as the SDK's exporter takes them; imported only where a collector is named."""

from collections.abc import Callable, Iterable
from typing import Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from servicekit.tracing import Span

_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_UNSET = Status()


class Translation:
    """Adds the resource, and lets `redact` (key, value) look at each attribute."""

    def __init__(self, resource: Resource, redact: Callable[[str, Any], Any]) -> None:
        self._resource, self._redact = resource, redact
        self._scope = InstrumentationScope("trunkline")

    def of(self, spans: Iterable[Span]) -> list[ReadableSpan]:
        """Return the spans in the SDK's own shape."""
        return [self._to_readable(span) for span in spans]

    def _to_readable(self, span: Span) -> ReadableSpan:
        trace_id = int(span.context.trace_id, 16)
        parent = None
        if span.parent_id is not None:
            parent = SpanContext(trace_id, int(span.parent_id, 16), False, _SAMPLED)
        return ReadableSpan(
            span.name,
            SpanContext(trace_id, int(span.context.span_id, 16), False, _SAMPLED),
            parent,
            self._resource,
            {key: self._redact(key, value) for key, value in span.attributes.items()},
            kind=SpanKind[span.kind.upper()],
            status=_UNSET if span.problem is None else Status(StatusCode.ERROR, span.problem),
            start_time=span.started_ns,
            end_time=span.ended_ns,
            instrumentation_scope=self._scope,
        )
