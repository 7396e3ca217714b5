"""A cluster for the tests here: two of everything, Redis with Sentinel, S3; phones at both edges and at a branch."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.field import Field, field_of
from tests.faults.trial import SMALL
from tests.loopback import own_block
from trunkline.plan import REPOSITORY


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here share one event loop: the phones and the carrier live in it."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            # Whoever comes first waits for a whole cluster.
            item.add_marker(pytest.mark.timeout(420))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def field() -> AsyncIterator[Field]:
    """The cluster, started once, and gone when other tests want the machine.  What a test breaks in it, it mends."""
    block = own_block().number
    async with field_of(block, REPOSITORY / "var" / "run" / f"cluster-test-{block}", SMALL.shape) as made:
        yield made
