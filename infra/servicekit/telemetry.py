"""Spans and metrics to a collector (OTLP over HTTP), from threads of their own: calls never wait for it.

What the collector does not take in time is dropped and counted.  Without TRUNKLINE_OTLP_ENDPOINT nothing of
OpenTelemetry is even imported.
"""

import logging
import os
import socket
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from servicekit import meters, tracing
from servicekit.settings import ServiceSettings

QUEUE_SPANS = 4096
BATCH_SPANS = 128
"""Few: encoding a batch holds the interpreter's lock, and the process's own work waits for that long."""
LINGER_SECONDS = 2.0
EXPORT_SECONDS = 2.0
AWAY_SECONDS = (1.0, 30.0)
STOP_SECONDS = 3.0
PLACES = ("node_id", "edge_id", "site_id")

DROPPED = meters.Counter("trunkline.telemetry.dropped", "{span}", "spans that no collector took")

logger = logging.getLogger(__name__)


class SpanQueue:
    """Takes spans at any time and exports them from one thread.  `put` never waits: what is too many is dropped."""

    def __init__(self, export: Any, capacity: int = QUEUE_SPANS) -> None:
        """export: takes a list of spans and says whether the collector has them."""
        self._export, self._capacity = export, capacity
        self._spans: deque[tracing.Span] = deque()
        self._stopping = threading.Event()
        self._full = False
        self.dropped = 0
        self._thread = threading.Thread(target=self._run, name="telemetry", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, span: tracing.Span) -> None:
        """Keep a span until it is exported."""
        if len(self._spans) < self._capacity:
            self._spans.append(span)
        else:
            self._drop(1, "queue-full")

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Export what is there, but no longer than `seconds`."""
        self._stopping.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        pause = LINGER_SECONDS
        while not self._stopping.wait(pause):
            pause = LINGER_SECONDS if self._flush() else min(max(pause * 2, AWAY_SECONDS[0]), AWAY_SECONDS[1])
        self._flush()

    def _flush(self) -> bool:
        """Export all that waits; False, after the first refusal, where the collector does not take it."""
        while self._spans:
            batch = [self._spans.popleft() for _ in range(min(BATCH_SPANS, len(self._spans)))]
            if not self._export(batch):
                self._drop(len(batch), "collector-away")
                return False
        return True

    def _drop(self, count: int, reason: str) -> None:
        # Several threads may count at once; a lost increment of a loss is no loss.
        self.dropped += count
        DROPPED.add(count, reason=reason)


class _Collector:
    """The exporter, and one line in the log for each time that the collector goes away."""

    def __init__(self, endpoint: str, resource: Mapping[str, str]) -> None:
        from servicekit.telemetry_spans import SpanExporter

        self._exporter = SpanExporter(endpoint, resource, EXPORT_SECONDS)
        self._away = False

    def export(self, spans: list[tracing.Span]) -> bool:
        try:
            taken = self._exporter.export(spans)
        except Exception:  # the top of the exporting thread: whatever fails, spans are dropped and work goes on
            logger.exception("spans not exported")
            taken = False
        if taken is self._away:
            logger.warning("collector is away" if not taken else "collector is back")
        self._away = not taken
        return taken


class Telemetry:
    """What a process started; `stop` ends it within STOP_SECONDS."""

    def __init__(self, service: str, settings: ServiceSettings) -> None:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
        from opentelemetry.sdk.resources import Resource

        # Each failed export is a line or three of theirs; ours is one for each outage.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        logging.getLogger("urllib3").setLevel(logging.ERROR)
        endpoint = settings.otlp_endpoint.rstrip("/")
        resource = _resource_of(service, settings)
        self._spans = SpanQueue(_Collector(endpoint, resource).export)
        reader = PeriodicExportingMetricReader(
            OTLPMetricExporter(f"{endpoint}/v1/metrics", timeout=EXPORT_SECONDS),
            export_interval_millis=settings.metrics_seconds * 1000,
            export_timeout_millis=EXPORT_SECONDS * 1000,
        )
        self._meters = MeterProvider(
            [reader], Resource(resource), exemplar_filter=AlwaysOffExemplarFilter(), shutdown_on_exit=False
        )
        self._spans.start()
        meters.bind(self._meters.get_meter("trunkline"))
        tracing.switch_on(self._spans.put, settings.trace_sampling)

    def stop(self) -> None:
        """Send what is there, for no longer than STOP_SECONDS."""
        tracing.switch_off()
        meters.bind(None)
        last = threading.Thread(target=self._meters.shutdown, name="telemetry-metrics", daemon=True)
        last.start()
        self._spans.stop(STOP_SECONDS)
        last.join(STOP_SECONDS)


def start(service: str, settings: ServiceSettings) -> Telemetry | None:
    """Begin to export for this process; None where no collector is named.

    Threads don't outlive a fork: a process that forks starts it in its children.
    """
    return Telemetry(service, settings) if settings.otlp_endpoint else None


@contextmanager
def running(service: str, settings: ServiceSettings) -> Iterator[None]:
    """Export while the block runs."""
    telemetry = start(service, settings)
    try:
        yield
    finally:
        if telemetry is not None:
            telemetry.stop()


def _resource_of(service: str, settings: ServiceSettings) -> dict[str, str]:
    places = {f"trunkline.{name}": str(getattr(settings, name)) for name in PLACES if getattr(settings, name, "")}
    return {
        "service.namespace": "trunkline",
        "service.name": service,
        "service.instance.id": f"{socket.gethostname()}:{os.getpid()}",
        **places,
    }
