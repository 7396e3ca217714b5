"""Spans without an exporter: what is made, what is not, and who is above whom."""

import asyncio
import json
import logging
from collections.abc import Iterator

import pytest

from servicekit import meters, tracing
from servicekit.logs import JsonFormatter
from servicekit.tracing import Span


@pytest.fixture
def spans() -> Iterator[list[Span]]:
    kept: list[Span] = []
    tracing.switch_on(kept.append, 1.0)
    yield kept
    tracing.switch_off()


def test_nothing_is_made_while_all_is_off():
    with tracing.root("request"), tracing.span("inside") as inside:
        inside.note(rows=1)

        assert tracing.current() is None
        assert tracing.traceparent() is None


def test_spans_inside_are_below(spans: list[Span]):
    with tracing.root("request"), tracing.span("store.get", "client", table="cdrs") as inside:
        inside.note(rows=1)

    below, top = spans
    assert (top.name, top.parent_id) == ("request", None)
    assert below.parent_id == top.context.span_id
    assert below.context.trace_id == top.context.trace_id
    assert below.attributes == {"table": "cdrs", "rows": 1}
    assert below.started_ns >= top.started_ns


def test_a_trace_that_is_not_kept_has_an_id_and_no_spans(spans: list[Span]):
    tracing.switch_on(spans.append, 0.0)

    with tracing.root("request"):
        said = tracing.traceparent()
        with tracing.span("inside"):
            assert tracing.traceparent() == said, "nothing was made inside"

    assert said is not None
    assert said.endswith("-00")
    assert spans == []


def test_work_goes_on_elsewhere_in_the_same_trace(spans: list[Span]):
    with tracing.root("request"):
        said = tracing.traceparent()
    with tracing.resume(said, "task"):
        pass

    request, task = spans
    assert task.context.trace_id == request.context.trace_id
    assert task.parent_id == request.context.span_id


@pytest.mark.parametrize(
    "said",
    [
        None,
        "",
        "garbage",
        f"00-{'0' * 32}-{'1' * 16}-01",
        f"00-{'1' * 32}-{'0' * 16}-01",
        f"01-{'1' * 32}-{'1' * 16}-01",
    ],
)
def test_a_traceparent_nobody_should_rely_on_begins_nothing(said: str | None, spans: list[Span]):
    with tracing.resume(said, "task"):
        assert tracing.current() is None

    assert spans == []


def test_an_error_leaves_its_kind_and_not_its_text(spans: list[Span]):
    with pytest.raises(ValueError), tracing.root("request"):
        raise ValueError("13812345678")

    assert spans[0].problem == "ValueError"


async def test_tasks_have_their_own_place_in_the_trace(spans: list[Span]):
    async def work(name: str) -> None:
        with tracing.span(name):
            await asyncio.sleep(0)

    with tracing.root("request"):
        await asyncio.gather(work("first"), work("second"))

    first, second, request = spans
    assert first.parent_id == second.parent_id == request.context.span_id


async def test_an_adapter_is_told_of_without_knowing(spans: list[Span]):
    class Shelf:
        async def get(self, key: str) -> str:
            return key

    shelf = Shelf()
    tracing.trace_methods(shelf, "objects", ["get"])
    with tracing.root("request"):
        assert await shelf.get("a") == "a"

    assert [span.name for span in spans] == ["objects.get", "request"]


def test_log_lines_name_the_span(spans: list[Span]):
    record = logging.makeLogRecord({"msg": "hello"})
    outside = json.loads(JsonFormatter("test").format(record))
    with tracing.root("request"):
        inside = json.loads(JsonFormatter("test").format(record))

    assert "trace_id" not in outside
    assert inside["trace_id"] == spans[0].context.trace_id
    assert inside["span_id"] == spans[0].context.span_id


def test_counting_without_a_meter_is_free_of_consequences():
    counter = meters.Counter("test.things", "{thing}", "things of a test")
    try:
        counter.add(1, kind="odd")
        meters.Histogram("test.times", "s", "times of a test").record(0.5)
    finally:
        for name in ("test.things", "test.times"):
            meters.declared.pop(name, None)
