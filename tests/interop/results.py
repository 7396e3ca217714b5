"""What came of a story with a phone, and all of them as a table (Markdown)."""

from collections.abc import Iterable
from dataclasses import dataclass

COLUMNS = ("make", "take", "hold and keys", "blind transfer", "attended transfer")


@dataclass(frozen=True)
class Result:
    phone: str
    site: str
    transport: str
    story: str
    passed: bool
    seconds: float
    why: str = ""


def table(results: Iterable[Result]) -> str:
    """Return a row for each phone, place and transport: `yes` for what works, `NO`, and `-` for what it has not."""
    rows: dict[tuple[str, str, str], dict[str, Result]] = {}
    for result in results:
        # Of two tries the last counts.
        rows.setdefault((result.phone, result.site, result.transport), {})[result.story] = result
    lines = [f"| phone | place | over | {' | '.join(COLUMNS)} |", "|---" * (3 + len(COLUMNS)) + "|"]
    for place, found in rows.items():
        cells = ["-" if story not in found else "yes" if found[story].passed else "NO" for story in COLUMNS]
        lines.append(f"| {' | '.join((*place, *cells))} |")
    return "\n".join(lines)
