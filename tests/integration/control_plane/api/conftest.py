"""One house for all API tests, filled once; tests that change something make their own ids."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from api_house import House, World, build_world, run, running


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    yield from running(tmp_path_factory.mktemp("control-plane"))


@pytest.fixture(scope="session")
def world(house: House) -> World:
    return run(build_world(house.url))


@pytest.fixture(scope="session")
def workers(house: House) -> House:
    """The house with a worker, and with do-not-call lists in hot state."""
    house.start_worker("imports,default")
    house.ask_for("imports.do-not-call")
    return house
