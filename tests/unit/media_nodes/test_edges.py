"""New legs leave by the edge the call came in by, else by the preferred that answers Asterisk."""

import asyncio
import contextlib

from callmodel.ids import LegId
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


async def choice_with(ari: FakeAri, *, silent: tuple[Edge, ...] = ()) -> EdgeChoice:
    ari.states |= {edge.endpoint: "offline" for edge in silent}
    choice = EdgeChoice([FIRST, SECOND], ari)  # type: ignore[arg-type]
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(choice.run(), 0.05)
    assert ari.asked.is_set()
    return choice


async def best_with(ari: FakeAri, *, silent: tuple[Edge, ...] = ()) -> Edge:
    return (await choice_with(ari, silent=silent)).best()


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


async def test_a_call_goes_out_by_the_edge_that_it_came_in_by():
    choice = await choice_with(FakeAri())
    choice.came(LegId("in-1"), SECOND.endpoint)

    assert choice.best(LegId("in-1")) == SECOND
    assert choice.best(LegId("in-2")) == FIRST


async def test_a_call_goes_out_by_another_edge_when_its_own_fell_silent():
    choice = await choice_with(FakeAri(), silent=(SECOND,))
    choice.came(LegId("in-1"), SECOND.endpoint)

    assert choice.best(LegId("in-1")) == FIRST


async def test_legs_that_are_gone_are_forgotten_and_those_of_a_former_conductor_known():
    choice = await choice_with(FakeAri())
    choice.came(LegId("gone"), SECOND.endpoint)
    choice.learn({LegId("adopted"): SECOND.endpoint})

    assert choice.best(LegId("gone")) == FIRST
    assert choice.best(LegId("adopted")) == SECOND
