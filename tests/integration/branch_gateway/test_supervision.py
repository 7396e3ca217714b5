"""Children kept alive, and gone with us however we go: real processes."""

import asyncio
import itertools
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from branch_gateway.supervision import Program, Supervisor

STAND_IN = Path(__file__).with_name("stand_in.py")


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Journal:
    """What the stand-ins noted."""

    def __init__(self, path: Path, leftovers: set[int]) -> None:
        self.path = path
        self._leftovers = leftovers

    def program(self, name: str, manner: str = "polite") -> Program:
        command = [sys.executable, str(STAND_IN), str(self.path), manner, name]
        return Program(name, command, dict(os.environ))

    def pids(self, event: str, name: str | None = None) -> list[int]:
        lines = [line.split() for line in self.path.read_text().splitlines()] if self.path.exists() else []
        found = [int(pid) for what, who, pid in lines if what == event and name in (None, who)]
        self._leftovers.update(found)
        return found

    def names(self, event: str) -> list[str]:
        lines = [line.split() for line in self.path.read_text().splitlines()] if self.path.exists() else []
        return [who for what, who, _ in lines if what == event]


@pytest.fixture
def journal(tmp_path, leftovers) -> Journal:
    return Journal(tmp_path / "journal", leftovers)


async def test_children_start_in_order_and_stop_in_reverse_order(journal, until):
    supervisor = Supervisor([journal.program(name) for name in ("first", "second", "third")])
    async with asyncio.TaskGroup() as group:
        group.create_task(supervisor.run())
        await until(lambda: len(journal.pids("started")) == 3, "three starts")
        assert await supervisor.all_run()

        await supervisor.stop()

    assert journal.names("ended") == ["third", "second", "first"]
    everyone = journal.pids("started") + journal.pids("worker")
    await until(lambda: not any(map(is_alive, everyone)), "they and their workers are gone", 2)
    assert supervisor.pids == {}


async def test_killed_child_is_started_again_and_its_orphans_are_gone(journal, until):
    supervisor = Supervisor([journal.program("kamailio"), journal.program("agent")])
    async with asyncio.TaskGroup() as group:
        group.create_task(supervisor.run())
        await until(lambda: len(journal.pids("started")) == 2, "two starts")
        victim, worker = supervisor.pids["kamailio"], journal.pids("worker", "kamailio")[0]
        other = supervisor.pids["agent"]

        os.kill(victim, signal.SIGKILL)

        await until(lambda: len(journal.pids("started", "kamailio")) == 2, "the second start")
        assert not is_alive(worker), "a leader's worker would keep its sockets"
        assert supervisor.pids["agent"] == other, "the others are left alone"
        assert supervisor.restarts == {"kamailio": 1, "agent": 0}
        await supervisor.stop()


async def test_child_that_dies_at_once_is_tried_more_and_more_slowly(journal, until):
    supervisor = Supervisor([journal.program("faint", "faint")])
    async with asyncio.TaskGroup() as group:
        group.create_task(supervisor.run())
        seen = []
        for tries in range(1, 5):
            await until(lambda tries=tries: len(journal.pids("started")) >= tries, f"try {tries}")
            seen.append(time.monotonic())
        await supervisor.stop()

    pauses = [later - earlier for earlier, later in itertools.pairwise(seen)]
    assert pauses[0] >= 0.2 and pauses[1] >= 0.45 and pauses[2] >= 0.9


async def test_child_that_is_deaf_to_sigterm_is_killed_with_its_workers(journal, until):
    supervisor = Supervisor([journal.program("deaf", "deaf")], stop_seconds=0.3)
    async with asyncio.TaskGroup() as group:
        group.create_task(supervisor.run())
        await until(lambda: journal.pids("started"), "the start")

        await supervisor.stop()

    everyone = journal.pids("started") + journal.pids("worker")
    assert len(everyone) == 2
    # The leader was waited for; its worker is nobody's child any more, and dies in the kernel's own time.
    await until(lambda: not any(map(is_alive, everyone)), "both are gone", 2)


async def test_stop_before_a_restart_is_due_does_not_wait_for_it(journal, until):
    supervisor = Supervisor([journal.program("faint", "faint")])
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(supervisor.run())
        await until(lambda: len(journal.pids("started")) >= 4, "tries with a pause of seconds between them")
        await supervisor.stop()


async def test_command_that_does_not_exist_is_no_end_of_the_supervisor(until):
    supervisor = Supervisor([Program("absent", ["/no/such/program"], dict(os.environ))])
    async with asyncio.TaskGroup() as group:
        group.create_task(supervisor.run())
        await until(lambda: supervisor.restarts["absent"] >= 2, "two tries")
        await supervisor.stop()


SUPERVISE = """
import asyncio, os, sys
from branch_gateway.supervision import Program, Supervisor
names = ("first", "second")
programs = [Program(n, [sys.executable, {stand_in!r}, {journal!r}, "polite", n], dict(os.environ)) for n in names]
asyncio.run(Supervisor(programs).run())
"""


async def test_children_of_a_killed_supervisor_end_by_themselves(journal, until):
    code = SUPERVISE.format(stand_in=str(STAND_IN), journal=str(journal.path))
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    await until(lambda: len(journal.pids("started")) == 2, "two starts")
    everyone = journal.pids("started") + journal.pids("worker")
    assert all(map(is_alive, everyone))

    process.kill()
    await process.wait()

    await until(lambda: not any(map(is_alive, everyone)), "no child lingers", 5)
    # The kernel may tell a child more than once of its parents' deaths.
    assert set(journal.names("ended")) == {"first", "second"}, "they were asked, and could end their workers"


async def test_leash_refuses_when_the_parent_is_gone_already():
    leash = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "branch_gateway.leash", "1", sys.executable, "-c", "print('ran')", stdout=-1
    )
    output, _ = await asyncio.wait_for(leash.communicate(), 20)

    assert leash.returncode == 70 and output == b""
