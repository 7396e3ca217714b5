"""Each phone that others wrote, at HQ and at a branch, over each transport that it has, in each story."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from _pytest.mark import ParameterSet

from simulators.phone import answer_after
from tests.e2e.world import World
from tests.interop import stories
from tests.interop.browsers import JsSip, SipJs
from tests.interop.phones import ForeignPhone, Seat
from tests.interop.pjsua import Pjsua
from tests.interop.programs import Baresip, Linphone
from tests.interop.results import COLUMNS
from trunkline.plan import BRANCH_SITE, HQ_SITE

STORIES = dict(
    zip(
        COLUMNS,
        (
            stories.makes_a_call,
            stories.takes_a_call,
            stories.holds_a_call,
            stories.hands_a_call_over,
            stories.brings_two_together,
        ),
        strict=True,
    )
)
Row = tuple[type[ForeignPhone], str, str]
ROWS: list[Row] = [
    (phone, site, transport)
    for phone in (Baresip, Linphone, Pjsua, JsSip, SipJs)
    for site in (HQ_SITE, BRANCH_SITE)
    for transport in phone.transports
]


def cases() -> Iterator[ParameterSet]:
    for row in ROWS:
        for story in STORIES:
            if story == "attended transfer" and not row[0].attends:
                continue
            yield pytest.param(row, story)


def named(row: Row) -> str:
    return f"{row[0].__name__} {row[1]} {row[2]}"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def seats() -> dict[Row, Seat]:
    """Filled as rows come: a station for each."""
    return {}


@pytest_asyncio.fixture(loop_scope="session")
async def phone(world: World, row: Row, seats: dict[Row, Seat], tmp_path: Path) -> AsyncIterator[ForeignPhone]:
    kind, site, transport = row
    if row not in seats:
        seats[row] = await stories.seat_for(world, site, transport)
    world.colleague.on_invite = answer_after(0.0)
    while not world.colleague.incoming.empty():
        world.colleague.incoming.get_nowait()
    async with kind(seats[row], tmp_path / "phone") as started:
        yield started
    for left in (*world.colleague.calls, *world.agent.calls):
        if left.answered and not left.ended:
            await left.hang_up()


@pytest.mark.parametrize(
    ("row", "story"),
    list(cases()),
    ids=lambda value: value if isinstance(value, str) else named(value),
)
async def test_it_does_what_people_do(world: World, phone: ForeignPhone, row: Row, story: str):
    await STORIES[story](world, phone)
