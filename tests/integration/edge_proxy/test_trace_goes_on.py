"""One trace from edge to edge: HQ's edge, the one that a branch is connected to, the branch's; no phone sees it."""

from contextlib import AsyncExitStack

import pytest
from edge_harness import BRANCH, DOMAIN, Edge, address, station_headers, until
from two_edges import BRANCH_PHONE, branch_at, phone_at

from edge_proxy.telemetry import Hearing
from servicekit import tracing
from servicekit.tracing import Span
from simulators.phone import Softphone, ring_forever

TRACE, ABOVE = "a" * 32, "b" * 16
TELLS = {"TRUNKLINE_OTLP_ENDPOINT": "http://127.0.0.1:9", "TRUNKLINE_TRACE_SAMPLING": "1"}


@pytest.fixture(scope="module")
def settings_of_pair() -> dict[str, str]:
    """Both edges tell of every call."""
    return TELLS


async def test_leg_to_a_branch_at_the_other_edge_is_one_trace_that_phones_do_not_see(
    pair, node_of, tmp_path, pair_authority
):
    first, second = pair
    spans: list[Span] = []
    async with AsyncExitStack() as parts:
        branch = await parts.enter_async_context(branch_at([second], tmp_path, pair_authority, **TELLS))
        in_branch = await parts.enter_async_context(
            Softphone("2001", DOMAIN, "pw-2001", proxy=(BRANCH, 5060), bind=BRANCH_PHONE, trace=True)
        )
        others = [
            await parts.enter_async_context(phone_at(edge, "2001", bind=address(tail), trace=True))
            for edge, tail in ((first, "10.21"), (second, "10.22"))
        ]
        tracing.switch_on(spans.append, 0.0)
        parts.callback(tracing.switch_off)
        for edge in (first, second, branch):
            hearing = Hearing(edge.run)
            hearing.open()
            parts.push_async_callback(hearing.close)
        # The same station at HQ too: all of its phones ring, each by its own way.
        phones = [in_branch, *others]
        for phone in others:
            phone.on_invite = ring_forever
        for phone in phones:
            await phone.register()
        for phone in phones:
            await until(lambda phone=phone: knows(first, phone), "the first edge has the contact", 2)
        headers = station_headers()
        headers["X-Trunkline"] += f";traceparent=00-{TRACE}-{ABOVE}-01"
        call = await node_of(first).dial(f"sip:2001@{DOMAIN}", headers)
        await call.wait_for("answered")
        await until(lambda: len(spans) >= 4, "every edge has told")
        await call.hang_up()

    assert {span.context.trace_id for span in spans} == {TRACE}
    by_way = {(span.attributes["peer"], span.attributes["status"]): span for span in spans}
    leg, passed_on, rung = by_way["node", 200], by_way["edge", 200], by_way["hq", 200]
    assert [span.parent_id for span in (leg, passed_on, rung)] == [
        ABOVE,
        leg.context.span_id,
        passed_on.context.span_id,
    ]
    assert by_way["edge", 487].parent_id == leg.context.span_id
    assert not [text for phone in phones for _, _, text in phone.messages if TRACE in text or "X-Trunkline" in text]


async def knows(edge: Edge, phone: Softphone) -> bool:
    return f"@{phone.address[0]}" in str(await edge.rpc.call("ul.dump"))
