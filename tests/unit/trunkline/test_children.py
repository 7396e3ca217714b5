"""Child processes are awaited until ready, their failure is told with their log, and none is left behind."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from devstack.children import AUTOGROUP, Child, Spec, StackError, die_with
from trunkline.conditions import until

LISTENS = "import pathlib, signal, sys; pathlib.Path(sys.argv[1]).touch(); signal.pause()"


def child_of(folder: Path, code: str, *, ready_seconds: float = 10.0, stop_seconds: float = 5.0) -> Child:
    there = folder / "ready"

    async def ready() -> bool:
        return there.exists()

    argv = (sys.executable, "-c", code, str(there))
    spec = Spec("part", argv, dict(os.environ), ready, ready_seconds, stop_seconds)
    deaths: list[int] = []
    child = Child(spec, folder / "part.log", lambda _, code: deaths.append(code))
    child.deaths = deaths  # type: ignore[attr-defined]
    return child


async def test_a_child_is_ready_when_its_condition_holds_and_ends_when_stopped(tmp_path: Path):
    child = child_of(tmp_path, LISTENS)
    await child.start()
    await child.wait_ready()
    pid = child.pid
    assert pid is not None

    await child.stop()

    assert child.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert child.deaths == []  # type: ignore[attr-defined]


async def test_a_child_that_fails_at_start_is_told_with_the_end_of_its_log(tmp_path: Path):
    child = child_of(tmp_path, "raise SystemExit('the database is on fire')")
    await child.start()

    with pytest.raises(StackError, match="ended with code 1") as failure:
        await child.wait_ready()

    assert "the database is on fire" in str(failure.value)
    await child.stop()


async def test_a_child_that_is_never_ready_is_given_up_on(tmp_path: Path):
    child = child_of(tmp_path, "print('thinking', flush=True); import signal; signal.pause()", ready_seconds=1.0)
    await child.start()

    with pytest.raises(StackError, match="not ready after"):
        await child.wait_ready()

    await child.stop()


async def test_a_child_that_ignores_the_request_to_stop_is_killed(tmp_path: Path):
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {LISTENS}"
    child = child_of(tmp_path, deaf, stop_seconds=0.2)
    await child.start()
    await child.wait_ready()

    await child.stop()

    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL


async def test_what_a_child_started_itself_goes_with_it(tmp_path: Path):
    code = (
        "import subprocess, sys, pathlib, signal\n"
        "grandchild = subprocess.Popen(['sleep', '1000'])\n"
        "pathlib.Path(sys.argv[1]).write_text(str(grandchild.pid))\n"
        "signal.pause()\n"
    )
    child = child_of(tmp_path, code)
    await child.start()
    await child.wait_ready()

    async def pid_written() -> bool:
        return bool((tmp_path / "ready").read_text())

    assert await until(pid_written, 5)
    grandchild = int((tmp_path / "ready").read_text())

    await child.kill()

    assert not is_running(grandchild)


async def test_a_death_nobody_asked_for_is_reported(tmp_path: Path):
    child = child_of(tmp_path, LISTENS)
    await child.start()
    await child.wait_ready()
    assert child.pid is not None

    os.kill(child.pid, signal.SIGKILL)

    async def reported() -> bool:
        return child.deaths == [-signal.SIGKILL]  # type: ignore[attr-defined,no-any-return]

    assert await until(reported, 5)
    await child.stop()


def test_children_die_with_the_stack_even_when_it_is_killed(tmp_path: Path):
    """SIGKILL leaves the stack no time to stop anything: the kernel does it."""
    stack = (
        "import asyncio, pathlib, sys\n"
        "from devstack.children import Child, Spec\n"
        "async def main():\n"
        "    folder = pathlib.Path(sys.argv[1])\n"
        "    async def ready(): return True\n"
        "    spec = Spec('part', ('sleep', '1000'), {'PATH': '/usr/bin:/bin'}, ready)\n"
        "    child = Child(spec, folder / 'log', print)\n"
        "    await child.start()\n"
        "    print(child.pid, flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", stack, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())

    parent.kill()
    parent.wait(10)
    parent.stdout.close()

    async def gone() -> bool:
        return not is_running(pid)

    assert asyncio.run(until(gone, 5))


def test_what_may_wait_gives_way_to_calls():
    look = f"import os, pathlib; group = pathlib.Path('{AUTOGROUP}'); print(os.getpriority(os.PRIO_PROCESS, 0)); "
    look += "print(group.read_text() if group.exists() else 'nice 7')"

    said = subprocess.run(
        [sys.executable, "-c", look],
        stdout=subprocess.PIPE, check=True, text=True, start_new_session=True, preexec_fn=die_with(os.getpid(), 7),
    ).stdout  # fmt: skip

    assert said.startswith("7\n") and said.rstrip().endswith("nice 7")


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
