"""Spans of ours to a collector as OTLP has them: protobuf over HTTP, on one connection.

Not by the SDK's exporter: between a tuple and the wire it makes two more objects of each span, and its HTTP client
costs as much CPU a request as two hundred spans do.  Imported only where a collector is named.
"""

import http.client
import ssl
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Status
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan

from servicekit.logs import redact
from servicekit.tracing import Span

SCOPE = InstrumentationScope(name="trunkline")
HEADERS = {"Content-Type": "application/x-protobuf"}
ANSWER_BYTES = 65_536
_KINDS = {
    "internal": WireSpan.SPAN_KIND_INTERNAL,
    "server": WireSpan.SPAN_KIND_SERVER,
    "client": WireSpan.SPAN_KIND_CLIENT,
    "producer": WireSpan.SPAN_KIND_PRODUCER,
    "consumer": WireSpan.SPAN_KIND_CONSUMER,
}
_SAMPLED = 1


class SpanExporter:
    """Sends to `<endpoint>/v1/traces`; for one thread.  Opens its connection with the first spans."""

    def __init__(self, endpoint: str, resource: Mapping[str, str], timeout_seconds: float) -> None:
        address = urlsplit(endpoint)
        self._path = f"{address.path.rstrip('/')}/v1/traces"
        host, port = address.hostname or "", address.port
        self._connection: http.client.HTTPConnection
        if address.scheme == "https":
            context = ssl.create_default_context()
            self._connection = http.client.HTTPSConnection(host, port, timeout=timeout_seconds, context=context)
        else:
            self._connection = http.client.HTTPConnection(host, port, timeout=timeout_seconds)
        self._resource = Resource(attributes=[_to_pair(key, value) for key, value in resource.items()])

    def export(self, spans: Iterable[Span]) -> bool:
        """Say whether the collector has taken the spans; what it did not take is not tried again."""
        scoped = ScopeSpans(scope=SCOPE, spans=[_to_wire(span) for span in spans])
        sent = ExportTraceServiceRequest(
            resource_spans=[ResourceSpans(resource=self._resource, scope_spans=[scoped])]
        )
        body = sent.SerializeToString()
        is_fresh = self._connection.sock is None
        try:
            return self._post(body)
        except (http.client.RemoteDisconnected, ConnectionError):
            # A collector closes what was silent for a while: that is no answer to these spans.
            return False if is_fresh else self._try_post(body)
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return False

    def _try_post(self, body: bytes) -> bool:
        try:
            return self._post(body)
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return False

    def _post(self, body: bytes) -> bool:
        try:
            self._connection.request("POST", self._path, body, HEADERS)
            answer = self._connection.getresponse()
            # All of it, or the connection can not be used again.
            whole = len(answer.read(ANSWER_BYTES)) < ANSWER_BYTES
        except BaseException:
            self._connection.close()
            raise
        if not whole:
            self._connection.close()
        return 200 <= answer.status < 300


def _to_wire(span: Span) -> WireSpan:
    name, context, parent_id, started_ns, ended_ns, attributes, kind, problem = span
    return WireSpan(
        trace_id=bytes.fromhex(context.trace_id),
        span_id=bytes.fromhex(context.span_id),
        parent_span_id=bytes.fromhex(parent_id) if parent_id else b"",
        name=name,
        kind=_KINDS[kind],
        flags=_SAMPLED,
        start_time_unix_nano=started_ns,
        end_time_unix_nano=ended_ns,
        attributes=[_to_pair(key, redact(key, value)) for key, value in attributes.items()],
        status=None if problem is None else Status(code=Status.STATUS_CODE_ERROR, message=problem),
    )


def _to_pair(key: str, value: Any) -> KeyValue:
    match value:
        case str():
            return KeyValue(key=key, value=AnyValue(string_value=value))
        case bool():
            return KeyValue(key=key, value=AnyValue(bool_value=value))
        case int():
            return KeyValue(key=key, value=AnyValue(int_value=value))
        case _:
            return KeyValue(key=key, value=AnyValue(double_value=value))
