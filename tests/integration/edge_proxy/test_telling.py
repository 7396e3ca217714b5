"""What the edge tells of calls: a trace that begins here, goes on beyond, and is shown to nobody outside."""

import os
import socket
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from certificates_of_tests import Authority
from edge_harness import (
    CARRIER,
    CARRIER_2,
    DOMAIN,
    HQ,
    NODE,
    Edge,
    address,
    snapshot,
    tls_files,
    trunk,
    trunk_headers,
    until,
)

from callmodel.vouched import from_header
from edge_proxy.telemetry import Hearing
from edge_proxy.transactions import SOCKET_NAME
from servicekit import tracing
from servicekit.tracing import Span
from simulators.carrier import Carrier
from simulators.phone import Softphone, reject_with

PHONE = address("10.11")
TRACE, ABOVE = "a" * 32, "b" * 16
KEPT = f"00-{TRACE}-{ABOVE}-01"


@pytest.fixture
async def edge(tmp_path: Path, authority: Authority) -> AsyncIterator[Edge]:
    """HQ's edge, which tells of every call."""
    telling = {"TRUNKLINE_OTLP_ENDPOINT": "http://127.0.0.1:9", "TRUNKLINE_TRACE_SAMPLING": "1"}
    made = Edge(tmp_path, environment=tls_files(authority, authority.for_edge(HQ)) | telling)
    made.know(snapshot(trunks=(trunk("trunk-1", CARRIER, CARRIER_2),)))
    made.direct(f"sip:{NODE}:5060")
    try:
        await made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
async def spans(edge: Edge) -> AsyncIterator[list[Span]]:
    """What the agent would tell the collector."""
    kept: list[Span] = []
    tracing.switch_on(kept.append, 0.0)
    hearing = Hearing(edge.run)
    hearing.open()
    yield kept
    await hearing.close()
    tracing.switch_off()


@pytest.fixture
def phone() -> Iterator[Softphone]:
    yield Softphone("1001", DOMAIN, "pw-1001", proxy=(HQ, 5060), bind=PHONE, tone_hz=440)


async def test_a_trace_begins_at_the_edge_and_nobody_outside_chooses_it(edge, node, spans, phone):
    async with phone:
        await phone.register()
        call = await phone.dial("13812345678", headers={"X-Trunkline": f"traceparent={KEPT}"})
        at_node = await node.wait_for_call()
        await call.wait_for("answered")
        await until(lambda: spans, "the transaction is told of")
        await call.hang_up()

    said = tracing.parse(from_header(at_node.invite.get("X-Trunkline"))["traceparent"])
    (span,) = spans
    assert said is not None
    assert said.trace_id != TRACE
    assert span.context == said
    assert span.parent_id is None
    told = {name: value for name, value in span.attributes.items() if name != "rang_after_ms"}
    assert told == {"route": "media-node", "peer": "outside", "status": 200}
    assert 0 < span.ended_ns - span.started_ns < 10_000_000_000


async def test_a_leg_of_the_media_node_goes_on_and_the_carrier_sees_nothing_of_it(edge, node, spans):
    headers = trunk_headers()
    headers["X-Trunkline"] += f";traceparent={KEPT}"
    async with (
        Carrier(CARRIER, 5060, limit=0, ip_authentication={HQ}, trace=True) as full,
        Carrier(CARRIER_2, 5060, ip_authentication={HQ}, trace=True) as other,
    ):
        call = await node.dial("sip:+8613812345003@edge.invalid", headers)
        await call.wait_for("answered")
        await until(lambda: spans, "the transaction is told of")
        await call.hang_up()
        seen = [text for carrier in (full, other) for _, _, text in carrier.messages]

    (span,) = spans
    assert (span.context.trace_id, span.parent_id) == (TRACE, ABOVE)
    assert span.attributes["trunk_id"] == "trunk-1"
    assert span.attributes["status"] == 200, "the first gateway's 503 was not the end"
    assert seen
    assert not [text for text in seen if TRACE in text or "X-Trunkline" in text]


async def test_a_call_that_fails_is_told_of_once_with_its_answer(edge, node, spans, phone):
    node.on_invite = reject_with(486)
    async with phone:
        await phone.register()
        call = await phone.dial("13812345678")
        await call.wait_for("ended")
        await until(lambda: spans, "the transaction is told of")

    assert [span.attributes["status"] for span in spans] == [486]


async def test_calls_do_not_wait_for_an_agent_that_is_away(edge, node, phone):
    """Nobody holds the socket; then somebody who never reads does."""
    took: dict[str, list[float]] = {}
    folder = os.open(edge.run, os.O_PATH)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        async with phone:
            await phone.register()
            for state in ("away", "never reads"):
                if state == "never reads":
                    deaf.bind(f"/proc/self/fd/{folder}/{SOCKET_NAME}")
                for _ in range(15):
                    began = time.monotonic()
                    call = await phone.dial("13812345678")
                    await call.wait_for("answered")
                    took.setdefault(state, []).append(time.monotonic() - began)
                    await call.hang_up()
    os.close(folder)

    assert max(map(statistics.median, took.values())) < 0.5
    assert "script failed" not in edge.log().read_text()
