"""`trunkline doctor`: what is missing or broken on this machine, in plain words, and how to mend it."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from trunkline.consoles import CONSOLE, check_console
from trunkline.diagnosis import Finding, Level
from trunkline.doors import check_doors
from trunkline.engines import check_asterisk, check_cassandra, check_engines, check_python
from trunkline.leftovers import check_run_folders, stack_lives
from trunkline.machine import check_clock, check_disk, check_file_limit, check_loopback, check_ports, check_redis
from trunkline.plan import REPOSITORY, AddressPlan

_MARKS = {
    Level.FINE: "[green]ok  [/green]",
    Level.WARNING: "[yellow]warn[/yellow]",
    Level.BLOCKS: "[red]BAD [/red]",
}


def examine(plan: AddressPlan, run_root: Path) -> list[Finding]:
    """Return all findings.  A check that fails itself is a finding too: a doctor must not fall ill."""
    checks: list[Callable[[], Iterable[Finding]]] = [
        check_python,
        check_engines,
        check_asterisk,
        check_cassandra,
        lambda: check_loopback(plan),
        lambda: check_run_folders(run_root),
        lambda: [] if stack_lives(run_root / f"demo-{plan.block}") else check_ports(plan),
        check_file_limit,
        check_clock,
        lambda: check_disk(run_root),
        check_redis,
        lambda: check_doors(run_root),
        lambda: check_console(CONSOLE),
    ]
    findings: list[Finding] = []
    for check in checks:
        try:
            findings += check()
        except Exception as error:  # the other checks still help
            text = f"this check failed: {type(error).__name__}: {error}"
            findings.append(Finding("doctor", Level.WARNING, text, "tell the developers"))
    return findings


def main(*, as_json: bool, block: int) -> int:
    """Print the findings; return 1 when something blocks."""
    findings = examine(AddressPlan(block), REPOSITORY / "var" / "run")
    blocked = any(finding.level is Level.BLOCKS for finding in findings)
    if as_json:
        print(json.dumps({"ok": not blocked, "findings": [finding.to_json() for finding in findings]}, indent=2))
        return int(blocked)
    console = Console(highlight=False, soft_wrap=True)
    for finding in findings:
        console.print(f"{_MARKS[finding.level]} [bold]{escape(finding.subject)}[/bold]: {escape(finding.text)}")
        if finding.mend:
            console.print(f"     to mend: {escape(finding.mend)}")
    console.print("\nSomething blocks: mend what is marked BAD." if blocked else "\nThis machine can run Trunkline.")
    return int(blocked)
