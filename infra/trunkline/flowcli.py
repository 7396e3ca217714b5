"""`trunkline flow ...`: check a flow, walk it in a terminal, draw it; by the same code as on a real call."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from callmodel.flows.calendars import Calendar
    from callmodel.flows.document import Flow
    from callmodel.flows.known import Known
    from callmodel.flows.simulator import Scene

WRONG, UNREADABLE = 1, 2
"""Exit codes: a flow with problems, and a file that is none."""

app = typer.Typer(
    no_args_is_help=True,
    help=(
        "Flows: what callers hear and may choose before a person answers, as JSON files that you can try here.\n\n"
        "A flow has nodes by name, and each says where the call goes next.  docs/flows.md shows every kind of node; "
        "docs/flows/hotline.json is an example to begin with.\n\n"
        "  trunkline flow check hotline.json       what is wrong with it, node by node\n\n"
        "  trunkline flow simulate hotline.json    call it, and press keys\n\n"
        "  trunkline flow draw hotline.json        a picture of it\n\n"
        "  trunkline flow schema                   the JSON schema, for an editor that helps you write"
    ),
)

FILE = typer.Argument(metavar="FILE", help="The flow, as JSON; - reads it from the standard input.")
CALENDARS = typer.Option("--calendars", help="A JSON file with a list of calendars that the flow names.")


@app.command()
def check(
    file: Annotated[str, FILE],
    known: Annotated[
        Path | None,
        typer.Option(help='JSON of what there is: {"queues": [..], "calendars": [..], "audio": {"jingle": ["en"]}}.'),
    ] = None,
) -> None:
    """Say what is wrong with a flow: a line each, with node and field.  Exit code 0 is a flow without problems.

    It finds ways that lead nowhere, nodes that no call comes to, circles in which a silent caller would go round,
    keys that overlap, texts and audio that are missing in one of the flow's languages, and much else.  With --known
    it also names queues, calendars and audio that are not there.

    Examples:

      trunkline flow check docs/flows/hotline.json

      trunkline flow check hotline.json --known what-acme-has.json
    """
    flow = _checked(file, _known(known))
    typer.echo(f"{flow.flow_id}, version {flow.version}: {len(flow.nodes)} nodes, nothing wrong with them")


@app.command()
def simulate(
    file: Annotated[str, FILE],
    keys: Annotated[
        str | None,
        typer.Option(help="What happens, a word each time that somebody is waited for; without it you are asked."),
    ] = None,
    answer: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="What look-ups answer; others fail.")
    ] = None,
    caller: Annotated[str | None, typer.Option(help="The caller's number; without it, withheld.")] = None,
    language: Annotated[str | None, typer.Option(help="Of the number that is called, such as zh-CN.")] = None,
    vip: Annotated[int, typer.Option(min=0, help="The level of a caller who is a VIP.")] = 0,
    at: Annotated[str | None, typer.Option(help="When the call comes, such as 2026-12-24T18:00+01:00.")] = None,
    calendars: Annotated[Path | None, CALENDARS] = None,
    calendar: Annotated[str | None, typer.Option(help="The number's own calendar, one of --calendars.")] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="No agent is signed in to any queue.")] = False,
) -> None:
    """Call a flow and walk through it: what is said, and what becomes of the call.  No time passes.

    You answer for the caller (keys, a word, `hang` to hang up, nothing to stay silent), for the queue (`answered`,
    `waited`, `full`, `nobody`), and for whoever is rung (`answered`, `no`, then `1` to take the call).  With --keys a
    script answers, its words apart by commas, `-` for silence; where it ends, callers are silent and agents answer.

    Examples:

      trunkline flow simulate docs/flows/hotline.json

      trunkline flow simulate docs/flows/hotline.json --keys 1,12345#,1 --answer state=sent --answer tier=gold

      trunkline flow simulate docs/flows/hotline.json --keys 2,waited --caller +8613812345678
    """
    from callmodel.flows import simulator

    flow = _checked(file, _known(None))
    scene = _scene(answer or [], caller, at, _calendars(calendars), language, vip, calendar, nobody=nobody)
    if keys is not None:
        for line in simulator.run(flow, scene, [word.strip() for word in keys.split(",")] if keys else []):
            typer.echo(line)
        return
    standing = simulator.begin(flow, scene)
    while True:
        for line in standing.lines:
            typer.echo(line)
        if standing.want is None:
            return
        standing = simulator.go_on(standing, _word(standing.want.value))


@app.command()
def draw(
    file: Annotated[str, FILE],
    out: Annotated[Path | None, typer.Option(help="Where the picture goes; without it, to the terminal.")] = None,
) -> None:
    """Draw a flow as a picture in Mermaid's language, which Git hosts, wikis and editors show in a Markdown page.

    A dashed line is a way that a call takes without the caller choosing it.  With a name that ends in `.md` the
    picture becomes a page of its own.  A flow with problems is drawn too: lines to `lost` are what leads nowhere.

    Examples:

      trunkline flow draw docs/flows/hotline.json

      trunkline flow draw hotline.json --out hotline.md
    """
    from callmodel.flows.drawing import drawn
    from callmodel.flows.reading import read_text

    flow, problems = read_text(_text_of(file))
    if flow is None:
        _tell(problems)
        raise typer.Exit(WRONG)
    picture = drawn(flow)
    if out is None:
        typer.echo(picture, nl=False)
        return
    out.write_text(f"# {flow.name or flow.flow_id}\n\n```mermaid\n{picture}```\n" if out.suffix == ".md" else picture)


@app.command()
def schema() -> None:
    """Print the JSON schema of flows (draft 2020-12): editors that know it complete fields and mark mistakes.

    Example:  trunkline flow schema > flow.schema.json
    """
    from callmodel.flows.schema import schema as of_flows

    typer.echo(json.dumps(of_flows(), indent=2, ensure_ascii=False))


def _checked(file: str, known: "Known") -> "Flow":
    from callmodel.flows.validating import check_text

    flow, problems = check_text(_text_of(file), known)
    _tell(problems)
    if flow is None or problems:
        raise typer.Exit(WRONG)
    return flow


def _tell(problems: list[Any]) -> None:
    for problem in problems:
        typer.echo(str(problem), err=True)
    if problems:
        typer.echo(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}", err=True)


def _known(file: Path | None) -> "Known":
    from callmodel.flows.known import Known

    return Known() if file is None else _read(Known, file)


def _calendars(file: Path | None) -> "tuple[Calendar, ...]":
    from callmodel.flows.calendars import Calendar, problems_of

    if file is None:
        return ()
    found: tuple[Calendar, ...] = _read(tuple[Calendar, ...], file)
    problems = [f"{calendar.calendar_id}: {each}" for calendar in found for each in problems_of(calendar)]
    if problems:
        _tell(problems)
        raise typer.Exit(WRONG)
    return found


def _read(shape: Any, file: Path) -> Any:
    """Return what a JSON file describes, or say why it describes nothing."""
    from callmodel.codec import ShapeError, from_wire

    try:
        return from_wire(shape, json.loads(_text_of(str(file))))
    except (ShapeError, ValueError) as error:
        raise _unreadable(f"{file}: {error}") from None


def _scene(
    answers: list[str],
    caller: str | None,
    at: str | None,
    calendars: "tuple[Calendar, ...]",
    language: str | None,
    vip: int,
    calendar: str | None,
    *,
    nobody: bool,
) -> "Scene":
    from callmodel.flows.simulator import Scene
    from callmodel.ids import E164, CalendarId

    wrong = [each for each in answers if "=" not in each]
    if wrong:
        raise _unreadable(f"--answer {wrong[0]}: this is no NAME=VALUE")
    if calendar is not None and calendar not in {each.calendar_id for each in calendars}:
        raise _unreadable(f"--calendar {calendar}: none of --calendars has that id")
    try:
        moment = datetime.now().astimezone() if at is None else datetime.fromisoformat(at).astimezone()
    except ValueError:
        raise _unreadable(f"--at {at}: this is no time such as 2026-12-24T18:00+01:00") from None
    return Scene(
        int(moment.timestamp() * 1000),
        caller=None if caller is None else E164(caller),
        language=language,
        vip_level=vip,
        answers=dict(each.split("=", 1) for each in answers),
        calendars=calendars,
        calendar_id=None if calendar is None else CalendarId(calendar),
        nobody=nobody,
    )


def _word(wanted: str) -> str:
    """Ask whoever sits at the terminal; who leaves it hangs up."""
    try:
        return input(f"      {wanted}> ")
    except EOFError:
        typer.echo("")
        return "hang"


def _text_of(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "this is no text in UTF-8"
        raise _unreadable(f"{file}: {reason}") from None


def _unreadable(text: str) -> typer.Exit:
    typer.echo(f"trunkline flow: {text}", err=True)
    return typer.Exit(UNREADABLE)
