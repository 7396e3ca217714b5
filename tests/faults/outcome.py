"""What a fault came to, as numbers; and as the table that people read."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table


@dataclass(frozen=True)
class Outcome:
    """Counted at phones, carrier and stores.

    `seconds_to_new_calls`: from the strike to the answer of the first new call after which none failed, and where
    none failed the longest that one waited; None when new calls did not come back while they were watched.
    """

    fault: str
    calls_in_progress: int
    calls_lost: int
    allowed_lost: int
    facts_lost: int
    facts_doubled: int
    recordings_lost: int
    seconds_to_new_calls: float | None
    aim_seconds: float
    new_calls: int = 0
    new_calls_failed: int = 0
    notes: tuple[str, ...] = ()
    """What else was seen, and is no failure."""
    remarks: tuple[str, ...] = ()
    """What went wrong beside, in words; with one the fault is not passed."""

    @property
    def ok(self) -> bool:
        """Whether nothing was lost but what had to be, and new calls flowed in time."""
        whole = not (self.facts_lost or self.facts_doubled or self.recordings_lost or self.remarks)
        flows = self.seconds_to_new_calls is not None and self.seconds_to_new_calls <= self.aim_seconds
        return whole and flows and self.calls_lost <= self.allowed_lost and self.calls_in_progress > 0

    def to_json(self) -> dict[str, Any]:
        """Return the object that stands in var/faults.json."""
        return {**asdict(self), "notes": list(self.notes), "remarks": list(self.remarks), "ok": self.ok}

    def to_line(self) -> str:
        """Return it in one line, for whoever watches."""
        lost = f"{self.calls_lost} of {self.calls_in_progress} calls lost ({self.allowed_lost} may be)"
        facts = f"facts {self.facts_lost} lost, {self.facts_doubled} doubled"
        return f"{lost}, {facts}, recordings {self.recordings_lost} lost, new calls after {self._after}"

    @property
    def _after(self) -> str:
        return "never" if self.seconds_to_new_calls is None else f"{self.seconds_to_new_calls:.2f} s"

    def to_row(self) -> tuple[str, ...]:
        """Return what stands in the table."""
        counts = (self.calls_in_progress, self.calls_lost, self.allowed_lost)
        facts = (self.facts_lost, self.facts_doubled, self.recordings_lost)
        after = f"{self._after} ({self.aim_seconds:g})"
        return (self.fault, *map(str, counts + facts), after, "[green]ok[/green]" if self.ok else "[red]NOT OK[/red]")


def table_of(outcomes: Iterable[Outcome]) -> Table:
    """Return the outcomes as a table that fits into 80 columns."""
    table = Table(title="What dies, and what is lost by it", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("fault", max_width=34)
    for name in ("calls", "lost", "may\nbe", "facts\nlost", "twice", "rec.\nlost"):
        table.add_column(name, justify="right")
    table.add_column("new calls\nafter (aim)", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for each in outcomes:
        table.add_row(*each.to_row())
    return table
