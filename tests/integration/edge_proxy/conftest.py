"""Edges per module, and what stands for a media node; certificates as the platform's authority would issue them."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from certificates_of_tests import Authority
from edge_harness import (
    HQ,
    NODE,
    PATIENCE,
    PLATFORM,
    REDIS,
    USUAL_LIMITS,
    WEBSOCKETS,
    Edge,
    hq_edge,
    until,
)
from redis.asyncio import Redis
from redis.exceptions import ConnectionError
from two_edges import branch_at, branch_of_two, node_of, pair, pair_authority, settings_of_pair

from servicekit.redisio import connect
from simulators.phone import Softphone

__all__ = ["branch_of_two", "node_of", "pair", "pair_authority", "settings_of_pair"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def hq_of_module(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Edge]:
    edge = hq_edge(tmp_path_factory.mktemp("hq"), authority)
    yield edge
    edge.stop()


@pytest.fixture
async def hq(hq_of_module: Edge) -> Edge:
    """An HQ edge that knows `snapshot()` and one media node, running.  What a test stops, the next one has back."""
    await hq_of_module.begin_anew()
    return hq_of_module


@pytest.fixture
async def fresh_hq(hq_of_module: Edge) -> Edge:
    """The same, just started: what its processes keep to themselves is gone too."""
    hq_of_module.stop()
    await hq_of_module.begin_anew()
    return hq_of_module


@pytest.fixture
def no_hq(hq_of_module: Edge) -> None:
    """HQ's address is free for an edge of the test's own."""
    hq_of_module.stop()


@pytest.fixture
async def branch(tmp_path: Path, authority: Authority, hq: Edge) -> AsyncIterator[Edge]:
    """A branch's edge, running and connected to HQ's."""
    async with branch_at([hq], tmp_path, authority) as edge:
        yield edge


@pytest.fixture
async def node() -> AsyncIterator[Softphone]:
    """What stands for a media node: a SIP user agent at its address that speaks to the edge's internal port."""
    agent = Softphone("node", PLATFORM, proxy=(HQ, 5062), bind=NODE, port=5060, tone_hz=700, trace=True)
    async with agent:
        yield agent


@pytest.fixture(scope="module")
def patient_hq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """An HQ edge with patience, that browsers may come to."""
    folder = tmp_path_factory.mktemp("patient")
    edge = hq_edge(folder, Authority(folder / "pki"), **PATIENCE, **WEBSOCKETS)
    try:
        asyncio.run(edge.start())
        yield edge
    finally:
        edge.stop()


@pytest.fixture
async def guarded_hq(tmp_path: Path, authority: Authority, no_hq: None) -> AsyncIterator[Edge]:
    """An HQ edge with the limits that it has unless told; nobody's voice comes through it."""
    edge = hq_edge(tmp_path, authority, **USUAL_LIMITS)
    try:
        await edge.start("kamailio")
        yield edge
    finally:
        edge.stop()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    server = subprocess.Popen(
        ["redis-server", "--port", "6390", "--bind", REDIS, "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    yield server
    server.send_signal(signal.SIGTERM)
    server.wait(5)


@pytest.fixture
async def redis(redis_server) -> AsyncIterator[Redis]:
    client = connect(f"redis://{REDIS}:6390/0")
    await until(lambda: answers(client), "Redis answers")
    yield client
    await client.aclose()


async def answers(client: Redis) -> bool:
    try:
        return bool(await client.ping())
    except ConnectionError:
        return False
