"""An OTLP collector (HTTP with protobuf) in a thread: keeps what arrives, or stays silent like one that hangs."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Received:
    """One span.  Ids in hexadecimal, `parent_id` empty for a root; `resource` is who sent it."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    started_ns: int
    ended_ns: int
    attributes: dict[str, Any] = field(default_factory=dict)
    resource: dict[str, Any] = field(default_factory=dict)
    problem: str = ""

    @property
    def service(self) -> str:
        return str(self.resource.get("service.name"))


class Collector:
    """Listens on host:port while the block runs.  `hang` set: requests are read and never answered."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.spans: list[Received] = []
        self.metrics: dict[str, list[tuple[dict[str, Any], float]]] = {}
        self.requests = 0
        self.hang = False
        self._over = threading.Event()
        self._server = ThreadingHTTPServer((host, port), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def endpoint(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def trace(self, trace_id: str) -> list[Received]:
        """The spans of a trace, in the order of their beginning."""
        return sorted((span for span in self.spans if span.trace_id == trace_id), key=lambda span: span.started_ns)

    def value_of(self, metric: str, **attributes: object) -> float | None:
        """The last value of a metric (of a histogram: the count) whose attributes hold the given ones."""
        fitting = [
            value for known, value in list(self.metrics.get(metric, ())) if attributes.items() <= known.items()
        ]
        return fitting[-1] if fitting else None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.requests += 1
                if collector.hang:
                    collector._over.wait()
                    return
                if self.path == "/v1/traces":
                    collector._keep_spans(ExportTraceServiceRequest.FromString(body))
                else:
                    collector._keep_metrics(ExportMetricsServiceRequest.FromString(body))
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def _keep_spans(self, request: ExportTraceServiceRequest) -> None:
        for of_resource in request.resource_spans:
            resource = _values(of_resource.resource.attributes)
            for of_scope in of_resource.scope_spans:
                for span in of_scope.spans:
                    ids = (each.hex() for each in (span.trace_id, span.span_id, span.parent_span_id))
                    times = span.start_time_unix_nano, span.end_time_unix_nano
                    attributes = _values(span.attributes)
                    self.spans.append(
                        Received(span.name, *ids, *times, attributes, resource, span.status.message)  # type: ignore[misc]
                    )

    def _keep_metrics(self, request: ExportMetricsServiceRequest) -> None:
        for of_resource in request.resource_metrics:
            resource = _values(of_resource.resource.attributes)
            for of_scope in of_resource.scope_metrics:
                for metric in of_scope.metrics:
                    kept = self.metrics.setdefault(metric.name, [])
                    for point in metric.histogram.data_points:
                        kept.append((resource | _values(point.attributes), point.count))
                    for point in (*metric.sum.data_points, *metric.gauge.data_points):
                        value = getattr(point, str(point.WhichOneof("value")))
                        kept.append((resource | _values(point.attributes), value))


def _values(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, str(each.value.WhichOneof("value"))) for each in attributes}
