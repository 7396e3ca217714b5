"""The Cassandra adapter: the contract on a real node, and what only a cluster can do wrong."""

import secrets
from collections.abc import Iterator

import pytest
from store_contract import TABLES, StoreContract

from servicekit.stores.cassandra_address import read_address
from servicekit.stores.cassandra_session import CassandraSession
from trunkline.cassandra import Nodes


@pytest.fixture(scope="module")
def contract_keyspace(cassandra: Nodes) -> Iterator[tuple[str, CassandraSession]]:
    """The address of a keyspace, and a connection of the tests' own to look behind the store."""
    url = cassandra.url(f"contract_{secrets.token_hex(4)}")
    session = CassandraSession(read_address(url.removeprefix("cassandra://")), "", "")
    yield url, session
    session.abandon()


class TestCassandraStore(StoreContract):
    @pytest.fixture
    def store_url(self, contract_keyspace: tuple[str, CassandraSession]) -> str:
        """One keyspace, emptied for each test: making tables takes longer than a test."""
        url, session = contract_keyspace
        keyspace = session.address.keyspace
        made = session.apply("SELECT table_name FROM system_schema.tables WHERE keyspace_name = %s", [keyspace])
        for spec in TABLES if made else ():
            if session.apply(f"SELECT * FROM {keyspace}.{spec.name} LIMIT 1"):
                session.apply(f"TRUNCATE {keyspace}.{spec.name}")
        return url
