"""A run in the foreground: Ctrl-C ends it in order, a second one kills; at its end an honest word as JSON."""

import asyncio
import json
import signal
from typing import Any, Protocol

from rich.console import Console

from devstack.children import StackError
from devstack.stack import Stack
from simulators.phone import RegistrationError
from trunkline.apiclient import ApiError
from trunkline.diagnosis import Level
from trunkline.engines import check_asterisk, check_cassandra, check_engines
from trunkline.machine import check_loopback
from trunkline.plan import AddressPlan
from trunkline.progress import Steps
from trunkline.shape import SINGLE, Shape

PLAIN: Any = {"highlight": False, "soft_wrap": True, "markup": False}


class Verdict(Protocol):
    """What a run came to: `problems` in words, and the JSON object of the last line."""

    problems: list[str]

    @property
    def ok(self) -> bool: ...

    def to_json(self) -> dict[str, Any]: ...


class Show(Protocol):
    """What runs in the foreground: a stack, what it tells of its steps, and what it does with it."""

    stack: Stack
    steps: Steps

    async def run(self) -> Verdict | None: ...


async def run_in_foreground(show: Show, console: Console, *, name: str, ends: bool) -> int:
    """Return the exit code of a run: 0 fine, 1 something is not as it should be, 130 ended by hand before its time.

    ends: whether the run was to end by itself.
    """
    stack, steps = show.stack, show.steps
    loop = asyncio.get_running_loop()
    main = asyncio.current_task()
    assert main is not None
    asked = 0

    def on_signal() -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            steps.hint = "Ctrl-C again kills everything"
            main.cancel()
        else:
            console.print("killing what still runs", highlight=False)
            stack.kill_all()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal)
    try:
        verdict = await show.run()
    except asyncio.CancelledError:
        steps.done()
        console.print(f"stopped; logs and recordings stay in {stack.run_dir} until the next start", **PLAIN)
        return 130 if ends else 0
    except (StackError, ApiError, RegistrationError) as error:
        steps.done()
        console.print(f"\nthe {name} failed: {error}", **PLAIN)
        console.print("'trunkline doctor' (make doctor) looks for the cause on this machine", **PLAIN)
        return 1
    steps.done()
    if verdict is None:
        return 0
    for problem in verdict.problems:
        print(f"problem: {problem}")
    print(json.dumps(verdict.to_json()), flush=True)
    return 0 if verdict.ok else 1


def can_start(plan: AddressPlan, console: Console, name: str, shape: Shape = SINGLE) -> bool:
    """Say whether this machine has what a run needs, and print what is missing."""
    # Elsewhere one can do without.
    missing = [finding for finding in check_cassandra() if shape.cassandras and finding.level is not Level.FINE]
    missing += [
        finding
        for finding in (*check_engines(), *check_asterisk(), *check_loopback(plan))
        if finding.level is Level.BLOCKS
    ]
    if missing:
        console.print(f"the {name} can not start on this machine:", **PLAIN)
        for finding in missing:
            console.print(f"  {finding.subject} {finding.text}\n    to mend: {finding.mend}", **PLAIN)
    return not missing
