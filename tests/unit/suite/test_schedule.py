"""How tests are shared out among workers: groups, their order, and what runs alone."""

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests import schedule
from tests.schedule import GROUPS, LONG, GroupScheduling, group_of, next_group

HERE = "tests/integration/edge_proxy/test_door.py"
SHORT = "tests/unit/callmodel/test_calls.py"


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


def run(tests: list[str], workers: int) -> list[tuple[str, int]]:
    """Let workers run these in turns, one test a turn; return each test with how many workers there were then."""
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
    for _ in range(10 * len(tests) + 10):
        for node in scheduling.nodes:
            index = node.next_to_run()
            if index is not None:
                ran.append((tests[index], len(scheduling.nodes)))
                scheduling.mark_test_complete(node, index)
            elif node.shutting_down and not node.waiting:
                scheduling.remove_node(node)
    assert scheduling.nodes == [], "all workers came to an end"
    return ran


@pytest.fixture(autouse=True)
def one_group_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "ALONE", frozenset({"tests/integration/test_close.py"}))


def test_tests_of_one_engine_are_one_group_and_others_are_their_files():
    assert group_of("tests/e2e/test_limits.py::test_a[x/y]") == group_of("tests/e2e/test_faults.py::test_b") == "e2e"
    assert group_of(f"{HERE}::test_c") == HERE


def test_places_of_groups_exist():
    missing = [place for place in GROUPS if not Path(__file__).parents[3].joinpath(place).exists()]

    assert missing == []
    assert set(LONG) <= set(GROUPS.values())


def test_the_longest_begin_first_and_unit_tests_last():
    waiting = [SHORT, HERE, "e2e", "cluster"]
    order = []
    while waiting:
        order.append(next_group(waiting, last_worker=False))
        waiting.remove(str(order[-1]))

    assert order == ["cluster", "e2e", HERE, SHORT]


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 9])
def test_every_test_runs_once_and_what_runs_alone_does(workers: int):
    close = [f"tests/integration/test_close.py::test_{number}" for number in range(3)]
    others = [f"tests/integration/test_{name}.py::test_{number}" for name in "abcd" for number in range(4)]
    tests = [*close, *others, f"{SHORT}::test_one"]

    ran = run(tests, workers)

    assert sorted(test for test, _ in ran) == sorted(tests)
    assert [test for test, _ in ran[-3:]] == close
    assert {count for test, count in ran if test in close} == {1}


@pytest.mark.parametrize("workers", [1, 4])
def test_a_run_of_what_runs_alone_and_nothing_else_ends(workers: int):
    tests = ["tests/integration/test_close.py::test_one"]

    assert run(tests, workers) == [(tests[0], 1)]
