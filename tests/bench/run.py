"""Runs every measurement, prints the ratios as a table and writes them to var/bench.json.

A measurement is a function `measure` or `measure_*` in `tests/bench/*_bench.py` that returns one result or a list of
them: `{name, value, unit, aim, direction: "at-most" | "at-least", against, runs}`.  `value` is the median of `runs`,
or the worst of them in a result with `worst_counts`: of what must hold in each run.
"""

import argparse
import importlib.util
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
RESULT = HERE.parents[1] / "var" / "bench.json"
KEYS = {"name", "value", "unit", "aim", "direction", "against", "runs"}


def measurements(wanted: str) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield each measurement whose name holds the wanted text."""
    for path in sorted(HERE.glob("*_bench.py")):
        module = _load(path)
        for name in sorted(vars(module)):
            if (name == "measure" or name.startswith("measure_")) and wanted in f"{path.stem}.{name}":
                yield f"{path.stem}.{name}", getattr(module, name)


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"tests.bench.{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def checked(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result as it is, after making sure that it is whole and its value follows from its runs."""
    if missing := KEYS - result.keys():
        raise ValueError(f"{result.get('name')}: lacks {', '.join(sorted(missing))}")
    worst = max if result["direction"] == "at-most" else min
    value_of = worst if result.get("worst_counts") else statistics.median
    if len(result["runs"]) < 3 or result["value"] != value_of(result["runs"]):
        raise ValueError(f"{result['name']}: the value must be the median (or the worst) of at least 3 runs")
    return result


def meets(result: dict[str, Any]) -> bool:
    if result["direction"] == "at-most":
        return bool(result["value"] <= result["aim"])
    return bool(result["value"] >= result["aim"])


def table_of(results: list[dict[str, Any]]) -> Table:
    table = Table(title="Measured side by side, one run")
    for heading in ("measurement", "value", "aim", "runs", "against", ""):
        table.add_column(heading)
    for result in results:
        sign = "≤" if result["direction"] == "at-most" else "≥"
        table.add_row(
            result["name"],
            f"{result['value']:.3g} {result['unit']}",
            f"{sign} {result['aim']}",
            " ".join(f"{run:.3g}" for run in result["runs"]),
            result["against"],
            "ok" if meets(result) else "missed",
        )
    return table


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="run measurements whose name holds this text")
    wanted = parser.parse_args().only
    console = Console()
    results: list[dict[str, Any]] = []
    RESULT.parent.mkdir(exist_ok=True)
    for name, measure in measurements(wanted):
        began = time.monotonic()
        console.print(f"measuring {name} …")
        found = measure()
        results += [checked(result) for result in (found if isinstance(found, list) else [found])]
        console.print(f"  {time.monotonic() - began:.0f} s")
        RESULT.write_text(json.dumps(results, indent=2) + "\n")
    console.print(table_of(results))
    console.print(f"written to {RESULT.relative_to(HERE.parents[1])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
