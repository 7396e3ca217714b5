"""How tests are shared out among workers: in groups, the longest first."""

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.schedule import GROUPS, LONG, SHORT, GroupScheduling, group_of, turn_of

HERE = "tests/integration/edge_proxy/test_door.py"
UNIT = "tests/unit/callmodel/test_calls.py"


class Worker:
    """Runs what it is given as pytest-xdist's workers do: a test begins when the one after it is known."""

    def __init__(self) -> None:
        self.gateway = SimpleNamespace(id="gw")
        self.waiting: list[int] = []
        self.shutting_down = False

    def send_runtest_some(self, indices: Iterable[int]) -> None:
        self.waiting += indices

    def shutdown(self) -> None:
        self.shutting_down = True

    def next_to_run(self) -> int | None:
        return self.waiting.pop(0) if len(self.waiting) > 1 or (self.waiting and self.shutting_down) else None


def run(tests: list[str], workers: int, idle: int | None = None) -> list[tuple[str, int]]:
    """Let workers run these in turns; return each test with its worker.  `idle`: one that never gets on."""
    config: Any = SimpleNamespace(
        option=SimpleNamespace(loadscopereorder=True), getvalue=lambda _: [f"{workers}*popen"], rootpath=Path()
    )
    config.getoption = lambda *_: None
    scheduling = GroupScheduling(config)
    scheduling.numnodes = workers
    nodes: list[Any] = [Worker() for _ in range(workers)]
    for node in nodes:
        scheduling.add_node(node)
        scheduling.add_node_collection(node, tests)
    scheduling.schedule()
    ran = []
    for _ in range(2 * len(tests)):
        for number, node in enumerate(nodes):
            if number != idle and (index := node.next_to_run()) is not None:
                ran.append((tests[index], number))
                scheduling.mark_test_complete(node, index)
    return ran


def test_tests_of_one_engine_are_one_group_and_others_are_their_files():
    assert group_of("tests/e2e/test_limits.py::test_a[x/y]") == group_of("tests/e2e/test_faults.py::test_b") == "e2e"
    assert group_of(f"{HERE}::test_c") == HERE


def test_places_that_are_named_exist():
    places = [*GROUPS, *SHORT, *(group for group in LONG if group.startswith("tests/"))]

    assert [place for place in places if not Path(__file__).parents[3].joinpath(place).exists()] == []
    assert {group for group in LONG if not group.startswith("tests/")} <= set(GROUPS.values())


def test_the_longest_begin_first_and_unit_tests_last():
    assert sorted([UNIT, HERE, "e2e", "cluster"], key=turn_of) == ["cluster", "e2e", HERE, UNIT]


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 9])
def test_every_test_runs_once_and_beside_those_of_its_group(workers: int):
    tests = [f"tests/integration/test_{name}.py::test_{number}" for number in range(4) for name in "abcd"]
    tests += [f"tests/e2e/test_{name}.py::test_one" for name in "xyz"] + [f"{UNIT}::test_one"]

    ran = run(tests, workers)

    assert sorted(test for test, _ in ran) == sorted(tests)
    workers_of = {
        group_of(test): {worker for other, worker in ran if group_of(other) == group_of(test)} for test in tests
    }
    assert {len(each) for each in workers_of.values()} == {1}
    assert group_of(ran[0][0]) == "e2e"


def test_a_worker_that_has_a_test_to_run_leaves_the_next_group_to_others():
    tests = [f"tests/integration/test_{name}.py::test_{number}" for name in "abc" for number in range(2)]

    ran = run(tests, 2, idle=0)

    assert len(ran) == 4 and len({group_of(test) for test, _ in ran}) == 2
