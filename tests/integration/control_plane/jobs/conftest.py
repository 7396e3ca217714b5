"""The house of the facts' tests, whose workers know a few more tasks."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "facts"))
sys.path.insert(0, str(Path(__file__).parent))

from facts_house import House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    house.environment["PYTHONPATH"] = str(Path(__file__).parent)
    await house.open()
    yield house
    await house.close()
