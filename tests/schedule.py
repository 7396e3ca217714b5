"""Which tests one worker runs one after the other, and in which order workers take them.

A file's tests share engines, so they stay together; some files share engines with each other.  What takes longest
begins first.  What measures time closely runs at the end, alone.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

GROUPS = {
    "tests/integration/cluster/": "cluster",
    "tests/e2e/": "e2e",
    "tests/integration/control_plane/api/test_api_on_cassandra.py": "cassandra",
    "tests/integration/control_plane/api/test_api_passwords.py": "cassandra",
    "tests/integration/control_plane/facts/test_facts_thin_thread.py": "cassandra",
    "tests/integration/control_plane/test_ledger_store.py": "cassandra",
    "tests/integration/control_plane/test_sizes_on_cassandra.py": "cassandra",
    "tests/integration/servicekit/test_cassandra_store.py": "cassandra",
    "tests/integration/servicekit/test_store_migrations.py": "cassandra",
    "tests/integration/control_plane/api/": "api",
}
"""Tests whose path begins so are in this group; the first that fits counts.  Else a test's group is its file."""

LONG = ("cluster", "e2e", "cassandra", "api")
"""Begun first, in this order."""

SHORT = ("tests/unit/", "tests/architecture/")
"""Begun last: they even out what the workers have left."""

ALONE: frozenset[str] = frozenset()
"""Run by the last worker, once the others are gone."""


def group_of(nodeid: str) -> str:
    """Return the name of a test's group."""
    path = nodeid.partition("::")[0]
    return next((group for place, group in GROUPS.items() if path.startswith(place)), path)


def next_group(waiting: Iterable[str], *, last_worker: bool) -> str | None:
    """Return which of the groups a worker takes now; None if it has to end, or to wait until it is the last one."""
    may = sorted((group for group in waiting if last_worker or group not in ALONE), key=_turn)
    return may[0] if may else None


def _turn(group: str) -> tuple[bool, bool, int]:
    return group in ALONE, group.startswith(SHORT), LONG.index(group) if group in LONG else len(LONG)


class GroupScheduling(LoadScopeScheduling):
    """Gives a worker a group at a time, and the next one not before the worker needs it.

    A worker starts a test when it knows the one after it, or that none comes.
    """

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)

    def _assign_work_unit(self, node: "WorkerController") -> None:
        group = next_group(self.workqueue, last_worker=self.nodes == [node])
        if group is not None:
            self.workqueue.move_to_end(group, last=False)
            super()._assign_work_unit(node)

    def _reschedule(self, node: "WorkerController") -> None:
        if node.shutting_down or self._pending_of(self.assigned_work[node]) > 1:
            return
        if next_group(self.workqueue, last_worker=self.nodes == [node]) is not None:
            self._assign_work_unit(node)
        elif not self.workqueue or any(not other.shutting_down for other in self.nodes if other is not node):
            node.shutdown()

    def remove_node(self, node: "WorkerController") -> str | None:
        crashed = super().remove_node(node)
        for other in self.nodes:
            self._reschedule(other)
        return crashed
