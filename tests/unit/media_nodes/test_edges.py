"""New legs leave by the preferred edge that answers; an Asterisk that does not say keeps what was known."""

import asyncio
import contextlib

from media_nodes.ari import AriAwayError
from media_nodes.edges import Edge, EdgeChoice, edges_of

FIRST, SECOND = edges_of(["10.0.0.1:5062", "10.0.0.2:5062"])


class FakeAri:
    """An ARI that knows the state of each endpoint."""

    def __init__(self) -> None:
        self.states = {FIRST.endpoint: "online", SECOND.endpoint: "online"}
        self.away = False
        self.asked = asyncio.Event()

    async def command(self, _method: str, path: str) -> dict[str, str]:
        self.asked.set()
        if self.away:
            raise AriAwayError("away")
        return {"state": self.states[path.rpartition("/")[2]]}


async def best_with(ari: FakeAri, *, silent: tuple[Edge, ...] = ()) -> Edge:
    ari.states |= {edge.endpoint: "offline" for edge in silent}
    choice = EdgeChoice([FIRST, SECOND], ari)  # type: ignore[arg-type]
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(choice.run(), 0.05)
    assert ari.asked.is_set()
    return choice.best()


async def test_the_preferred_edge_is_taken_while_it_answers():
    assert await best_with(FakeAri()) == FIRST


async def test_an_edge_that_is_silent_is_passed_over():
    assert await best_with(FakeAri(), silent=(FIRST,)) == SECOND


async def test_with_every_edge_silent_the_preferred_is_tried():
    assert await best_with(FakeAri(), silent=(FIRST, SECOND)) == FIRST


async def test_without_asterisk_nothing_is_learnt():
    ari = FakeAri()
    ari.away = True

    assert await best_with(ari) == FIRST


async def test_one_edge_alone_is_not_watched():
    ari = FakeAri()

    await EdgeChoice([FIRST], ari).run()  # type: ignore[arg-type]

    assert not ari.asked.is_set()
