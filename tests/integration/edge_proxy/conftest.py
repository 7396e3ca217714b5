"""An HQ edge per test, and what stands for a media node; certificates as the platform's authority would issue them."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from edge_harness import HQ, NODE, PLATFORM, Edge, snapshot
from simulators.phone import Softphone


@pytest.fixture
async def hq(tmp_path: Path) -> AsyncIterator[Edge]:
    """An HQ edge that knows `snapshot()` and one media node, running."""
    edge = Edge(tmp_path)
    edge.know(snapshot())
    edge.direct(f"sip:{NODE}:5060")
    try:
        await edge.start()
        yield edge
    finally:
        edge.stop()


@pytest.fixture
async def node() -> AsyncIterator[Softphone]:
    """What stands for a media node: a SIP user agent at its address that speaks to the edge's internal port."""
    agent = Softphone("node", PLATFORM, proxy=(HQ, 5062), bind=NODE, port=5060, tone_hz=700, trace=True)
    async with agent:
        yield agent
