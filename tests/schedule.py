"""Which tests one worker runs one after the other, and in which order workers take them.

A file's tests share engines, so they stay together; some files share engines with each other.  What takes longest
begins first.
"""

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
    "tests/integration/control_plane/test_inbound_stores.py": "cassandra",
    "tests/integration/control_plane/test_lead_stores.py": "cassandra",
    "tests/integration/control_plane/test_ledger_store.py": "cassandra",
    "tests/integration/control_plane/test_sizes_on_cassandra.py": "cassandra",
    "tests/integration/servicekit/test_cassandra_store.py": "cassandra",
    "tests/integration/servicekit/test_store_migrations.py": "cassandra",
    "tests/integration/control_plane/api/": "api",
    "tests/integration/tenant_portal/": "portal",
}
"""Tests whose path begins so are in this group; the first that fits counts.  Else a test's group is its file."""

LONG = (
    "cluster",
    "e2e",
    "cassandra",
    "api",
    "tests/integration/edge_proxy/test_listeners.py",
    "tests/integration/control_plane/facts/test_facts_finishing.py",
    "tests/integration/control_plane/facts/test_redis_failover.py",
    "tests/integration/control_plane/jobs/test_jobs.py",
)
"""Begun first, in this order."""

SHORT = ("tests/unit/", "tests/architecture/")
"""Begun last: they even out what the workers have left."""


def group_of(nodeid: str) -> str:
    """Return the name of a test's group."""
    path = nodeid.partition("::")[0]
    return next((group for place, group in GROUPS.items() if path.startswith(place)), path)


def turn_of(group: str) -> tuple[bool, int]:
    """Return what groups are sorted by: the lower, the earlier."""
    return group.startswith(SHORT), LONG.index(group) if group in LONG else len(LONG)


class GroupScheduling(LoadScopeScheduling):
    """Gives a worker a group at a time, and the next one not before the worker needs it.

    A worker starts a test when it knows the one after it, or that none comes.
    """

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)

    def _assign_work_unit(self, node: "WorkerController") -> None:
        self.workqueue.move_to_end(min(self.workqueue, key=turn_of), last=False)
        super()._assign_work_unit(node)

    def _reschedule(self, node: "WorkerController") -> None:
        while self.workqueue and not node.shutting_down and self._pending_of(self.assigned_work[node]) < 2:
            self._assign_work_unit(node)
        if not self.workqueue:
            super()._reschedule(node)

    def remove_node(self, node: "WorkerController") -> str | None:
        """Take a worker out, and give its tests to others, but for the one that it crashed at: return that."""
        units = self.assigned_work[node]
        crashed = next((test for unit in units.values() for test, is_over in unit.items() if not is_over), None)
        for scope, unit in list(units.items()):
            if crashed in unit:
                unit[crashed] = True
            if all(unit.values()):
                del units[scope]
        super().remove_node(node)
        return crashed
