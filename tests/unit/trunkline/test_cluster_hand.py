"""Commands to a running cluster: refused in words where nobody runs, or where there is nothing of that name."""

from pathlib import Path

import pytest

from devstack import cluster
from devstack.clusterhand import NobodyThereError, ask, hand
from devstack.runfolder import RunFolder
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


def test_a_cluster_that_is_starting_is_told_from_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(cluster, "run_dir_of", lambda _block: tmp_path)

    assert cluster.command("status", "", block=221) == 2
    assert "no cluster runs on block 221" in capsys.readouterr().out

    folder = RunFolder(tmp_path, beside="")
    folder.take([])
    try:
        assert cluster.command("status", "", block=221) == 2
        assert "the cluster on block 221 is starting" in capsys.readouterr().out
    finally:
        folder.release()
