"""A start that can't succeed says why in plain words, what to do, and leaves nothing running."""

import fcntl
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack import demo
from devstack.stack import Stack, StackError
from tests.loopback import own_block
from trunkline.plan import AddressPlan


@pytest.fixture
def plan() -> AddressPlan:
    return AddressPlan(own_block().number)


async def refusal(plan: AddressPlan, folder: Path) -> str:
    with pytest.raises(StackError) as refused:
        await Stack(plan, folder).start_hq()
    return str(refused.value)


async def test_a_taken_address_is_named_with_a_way_round(plan: AddressPlan, tmp_path: Path):
    with socket.socket() as other:
        other.bind((plan.control, 8080))
        other.listen()

        text = await refusal(plan, tmp_path)

    assert f"api ({plan.control}:8080/tcp)" in text
    assert f"DEMO_BLOCK={plan.block + 1} make demo" in text


async def test_a_second_stack_names_the_first(plan: AddressPlan, tmp_path: Path):
    with (tmp_path / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.write("4711")
        held.flush()

        text = await refusal(plan, tmp_path)

    assert "pid 4711" in text
    assert "DEMO_BLOCK" in text


@pytest.fixture
def left_over(tmp_path: Path) -> Iterator[int]:
    """The pid of a process that an old run in this folder left behind."""
    code = "import signal; signal.pause()"
    with subprocess.Popen([sys.executable, "-c", code], env={"TRUNKLINE_RUN_DIR": str(tmp_path)}) as process:
        (tmp_path / "pids.json").write_text(json.dumps({"kamailio": process.pid}))
        yield process.pid
        process.kill()


async def test_what_an_old_run_left_is_named_with_how_to_end_it(plan: AddressPlan, tmp_path: Path, left_over: int):
    assert f"kill {left_over}" in await refusal(plan, tmp_path)


async def test_a_folder_that_can_not_be_written_is_named(plan: AddressPlan, tmp_path: Path):
    (tmp_path / "file").touch()

    assert "can not be used" in await refusal(plan, tmp_path / "file" / "run")


def test_a_missing_engine_is_told_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    monkeypatch.setenv("TRUNKLINE_CACHE", str(tmp_path))

    assert demo.main(seconds=1, block=221, agents=1) == 1

    told = capsys.readouterr().out
    assert "asterisk" in told
    assert "to mend: make setup" in told
