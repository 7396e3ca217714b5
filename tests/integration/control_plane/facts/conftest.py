"""A house of real processes for each test: Redis, fact consumers, workers, and the API over the same store."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

# The house is a plain module beside the tests, which import it.
sys.path.insert(0, str(Path(__file__).parent))

from facts_house import House

from servicekit.objects.s3_setup import set_up_bucket
from tests.integration.seaweed_server import SeaweedServer


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    await house.open()
    yield house
    await house.close()


@pytest.fixture
async def s3_house(tmp_path: Path, seaweed: SeaweedServer) -> AsyncIterator[House]:
    """The same with its objects in S3: nothing but settings differs."""
    with seaweed.bucket(unmade=True) as bucket:
        house = House(
            tmp_path,
            TRUNKLINE_OBJECTS_URL=seaweed.url(bucket, "&sse=aws:kms&kms_key=alias/trunkline-{tenant}"),
            TRUNKLINE_OBJECTS_ACCESS_KEY=seaweed.settings.access_key,
            TRUNKLINE_OBJECTS_SECRET_KEY=seaweed.settings.secret_key,
        )
        await house.open()
        await set_up_bucket(house.resources.objects, {})
        yield house
        await house.close()
