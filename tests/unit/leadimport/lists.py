"""Lists for tests: files in memory, and what becomes of them."""

import io
from dataclasses import dataclass

from leadimport.cleaning import Cleaner, Judged, Summary
from leadimport.mapping import ColumnMapping
from leadimport.opening import Opened, open_list
from leadimport.reasons import Reason
from leadimport.refused import RefusedFile
from leadimport.rules import Rules


@dataclass
class Cleaned:
    opened: Opened
    judged: list[Judged]
    summary: Summary
    refused: str

    @property
    def accepted(self) -> list[str]:
        """The numbers that may be dialled, in order."""
        return [f"+{each.numbers[row]}" for each in self.judged for row in each.accepted]

    @property
    def reasons(self) -> dict[int, str]:
        """Reasons by line."""
        return {
            int(each.rows.lines[row]): Reason(outcome).word
            for each in self.judged
            for row, outcome in enumerate(each.outcomes)
            if outcome
        }


def clean(content: bytes | str, rules: Rules | None = None, mapping: ColumnMapping | None = None) -> Cleaned:
    source = io.BytesIO(content.encode() if isinstance(content, str) else content)
    opened = open_list(source, mapping)
    cleaner, out = Cleaner(rules or Rules()), io.BytesIO()
    summary, judged = Summary(cleaner.places), []
    refused = RefusedFile(out, opened.file.delimiter, opened.file.layout.names)
    for each in cleaner.clean(opened.file, opened.size):
        judged.append(each)
        summary.add(each)
        refused.write(each.rows, each.outcomes)
    return Cleaned(opened, judged, summary, out.getvalue().decode("utf-8-sig"))


def a_column(cells: list[str]) -> str:
    """Return a list with one column, `mobile`; no cell may need quotes."""
    return "\n".join(["mobile,note", *(f"{cell},x" for cell in cells)]) + "\n"
