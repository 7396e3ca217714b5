"""A process that tells a collector of its work, and does not notice when the collector is away or slow."""

import multiprocessing
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from servicekit import lifecycle, meters, telemetry, tracing
from servicekit.lifecycle import Service
from servicekit.settings import ServiceSettings
from tests.collector import Collector
from tests.loopback import free_port

COUNTER = meters.Counter("test.telemetry.things", "{thing}", "things of a test")
meters.declared.pop(COUNTER.name)


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as listening:
        yield listening


def settings_for(folder: Path, endpoint: str, **more: object) -> ServiceSettings:
    return ServiceSettings(run_dir=folder, otlp_endpoint=endpoint, trace_sampling=1.0, **more)  # type: ignore[arg-type]


def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def test_a_service_tells_of_its_work(tmp_path: Path, collector: Collector):
    meters.declared[COUNTER.name] = COUNTER

    async def main(service: Service) -> None:
        with tracing.root("work", dialled="13812345678", password="s3cret", call_id="0193-12345678"):
            COUNTER.add(3, kind="odd")
        service.stop()

    try:
        assert lifecycle.run(main, settings_for(tmp_path, collector.endpoint), "tester") == 0
    finally:
        del meters.declared[COUNTER.name]

    (span,) = collector.spans
    assert (span.name, span.parent_id, span.service) == ("work", "", "tester")
    assert span.attributes == {"dialled": "138****5678", "password": "[dropped]", "call_id": "0193-12345678"}
    assert collector.value_of(COUNTER.name, kind="odd") == 3
    assert not tracing.is_on(), "it ended with the service"


def test_metrics_come_by_the_clock(tmp_path: Path, collector: Collector):
    gauge = meters.Gauge("test.telemetry.level", "{thing}", "a level of a test")
    gauge.observe(lambda: [(7, {"kind": "even"})])
    try:
        with telemetry.running("tester", settings_for(tmp_path, collector.endpoint, metrics_seconds=0.1)):
            until(lambda: collector.value_of(gauge.name, kind="even") == 7)
    finally:
        del meters.declared[gauge.name]


def test_a_process_without_a_collector_loads_nothing_for_it():
    program = "import sys, servicekit.lifecycle; print([name for name in sys.modules if name.startswith('opentel')])"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)

    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("state", ["away", "hangs"])
def test_work_does_not_wait_for_a_collector(state: str, tmp_path: Path, collector: Collector):
    collector.hang = state == "hangs"
    endpoint = collector.endpoint if collector.hang else f"http://127.0.0.1:{free_port()}"
    running = telemetry.start("tester", settings_for(tmp_path, endpoint))
    assert running is not None
    tracemalloc.start()
    began = time.monotonic()
    try:
        for number in range(telemetry.QUEUE_SPANS * 4):
            with tracing.root("work", number=number):
                pass
        worked_seconds = time.monotonic() - began
        held_bytes, _ = tracemalloc.get_traced_memory()
        dropped = running._spans.dropped
    finally:
        tracemalloc.stop()
        stopping = time.monotonic()
        running.stop()
    stopped_seconds = time.monotonic() - stopping

    assert worked_seconds < 5, "16,384 spans under a memory tracer"
    assert dropped >= telemetry.QUEUE_SPANS * 2
    assert held_bytes < telemetry.QUEUE_SPANS * 4096
    assert stopped_seconds < telemetry.STOP_SECONDS * 2 + 1


def test_a_collector_that_comes_back_is_told_again(tmp_path: Path):
    port = free_port()
    running = telemetry.start("tester", settings_for(tmp_path, f"http://127.0.0.1:{port}"))
    assert running is not None
    try:
        with tracing.root("lost"):
            pass
        until(lambda: running._spans.dropped)
        with Collector(port=port) as collector:
            with tracing.root("told"):
                pass
            until(lambda: [span.name for span in collector.spans] == ["told"], 10)
    finally:
        running.stop()


def test_a_child_tells_for_itself_after_a_fork(tmp_path: Path, collector: Collector):
    def child() -> None:
        with telemetry.running("child", settings), tracing.root("in the child"):
            pass

    settings = settings_for(tmp_path, collector.endpoint)
    with telemetry.running("parent", settings):
        forked = multiprocessing.get_context("fork").Process(target=child)
        forked.start()
        forked.join(10)
        assert forked.exitcode == 0

    assert {(span.name, span.service) for span in collector.spans} == {("in the child", "child")}
