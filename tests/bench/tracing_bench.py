# ruff: noqa: ASYNC220 - a bench may wait
"""What telling a collector costs the conductor: its CPU a call with a tenth of the traces kept, over tracing off."""

import asyncio
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench_node import OURS, TESTS, BenchNode  # first: it adds the harness's folders

from media_harness import until  # isort: skip

RUNS = 5
CALLS = 300
CALLS_AT_ONCE = 20
WARM_CALLS = 60
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
    """Pairs of runs on one Asterisk, the conductor started anew for each; the collector is not counted."""
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
    with tempfile.TemporaryDirectory() as folder:
        collector = subprocess.Popen(
            [sys.executable, "-c", COLLECT, str(TESTS.parent)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert collector.stdout is not None
        endpoint = (await asyncio.to_thread(collector.stdout.readline)).strip()
        node = BenchNode(Path(folder), records=False)
        try:
            await node.start()
            await node.start_sipp()
            runs = []
            for _ in range(RUNS):
                off = await _cpu_a_call(node, {})
                on = await _cpu_a_call(node, {"TRUNKLINE_OTLP_ENDPOINT": endpoint, "TRUNKLINE_TRACE_SAMPLING": SHARE})
                runs.append(on / off)
        finally:
            await node.stop()
            spans = int((await asyncio.to_thread(collector.communicate))[0])
        assert spans > RUNS * CALLS * float(SHARE), "the collector was told"
        return runs


async def _cpu_a_call(node: BenchNode, environment: dict[str, str]) -> float:
    """Start the conductor anew, and return its CPU seconds a call."""
    await asyncio.to_thread(node.processes["conductor"].end, signal.SIGTERM)
    # The other side of the comparison may have left its settings there.
    for name in ("TRUNKLINE_OTLP_ENDPOINT", "TRUNKLINE_TRACE_SAMPLING"):
        node.env.pop(name, None)
    node.env |= environment
    node.start_conductor()
    await until(node.ready, 20)
    paced = ("-l", str(CALLS_AT_ONCE), "-r", "1000")
    await node.call(OURS, SCENARIO, WARM_CALLS, *paced)
    before = _cpu_seconds(node.processes["conductor"].child.pid)
    await node.call(OURS, SCENARIO, CALLS, *paced)
    return (_cpu_seconds(node.processes["conductor"].child.pid) - before) / CALLS


def _cpu_seconds(pid: int) -> float:
    """Return what all threads of a process have used, from the scheduler's own count in nanoseconds."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9
