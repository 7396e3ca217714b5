"""`trunkline import FILE`: cleans a list here as an import would, and says what became of its rows."""

import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from leadimport.cleaning import Cleaner, Summary
from leadimport.dialready import DialReadyFile
from leadimport.errors import FileError
from leadimport.mapping import ColumnMapping
from leadimport.numberlists import read_numbers
from leadimport.numbersets import NumberSet, NumberSetError
from leadimport.opening import Opened, open_list
from leadimport.reasons import EXPLANATIONS, Reason
from leadimport.refused import RefusedFile
from leadimport.rules import Rules, RulesError

_SHOWN = 8


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    file: Path
    region: str
    column: str
    header: bool | None
    encoding: str
    template: Path | None
    do_not_call: tuple[Path, ...]
    blocked_regions: frozenset[str]
    blocked_line_types: frozenset[str]
    refused: Path | None
    accepted: Path | None
    as_json: bool


def main(request: Request) -> int:
    """Clean the file; return the exit code: 0 if rows may be dialled, 1 if none may, 2 where the file is no list."""
    console = Console(stderr=True)
    try:
        mapping = _mapping(request)
        with request.file.open("rb") as source:
            opened = open_list(source, mapping, request.encoding)
            refused = request.refused or Path(f"{request.file.stem}.refused.csv")
            _keep_apart(request, refused)
            summary = _clean(request, opened, refused, console)
    except (FileError, NumberSetError, RulesError, OSError) as error:
        console.print(f"trunkline import: {error}", style="red", markup=False, highlight=False)
        return 2
    if request.as_json:
        sys.stdout.write(json.dumps(as_dict(opened, summary, refused), ensure_ascii=False) + "\n")
    else:
        _show(Console(), opened, summary, refused, request.accepted)
    return 0 if summary.accepted else 1


def _keep_apart(request: Request, refused: Path) -> None:
    """Raise FileError where a file would be written over one that is read, or over the other."""
    read = [request.file, *request.do_not_call]
    written = [path for path in (refused, request.accepted) if path is not None]
    if len({path.resolve() for path in (*read, *written)}) < len({path.resolve() for path in read}) + len(written):
        raise FileError("what is written needs files of its own: see --refused and --accepted")


def _mapping(request: Request) -> ColumnMapping:
    mapping = _template(request.template) if request.template else ColumnMapping()
    number: str | int | None = mapping.number
    if request.column:
        # Columns without a name are counted from 1, as people do.
        number = int(request.column) - 1 if request.column in map(str, range(1, 1001)) else request.column
    return ColumnMapping(number, mapping.fields, request.header if request.header is not None else mapping.header)


def _template(path: Path) -> ColumnMapping:
    try:
        return ColumnMapping.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, AttributeError) as error:
        raise FileError(f"{path.name} is no template: {error}") from error


def _clean(request: Request, opened: Opened, refused: Path, console: Console) -> Summary:
    lists = tuple(_number_set(path, request.region) for path in request.do_not_call)
    sets = {Reason.DO_NOT_CALL: lists} if lists else {}
    rules = Rules(request.region, request.blocked_regions, request.blocked_line_types, sets)
    with contextlib.ExitStack() as stack:
        bar = stack.enter_context(_progress(console))
        task = bar.add_task("preparing tables", total=opened.size)
        cleaner = Cleaner(rules)
        summary = Summary(cleaner.places)
        layout = opened.file.layout
        bar.update(task, description=f"cleaning {request.file.name}")
        fallen = RefusedFile(stack.enter_context(refused.open("wb")), opened.file.delimiter, layout.names)
        ready = _dial_ready(request.accepted, stack, cleaner, tuple(layout.fields))
        for judged in cleaner.clean(opened.file, opened.size):
            summary.add(judged)
            fallen.write(judged.rows, judged.outcomes)
            if ready is not None:
                ready.write(judged, layout)
            bar.update(task, completed=judged.rows.source_bytes)
        bar.update(task, completed=opened.size)
    return summary


def _number_set(path: Path, region: str) -> NumberSet:
    """Return a do-not-call list from a saved set (*.numbers), or from any list file."""
    if path.suffix == ".numbers":
        return NumberSet.load(path)
    with path.open("rb") as source:
        return read_numbers(source, region)


def _dial_ready(
    path: Path | None, stack: contextlib.ExitStack, cleaner: Cleaner, fields: tuple[str, ...]
) -> DialReadyFile | None:
    if path is None:
        return None
    out: BinaryIO = stack.enter_context(path.open("wb"))
    return DialReadyFile(out, cleaner.places, fields)


@contextlib.contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), DownloadColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        yield progress


def as_dict(opened: Opened, summary: Summary, refused: Path) -> dict[str, Any]:
    """Return the summary as it stands in JSON."""
    return {
        "kind": opened.kind,
        "encoding": opened.encoding,
        "number_column": opened.file.layout.names[opened.file.layout.number],
        "rows": summary.rows,
        "accepted": summary.accepted,
        "refused": {reason.word: count for reason, count in summary.refused.items()},
        "regions": summary.regions,
        "line_types": summary.line_types,
        "refused_file": str(refused),
    }


def _show(console: Console, opened: Opened, summary: Summary, refused: Path, accepted: Path | None) -> None:
    column = opened.file.layout.names[opened.file.layout.number]
    console.print(f"{opened.kind}, {opened.encoding}; numbers from {column!r}", markup=False, highlight=False)
    table = Table(title=f"{summary.rows:,} rows")
    table.add_column("rows", justify="right")
    table.add_column("")
    table.add_column("what it means")
    table.add_row(f"{summary.accepted:,}", "may be dialled", "", style="green")
    for reason, count in summary.refused.items():
        table.add_row(f"{count:,}", reason.word, EXPLANATIONS[reason])
    console.print(table)
    for title, counts in (
        ("regions", summary.regions),
        ("lines", summary.line_types),
        ("areas", summary.areas),
        ("carriers", summary.carriers),
    ):
        if shown := [f"{name or 'unknown'} {count:,}" for name, count in counts.items()][:_SHOWN]:
            more = f", and {len(counts) - _SHOWN:,} more" if len(counts) > _SHOWN else ""
            console.print(f"{title}: {', '.join(shown)}{more}", markup=False, highlight=False)
    if summary.refused:
        console.print(f"refused rows, with line and reason: {refused}", markup=False, highlight=False)
    if accepted is not None:
        console.print(f"numbers that may be dialled: {accepted}", markup=False, highlight=False)
