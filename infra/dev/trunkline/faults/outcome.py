"""What a fault came to, as numbers; and as the table that people read."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

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
        return {**asdict(self), "remarks": list(self.remarks), "ok": self.ok}


def table_of(outcomes: Iterable[Outcome]) -> Table:
    """Return the outcomes as a table."""
    table = Table(title="What dies, and what is lost by it")
    for name, side in (
        ("fault", "left"), ("calls", "right"), ("lost (allowed)", "right"), ("facts lost", "right"),
        ("doubled", "right"), ("recordings lost", "right"), ("new calls after", "right"), ("", "left"),
    ):  # fmt: skip
        table.add_column(name, justify=side)  # type: ignore[arg-type]
    for each in outcomes:
        after = "never" if each.seconds_to_new_calls is None else f"{each.seconds_to_new_calls:.2f} s"
        table.add_row(
            each.fault,
            str(each.calls_in_progress),
            f"{each.calls_lost} ({each.allowed_lost})",
            str(each.facts_lost),
            str(each.facts_doubled),
            str(each.recordings_lost),
            f"{after} (aim {each.aim_seconds:g} s)",
            "[green]ok[/green]" if each.ok else "[red]NOT OK[/red]",
        )
    return table
