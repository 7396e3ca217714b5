"""One trace a call: from the INVITE at the branch's edge to the archived recording, as a collector sees it."""

import json
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.collector import Received
from tests.e2e.world import World
from trunkline.conditions import until
from trunkline.plan import BRANCH_SITE

# Of a span: whose it is, its name, and the span above it.
CHAIN = [
    ("edge-agent", "INVITE", None),  # the branch's edge
    ("edge-agent", "INVITE", "INVITE"),  # HQ's
    ("media-node", "call", "INVITE"),
    ("media-node", "ClaimTrunk", "call"),
    ("media-node", "redis.claim", "ClaimTrunk"),
    ("media-node", "leg agent", "call"),
    ("media-node", "leg customer", "call"),
    ("media-node", "DialTrunk", "leg customer"),
    ("edge-agent", "INVITE", "DialTrunk"),  # on its way to the carrier
    ("media-node", "StartRecording", "call"),
    ("media-node", "Answer", "call"),
    ("media-node", "publish call.ended", "call"),
    ("facts", "cdr call.ended", "call"),
    ("facts", "store.upsert_many", "cdr call.ended"),
    ("media-node", "spool recording", "call"),
    ("facts", "recordings recording.spooled", "call"),
    ("worker", "task recordings.finish", "recordings recording.spooled"),
    ("worker", "objects.put", "task recordings.finish"),
    ("worker", "store.upsert_many", "task recordings.finish"),
]


def links_of(spans: list[Received]) -> set[tuple[str, str, str | None]]:
    """Every span with the one above it, which may not have arrived yet."""
    names: dict[str, str | None] = {span.span_id: span.name for span in spans} | {"": None}
    return {(span.service, span.name, names.get(span.parent_id, "?")) for span in spans}


async def test_a_call_is_one_connected_trace_up_to_its_archived_recording(world: World):
    number = world.new_number()
    call, _ = await world.talk(number)
    await call.hang_up()
    cdr = await world.cdr_to(number)
    await world.recording(cdr["recording_id"])

    async def whole() -> bool:
        known = {span.span_id for span in world.collector.trace(cdr["trace_id"])}
        above = {span.parent_id for span in world.collector.trace(cdr["trace_id"]) if span.parent_id}
        return above <= known and links_of(world.collector.trace(cdr["trace_id"])) >= set(CHAIN)

    arrived = await until(whole, 15, pause_seconds=0.2)

    spans = world.collector.trace(cdr["trace_id"])
    known = {span.span_id for span in spans}
    assert len(known) == len(spans), "a span is told of once"
    assert [span for span in spans if span.parent_id and span.parent_id not in known] == [], (
        "nobody has lost its parent"
    )
    assert [(span.service, span.name) for span in spans if not span.parent_id] == [("edge-agent", "INVITE")]
    assert arrived, set(CHAIN) - links_of(spans)
    assert {span.attributes["call_id"] for span in spans if span.name == "call"} == {cdr["call_id"]}
    told = json.dumps([span.attributes for span in spans])
    assert number not in told


async def test_the_trace_of_a_call_stands_in_the_logs_of_those_who_worked_for_it(world: World):
    number = world.new_number()
    call, _ = await world.talk(number)
    await call.hang_up()
    cdr = await world.cdr_to(number)
    await world.recording(cdr["recording_id"])

    of_call: list[dict[str, Any]] = []

    async def told() -> bool:
        # The ledger has it a moment before the log says so.
        of_call[:] = [line for line in lines_in(Path(world.stack.run_dir)) if line.get("trace_id") == cdr["trace_id"]]
        return "recording archived" in {line["message"] for line in of_call}

    assert await until(told, 10, pause_seconds=0.2), of_call
    assert all(len(line["span_id"]) == 16 for line in of_call)


# A station of the branch is rung: by HQ's edge, then by the branch's.
RUNG = {
    ("media-node", "call", "request"),
    ("edge-agent", "INVITE", "DialStation"),
    ("edge-agent", "INVITE", "INVITE"),
}


async def test_a_call_asked_for_by_click_hangs_below_the_request(world: World):
    asked = {"extension": world.agent.user, "number": world.colleague.user}
    accepted = await world.api.post(f"{world.path}/calls", asked)
    call = await world.agent.wait_for_call()
    await call.wait_for("answered", 15)
    # The colleague is rung once the one who clicked is there.
    await (await world.colleague.wait_for_call()).wait_for("answered", 15)
    await call.hang_up()
    cdr = await world.cdr_where(lambda each: each["call_id"] == accepted["call_id"])

    async def connected() -> bool:
        return links_of(world.collector.trace(cdr["trace_id"])) >= RUNG

    assert await until(connected, 10, pause_seconds=0.2)
    names = Counter(span.name for span in world.collector.trace(cdr["trace_id"]))
    assert names["call"] == names["request"] == 1


async def test_figures_of_every_part_arrive(world: World):
    number = world.new_number()
    call, _ = await world.talk(number)
    await call.hang_up()
    await world.cdr_to(number)
    value_of, at_branch = world.collector.value_of, {"trunkline.site_id": BRANCH_SITE}

    async def arrived() -> bool:
        return (
            None
            not in (
                value_of("trunkline.calls.ended", ending="completed", ending_class="success", direction="outbound"),
                value_of("trunkline.call.answer_time", direction="outbound"),
                value_of("trunkline.edge.answer_time", route="trunk"),
                value_of("trunkline.edge.calls", route="media-node", status=200),
                value_of("trunkline.claims", result="granted", source="redis"),
                value_of("trunkline.node.capacity"),
                value_of("trunkline.outbox.waiting"),
                value_of("trunkline.facts.behind", group="cdr"),
                value_of("trunkline.jobs.waiting", queue="recordings"),
            )
            # Other tests' phones may be at home there too.
            and (value_of("trunkline.edge.registrations", **at_branch) or 0) >= 2
        )

    assert await until(arrived, 20, pause_seconds=0.2), sorted(world.collector.metrics)


async def test_a_collector_that_hangs_is_not_felt_by_calls(world: World):
    told = await seconds_to_answer(world)
    asked_before = world.collector.requests
    world.collector.hang = True
    try:

        async def hangs() -> bool:
            return world.collector.requests > asked_before + 3

        assert await until(hangs, 10, pause_seconds=0.1), "several processes wait for an answer"
        not_told = await seconds_to_answer(world)
    finally:
        world.collector.hang = False

    assert statistics.median(not_told) < statistics.median(told) * 1.5 + 0.1, (told, not_told)


async def seconds_to_answer(world: World, calls: int = 7) -> list[float]:
    """From the agent's INVITE to the answer of a customer who picks up at once; every call succeeds."""
    took = []
    for _ in range(calls):
        began = time.monotonic()
        call = await world.agent.dial(world.new_number("003"))
        await call.wait_for("answered", 5)
        took.append(time.monotonic() - began)
        await call.hang_up()
    return took


def lines_in(run_dir: Path) -> list[dict[str, Any]]:
    """What all processes have logged; engines write what is no JSON."""
    texts = [path.read_text(errors="replace") for path in run_dir.rglob("*.log")]
    return [json.loads(line) for text in texts for line in text.splitlines() if line.startswith('{"ts"')]
