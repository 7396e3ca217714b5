"""The dialler on a real node: leads are dialled within their rules, once, and what came of them decides the next."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from dialling_harness import Customers, Diallers, fill, is_through
from leads_harness import campaigning, lead
from lines_harness import Desk
from media_harness import BLOCK, Node, running

from simulators.phone import answer_after


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    made = Node(tmp_path, BLOCK)
    made.directory = campaigning()
    async with running(made):
        yield made


@pytest.fixture
def desk(node: Node) -> Desk:
    return Desk(node)


@pytest.fixture
def diallers(node: Node) -> Iterator[Diallers]:
    made = Diallers(node)
    yield made
    made.stop()


async def test_every_lead_is_called_once_and_an_agent_speaks_with_each_who_answers(
    node: Node, desk: Desk, diallers: Diallers
):
    await desk.sign_in("1001")
    await desk.sign_in("1002")
    customers = Customers(talks_seconds=0.5)
    node.with_trunks({"cheap": customers, "1001": answer_after(0.0), "1002": answer_after(0.0)})
    await fill(node, [lead(row) for row in range(10)])
    diallers.start()

    seen = await is_through(node, 10, 60)
    assert set(customers.rung.values()) == {1} and len(customers.rung) == 10
    assert seen.results == {"connected": 6, "busy": 2, "no-answer": 1, "dead": 1}
    assert (seen.ready, seen.waiting) == (0, 0)
