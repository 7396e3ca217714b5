"""`trunkline cluster ...`: the words of the command line; what they do is in `cluster` and `clusterhand`."""

from typing import Annotated, Any

import typer

from trunkline.roomimport import import_room

BLOCK = typer.Option(envvar="CLUSTER_BLOCK", min=1, max=254, help="Second byte of every address: 127.BLOCK.x.y")
DEFAULT_BLOCK = 87

app = typer.Typer(invoke_without_command=True)


@app.callback()
def cluster(
    context: typer.Context,
    seconds: Annotated[
        float | None,
        typer.Option(envvar="CLUSTER_SECONDS", help="End after this many seconds of calls and check what they left."),
    ] = None,
    block: Annotated[int, BLOCK] = DEFAULT_BLOCK,
    agents: Annotated[
        int, typer.Option(min=2, max=20, help="Agents at HQ who dial; one more sits at the branch.")
    ] = 4,
) -> None:
    """Run the shape of several machines here, two of each part, with agents who dial over all of it.

    Each part has a loopback address of its own, as on a network.  Without --seconds it runs until Ctrl-C, and takes
    the commands below from another terminal.  With it, the last line is a JSON object with "ok": true only if both
    edges and both media nodes carried calls, and every answered call has both voices in its recording and its CDR.

    Examples:

      trunkline cluster                         until Ctrl-C

      trunkline cluster --seconds 60            a minute of calls; exit code 0 only if all was well

      trunkline cluster kill node-1-conductor   in another terminal: what happens to its calls?
    """
    context.ensure_object(dict)["block"] = block
    if context.invoked_subcommand is None:
        raise typer.Exit(_module().main(seconds=seconds, block=block, agents=agents))


def _module() -> Any:
    return import_room("devstack.cluster")


def _ask(context: typer.Context, do: str, name: str = "") -> None:
    raise typer.Exit(_module().command(do, name, block=context.obj["block"]))


PROCESS = typer.Argument(metavar="PROCESS", help="As 'trunkline cluster status' shows it, such as node-1-conductor.")
NODE = typer.Argument(metavar="NODE", help="A media node, such as node-2.")


@app.command()
def status(context: typer.Context) -> None:
    """Show the running cluster's processes.

    Example:  trunkline cluster status
    """
    _ask(context, "status")


@app.command()
def kill(context: typer.Context, process: Annotated[str, PROCESS]) -> None:
    """Kill a process, as a power cut would (SIGKILL).

    Example:  trunkline cluster kill edge-1-kamailio
    """
    _ask(context, "kill", process)


@app.command()
def stop(context: typer.Context, process: Annotated[str, PROCESS]) -> None:
    """Let a process finish what it holds, and leave (SIGTERM).

    Example:  trunkline cluster stop api-1
    """
    _ask(context, "stop", process)


@app.command()
def start(context: typer.Context, process: Annotated[str, PROCESS]) -> None:
    """Start a process again, and say when it is ready.

    Example:  trunkline cluster start node-1-conductor
    """
    _ask(context, "start", process)


@app.command("add-node")
def add_node(context: typer.Context) -> None:
    """Add a media node; it takes calls as soon as the edges have heard of it, and nothing is restarted.

    Example:  trunkline cluster add-node
    """
    _ask(context, "add-node")


@app.command()
def drain(context: typer.Context, node: Annotated[str, NODE]) -> None:
    """Let a media node finish its calls while new ones go elsewhere; its conductor then leaves.

    Example:  trunkline cluster drain node-2
    """
    _ask(context, "drain", node)


@app.command("remove-node")
def remove_node(context: typer.Context, node: Annotated[str, NODE]) -> None:
    """Drain a media node and take it away.

    Example:  trunkline cluster remove-node node-3
    """
    _ask(context, "remove-node", node)


@app.command()
def roll(context: typer.Context) -> None:
    """Restart every process, one after another, while calls go on: as an upgrade does.

    API, consumers, workers and beats finish what they hold; Redis hands over to a replica.  Media nodes and edges
    are drained first: new calls go to the others, and the restart waits for the last call there.

    Example:  trunkline cluster roll
    """
    _ask(context, "roll")
