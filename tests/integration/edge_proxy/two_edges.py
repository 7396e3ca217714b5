"""Two edges at HQ that know each other, for all tests of a module: what they are, and fixtures to import."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import pytest
from certificates_of_tests import Authority
from edge_harness import (
    BRANCH,
    BRANCH_SITE,
    DOMAIN,
    HQ,
    NODE,
    PAGE,
    PLATFORM,
    Edge,
    address,
    branch_snapshot,
    snapshot,
    tls_files,
    until,
)

from simulators.phone import Softphone

HQ_2 = address("10.2")
NODE_PORTS = {HQ: 5060, HQ_2: 5070}
PHONE, PHONE_2, BRANCH_PHONE = address("10.11"), address("10.12"), address("20.11")
PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061, "ws": 8088, "wss": 8089}


@pytest.fixture(scope="module")
def pair_authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def settings_of_pair() -> dict[str, str]:
    """Settings of both edges beyond what all have; a module may have others."""
    return {}


@pytest.fixture(scope="module")
def pair(
    tmp_path_factory: pytest.TempPathFactory, pair_authority: Authority, settings_of_pair: dict[str, str]
) -> Iterator[tuple[Edge, Edge]]:
    """Two HQ edges that know each other and two media nodes, running for all tests of this module."""
    folder = tmp_path_factory.mktemp("pair")
    (folder / "edge-secret").write_text("5e" * 32)
    first, second = (
        edge_of_two(folder, *hosts, pair_authority, settings_of_pair) for hosts in ((HQ, HQ_2), (HQ_2, HQ))
    )

    async def start() -> None:
        await asyncio.gather(first.start(), second.start())
        await until(lambda: they_know_each_other(first, second), "the edges know each other")

    try:
        asyncio.run(start())
        yield first, second
    finally:
        for edge in (first, second):
            edge.stop()


@pytest.fixture
async def node_of(pair: tuple[Edge, Edge]) -> AsyncIterator[Callable[[Edge], Softphone]]:
    """Media nodes by the edge that they speak to."""
    agents = {
        host: Softphone("node", PLATFORM, proxy=(host, 5062), bind=NODE, port=port, tone_hz=700)
        for host, port in NODE_PORTS.items()
    }
    async with agents[HQ], agents[HQ_2]:
        yield lambda edge: agents[edge.host]


@pytest.fixture
async def branch_of_two(tmp_path: Path, pair_authority: Authority, pair: tuple[Edge, Edge]) -> AsyncIterator[Edge]:
    """A branch's edge, connected to both of HQ's."""
    async with branch_at(pair, tmp_path, pair_authority) as edge:
        yield edge


@contextlib.asynccontextmanager
async def branch_at(
    edges: Sequence[Edge], folder: Path, authority: Authority, hosts: Sequence[str] = (), **more: str
) -> AsyncIterator[Edge]:
    """Run a branch's edge that knows these edges of HQ.  hosts: where it finds them, unless at their own."""
    environment = tls_files(authority, authority.for_branch(BRANCH_SITE))
    hq_edges = ",".join(f"{host}:5061" for host in hosts or [edge.host for edge in edges])
    environment |= {"TRUNKLINE_SITE_ID": BRANCH_SITE, "TRUNKLINE_HQ_EDGES": hq_edges, **more}
    branch = Edge(folder, BRANCH, "branch", environment)
    branch.know(branch_snapshot())
    try:
        await branch.start()
        for edge in edges:
            await branch.connected_to(edge)
        yield branch
    finally:
        branch.stop()


def branch_phone() -> Softphone:
    return Softphone("2001", DOMAIN, "pw-2001", proxy=(BRANCH, 5060), bind=BRANCH_PHONE, tone_hz=440)


def edge_of_two(folder: Path, host: str, other: str, authority: Authority, more: dict[str, str]) -> Edge:
    environment = tls_files(authority, authority.for_edge(host))
    environment |= {
        "TRUNKLINE_EDGE_PEERS": f"{other}:5064",
        "TRUNKLINE_EDGE_SECRET_FILE": str(folder / "edge-secret"),
        "TRUNKLINE_NAT_PING_SECONDS": "1",
        "TRUNKLINE_SIP_WS_PORT": str(PORTS["ws"]),
        "TRUNKLINE_SIP_WSS_PORT": str(PORTS["wss"]),
        "TRUNKLINE_WS_ORIGINS": f"https://elsewhere.example,{PAGE}",
        **more,
    }
    edge = Edge(folder / host, host, environment=environment)
    edge.know(snapshot())
    # Each edge brings its calls to the node that speaks to it, and takes calls from both.
    edge.direct(f"sip:{NODE}:{NODE_PORTS[host]}", known=(f"sip:{NODE}:{NODE_PORTS[other]}",))
    return edge


def phone_at(
    edge: Edge, extension: str = "1001", transport: str = "udp", make: type[Softphone] = Softphone, **values
) -> Softphone:
    proxy = (edge.host, PORTS[transport])
    values = {"bind": PHONE, "tone_hz": 440, **values}
    return make(extension, DOMAIN, f"pw-{extension}", proxy=proxy, transport=transport, origin=PAGE, **values)


async def they_know_each_other(*edges: Edge) -> bool:
    listings = [str(await edge.rpc.call("dmq.list_nodes")) for edge in edges]
    return all(listing.count("active") == len(edges) for listing in listings)


async def has_contact(edge: Edge, extension: str = "1001") -> bool:
    return f"{extension}@" in str(await edge.rpc.call("ul.dump"))


async def no_calls_in(edge: Edge) -> bool:
    return not (await edge.ng("list"))["calls"]
