"""`trunkline calls ...`: what went wrong with a call, in words; all of it asked of the API."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from callmodel.why.finding import Case, Finding

UNKNOWN, NO_API = 1, 2
"""Exit codes: no such call there, or the API can not be asked."""

app = typer.Typer(
    no_args_is_help=True,
    help=(
        "Calls that are over, or still in progress, as the API knows them.\n\n"
        "  trunkline calls why CALL               what went wrong with it, and how one can tell\n\n"
        "  trunkline calls messages --dialog ID   what edges remember of a dialog that never became a call"
    ),
)


@dataclass(frozen=True)
class Asked:
    """What was found of a call.  missing: what could not be asked for, in words."""

    case: "Case"
    document: dict[str, Any]
    messages: list[dict[str, Any]]
    missing: tuple[str, ...]


API = typer.Option(envvar="TRUNKLINE_API_URL", help="Where the API is, such as http://127.77.12.1:8080")
USER = typer.Option(envvar="TRUNKLINE_API_USER", help="Who asks.")
PASSWORD = typer.Option(
    envvar="TRUNKLINE_API_PASSWORD", prompt=True, hide_input=True, help="Of that user; better not given as an option."
)
AS_JSON = typer.Option("--json", help="Print it as JSON.")


@app.command()
def why(
    call: Annotated[str, typer.Argument(metavar="CALL", help="The call's id, as the API, logs and alarms name it.")],
    tenant: Annotated[str, typer.Option(envvar="TRUNKLINE_TENANT", help="Whose call it is.")],
    api: Annotated[str, API],
    user: Annotated[str, USER] = "admin",
    password: Annotated[str, PASSWORD] = "",
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Say what went wrong with a call, in words, with what shows it.

    Three things are read and put together: the call's record (who was rung, who answered, what each leg sent and was
    sent, as packets, loss, jitter, MOS by ITU-T G.107 and seconds of silence), the SIP messages that HQ's edges
    remember of the last day (numbers masked), and the recording's entry in the ledger.

    It tells apart: a voice that never came, stopped or was bad, by side; nobody heard; a description that was refused
    (488); busy, no answer, rejected, and by whom; gateways that were silent, and which were tried; a station without
    a phone, or with a wrong password; no channel, a limit; a media time-out; who hung up; a recording that is
    missing, short, or empty in one channel.

    Messages are shown to HQ administrators only, and edges forget them when they start anew.  To go on from there:
    the trace id leads to spans and log lines (docs/telemetry.md), a Call-ID to the carrier's own trace.

    Examples:

      export TRUNKLINE_API_URL=http://127.77.12.1:8080 TRUNKLINE_TENANT=acme

      trunkline calls why 0193fa9e-1b2c-7d3e-8f40-123456789abc

      trunkline calls why CALL --json | jq '.findings[].cause'
    """
    from callmodel.why.explaining import explain

    asked: Asked = _answer(api, user, password, lambda client: _ask(client, tenant, call))
    findings = explain(asked.case)
    sys.stdout.write(_as_json(asked, findings) if as_json else "\n".join(lines_of(asked, findings)) + "\n")


@app.command()
def messages(
    api: Annotated[str, API],
    dialog: Annotated[
        list[str] | None, typer.Option(metavar="CALL-ID", help="A SIP Call-ID, as a phone or carrier names it.")
    ] = None,
    account: Annotated[
        list[str] | None, typer.Option(metavar="EXT@DOMAIN", help="A station: its phones' wrong passwords.")
    ] = None,
    user: Annotated[str, USER] = "admin",
    password: Annotated[str, PASSWORD] = "",
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Show the SIP messages that HQ's edges remember of a dialog, numbers masked: for what never became a call.

    Examples:

      trunkline calls messages --dialog a84b4c76e66710@203.0.113.9

      trunkline calls messages --account 1002@acme.example.com
    """
    question = {"dialogs": dialog or [], "accounts": account or []}
    ladder = _answer(api, user, password, lambda client: client.post("/platform/messages", question))
    if as_json:
        sys.stdout.write(json.dumps(ladder, indent=2, ensure_ascii=False) + "\n")
        return
    began_ms = ladder["items"][0]["at_ms"] if ladder["items"] else 0
    lines = _ladder_lines(ladder["items"], began_ms) or ["No edge remembers any."]
    lines += [f"Not known: edge {edge} did not answer" for edge in ladder["silent_edges"]]
    sys.stdout.write("\n".join(lines) + "\n")


def _answer(api: str, user: str, password: str, asking: Callable[[Any], Awaitable[Any]]) -> Any:
    """Return what the API says; ends with a reason and an exit code where it says nothing."""
    from trunkline.apiclient import Api, ApiError

    async def ask() -> Any:
        async with Api(api.rstrip("/"), user, password) as client:
            return await asking(client)

    try:
        return asyncio.run(ask())
    except ApiError as error:
        typer.echo(f"trunkline: {error}", err=True)
        raise typer.Exit(UNKNOWN if error.status == 404 else NO_API) from None
    except (OSError, TimeoutError) as error:
        typer.echo(f"trunkline: the API at {api} does not answer: {error or type(error).__name__}", err=True)
        raise typer.Exit(NO_API) from None


async def _ask(client: Any, tenant: str, call: str) -> Asked:
    """Read what there is.  Raises ApiError where the call itself can not be read."""
    from callmodel.cdr import Cdr
    from callmodel.codec import from_wire
    from callmodel.ladder import SipHead
    from callmodel.why.finding import Case

    place = f"/tenants/{tenant}"
    document = await client.get(f"{place}/calls/{call}")
    ladder, missing = await _or_nothing(_messages(client, place, document), "messages")
    recording: dict[str, Any] | None = None
    lost: tuple[str, ...] = ()
    if document["recording_id"] is not None:
        recording, lost = await _or_nothing(client.get(f"{place}/recordings/{document['recording_id']}"), "recording")
    messages = ladder["items"] if ladder is not None else []
    silent = tuple(f"edge {edge} did not answer" for edge in (ladder or {}).get("silent_edges", ()))
    heads = tuple(from_wire(SipHead, message) for message in messages)
    case = Case(from_wire(Cdr, document), heads, None if recording is None else _recorded(recording))
    return Asked(case, document, messages, (*missing, *silent, *lost))


async def _messages(client: Any, place: str, document: dict[str, Any]) -> dict[str, Any]:
    """Ask for the messages of a call's dialogs, and for what phones that were rung in vain have tried."""
    domain = (await client.get(place))["domain"]
    rung = [leg["extension"] for leg in document["legs"] if leg["extension"] and leg["answered_ms"] is None]
    question = {
        "call_id": document["call_id"],
        "dialogs": [leg["sip_call_id"] for leg in document["legs"] if leg["sip_call_id"]],
        "accounts": [f"{extension}@{domain}" for extension in dict.fromkeys(rung)],
    }
    answer: dict[str, Any] = await client.post("/platform/messages", question)
    return answer


async def _or_nothing(asking: Awaitable[Any], what: str) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """Return what may be read, or None and why not: the rest is worth telling without it."""
    from trunkline.apiclient import ApiError

    try:
        return await asking, ()
    except ApiError as error:
        if error.status == 404 and what == "recording":
            return None, ()
        reason = "HQ administrators only" if error.status == 403 else str(error)
        return None, (f"the {what} could not be read: {reason}",)


def _recorded(entry: dict[str, Any]) -> Any:
    from callmodel.codec import from_wire
    from callmodel.why.finding import Recorded

    return from_wire(Recorded, entry)


def lines_of(asked: Asked, findings: "tuple[Finding, ...]") -> list[str]:
    """Return the answer as an operator reads it: findings first, then the legs, then the messages."""
    cdr = asked.case.cdr
    lines = [f"Call {cdr.call_id} ({cdr.direction.value}, {cdr.ending.value if cdr.ending else cdr.state.value})", ""]
    for finding in findings:
        lines.append(f"* {finding.words}")
        lines += [f"    {line}" for line in finding.evidence]
    lines += ["", *(_leg_line(leg) for leg in asked.document["legs"])]
    if asked.messages:
        lines += ["", "Messages at the edges (numbers masked):", *_ladder_lines(asked.messages, cdr.started_ms)]
    elif not any("messages" in line for line in asked.missing):
        lines += [
            "",
            "No edge remembers messages of this call: it is too old, or the edge was started since.",
        ]
    lines += [f"Not known: {line}" for line in asked.missing]
    if cdr.trace_id:
        lines += ["", f"Trace: {cdr.trace_id}"]
    return lines


def _leg_line(leg: dict[str, Any]) -> str:
    where = leg["extension"] or leg["trunk_id"] or ""
    line = f"{leg['role']:<11}{where:<14}{leg['state']}"
    voice = leg["voice"]
    if voice is None:
        return f"{line}, {leg['sip_code']}" if leg["sip_code"] else line
    sent, heard = (_stream_words(voice[way]) for way in ("sent", "heard"))
    return f"{line}  sent {sent}; was sent {heard}"


def _stream_words(stream: dict[str, Any]) -> str:
    mos = "" if stream["mos"] is None else f", MOS {stream['mos']:.1f}"
    dead = f", silent for {stream['dead_seconds']:.0f} s" if stream["dead_seconds"] else ""
    return f"{stream['packets']} packets, {stream['lost']} lost, jitter {stream['jitter_ms']:.0f} ms{mos}{dead}"


def _ladder_lines(messages: list[dict[str, Any]], began_ms: int) -> list[str]:
    """Return a line a message; what belongs to another dialog than the line before stands under its Call-ID."""
    lines, dialog = [], ""
    for message in messages:
        if message["sip_call_id"] != dialog:
            dialog = message["sip_call_id"]
            lines.append(f"  {dialog}")
        after = (message["at_ms"] - began_ms) / 1000
        sdp = f"  [{message['sdp']}]" if message["sdp"] else ""
        who = f"{message['sender']} {message['address']}".strip()
        lines.append(f"  {after:+9.3f} s  {who:<32} {message['words']}{sdp}")
    return lines


def _as_json(asked: Asked, findings: "tuple[Finding, ...]") -> str:
    from callmodel.codec import to_wire

    said = {
        "call_id": asked.case.cdr.call_id,
        "trace_id": asked.case.cdr.trace_id,
        "findings": to_wire(findings),
        "messages": asked.messages,
        "missing": list(asked.missing),
    }
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"
