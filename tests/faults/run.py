"""Runs the faults one after another on one cluster, prints them as a table and writes them to var/faults.json."""

import argparse
import asyncio
import json
import signal
import sys
import time

from rich.console import Console

from devstack.children import StackError
from devstack.foreground import PLAIN, can_start
from simulators.call import CallEndedError
from simulators.phone import RegistrationError
from tests.faults.catalogue import FAULTS, Trial
from tests.faults.field import field_of
from tests.faults.outcome import Outcome, table_of
from tests.faults.trial import FULL, MANY, MEDIUM, SMALL, Size
from trunkline.apiclient import ApiError
from trunkline.plan import REPOSITORY, AddressPlan

RESULT = REPOSITORY / "var" / "faults.json"
REMARKS_SHOWN = 5
SIZES = {"small": SMALL, "many": MANY, "medium": MEDIUM, "full": FULL}


async def run_all(faults: list[Trial], size: Size, block: int, console: Console) -> list[Outcome]:
    """Return what came of each; written after each, too.  Raises StackError and what else keeps it from starting."""
    outcomes: list[Outcome] = []

    def say(line: str) -> None:
        console.print(line, **PLAIN)

    async with field_of(block, REPOSITORY / "var" / "run" / f"faults-{block}", size.shape, say) as field:
        faults = [fault for fault in faults if fault.fits_shape(size.shape)]
        for number, fault in enumerate(faults, 1):
            say(f"[{number}/{len(faults)}] {fault.name}: {fault.load(size)}")
            begun = time.monotonic()
            try:
                outcomes.append(await fault.tried(field, size))
            except (StackError, CallEndedError, LookupError, TimeoutError) as error:
                remark = f"could not be tried: {type(error).__name__}: {error}"
                outcomes.append(Outcome(fault.name, 0, 0, 0, 0, 0, 0, None, fault.aim_seconds, remarks=(remark,)))
            _write(outcomes)
            came = outcomes[-1]
            word = "ok" if came.ok else "NOT OK"
            say(f"    {word} in {time.monotonic() - begun:.0f} s: {came.to_line()}")
            for remark in (*came.notes, *came.remarks[:REMARKS_SHOWN]):
                say(f"    - {remark}")
    return outcomes


def _write(outcomes: list[Outcome]) -> None:
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps([outcome.to_json() for outcome in outcomes], indent=2) + "\n", encoding="utf-8")


def main(*, only: list[str], size: str, block: int) -> int:
    """Run them to the exit code: 0 when each fault cost no more than it may."""
    console = Console(file=sys.stdout, soft_wrap=True)
    faults = [fault for fault in FAULTS if any(text.lower() in fault.name.lower() for text in only)]
    if not faults:
        console.print(f"no fault is called {', '.join(only)}; there are:", **PLAIN)
        for fault in FAULTS:
            console.print(f"  {fault.name}", **PLAIN)
        return 2
    if not can_start(AddressPlan(block), console, "cluster", SIZES[size].shape):
        return 1

    async def run() -> list[Outcome]:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await run_all(faults, SIZES[size], block, console)

    try:
        outcomes = asyncio.run(run())
    except (StackError, ApiError, RegistrationError) as error:
        console.print(f"\nthe cluster could not be started: {error}", **PLAIN)
        return 1
    except asyncio.CancelledError:
        console.print(f"stopped; {RESULT} holds what was tried before", **PLAIN)
        return 130
    console.print(table_of(outcomes))
    console.print(f"written to {RESULT}", **PLAIN)
    return 0 if all(outcome.ok for outcome in outcomes) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", default=[], help="only the faults whose name holds this")
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--block", type=int, default=86)
    asked = parser.parse_args()
    sys.exit(main(only=asked.only or [""], size=asked.size, block=asked.block))
