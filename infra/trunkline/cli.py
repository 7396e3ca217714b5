"""The `trunkline` command line.  Rooms are imported only when one of their commands runs."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from servicekit.files import keep_private
from trunkline import answers, bancli, callscli, clustercli, diallercli, flowcli, simulate
from trunkline.roomimport import SETTINGS_HINT, import_room

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help=(
        "Trunkline: a multi-site, multi-tenant, distributed contact center.\n\n"
        "[bold]First steps[/bold]\n\n"
        "  trunkline doctor                   is this machine fit to run it?\n\n"
        "  trunkline demo                     the whole system here, until Ctrl-C\n\n"
        "  trunkline demo --seconds 60        ends by itself, checks what it did\n\n"
        "  trunkline cluster                  two of everything here, and commands to break it\n\n"
        "[bold]On servers[/bold] each process is one command (systemd units and images call these):\n\n"
        "  trunkline edge kamailio            trunkline media-node conductor\n\n"
        "  trunkline control-plane api        trunkline branch\n\n"
        "  trunkline portal\n\n"
        f"{SETTINGS_HINT}  docs/howto shows the steps."
    ),
)


def _room(module: str, function: str) -> Callable[[], None]:
    """Return a command that imports the room and hands over to it; its int result is the exit code."""

    def command() -> None:
        raise typer.Exit(int(getattr(import_room(module), function)() or 0))

    return command


def _checked(run: list[str]) -> int:
    """Run one of the checks under tests/, which are in no wheel, to its exit code."""
    import_room("devstack")
    from trunkline.plan import REPOSITORY

    return subprocess.run(run, cwd=REPOSITORY, check=False).returncode


def _group(name: str, text: str, commands: dict[str, tuple[str, str, str]]) -> typer.Typer:
    group = typer.Typer(no_args_is_help=True, help=f"{text}\n\n{SETTINGS_HINT}")
    for command, (module, function, line) in commands.items():
        example = f"Example:  TRUNKLINE_CONFIG=/etc/trunkline/{name}.toml trunkline {name} {command}"
        text = f"{line}\n\n{example}\n\n{SETTINGS_HINT}"
        group.command(command, help=text)(_room(module, function))
    app.add_typer(group, name=name)
    return group


edge = _group(
    "edge",
    "SIP edge: Kamailio, rtpengine and the agent that keeps them up to date (at HQ and in branches).",
    {
        "kamailio": ("edge_proxy.launch", "kamailio", "Render Kamailio's configuration and become Kamailio."),
        "rtpengine": ("edge_proxy.launch", "rtpengine", "Render rtpengine's configuration and become rtpengine."),
        "agent": ("edge_proxy.agent", "main", "Apply snapshots and node heartbeats to the running Kamailio."),
        "drain": (
            "edge_proxy.drain",
            "main",
            "Leave new calls and registrations to the other edges; Kamailio and the agent end after the last call.",
        ),
        "undrain": ("edge_proxy.drain", "undrain", "Take new work again, where a drain has not ended the edge yet."),
    },
)
edge.add_typer(bancli.app, name="bans")
_group(
    "media-node",
    "Media node: one Asterisk and the conductor of its calls.",
    {
        "asterisk": ("media_nodes.launch", "asterisk", "Render Asterisk's configuration and become Asterisk."),
        "conductor": ("media_nodes.app", "main", "Conduct the node's calls; may be restarted while they talk."),
        "drain": ("media_nodes.drain", "main", "Let the node finish its calls and take no new ones."),
    },
)
_group(
    "control-plane",
    "Control plane: the API, and the consumers that write CDRs, live figures and the recording ledger.",
    {
        "api": ("control_plane.app", "main", "Serve /api/v1, and branches over mutual TLS."),
        "facts": ("control_plane.consumers", "main", "Consume facts: CDRs, live calls, recordings."),
    },
)


@app.command()
def worker() -> None:
    """Run a Celery worker.

    Takes the control plane's settings.  Several may run; what a killed one had begun, another finishes.  On SIGTERM
    it takes no new tasks, ends those it has within TRUNKLINE_WORKER_STOP_SECONDS, and puts back the rest.

    Give long work a worker of its own, so that no recording waits for it.

    Examples:

      TRUNKLINE_CONFIG=/etc/trunkline/control-plane.toml trunkline worker

      TRUNKLINE_WORKER_QUEUES=imports,exports,reports,webhooks trunkline worker
    """
    raise typer.Exit(int(import_room("control_plane.worker").main() or 0))


@app.command()
def beat() -> None:
    """Run the schedule (redbeat); several may run, one is active.

    Example:  TRUNKLINE_CONFIG=/etc/trunkline/control-plane.toml trunkline beat
    """
    raise typer.Exit(int(import_room("control_plane.worker").beat() or 0))


@app.command("import")
def import_list(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, XLSX or JSON Lines.")],
    region: Annotated[
        str, typer.Option(help="Country of the numbers that have no country code, as an ISO code.")
    ] = "CN",
    column: Annotated[
        str, typer.Option(help="The numbers' column, by name or counted from 1; found otherwise.")
    ] = "",
    header: Annotated[
        bool | None,
        typer.Option("--header/--no-header", help="Whether the first row has names; found out otherwise."),
    ] = None,
    encoding: Annotated[str, typer.Option(help="utf-8, gb18030, utf-16-le or utf-16-be; detected otherwise.")] = "",
    template: Annotated[Path | None, typer.Option(help="A saved mapping: JSON with number, fields, header.")] = None,
    do_not_call: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Numbers that must not be called; may be repeated.")
    ] = None,
    block_region: Annotated[
        list[str] | None, typer.Option(metavar="REGION", help="Refuse this region's numbers; may be repeated.")
    ] = None,
    block_line_type: Annotated[
        list[str] | None, typer.Option(metavar="TYPE", help="Such as premium-rate; may be repeated.")
    ] = None,
    refused: Annotated[Path | None, typer.Option(help="Where refused rows go; FILE.refused.csv otherwise.")] = None,
    accepted: Annotated[Path | None, typer.Option(help="Write the numbers that may be dialled, as CSV.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Clean a list of numbers here, as an import would, and say how many rows fell where: a dry run.

    Nothing is sent anywhere.  Exits with 1 when no row may be dialled, and with 2 when the file is no list.
    docs/howto/import-numbers.md explains columns, reasons and do-not-call lists.

    Examples:

      trunkline import bought.csv

      trunkline import bought.xlsx --column 手机 --do-not-call national.csv --accepted ready.csv
    """
    request = import_room("trunkline.importing").Request(
        file=file,
        region=region,
        column=column,
        header=header,
        encoding=encoding,
        template=template,
        do_not_call=tuple(do_not_call or ()),
        blocked_regions=frozenset(block_region or ()),
        blocked_line_types=frozenset(block_line_type or ()),
        refused=refused,
        accepted=accepted,
        as_json=as_json,
    )
    raise typer.Exit(import_room("trunkline.importing").main(request))


@app.command()
def branch() -> None:
    """Run a branch office: enrol once, then keep its Kamailio, rtpengine and agent going.

    docs/howto/open-a-branch.md goes through it from an empty machine to the first phone.

    Example:  TRUNKLINE_SITE_ID=branch-1 TRUNKLINE_BRANCH_API_URL=https://203.0.113.10:8443
    TRUNKLINE_HQ_EDGES=203.0.113.10:5061 TRUNKLINE_EDGE_ADDRESS=192.168.10.5
    TRUNKLINE_ENROLMENT_TOKEN_FILE=/etc/trunkline/token trunkline branch
    """
    raise typer.Exit(int(import_room("branch_gateway.app").main() or 0))


@app.command()
def portal() -> None:
    """Run the portal: what browsers talk to.  It holds their sessions and serves the console.

    Several may run: sessions lie in Redis.  docs/howto/sign-in-from-a-browser.md has the settings.

    Example:  TRUNKLINE_PORTAL_PUBLIC_URL=https://desk.example.com TRUNKLINE_PORTAL_API_URLS=http://127.0.0.1:8080
    TRUNKLINE_PORTAL_PHONE_EDGES=wss://edge.example.com:5443 trunkline portal
    """
    raise typer.Exit(int(import_room("tenant_portal.app").main() or 0))


@app.command()
def demo(
    seconds: Annotated[
        float | None,
        typer.Option(envvar="DEMO_SECONDS", help="End after this many seconds of calls and check what they left."),
    ] = None,
    block: Annotated[
        int, typer.Option(envvar="DEMO_BLOCK", min=1, max=254, help="Second byte of every address: 127.BLOCK.x.y")
    ] = 77,
    agents: Annotated[int, typer.Option(min=1, max=20, help="Agents at the branch who dial.")] = 2,
) -> None:
    """Run the whole system here: HQ, a branch, a carrier, agents who dial customers, and customers who ring.

    Without --seconds it runs until Ctrl-C, and your own softphone may join.  With it, the last line is a JSON object
    with "ok": true only if everyone who should answer did, and every answered call has both voices in its recording
    and its CDR.

    Examples:

      trunkline demo                            until Ctrl-C

      trunkline demo --seconds 60 --agents 5    a minute with five agents; exit code 0 only if all was well

      trunkline demo --block 78                 beside another one, on addresses 127.78.x.y
    """
    raise typer.Exit(import_room("devstack.demo").main(seconds=seconds, block=block, agents=agents))


app.add_typer(clustercli.app, name="cluster")
app.add_typer(flowcli.app, name="flow")
app.add_typer(callscli.app, name="calls")
app.command()(answers.answers)
app.command()(diallercli.dialler)
app.command("simulate")(simulate.simulate)


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    block: Annotated[
        int, typer.Option(envvar="DEMO_BLOCK", min=1, max=254, help="The demo's block of addresses.")
    ] = 77,
) -> None:
    """Say in plain words what is missing or broken on this machine, and how to mend it.

    Exits with 1 when something blocks.

    Examples:

      trunkline doctor

      trunkline doctor --json | jq '.findings[] | select(.level != "fine")'
    """
    raise typer.Exit(import_room("trunkline.doctor").main(as_json=as_json, block=block))


@app.command()
def bench() -> None:
    """Measure against bare Asterisk and bare sqlite3, side by side; write var/bench.json."""
    raise typer.Exit(_checked([sys.executable, "tests/bench/run.py"]))


@app.command()
def faults(
    only: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="Only the faults whose name holds this; may be repeated.")
    ] = None,
    size: Annotated[
        str,
        typer.Option(
            help="On SQLite: small, a few calls, or many, a hundred.  On three Cassandra nodes: medium, twenty, or "
            "full, a hundred; its rolling restart wants more than two cores.",
            metavar="small|many|medium|full",
        ),
    ] = "full",
    block: Annotated[int, clustercli.BLOCK] = 86,
) -> None:
    """Kill each part of a cluster under calls, one after another, and count what is lost; write var/faults.json.

    Counted at the phones, the carrier and the stores.  Exits with 1 when a fault costs more than it may.

    Examples:

      trunkline faults                          all of them, a hundred calls in progress

      trunkline faults --size small --only conductor
    """
    if size not in ("small", "many", "medium", "full"):
        raise typer.BadParameter("a size is small, many, medium or full")
    run = [sys.executable, "-m", "tests.faults.run", "--size", size, "--block", str(block)]
    run += [word for name in only or () for word in ("--only", name)]
    raise typer.Exit(_checked(run))


@app.command()
def attack(
    requests: Annotated[int, typer.Option(min=1, help="How many mutated requests.")] = 100_000,
    seed: Annotated[int, typer.Option(help="Another seed makes other requests.")] = 4475,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Attack by name: ways, mutated, differential, flood, strangers, connections, api."),
    ] = None,
) -> None:
    """Attack a real edge on this machine, in full; write var/attack.json.

    Ways past the rules, each beside what must go on; mutated requests over UDP, TCP, TLS and WebSocket; as many
    twisted messages, whose readers must agree (where they do not is in var/differential.json); a flood beside others'
    calls; a stranger's packets into every call; connections by the thousand, at the API too.
    Exits with 1 when a worker died, something got a 200 that must fail, memory grew, a message was read in two ways,
    calls took a fifth longer, or others could not sign in at once.  `make test` runs it smaller.

    Examples:

      trunkline attack

      trunkline attack --requests 5000 --seed 7

      trunkline attack --only strangers --only flood
    """
    run = [sys.executable, "tests/attack/run.py", "--requests", str(requests), "--seed", str(seed)]
    run += [word for name in only or () for word in ("--only", name)]
    raise typer.Exit(_checked(run))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
)
def admin(context: typer.Context) -> None:
    """Administer the platform: bootstrap, certificates, enrolment tokens (see: trunkline admin --help)."""
    group = typer.main.get_command(import_room("control_plane.admin").app)
    group(args=context.args, prog_name="trunkline admin")


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
)
def jobs(context: typer.Context) -> None:
    """Look at the work of Celery's queues, and at what failed for good (see: trunkline jobs --help)."""
    group = typer.main.get_command(import_room("control_plane.jobs.commands").app)
    group(args=context.args, prog_name="trunkline jobs")


def main() -> None:
    """Entry of the `trunkline` script.  All that its processes write is their owner's alone."""
    keep_private()
    command = typer.main.get_command(app)
    assert isinstance(command, TyperGroup)
    try:
        command(prog_name="trunkline")
    except Exception as error:
        # Every room tells of unusable settings by this name; it is the operator's to mend, and needs no traceback.
        if type(error).__name__ != "SettingsError":
            raise
        typer.echo(f"trunkline: the settings can not be used:\n{error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
