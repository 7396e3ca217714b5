# ruff: noqa: E402 - the house of the tests is imported by path
"""A list imported by a Celery worker, from the order to `ready`, over the same rules in this process.

The worker fetches what was uploaded, opens it with the tenant's key, judges it, keeps leads as sealed blocks in
SQLite and the refused rows in the object store.  In the process: a file at hand is read and judged, and the refused
rows are written.  IMPORT_ROWS (two million) sets the size; each lead keeps two cells.
"""

import asyncio
import gc
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS.parent), str(TESTS / "integration" / "control_plane" / "facts")]

from facts_house import ACME, House, until

from control_plane.people.permissions import Role
from leadimport.cleaning import Cleaner, Summary
from leadimport.mapping import ColumnMapping
from leadimport.opening import open_list
from leadimport.refused import RefusedFile
from leadimport.rules import Rules
from tests.bench.leads_bench import raw_rows

ROWS = int(os.environ.get("IMPORT_ROWS", "2000000"))
FEW, RUNS, AIM = 2000, 3, 1.2
MAPPING = {"number": "mobile", "fields": {"name": "name", "city": "city"}}


def measure() -> dict[str, Any]:
    """Return how much longer an import takes through Celery."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "raw.csv"
        path.write_text("".join(raw_rows(ROWS)), encoding="utf-8")
        runs = asyncio.run(both(Path(folder), path))
    return {
        "name": f"import of {ROWS:,} rows through Celery",
        "value": statistics.median(runs),
        "unit": "x",
        "aim": AIM,
        "direction": "at-most",
        "against": "the same rules in one process",
        "runs": runs,
    }


async def both(folder: Path, path: Path) -> list[float]:
    house = House(folder / "house")
    house.folder.mkdir()
    await house.open()
    try:
        await house.resources.dnc.complete()
        await house.start_worker(TRUNKLINE_WORKER_QUEUES="imports", TRUNKLINE_WORKER_CONCURRENCY="1")
        token = await house.token("mia", Role.MANAGER)
        small = folder / "small.csv"
        small.write_text("".join(raw_rows(FEW)), encoding="utf-8")
        # Compiled and warm on both sides.
        in_process(small)
        await through_celery(house, token, small, "warm")
        runs = []
        for run in range(RUNS):
            alone = in_process(path)
            with path.open("a", encoding="utf-8") as file:
                file.write(f"run,{run},,\n")  # the same file would not be imported again
            took = await through_celery(house, token, path, f"run-{run}")
            print(f"  in one process {alone:.2f} s, through Celery {took:.2f} s")
            runs.append(took / alone)
        return runs
    finally:
        await house.close()


def in_process(path: Path) -> float:
    """Return the seconds that it takes to judge a file and to write its refused rows."""
    gc.collect()
    begun = time.perf_counter()
    cleaner = Cleaner(Rules("CN"))
    with path.open("rb") as source, path.with_suffix(".refused").open("wb") as out:
        opened = open_list(source, ColumnMapping.from_dict(MAPPING))
        fallen = RefusedFile(out, opened.file.delimiter, opened.file.layout.names)
        summary = Summary(cleaner.places)
        for judged in cleaner.clean(opened.file, opened.size):
            summary.add(judged)
            fallen.write(judged.rows, judged.outcomes)
    return time.perf_counter() - begun


async def through_celery(house: House, token: str, path: Path, list_id: str) -> float:
    """Return the seconds from the order to import until the list is ready."""
    lists = f"/tenants/{ACME}/lists"
    made, _ = await house.ask(token, "POST", lists, {"list_id": list_id, "mapping": MAPPING, "region": "CN"})
    assert made == 201
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
    with path.open("rb") as file:
        async with house.client.put(f"/api/v1{lists}/{list_id}/file/0", data=file, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
    begun = time.perf_counter()
    await house.ask(token, "POST", f"{lists}/{list_id}/import", {})

    async def ready() -> bool:
        _, found = await house.ask(token, "GET", f"{lists}/{list_id}")
        return bool(found["state"] == "ready")

    await until(ready, 600)
    return time.perf_counter() - begun


if __name__ == "__main__":
    print(measure())
