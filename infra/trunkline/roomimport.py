"""How commands reach a room: it is imported only when one of its commands runs."""

import importlib
from typing import Any

import typer

SETTINGS_HINT = (
    "Settings come from TRUNKLINE_... variables and the TOML file named by TRUNKLINE_CONFIG; "
    "started without them, it lists what it misses."
)

ONLY_IN_A_CHECKOUT = ("devstack", "simulators", "tests")


def import_room(module: str) -> Any:
    """Return a room's module; where its extra is not installed, say so and exit with 3."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = (error.name or module).partition(".")[0]
        if package in ONLY_IN_A_CHECKOUT:
            typer.echo("trunkline: this runs from a checkout of the sources only; there: make demo", err=True)
            raise typer.Exit(3) from None
        typer.echo(f"trunkline: {error.name} is not installed here (needed by {module}).", err=True)
        typer.echo(f"Install the room's extra, such as: pip install 'trunkline[all]'  (missing: {package})", err=True)
        raise typer.Exit(3) from None
