"""Commands to a running cluster: refused in words where nobody runs, or where there is nothing of that name."""

from pathlib import Path

import pytest

from devstack.clusterhand import NobodyThereError, ask, hand
from devstack.stack import Stack
from trunkline.plan import AddressPlan


async def test_without_a_cluster_there_is_nobody_to_ask(tmp_path: Path):
    with pytest.raises(NobodyThereError):
        await ask(tmp_path, "status", "", print)


async def test_a_name_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path):
    # Deep: a socket's own path would be too long here.
    folder = tmp_path / ("deep" * 30)
    folder.mkdir()
    told: list[str] = []

    async with hand(Stack(AddressPlan(221), folder)):
        assert not await ask(folder, "kill", "node-7-conductor", told.append)

    assert "there is no node-7-conductor in this cluster" in told[0]
