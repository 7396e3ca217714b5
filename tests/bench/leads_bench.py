"""Raw rows to dial-ready numbers: ours, a plain loop over `phonenumbers`, and polars by the same rules, side by side.

LEADS_ROWS (a million) and LEADS_DO_NOT_CALL (100 million) set the sizes: LEADS_ROWS=10000000 is the full one.  The
plain loop reads the first LEADS_SAMPLE rows (20,000) only; its time a row is what counts.  All three read the file,
judge every row, drop numbers on a do-not-call list of a million (made before) and those that come twice, and write
the refused rows; polars knows fewer countries and no areas abroad, which is to its good.
"""

import csv
import gc
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import phonenumbers
from numpy.typing import NDArray
from phonenumbers import carrier, geocoder
from pyroaring import BitMap64

from leadimport.cleaning import Cleaner, Summary
from leadimport.numbersets import NumberSet
from leadimport.opening import open_list
from leadimport.reasons import Reason
from leadimport.refused import RefusedFile
from leadimport.rules import Rules
from tests.bench.leads_polars import clean_with_polars

ROWS = int(os.environ.get("LEADS_ROWS", "1000000"))
SAMPLE = int(os.environ.get("LEADS_SAMPLE", "20000"))
DO_NOT_CALL = int(os.environ.get("LEADS_DO_NOT_CALL", "100000000"))
ASKED, ASKED_ONE_BY_ONE, LISTED, RUNS = 1_000_000, 100_000, 1_000_000, 3
SEGMENTS = [*range(130, 140), *range(150, 154), *range(155, 160), 166, 173, 176, 177, *range(180, 190), 198, 199]
NAMES = ["王伟", "李娜", "张敏", "刘洋", "陈静", "Anna Schmidt", "John Smith", "赵磊"]
CITIES = ["北京", "上海", "Berlin", ""]


def measure() -> list[dict[str, Any]]:
    """Return how many times as fast ours is, and what a look-up among many takes."""
    with tempfile.TemporaryDirectory() as folder:
        path, refused = Path(folder) / "raw.csv", Path(folder) / "refused.csv"
        path.write_text("".join(raw_rows(ROWS)), encoding="utf-8")
        listed = mobile_numbers(np.random.default_rng(2), LISTED)
        rules = Rules(sets={Reason.DO_NOT_CALL: (NumberSet.of(listed),)})
        forbidden = set(listed.tolist())
        clean_ours(path, refused, rules)  # compiled, and its tables made
        ours, plain, polars = [], [], []
        for _ in range(RUNS):
            ours.append(timed(lambda: clean_ours(path, refused, rules), ROWS))
            polars.append(timed(lambda: clean_with_polars(path, refused, listed), ROWS))
            plain.append(timed(lambda: clean_plainly(path, refused, forbidden), min(SAMPLE, ROWS)))
    per_row = [f"{name} {statistics.median(each):,.0f} ns" for name, each in (("ours", ours), ("polars", polars))]
    print(f"  a row of {ROWS:,}: {', '.join(per_row)}, phonenumbers {statistics.median(plain):,.0f} ns (of a sample)")
    sizes = f"{ROWS:,} rows"
    against = f"phonenumbers in a loop, {min(SAMPLE, ROWS):,} rows scaled"
    return [
        ratio(f"leads: raw to dial-ready, {sizes}", 300, against, plain, ours),
        ratio(f"leads: raw to dial-ready, {sizes}", 2, "polars, the same rules", polars, ours),
        look_up(),
    ]


def ratio(name: str, aim: float, against: str, theirs: list[float], ours: list[float]) -> dict[str, Any]:
    runs = [slow / fast for slow, fast in zip(theirs, ours, strict=True)]
    value = statistics.median(runs)
    said = {"name": name, "unit": "x", "aim": aim, "direction": "at-least", "against": against}
    return said | {"value": value, "runs": runs}


def timed(work: Callable[[], int], rows: int) -> float:
    """Return the nanoseconds a row by the clock on the wall: both cores count."""
    gc.collect()
    began, began_cpu = time.perf_counter(), time.process_time()
    accepted = work()
    taken, cpu = (time.perf_counter() - began) / rows * 1e9, (time.process_time() - began_cpu) / rows * 1e9
    print(f"  {accepted / rows:.2%} of the rows may be dialled; a row {taken:,.0f} ns, {cpu:,.0f} ns of CPU")
    return taken


def clean_ours(path: Path, refused: Path, rules: Rules) -> int:
    cleaner, kept = Cleaner(rules), []
    with path.open("rb") as source, refused.open("wb") as out:
        opened = open_list(source)
        file = opened.file
        fallen, summary = RefusedFile(out, file.delimiter, file.layout.names), Summary(cleaner.places)
        for judged in cleaner.clean(file, opened.size):
            summary.add(judged)
            fallen.write(judged.rows, judged.outcomes)
            rows = judged.accepted
            kept.append((judged.numbers[rows], judged.verdicts[rows], judged.areas[rows], judged.carriers[rows]))
    return summary.accepted


def clean_plainly(path: Path, refused: Path, forbidden: set[int]) -> int:
    seen, kept = set[int](), []
    with path.open(encoding="utf-8", newline="") as source, refused.open("w", encoding="utf-8", newline="") as out:
        rows, write = csv.reader(source), csv.writer(out).writerow
        next(rows)
        for line, row in enumerate(rows, 2):
            if line - 2 == SAMPLE:
                break
            reason, lead = judge_plainly(row[1], forbidden, seen)
            if lead is None:
                write([line, reason, *row])
            else:
                kept.append(lead)
    return len(kept)


def judge_plainly(cell: str, forbidden: set[int], seen: set[int]) -> tuple[str, tuple[Any, ...] | None]:
    try:
        parsed = phonenumbers.parse(cell, "CN")
    except phonenumbers.NumberParseException:
        return "not-a-number", None
    if not phonenumbers.is_valid_number(parsed):
        return "invalid", None
    number = int(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)[1:])
    if number in forbidden:
        return "do-not-call", None
    if number in seen:
        return "twice-in-file", None
    seen.add(number)
    region, line_type = phonenumbers.region_code_for_number(parsed), phonenumbers.number_type(parsed)
    area = geocoder.description_for_valid_number(parsed, "zh")
    return "", (number, region, line_type, area, carrier.name_for_number(parsed, "zh"))


def look_up() -> dict[str, Any]:
    """Return the nanoseconds a number that a do-not-call list takes, a seventh of the numbers being on it."""
    rng = np.random.default_rng(1)
    listed = mobile_numbers(rng, DO_NOT_CALL)
    asked = mobile_numbers(rng, ASKED)
    asked[::7] = listed[rng.integers(0, len(listed), len(asked[::7]))]
    made = NumberSet.of(listed)
    roaring = BitMap64(listed[: DO_NOT_CALL // 10])
    del listed
    made.contains(asked)
    runs, theirs = [], []
    # By the CPU's time: one thread, and others may be at work.
    for _ in range(2 * RUNS + 1):
        began = time.thread_time()
        made.contains(asked)
        runs.append((time.thread_time() - began) / len(asked) * 1e9)
    for _ in range(RUNS):
        some = asked[:ASKED_ONE_BY_ONE].tolist()
        began = time.thread_time()
        sum(number in roaring for number in some)
        theirs.append((time.thread_time() - began) / len(some) * 1e9)
    print(f"  {len(made):,} numbers in {made.nbytes / 1e6:,.0f} MB, {statistics.median(runs):.1f} ns a number")
    print(f"  pyroaring, a tenth of them, one by one: {statistics.median(theirs):.0f} ns")
    name = f"leads: do-not-call look-up among {DO_NOT_CALL:,}"
    return {
        "name": name, "value": statistics.median(runs), "unit": "ns", "aim": 25, "direction": "at-most",
        "against": f"pyroaring {statistics.median(theirs):.0f} ns", "runs": runs,
    }  # fmt: skip


def mobile_numbers(rng: np.random.Generator, count: int) -> NDArray[np.uint64]:
    segments = np.array(SEGMENTS, np.uint64)[rng.integers(0, len(SEGMENTS), count)]
    return np.uint64(8600000000000) + segments * np.uint64(10**8) + rng.integers(0, 10**8, count, dtype=np.uint64)


def raw_rows(count: int) -> Iterator[str]:
    """Yield a bought list: two thirds as they should be, the others as people, programs and sellers write them."""
    rng = random.Random(3)
    earlier = ["13800138000"]
    yield "name,mobile,city,note\n"
    for row in range(count):
        cell = raw_cell(rng, earlier)
        if row % 50 == 0:
            earlier = [*earlier[-1000:], cell]
        yield f"{rng.choice(NAMES)},{cell},{rng.choice(CITIES)},row {row}\n"


def raw_cell(rng: random.Random, earlier: list[str]) -> str:
    kind = rng.random()
    mobile = f"{rng.choice(SEGMENTS)}{rng.randrange(10**8):08}"
    if kind < 0.65:
        return mobile if kind < 0.55 else f"+86{mobile}"
    if kind < 0.80:
        return (
            f"{mobile[:3]}-{mobile[3:7]}-{mobile[7:]}"
            if kind < 0.72
            else f"86{mobile}"
            if kind < 0.77
            else f"0{mobile}"
        )
    if kind < 0.84:
        return f"{rng.choice(['010', '021', '0755', '0571'])}-8{rng.randrange(10**7):07}"
    if kind < 0.91:
        area, number = rng.choice((212, 310, 415, 646, 713)), rng.randrange(10**7)
        abroad = f"+44 7{rng.randrange(10**9):09}" if kind < 0.89 else f"+49 30 {number:07}"
        return f"+1 ({area}) {200 + number % 800}-{number % 10**4:04}" if kind < 0.87 else abroad
    if kind < 0.97:
        return rng.choice(earlier)
    if kind < 0.995:
        return f"1{rng.randrange(10**8):08}" if kind < 0.98 else f"12{rng.randrange(10**9):09}"
    return rng.choice(["", "n/a", "--", "1.38E+10", "=1+1"])
