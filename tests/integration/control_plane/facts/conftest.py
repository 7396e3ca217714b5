"""A house of real processes for each test: Redis, fact consumers, workers, and the API over the same store."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

# The house is a plain module beside the tests, which import it.
sys.path.insert(0, str(Path(__file__).parent))

from facts_house import House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    await house.open()
    yield house
    await house.close()
