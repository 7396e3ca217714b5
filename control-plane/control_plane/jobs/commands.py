"""`trunkline jobs`: what waits, what runs, what failed for good, and how to have it done again."""

import asyncio
import dataclasses
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError
from rich.console import Console
from rich.table import Table

from control_plane.config import ControlPlaneSettings
from control_plane.jobs import waiting
from control_plane.jobs.desk import Desk, Letter
from control_plane.jobs.queueing import build_celery
from servicekit.redisio import connect

T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help=(
        "Look at the work that is done later, and at what failed for good.\n\n"
        "A task that fails is tried again with growing pauses; after its last try it becomes a "
        "[bold]dead letter[/bold] with the reason. So does one that kills its worker again and again, and a message "
        "of a stream that a consumer could not take (facts:..., orders:...). Dead letters are kept for 14 days, at "
        "most 1,000 a tenant.\n\n"
        "[bold]Examples[/bold]\n\n"
        "  trunkline jobs list                      what waits and what runs\n\n"
        "  trunkline jobs dead --tenant acme        what failed for good\n\n"
        "  trunkline jobs show 5d1c...              why\n\n"
        "  trunkline jobs retry --all               after the cause is mended\n\n"
        "Takes the control plane's settings (TRUNKLINE_... or the file named by TRUNKLINE_CONFIG)."
    ),
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Id = Annotated[str, typer.Argument(help="the letter's id, as `trunkline jobs dead` shows it")]
Tenant = Annotated[str | None, typer.Option("--tenant", help="Only this tenant's.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Show each queue's depth and the age of its oldest task, what workers hold, and how many letters are dead.

    A task that is held and not begun waits for its turn, or for its time after a failure.

    Example:  trunkline jobs list --json | jq '.queues[] | select(.depth > 100)'
    """

    async def look(desk: Desk) -> tuple[list[waiting.Queue], list[waiting.Held], int]:
        return await waiting.queues_of(desk.redis), await waiting.held_by_workers(desk.redis), len(await desk.dead())

    queues, held, dead = _at_desk(look)
    if as_json:
        _print_json({"queues": queues, "held": held, "dead": dead})
        return
    rows = [(queue.name, str(queue.depth), _age(queue.oldest_ms)) for queue in queues]
    _print_table("queues", ("queue", "waiting", "oldest"), rows)
    running = [
        (it.task_id, it.task, it.tenant_id, it.queue, str(it.tries), it.worker or "", _age(it.since_ms))
        for it in held
    ]
    _print_table("held by workers", ("id", "task", "tenant", "queue", "try", "worker", "running for"), running)
    typer.echo(f"dead letters: {dead}" + (" (see: trunkline jobs dead)" if dead else ""))


@app.command()
def dead(tenant: Tenant = None, as_json: AsJson = False) -> None:
    """Show what failed for good, oldest first.

    Example:  trunkline jobs dead --tenant acme
    """
    letters = _at_desk(lambda desk: desk.dead(tenant))
    if as_json:
        _print_json(letters)
        return
    rows = [(it.letter_id, it.tenant_id, it.task, str(it.tries), _age(it.buried_ms), it.reason) for it in letters]
    _print_table("dead letters", ("id", "tenant", "task", "tries", "since", "reason"), rows)


@app.command()
def show(letter_id: Id, as_json: AsJson = False) -> None:
    """Show one letter: what it was about, how often it was tried, where and why it failed.

    Example:  trunkline jobs show facts:acme:1790000000000-0
    """
    letter = _at_desk(lambda desk: desk.one(letter_id)) or _no_letter(letter_id)
    if as_json:
        _print_json(letter)
        return
    for name, value in dataclasses.asdict(letter).items():
        if name != "source":
            shown = f"{_moment(value)} ({_age(value)} ago)" if name.endswith("_ms") and value else value
            typer.echo(f"{name.removesuffix('_ms'):>10}  {json.dumps(shown) if isinstance(shown, dict) else shown}")


@app.command()
def retry(
    letter_id: Annotated[str | None, typer.Argument(help="the letter's id")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All dead letters.")] = False,
    tenant: Tenant = None,
) -> None:
    """Have it done again; doing so twice is harmless.

    A task goes back into its queue with all its tries before it, a stream's message to the group that failed at it.

    Examples:

      trunkline jobs retry 5d1c3f0e-...

      trunkline jobs retry --all --tenant acme
    """
    if (letter_id is None) != everything:
        _fail("name one letter, or --all")

    async def again(desk: Desk) -> int:
        wanted = (
            await desk.dead(tenant) if letter_id is None else [await desk.one(letter_id) or _no_letter(letter_id)]
        )
        return sum([await desk.retry(letter) for letter in wanted])

    typer.echo(f"sent again: {_at_desk(again)}")


@app.command()
def drop(letter_id: Id, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Forget a letter: its work is not done, and nobody will be reminded.  Asks first.

    Example:  trunkline jobs drop 5d1c3f0e-... --yes
    """
    letter = _at_desk(lambda desk: desk.one(letter_id)) or _no_letter(letter_id)
    if not yes:
        typer.confirm(f"forget {letter.task} of {letter.tenant_id} ({letter.reason})?", abort=True)
    _at_desk(lambda desk: desk.drop(letter))
    typer.echo("dropped")


def _at_desk(action: Callable[[Desk], Awaitable[T]]) -> T:
    settings = ControlPlaneSettings.load()

    async def with_desk() -> T:
        redis = connect(settings.redis_url)
        try:
            return await action(Desk(redis, build_celery(settings)))
        finally:
            await redis.aclose()

    try:
        return asyncio.run(with_desk())
    except (RedisError, OperationalError) as error:
        _fail(f"Redis is away: {type(error).__name__}")


def _print_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console().print(table if rows else f"{title}: none")


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, default=dataclasses.asdict, indent=2))


def _age(since_ms: int | None) -> str:
    if since_ms is None:
        return ""
    seconds = max(0, int(time.time() - since_ms / 1000))
    days, hours, minutes = seconds // 86_400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"


def _moment(at_ms: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(at_ms / 1000))


def _no_letter(letter_id: str) -> NoReturn:
    _fail(f"there is no dead letter {letter_id} (see: trunkline jobs dead)")


def _fail(text: str) -> NoReturn:
    typer.echo(f"trunkline jobs: {text}", err=True)
    sys.exit(1)


__all__ = ["Letter", "app"]
