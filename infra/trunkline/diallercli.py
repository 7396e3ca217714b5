"""`trunkline dialler`: the process that paces campaigns."""

import typer

from trunkline.roomimport import import_room


def dialler() -> None:
    """Run a dialler: it paces campaigns over all sites.  Several may run; of each campaign one is in charge.

    Example:  TRUNKLINE_REDIS_URL=redis://10.0.0.5/0 TRUNKLINE_DIALLER_ID=dialler-1
    TRUNKLINE_LEADS_KEY_FILE=/etc/trunkline/leads.key trunkline dialler
    """
    raise typer.Exit(int(import_room("media_nodes.dialler.app").main() or 0))
