"""What a start or a stop is doing: a turning mark with the seconds on a terminal, plain lines elsewhere."""

import time

from rich.console import Console
from rich.status import Status


class Steps:
    """Told each step as it begins; the one before is then over.  `done` ends the last.

    `hint` stands behind what is being done: what a person may do meanwhile.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self.hint = ""
        self._status: Status | None = None
        self._step = ""
        self._begun = self._step_begun = time.monotonic()

    def __call__(self, step: str) -> None:
        self._tick()
        self._step, self._step_begun = step, time.monotonic()
        if not self._console.is_terminal:
            self._console.print(step, highlight=False, markup=False)
            return
        if self._status is None:
            self._status = self._console.status("", spinner="dots")
            self._status.start()
        self._status.update(f"[dim]{step} ... {self.hint}[/dim]")

    def done(self, word: str = "") -> None:
        """End the last step; say in a word what is so now, with the seconds since the first."""
        self._tick()
        if self._status is not None:
            self._status.stop()
            self._status = None
        if word:
            seconds = time.monotonic() - self._begun
            self._console.print(f"{word} ({seconds:.0f} s)", highlight=False, markup=False)

    def _tick(self) -> None:
        if self._step and self._console.is_terminal:
            seconds = time.monotonic() - self._step_begun
            line = f"[green]✓[/green] [dim]{self._step}[/dim]"
            self._console.print(f"{line} [dim]{seconds:.1f} s[/dim]", highlight=False)
        elif not self._step:
            self._begun = time.monotonic()
        self._step = ""
