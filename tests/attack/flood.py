"""What a flood from one address costs everybody else: set-up time of calls without and with it, in turn."""

import asyncio
import statistics
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulators.phone import Softphone

PACE_SECONDS = 0.2
"""Between a phone's calls, each of five requests: faster it would be a flood itself."""

Measure = Callable[[int], Awaitable[list[float]]]


@dataclass
class Flood:
    """A thousand requests a second, or as many as asked for, from one address at an edge."""

    host: str
    bind: str
    rate: int = 1_000
    sent: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    @asynccontextmanager
    async def going_on(self):
        """Raises AssertionError when it did not go on to the end."""
        command = (sys.executable, str(Path(__file__).with_name("flooder.py")), self.host, self.bind, str(self.rate))
        flooder = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
        try:
            yield
            assert flooder.returncode is None, "the flood went on"
        finally:
            flooder.terminate()
            said, _ = await flooder.communicate()
        sent, seconds, cpu_seconds = said.split()
        self.sent += int(sent)
        self.seconds += float(seconds)
        self.cpu_seconds += float(cpu_seconds)


async def set_up_times(phone: Softphone, node: Softphone, calls: int) -> list[float]:
    """Return the milliseconds from a phone's INVITE until the media node has it, behind digest."""
    took = []
    for _ in range(calls):
        began = time.perf_counter()
        call = await phone.dial("13812345678")
        at_node = await node.wait_for_call()
        took.append((time.perf_counter() - began) * 1000)
        await call.wait_for("answered")
        await call.hang_up()
        await at_node.wait_for("ended")
        await asyncio.sleep(PACE_SECONDS)
    return took


async def beside_a_flood(
    measure: Callable[[int], Awaitable[list[float]]],
    flood: Flood,
    met: Callable[[], Awaitable[Any]],
    *,
    rounds: int,
    calls: int,
) -> dict[str, Any]:
    """Return p50 and p95 without and with the flood, measured in turn, and their ratios.

    `met`: waits until the edge has met the flood, and drops it before it reads it for as long as it lasts.
    """
    without: list[float] = []
    beside: list[float] = []
    await measure(calls)
    for _ in range(rounds):
        without += await measure(calls)
        async with flood.going_on():
            await met()
            beside += await measure(calls)
    medians, tails = ([percentile(values, rank) for values in (without, beside)] for rank in (50, 95))
    return {
        "calls": len(beside),
        "without": {"p50_ms": medians[0], "p95_ms": tails[0]},
        "beside": {"p50_ms": medians[1], "p95_ms": tails[1]},
        "ratio_p50": round(medians[1] / medians[0], 3),
        "ratio_p95": round(tails[1] / tails[0], 3),
        "requests_a_second": round(flood.sent / flood.seconds),
        "flooder_cpu_share": round(flood.cpu_seconds / flood.seconds, 4),
    }


def percentile(values: list[float], rank: int) -> float:
    return round(statistics.quantiles(values, n=100, method="inclusive")[rank - 1], 2)
