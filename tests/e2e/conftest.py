"""One whole system for all end-to-end tests: HQ, a branch, two carriers and three phones, on addresses of its own."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from tests.collector import Collector
from tests.e2e.secrets_of_run import noting
from tests.e2e.world import World, build_world
from tests.loopback import own_block
from trunkline.apiclient import Api
from trunkline.leftovers import stack_lives
from trunkline.plan import REPOSITORY


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here share one event loop: the phones and carriers live in it.  What judges the run comes last."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
    items.sort(key=lambda item: item.path == Path(__file__).with_name("test_whole_run.py"))


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def world() -> AsyncIterator[World]:
    """The system, started once, and gone when other tests want the machine.  What a test changes, it changes back."""
    block = own_block().number
    # In var/, not in a temporary folder: whoever looks for a failure's cause finds all logs of the last run.
    runs = REPOSITORY / "var" / "run"
    for old in runs.glob("e2e-*"):
        if not stack_lives(old):
            shutil.rmtree(old)
    async with AsyncExitStack() as parts:
        # Every call is traced: whatever tracing may break is broken here.
        collector = parts.enter_context(Collector(f"127.{block}.60.1", 4318))
        told = parts.enter_context(pytest.MonkeyPatch.context())
        secrets: dict[str, str] = {}
        told.setattr(Api, "call", noting(Api.call, secrets))
        told.setenv("TRUNKLINE_OTLP_ENDPOINT", collector.endpoint)
        told.setenv("TRUNKLINE_TRACE_SAMPLING", "1")
        told.setenv("TRUNKLINE_METRICS_SECONDS", "1")
        world = await build_world(parts, block, runs / f"e2e-{block}")
        world.collector, world.secrets = collector, secrets
        yield world
