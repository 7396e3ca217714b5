"""Predictive pacing in simulated shifts: agents' productive time and abandonment, beside other pacings and an oracle.

Each pacing gets the same calls (`pacing_world`).  The oracle makes the same kind of forecast from the true
distributions, with the one fixed threshold that in hindsight abandons 3.0 % of that very shift: it is found between
shifts with two or more thresholds.

    python tests/bench/pacing_bench.py --seeds 10      more shifts, every size, as a table; takes an hour or so
"""

import argparse
import functools
import math
import statistics
import time
from collections.abc import Callable
from typing import Any

from pacing_vicidial import AdaptTapered
from pacing_world import Fixed, Rate, Truth, fates, turning_bad, wave

from callmodel.pacing import Pacer, Power, Progressive, Snapshot
from callmodel.pacing.outcomes import Fact
from callmodel.pacing.simulation import Pacing, Scenario, Shift, simulate

CAP = 0.03
RATE = 0.25
SEEDS = (1, 2, 3)
POWER_RATIO = 2.0
SIZES = (10, 30, 100, 500)
OF_ORACLE = {10: 0.985, 30: 0.99, 100: 0.99, 500: 0.99}
OVER_VICIDIAL = {10: 1.25, 30: 1.38, 100: 1.47, 500: 1.52}
WORST_HALF_HOUR = {10: 0.06, 30: 0.05, 100: 0.04, 500: 0.04}
THRESHOLDS = {10: (0.008, 0.014, 0.022), 30: (0.014, 0.024), 100: (0.014, 0.024), 500: (0.03, 0.05)}
HARD_SIZES = (30,)
SHIFT_SECONDS = 8 * 3600.0


class Timed:
    """A pacing whose decisions are timed."""

    def __init__(self, pacing: Pacing) -> None:
        self._pacing = pacing
        self.seconds: list[float] = []

    def observe(self, fact: Fact) -> None:
        self._pacing.observe(fact)

    def lines_to_launch(self, now: float, snapshot: Snapshot) -> int:
        began = time.perf_counter()
        lines = self._pacing.lines_to_launch(now, snapshot)
        self.seconds.append(time.perf_counter() - began)
        return lines


@functools.cache
def ours(agents: int, seed: int) -> tuple[Shift, list[float]]:
    """Return a shift under our pacer, and how long each decision took."""
    timed = Timed(Pacer(CAP))
    return simulate(Scenario(agents, wave(RATE)), timed, fates(seed)), timed.seconds


@functools.cache
def vicidial(agents: int, seed: int) -> Shift:
    return simulate(Scenario(agents, wave(RATE)), AdaptTapered(CAP, SHIFT_SECONDS), fates(seed))


@functools.cache
def oracle(agents: int, seed: int) -> float:
    """Return the productive time that the oracle has where it abandons just as many calls as the cap allows."""
    rate = wave(RATE)
    found = []
    for threshold in THRESHOLDS[agents]:
        pacer = Pacer(CAP, knowledge=Truth(rate), threshold=Fixed(threshold))
        shift = simulate(Scenario(agents, rate), pacer, fates(seed))
        found.append((math.log(max(shift.abandonment, 1e-4)), shift.productive))
    return _between(sorted(found), math.log(CAP))


def _between(points: list[tuple[float, float]], place: float) -> float:
    """Return the height at a place on the line through the two points around it, or the two that are nearest."""
    above = min(max(1, sum(x < place for x, _ in points)), len(points) - 1)
    (x0, y0), (x1, y1) = points[above - 1], points[above]
    return y0 + (y1 - y0) * (place - x0) / (x1 - x0)


def measure() -> list[dict[str, Any]]:
    """Return the rows of `make bench`."""
    rows: list[dict[str, Any]] = []
    for agents in SIZES:
        name = f"pacing, {agents} agents: "
        shifts = [ours(agents, seed)[0] for seed in SEEDS]
        of_oracle = [shift.productive / oracle(agents, seed) for shift, seed in zip(shifts, SEEDS, strict=True)]
        over = [
            shift.productive / vicidial(agents, seed).productive for shift, seed in zip(shifts, SEEDS, strict=True)
        ]
        worst = [100 * shift.worst_half_hour for shift in shifts]
        rows += [
            _row(name + "productive time", of_oracle, "x oracle", OF_ORACLE[agents], "at-least", "an oracle"),
            _row(name + "productive time", over, "x", OVER_VICIDIAL[agents], "at-least", "VICIdial ADAPT_TAPERED"),
            _row(name + "abandonment", [100 * shift.abandonment for shift in shifts], "%", 3.0, "at-most", "the cap"),
            _row(name + "worst half hour", worst, "%", 100 * WORST_HALF_HOUR[agents], "at-most", "the cap"),
        ]
    decisions = [1000 * _percentile(ours(500, seed)[1], 0.99) for seed in SEEDS]
    rows.append(_row("pacing, 500 agents: a decision, 99th percentile", decisions, "ms", 1.0, "at-most", "the clock"))
    for agents in HARD_SIZES:
        for trouble in TROUBLES:
            kept = [100 * TROUBLES[trouble](agents, seed).abandonment for seed in SEEDS]
            rows.append(
                _row(f"pacing, {agents} agents, {trouble}: abandonment", kept, "%", 3.0, "at-most", "the cap")
            )
    return rows


def _row(name: str, runs: list[float], unit: str, aim: float, direction: str, against: str) -> dict[str, Any]:
    # What must hold on every seed is judged by the worst.
    worst = {"at-most": max, "at-least": min}[direction](runs)
    every = unit == "%"
    return {
        "name": name,
        "value": worst if every else statistics.median(runs),
        "unit": unit,
        "aim": aim,
        "direction": direction,
        "against": against,
        "runs": runs,
        "worst_counts": every,
    }


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]


def _with(agents: int, seed: int, rate: Rate, leaving: int = 0, **beginning: float) -> Shift:
    scenario = Scenario(agents, rate, leave_at=SHIFT_SECONDS / 2 if leaving else None, leaving=leaving)
    return simulate(scenario, Pacer(CAP, **beginning), fates(seed))


TROUBLES: dict[str, Callable[[int, int], Shift]] = {
    "answer rate 10 %": lambda agents, seed: _with(agents, seed, wave(0.10)),
    "answer rate 40 %": lambda agents, seed: _with(agents, seed, wave(0.40)),
    "begun with too low an answer rate and too short a talk": lambda agents, seed: _with(
        agents, seed, wave(RATE), answer_rate=0.04, talk_seconds=40.0, wrap_up_seconds=5.0
    ),
    "begun with too high an answer rate and too long a talk": lambda agents, seed: _with(
        agents, seed, wave(RATE), answer_rate=0.7, talk_seconds=400.0, wrap_up_seconds=60.0
    ),
    "a list that turns bad in the middle": lambda agents, seed: _with(
        agents, seed, turning_bad(RATE, SHIFT_SECONDS / 2, 0.3)
    ),
    "half of the agents leave at once": lambda agents, seed: _with(agents, seed, wave(RATE), agents // 2),
}


def main() -> None:
    """Print every pacing at every size, and every trouble, over more shifts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="so many shifts of each")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="teams of so many agents")
    options = parser.parse_args()
    seeds = range(1, options.seeds + 1)
    heading = f"{'agents':>6}  {'pacing':56} {'productive':>10} {'abandoned':>9} {'most':>6} {'worst half hour':>15}"
    print(heading)
    for agents in options.sizes:
        scenario = Scenario(agents, wave(RATE))
        _print(agents, "ours", [ours(agents, seed)[0] for seed in seeds])
        _print(agents, "progressive", [simulate(scenario, Progressive(), fates(seed)) for seed in seeds])
        _print(agents, "power", [simulate(scenario, Power(POWER_RATIO), fates(seed)) for seed in seeds])
        _print(agents, "VICIdial ADAPT_TAPERED", [vicidial(agents, seed) for seed in seeds])
        best = statistics.mean(oracle(agents, seed) for seed in seeds)
        print(f"{agents:6}  {'oracle at 3.0 %':56} {100 * best:9.2f}%", flush=True)
        for trouble, shift_of in TROUBLES.items():
            _print(agents, f"ours, {trouble}", [shift_of(agents, seed) for seed in seeds])


def _print(agents: int, name: str, shifts: list[Shift]) -> None:
    productive = 100 * statistics.mean(shift.productive for shift in shifts)
    abandoned = [100 * shift.abandonment for shift in shifts]
    worst = 100 * max(shift.worst_half_hour for shift in shifts)
    figures = f"{productive:9.2f}% {statistics.mean(abandoned):8.2f}% {max(abandoned):5.2f}% {worst:14.2f}%"
    print(f"{agents:6}  {name:56} {figures}", flush=True)


if __name__ == "__main__":
    main()
