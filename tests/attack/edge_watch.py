"""What an edge must not lose under attack: its processes, its memory, and its answer to a decent question."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kamailio_helpers.rpc import KamailioRpc

_MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) [-rwxsp]{4} ")
_BESIDE_POOL_BYTES = 1_000_000
"""What the system may join to the mapping of a pool; with more beside it, all of it counts."""


@dataclass(frozen=True)
class Vitals:
    """`pids` of all processes; bytes in use of Kamailio's shared pool, of the private pools of its processes, and of
    what else is theirs (Python's, OpenSSL's), each summed over all processes.

    A private pool has its size from the start.  The system gives it pages as they are first touched, for as long as
    messages become longer than all before: that is no growth, what is in use is.
    """

    started_at: str
    pids: frozenset[int]
    shared_bytes: int
    private_bytes: int
    other_bytes: int

    def growth_over(self, before: "Vitals") -> dict[str, int]:
        return {
            name: getattr(self, name) - getattr(before, name)
            for name in ("shared_bytes", "private_bytes", "other_bytes")
        }

    def same_processes(self, before: "Vitals") -> bool:
        return (self.started_at, self.pids) == (before.started_at, before.pids)


async def vitals_of(rpc: KamailioRpc) -> Vitals:
    """Ask an edge's Kamailio, and the system, how it is."""
    processes: list[dict[str, Any]] = await rpc.call("core.psx")
    pids = frozenset(int(process["PID"]) for process in processes)
    heaps: list[dict[str, Any]] = await rpc.call("pkg.stats")
    shared = await rpc.call("core.shmmem")
    pool_bytes = max(int(heap["total_size"]) for heap in heaps)
    return Vitals(
        started_at=await rpc.started_at(),
        pids=pids,
        shared_bytes=int(shared["used"]),
        private_bytes=sum(int(heap["used"]) for heap in heaps),
        other_bytes=sum(_bytes_beside_pool(pid, pool_bytes) for pid in pids),
    )


def _bytes_beside_pool(pid: int, pool_bytes: int) -> int:
    """Return a process's own memory that stands on no file, without the mapping that is its pool."""
    total = size = 0
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if found := _MAPPING.match(line):
            size = int(found[2], 16) - int(found[1], 16)
        elif line.startswith("Anonymous:") and not pool_bytes <= size < pool_bytes + _BESIDE_POOL_BYTES:
            total += int(line.split()[1]) * 1024
    return total
