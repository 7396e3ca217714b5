"""How soon an agent's phone rings, on real calls: once an agent is free for who waits, and where one is free already.

Beside a bare Asterisk's `Queue()` and `Dial()` in the same run.  Both sides' callers come from one carrier simulator.
"""

import asyncio
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from bench_line import RING_SECONDS, BareLine, Line, OurLine, two_lines

from simulators.call import PhoneCall
from trunkline import conditions as when

RUNS = 3
OFFERS_A_RUN = 15
CALLS_A_RUN = 20
AGENTS = 10
WAITING = 10
PAUSE_SECONDS = (0.2, 1.2)
STRAIGHT = {"queue": ("x Queue()", 1), "early": ("x Queue() without Answer()", 1), "dial": ("x Dial()", 3)}
"""Numbers of the bare Asterisk, and what ours is compared with.  `Answer()` waits for the caller's first packet."""


def measure() -> list[dict[str, Any]]:
    """(1) p50 from an agent's being ready to the INVITE at the phone; (2) from a caller's INVITE to the agent's."""
    with tempfile.TemporaryDirectory(prefix="trunkline-bench-") as folder:
        return asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> list[dict[str, Any]]:
    async with two_lines(folder, AGENTS) as (ours, bare):
        runs = [await _run(ours, bare) for _ in range(RUNS)]
    offers, waited = f"{WAITING} waiting callers, {AGENTS} agents", _median(runs, "queue offer")
    rows = [
        _row("", "ms", 20, f"Queue() took {waited:.0f} ms", [run["offer"] for run in runs]),
        _row("", "x Queue()", 1, "it looks each second", [run["offer"] / run["queue offer"] for run in runs]),
    ]
    found = [row | {"name": f"free agent to offer, {offers}"} for row in rows]
    for number, (unit, aim) in STRAIGHT.items():
        against = f"a bare Asterisk's, {_median(runs, number):.1f} ms; ours {_median(runs, 'ours'):.1f} ms"
        ratios = [run["ours"] / run[number] for run in runs]
        found.append(_row("INVITE to a free agent's INVITE through all of Trunkline", unit, aim, against, ratios))
    return found


def _median(runs: list[dict[str, float]], name: str) -> float:
    return statistics.median(run[name] for run in runs)


async def _run(ours: OurLine, bare: BareLine) -> dict[str, float]:
    """Medians in milliseconds."""
    found = {"offer": await _offers(ours), "queue offer": await _offers(bare)}
    took: dict[str, list[float]] = {"ours": [], **{number: [] for number in STRAIGHT}}
    for _ in range(CALLS_A_RUN):
        took["ours"].append(await _straight(ours))
        for number in STRAIGHT:
            took[number].append(await _straight(bare, number))
    return found | {name: statistics.median(each) for name, each in took.items()}


async def _offers(line: Line) -> float:
    """Keep WAITING callers in line, and let one agent after the other become ready."""
    waiting: list[PhoneCall] = []
    took = []
    for n in range(OFFERS_A_RUN):
        while len(waiting) < WAITING:
            waiting.append(await line.call())
            await waiting[-1].wait_for("answered", RING_SECONDS)
        # Queue() looks each second: when in that second an agent becomes free must be left to chance.
        await asyncio.sleep(random.uniform(*PAUSE_SECONDS))
        agent = n % AGENTS
        began = time.monotonic()
        await line.free(agent)
        rung = await line.rung(agent)
        took.append((_invited_at(rung) - began) * 1000)
        await line.end(agent, rung)
        waiting.remove(await _ended(waiting))
    for caller in waiting:
        await caller.hang_up()
    return statistics.median(took)


async def _ended(callers: list[PhoneCall]) -> PhoneCall:
    """Return the caller whose call has ended.  Queue() does not always take the first."""

    async def one_has() -> bool:
        return any(caller.ended for caller in callers)

    if not await when.until(one_has, RING_SECONDS):
        raise TimeoutError("nobody's call ended with the agent's")
    return next(caller for caller in callers if caller.ended)


async def _straight(line: Line, number: str = "") -> float:
    """One call to a number that leads to a free agent; milliseconds from one INVITE to the other."""
    agent = 0
    await line.free(agent)
    caller = await line.call(number)
    rung = await line.rung(agent)
    took = (_invited_at(rung) - _invited_at(caller)) * 1000
    await line.end(agent, rung)
    await caller.wait_for("ended", RING_SECONDS)
    return took


def _invited_at(call: PhoneCall) -> float:
    assert call.invite_at is not None
    return call.invite_at


def _row(name: str, unit: str, aim: float, against: str, runs: list[float]) -> dict[str, Any]:
    return {
        "name": name,
        "value": statistics.median(runs),
        "unit": unit,
        "aim": aim,
        "direction": "at-most",
        "against": against,
        "runs": runs,
    }
