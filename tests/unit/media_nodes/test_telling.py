"""What a node tells of its calls: one connected trace of those that are kept, nothing but the id of the others."""

import re
from collections.abc import Awaitable, Callable, Iterator

import pytest
from media_fakes import INSTANCE, Stage, arrived

from callmodel.calltrace import CallTrace, trace_of
from callmodel.endings import Ending
from callmodel.facts import LegAnswered, LegHungUp, LegRang
from callmodel.ids import CallId, Extension, SiteId, TenantId
from callmodel.wire import PlaceCall
from media_nodes.ports import LegProgress, SwitchState
from servicekit import tracing
from servicekit.tracing import Span

Settled = Callable[[], Awaitable[None]]
NOW = 1_790_000_001_000
TRACE, ABOVE = "a" * 32, "b" * 16
KEPT, NOT_KEPT = f"00-{TRACE}-{ABOVE}-01", f"00-{TRACE}-{ABOVE}-00"


@pytest.fixture
def spans() -> Iterator[list[Span]]:
    kept: list[Span] = []
    tracing.switch_on(kept.append, 0.0)
    yield kept
    tracing.switch_off()


async def a_whole_call(stage: Stage, settled: Settled, traceparent: str) -> None:
    stage.conductor.hear(arrived(traceparent=traceparent))
    await settled()
    origin, far = (leg.leg_id for leg in stage.conductor.calls[0].legs)
    for fact in (LegRang(far, NOW), LegAnswered(far, NOW + 500), LegHungUp(origin, None, NOW + 1500)):
        stage.conductor.hear(fact)
        await settled()
    stage.conductor.hear(LegHungUp(far, None, NOW + 1500))
    await settled()


async def test_a_call_and_all_that_is_done_for_it_is_one_trace(spans: list[Span], stage: Stage, settled: Settled):
    await a_whole_call(stage, settled, KEPT)

    by_id = {span.context.span_id: span for span in spans}
    names = [span.name for span in spans]
    assert len(by_id) == len(spans)
    assert {"call", "leg agent", "leg customer", "ClaimTrunk", "DialTrunk", "StartRecording", "Answer"} <= set(names)
    assert {span.context.trace_id for span in spans} == {TRACE}
    assert [span.name for span in spans if span.parent_id == ABOVE] == ["call"]
    assert all(span.parent_id in by_id for span in spans if span.name != "call")
    assert next(by_id[span.parent_id].name for span in spans if span.name == "DialTrunk") == "leg customer"


async def test_a_call_that_is_not_kept_leaves_its_id_and_no_span(spans: list[Span], stage: Stage, settled: Settled):
    await a_whole_call(stage, settled, NOT_KEPT)

    (ended,) = stage.outbox.of_kind("call.ended")
    assert spans == []
    assert ended.body["trace_id"] == TRACE
    assert {envelope.traceparent[:36] for envelope in stage.outbox.envelopes} == {f"00-{TRACE}-"}  # type: ignore[index]
    assert stage.switch.said[-1].endswith("-00")


async def test_the_far_leg_goes_on_in_the_trace(spans: list[Span], stage: Stage, settled: Settled):
    await a_whole_call(stage, settled, KEPT)

    dial = next(span for span in spans if span.name == "DialTrunk")
    assert stage.switch.said == [dial.context.traceparent]


async def test_no_attribute_holds_a_number(spans: list[Span], stage: Stage, settled: Settled):
    await a_whole_call(stage, settled, KEPT)

    texts = [(key, value) for span in spans for key, value in span.attributes.items() if isinstance(value, str)]
    values = [value for key, value in texts if not key.endswith("id")]
    assert values
    assert not any(re.search(r"\d{7}", value) for value in values)


async def test_an_untraced_call_begins_a_trace_of_its_own(spans: list[Span], stage: Stage, settled: Settled):
    tracing.switch_on(spans.append, 1.0)

    await a_whole_call(stage, settled, "")

    assert [span.parent_id for span in spans if span.name == "call"] == [None]


async def test_a_node_that_tells_nothing_adds_nothing(stage: Stage, settled: Settled):
    await a_whole_call(stage, settled, KEPT)

    (ended,) = stage.outbox.of_kind("call.ended")
    assert ended.body["trace_id"] is None
    assert ended.traceparent is None


async def test_a_call_asked_for_by_click_is_part_of_the_request(spans: list[Span], stage: Stage, settled: Settled):
    order = PlaceCall(
        CallId("0193-asked"),
        TenantId("acme"),
        Extension("1001"),
        SiteId("hq"),
        "13812345678",
        "ana",
        traceparent=KEPT,
    )
    stage.conductor.obey(order)
    await settled()

    trace = stage.conductor.calls[0].trace
    assert trace is not None
    assert (trace.trace_id, trace.parent_id) == (TRACE, ABOVE)


async def test_the_conductor_that_adopts_a_call_tells_of_it(spans: list[Span], stage: Stage, settled: Settled):
    stage.conductor.hear(arrived(traceparent=KEPT))
    await settled()
    before = stage.conductor.calls[0]
    heir = Stage(stage.folder)
    entries = heir.journal.entries()
    legs = {leg.leg_id: LegProgress.SETTING_UP for leg in before.legs}
    stage.conductor._calls.clear()

    stage.conductor.survey(SwitchState(INSTANCE, legs, ()), found=entries)
    await settled()
    for leg in before.legs:
        stage.conductor.hear(LegHungUp(leg.leg_id, 486, NOW))
        await settled()

    (call,) = [span for span in spans if span.name == "call"]
    assert before.trace is not None
    assert (call.context.span_id, call.parent_id) == (before.trace.span_id, ABOVE)
    assert call.attributes["ending"] in {each.value for each in Ending}
    assert call.context.span_id in {span.parent_id for span in spans if span.name.startswith("leg ")}


def test_legs_have_spans_of_their_own_that_anyone_can_tell():
    trace = CallTrace(TRACE, "c" * 16, ABOVE, True)

    found = [trace.span_of_leg(place) for place in range(50)]

    assert len({*found, trace.span_id}) == 51
    assert all(re.fullmatch("[0-9a-f]{16}", span_id) for span_id in found)


@pytest.mark.parametrize("said", [None, "", "00-x", KEPT.upper(), KEPT + "0", "ff" + KEPT[2:]])
def test_what_is_no_traceparent_names_no_trace(said: str | None):
    assert trace_of(said, "c" * 16) is None
