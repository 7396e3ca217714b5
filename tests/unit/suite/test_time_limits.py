"""A test that waits for ever ends, whichever try it is in, and so does the run."""

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]

CONFTEST = """
from tests.schedule import GroupScheduling
from tests.time_limits import TimeLimits

def pytest_xdist_make_scheduler(config, log):
    return GroupScheduling(config, log)

def pytest_configure(config):
    config.pluginmanager.register(TimeLimits())
"""

FAILS_THEN_WAITS = """
import pytest, threading

tries = []

@pytest.mark.flaky(reruns=1)
def test_second_try_waits():
    tries.append(1)
    assert len(tries) > 1
    threading.Event().wait()
"""

END_WAITS = """
import pytest, threading

@pytest.fixture
def engine():
    yield
    threading.Event().wait()

def test_fails(engine):
    assert False
"""

SWALLOWS = """
import threading, time

def test_takes_the_exception():
    while True:
        try:
            time.sleep(30)
        except BaseException:
            pass
"""

AFTER_IT = """
def test_after_it():
    pass
"""

ALONE_IN_ITS_GROUP = """
def test_alone():
    pass
"""


def _run(tmp_path: Path, *bodies: str, workers: int = 0) -> subprocess.CompletedProcess[str]:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    for number, body in enumerate(bodies):
        (tmp_path / f"test_{number}.py").write_text(body)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntimeout = 2\naddopts = -rA -p no:cacheprovider\n")
    command = [sys.executable, "-m", "pytest", "--rootdir", str(tmp_path), "-c", str(tmp_path / "pytest.ini")]
    return subprocess.run(
        [*command, "-n", str(workers), str(tmp_path)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("body", [FAILS_THEN_WAITS, END_WAITS], ids=["second try", "end of a failed test"])
def test_what_follows_a_failure_has_its_limit(body: str, tmp_path: Path) -> None:
    ran = _run(tmp_path, body, AFTER_IT)
    assert "Timeout (>2.0s)" in ran.stdout
    assert "PASSED" in ran.stdout and ran.returncode == 1


def test_a_worker_that_takes_the_exception_ends_and_is_named_and_others_run_what_it_left(tmp_path: Path) -> None:
    ran = _run(tmp_path, SWALLOWS + AFTER_IT, ALONE_IN_ITS_GROUP, workers=1)
    assert ran.stdout.count("node down") == 1 and "crashed while running 'test_0.py::test_takes" in ran.stdout
    assert "test_takes_the_exception" in ran.stderr  # where it stood
    assert "1 failed, 2 passed" in ran.stdout
