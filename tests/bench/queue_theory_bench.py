"""The rules of matching in virtual time against Erlang C and Erlang A: 10^6 calls for each, from 10 agents to 500."""

import json
import statistics
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.queueing import Figures, VirtualCentre, erlang_a, erlang_c, names

RUNS = 3
OF_C = ((10, 8.0, 100_000), (30, 26.0, 150_000), (100, 92.0, 250_000), (500, 480.0, 500_000))
"""Agents, erlangs, calls in all runs together: 10^6."""
OF_A = ((10, 12.0, 1.0, 100_000), (30, 30.0, 0.5, 150_000), (100, 105.0, 1.0, 250_000), (500, 500.0, 2.0, 500_000))
"""Agents, erlangs, mean patience in handling times, calls in all."""


def farthest(agents: int, load: float, patience: float, calls: int, seed: int, theory: Figures) -> float:
    """Return how far the worst figure lies from the theory, in half widths of its 95 % interval."""
    centre = VirtualCentre(dict.fromkeys(names(agents), ("sales",)), {"sales": load}, patience, seed).run(calls)
    distances = [estimate.distance(getattr(theory, name)) for name, estimate in centre.figures("sales").items()]
    return round(max(distances), 2)


def row(name: str, agents: int, load: float, patience: float, calls: int, theory: Figures) -> dict[str, Any]:
    runs = [farthest(agents, load, patience, calls // RUNS, seed, theory) for seed in range(1, RUNS + 1)]
    return {
        "name": f"matching: {agents} agents, {load:g} erlangs, distance from {name}",
        "value": statistics.median(runs),
        "unit": "half intervals (95 %)",
        "aim": 1,
        "direction": "at-most",
        "against": f"{name}: {theory.waited:.1%} wait, {theory.abandoned:.1%} give up, for {theory.mean_wait:.4f} "
        f"handling times on average; {calls} calls in all",
        "runs": runs,
    }


def measure_erlang_c() -> list[dict[str, Any]]:
    """Return how far waiting is from what Erlang C says."""
    return [row("Erlang C", *each[:2], float("inf"), each[2], erlang_c(*each[:2])) for each in OF_C]


def measure_erlang_a() -> list[dict[str, Any]]:
    """Return how far waiting and giving up are from what Erlang A says."""
    return [row("Erlang A", *each, erlang_a(*each[:3])) for each in OF_A]


if __name__ == "__main__":
    print(json.dumps(measure_erlang_c() + measure_erlang_a(), indent=2))
