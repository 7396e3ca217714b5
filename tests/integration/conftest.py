"""Engines that the tests of several rooms share."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from devstack.cassandra import Nodes, running
from tests.integration.redis_servers import Redises
from tests.integration.seaweed_server import SeaweedServer
from tests.loopback import own_block


@pytest.fixture
async def redises(tmp_path: Path) -> AsyncIterator[Redises]:
    made = Redises(tmp_path)
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


@pytest.fixture(scope="session")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedServer]:
    """One SeaweedFS for the whole run; each test takes a bucket of its own."""
    server = SeaweedServer(tmp_path_factory.mktemp("s3"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def cassandra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """One Cassandra node for all tests of a run; each takes a keyspace of its own."""
    with running([own_block().address("14.1")], tmp_path_factory.mktemp("cassandra")) as nodes:
        yield nodes


@pytest.fixture(scope="session")
def three_cassandras(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """See `cassandras`."""
    hosts = [own_block().address(f"14.{host}") for host in (11, 12, 13)]
    with running(hosts, tmp_path_factory.mktemp("cassandras")) as nodes:
        yield nodes


@pytest.fixture
def cassandras(three_cassandras: Nodes) -> Nodes:
    """Three Cassandra nodes, all running; a test may kill one, and the next test that takes them has it back."""
    three_cassandras.start()
    return three_cassandras
