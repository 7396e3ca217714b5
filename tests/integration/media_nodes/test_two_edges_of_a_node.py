"""A media node between two edges: a call keeps to its edge, and can tell when its other end is dead."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from media_harness import ACME, BLOCK, DOMAIN, Node, running, until

from callmodel.vouched import HEADER, to_header
from simulators.phone import PhoneCall, Softphone, answer_after

VOUCHED = {"origin": "station", "tenant": ACME, "station": "1001", "site": "branch-1"}


@pytest.fixture
async def between(tmp_path: Path) -> AsyncIterator[tuple[Node, Softphone]]:
    """A node and the second of its edges; the first, which it prefers, is the node's own."""
    second = f"127.{BLOCK}.10.2"
    node = Node(tmp_path, BLOCK, TRUNKLINE_EDGE_INTERNAL=f"127.{BLOCK}.10.1:5062,{second}:5062")
    async with (
        Softphone("edge", DOMAIN, proxy=(node.address, 5060), bind=second, port=5062, trace=True) as edge,
        running(node),
    ):
        edge.on_invite = answer_after(0.0)
        node.edge.on_invite = answer_after(0.0)
        yield node, edge


async def brought_by(edge: Softphone, node: Node, **more: str) -> PhoneCall:
    headers = {HEADER: to_header(VOUCHED.items()), **more}
    call = await edge.dial(f"sip:13812345678@{node.address}", headers)
    await call.wait_for("answered")
    return call


def invites_to(edge: Softphone) -> list[str]:
    return [text for _, way, text in edge.messages if way == "received" and text.startswith("INVITE")]


async def keeps_to(edge: Softphone, node: Node) -> bool:
    """Bring a call by an edge, and say whether it left by that edge too."""
    before = len(invites_to(edge))
    await (await brought_by(edge, node)).hang_up()
    return len(invites_to(edge)) == before + 1


async def test_a_call_leaves_by_the_edge_that_brought_it(between: tuple[Node, Softphone]):
    node, second = between

    async def both_keep() -> bool:
        # Asterisk has to hear from both first.
        return await keeps_to(second, node) and await keeps_to(node.edge, node)

    await until(both_keep)


async def test_a_call_is_bounded_by_session_timers_where_the_far_side_has_them(between: tuple[Node, Softphone]):
    node, _ = between
    timers = {"Supported": "timer", "Session-Expires": "90;refresher=uac", "Min-SE": "90"}
    with_timers = await brought_by(node.edge, node, **timers)
    without = await brought_by(node.edge, node)

    answers = [text for _, way, text in node.edge.messages if way == "received" and text.startswith("SIP/2.0 200")]
    asked = [text for text in answers if "INVITE" in text]
    assert ["Session-Expires: 90;refresher=uac" in text for text in asked] == [True, False]
    assert all("Session-Expires: 600" in text for text in invites_to(node.edge))
    await with_timers.hang_up()
    await without.hang_up()
