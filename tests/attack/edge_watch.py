"""What an edge must not lose under attack: its processes, its memory, and its answer to a decent question."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_proxy.jsonrpc import KamailioRpc


@dataclass(frozen=True)
class Vitals:
    """`pids` of all processes; bytes of Kamailio's shared memory, of all private heaps of its own, and of the rest
    (Python's and the libraries'), each summed over all processes.
    """

    started_at: str
    pids: frozenset[int]
    shared_bytes: int
    private_bytes: int
    anonymous_bytes: int

    def growth_over(self, before: "Vitals") -> dict[str, int]:
        return {
            name: getattr(self, name) - getattr(before, name)
            for name in ("shared_bytes", "private_bytes", "anonymous_bytes")
        }

    def same_processes(self, before: "Vitals") -> bool:
        return (self.started_at, self.pids) == (before.started_at, before.pids)


async def vitals_of(rpc: KamailioRpc) -> Vitals:
    """Ask an edge's Kamailio, and the system, how it is."""
    processes: list[dict[str, Any]] = await rpc.call("core.psx")
    pids = frozenset(int(process["PID"]) for process in processes)
    heaps: list[dict[str, Any]] = await rpc.call("pkg.stats")
    shared = await rpc.call("core.shmmem")
    return Vitals(
        started_at=await rpc.started_at(),
        pids=pids,
        shared_bytes=int(shared["used"]),
        private_bytes=sum(int(heap["used"]) for heap in heaps),
        anonymous_bytes=sum(_anonymous_bytes(pid) for pid in pids),
    )


def _anonymous_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0
