"""`trunkline edge bans`: whom an edge does not listen to."""

from typing import Annotated

import typer

from trunkline.roomimport import SETTINGS_HINT, import_room

app = typer.Typer(
    no_args_is_help=True,
    help=(
        "Whom this edge does not listen to: addresses that are banned, and accounts that are locked out at an "
        "address where others live.  HQ's edges share them; the API has them too (/platform/bans).\n\n"
        f"{SETTINGS_HINT}"
    ),
)


@app.command("list")
def list_bans(as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False) -> None:
    """Show who is banned or locked out, why, since when and until when, and what was dropped without a ban.

    Example:  TRUNKLINE_CONFIG=/etc/trunkline/edge.toml trunkline edge bans list
    """
    raise typer.Exit(import_room("edge_proxy.bancommands").show(as_json=as_json))


@app.command("lift")
def lift_ban(
    address: Annotated[str, typer.Argument(help="The address, as the list shows it.")],
    account: Annotated[
        str, typer.Option(help="Let this account (extension@domain) sign in from there again; the address otherwise.")
    ] = "",
) -> None:
    """Listen again to an address, or to an account there, at once and at all of HQ's edges.

    Examples:

      trunkline edge bans lift 203.0.113.7

      trunkline edge bans lift 203.0.113.7 --account 1002@acme.example.com
    """
    raise typer.Exit(import_room("edge_proxy.bancommands").lift(address, account))
