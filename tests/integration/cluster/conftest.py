"""A small cluster for the tests here: two edges, two media nodes, with phones at both edges and a carrier."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from tests.integration.cluster.cluster_world import ClusterWorld, build_cluster


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here share one event loop: the phones and the carrier live in it."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def cluster() -> AsyncIterator[ClusterWorld]:
    """The cluster, started once.  What a test changes in it, it changes back."""
    # Several runs at once must not meet; blocks under 100 are for people, and e2e has others.
    async with AsyncExitStack() as parts:
        yield await build_cluster(parts, 91 + os.getpid() % 9)
