"""`trunkline answers`: does a part take work?  Health checks of containers, units and operators ask by it."""

import asyncio
from enum import StrEnum
from typing import Annotated

import typer

from trunkline import conditions as when

ASK_AGAIN_SECONDS = 0.5


class Kind(StrEnum):
    """What is asked, and how."""

    READY = "ready"
    SIP = "sip"
    RTPENGINE = "rtpengine"
    ASTERISK = "asterisk"


def answers(
    kind: Annotated[
        Kind, typer.Argument(help="ready: /readyz says 200; sip: OPTIONS; rtpengine: ng ping; asterisk: ARI.")
    ],
    address: Annotated[str, typer.Argument(metavar="HOST:PORT", help="Where it listens, such as 127.0.0.1:9104.")],
    within: Annotated[float, typer.Option(min=0, help="Ask again for so many seconds.")] = 0.0,
) -> None:
    """Ask a part whether it takes work; exits with 0 if it does, and with 1 if not.

    Containers and units call it to know when a part is healthy, and so can you after each step of a change.

    Examples:

      trunkline answers ready 127.0.0.1:9105            the conductor: Asterisk and the directory are there

      trunkline answers sip 203.0.113.11:5060           an edge's SIP workers

      trunkline answers asterisk 127.0.0.1:8088 --within 60
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise typer.BadParameter("an address is HOST:PORT")
    condition = condition_of(kind, host.strip("[]"), int(port))
    if not asyncio.run(when.until(condition, within, pause_seconds=ASK_AGAIN_SECONDS)):
        typer.echo(f"{kind} at {address} does not take work", err=True)
        raise typer.Exit(1)


def condition_of(kind: Kind, host: str, port: int) -> when.Condition:
    """Return what holds once the part takes work."""
    match kind:
        case Kind.READY:
            return when.http_status(host, port, "/readyz")
        case Kind.SIP:
            return when.sip_answers(host, port, "0.0.0.0")
        case Kind.RTPENGINE:
            return when.rtpengine_answers(host, port)
        case Kind.ASTERISK:
            # 401 without a password: ARI is the last thing that Asterisk starts.
            return when.http_status(host, port, "/ari/asterisk/ping", frozenset({200, 401}))
