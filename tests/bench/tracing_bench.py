# ruff: noqa: ASYNC220 - a bench may wait
"""What telling a collector costs the conductor: its CPU a call with a tenth of the traces kept, over tracing off."""

import asyncio
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench_node import OURS, TESTS, BenchNode  # first: it adds the harness's folders

RUNS, ROUNDS = 5, 6
CALLS_A_ROUND, CALLS_AT_ONCE = 40, 10
SCENARIO = "media_uac_silent.xml"
SHARE = "0.1"
COLLECT = """
import sys, time
sys.path[:0] = [sys.argv[1]]
from tests.collector import Collector
with Collector() as collector:
    print(collector.endpoint, flush=True)
    while sys.stdin.read(1):
        pass
print(len(collector.spans), flush=True)
"""


def measure() -> dict[str, Any]:
    """Two nodes side by side, of which one tells a collector (not counted): a few calls to each in turn.

    In turns of a second or two, so that whatever else the machine does falls on both alike.
    """
    runs = asyncio.run(_measure())
    return {
        "name": f"CPU of the conductor a call, traces kept: {SHARE}",
        "value": statistics.median(runs),
        "unit": "x off",
        "aim": 1.03,
        "direction": "at-most",
        "against": "the same conductor without a collector",
        "runs": runs,
    }


async def _measure() -> list[float]:
    collector = subprocess.Popen(
        [sys.executable, "-c", COLLECT, str(TESTS.parent)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert collector.stdout is not None
    endpoint = (await asyncio.to_thread(collector.stdout.readline)).strip()
    with tempfile.TemporaryDirectory() as folder:
        silent, telling = (BenchNode(Path(folder) / str(n), records=False, neighbour=n) for n in range(2))
        telling.env |= {"TRUNKLINE_OTLP_ENDPOINT": endpoint, "TRUNKLINE_TRACE_SAMPLING": SHARE}
        try:
            for node in (silent, telling):
                await node.start()
                await node.start_sipp()
                await _cpu_of_a_round(node)  # once unmeasured: threads, pools and caches fill up
            runs = []
            for _ in range(RUNS):
                used = {silent: 0.0, telling: 0.0}
                for _ in range(ROUNDS):
                    for node in used:
                        used[node] += await _cpu_of_a_round(node)
                runs.append(used[telling] / used[silent])
        finally:
            for node in (silent, telling):
                await node.stop()
            spans = int((await asyncio.to_thread(collector.communicate))[0])
    assert spans > RUNS * ROUNDS * CALLS_A_ROUND * float(SHARE), "the collector was told"
    return runs


async def _cpu_of_a_round(node: BenchNode) -> float:
    """Make a few calls, and return the seconds of CPU that the conductor used since the last round."""
    await node.call(OURS, SCENARIO, CALLS_A_ROUND, "-l", str(CALLS_AT_ONCE), "-r", "1000")
    used = _cpu_seconds(node.processes["conductor"].child.pid)
    before, _used[node] = _used.get(node, 0.0), used
    return used - before


_used: dict[BenchNode, float] = {}


def _cpu_seconds(pid: int) -> float:
    """Return what all threads of a process have used, from the scheduler's own count in nanoseconds."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9
