"""What the script knows of its own edge, and the few words of KSR that every part uses."""

import json
import os
import time
from pathlib import Path

import KSR

from edge_proxy import bodies
from edge_proxy.rendering import branch_host
from edge_proxy.view import DRAIN_LOOK_SECONDS, EdgeView, StateFile
from kemi import ladder, telemetry

SETTINGS = json.loads(os.environ["EDGE_SCRIPT_SETTINGS"])
HQ = SETTINGS["role"] == "hq"
PLATFORM = SETTINGS["platform_domain"]
SITE = SETTINGS["site_id"]
OWN_HOST = "" if HQ else branch_host(SITE, PLATFORM)
SEAL_SECRET = bytes.fromhex(json.loads(Path(SETTINGS["secrets_file"]).read_text(encoding="utf-8"))["seal"])

NODE_SILENCE_MS, PHONE_SILENCE_MS, RING_MS = 1000, 3000, 180_000
SOCKETS = {"udp": "sip", "tcp": "siptcp", "tls": "siptls", "ws": "siptcp", "wss": "siptls"}
IN_TURN, BY_PRIORITY = 4, 8

# Contact is private; the source is another than Via says (address, port).
_NATTED = 1 + 2 + 16
NATTED_SOURCE = 2

RETRY_AFTER = "Retry-After"

_DRAIN: dict[str, float | bool] = {"looked": -1.0, "raised": False}
_STATE = StateFile(SETTINGS["state_file"], lambda problem: KSR.err(problem + "\n"))


def look() -> None:
    """See what is published now: once for each message, and for what a timer begins."""
    _STATE.view(time.monotonic())


def view() -> EdgeView:
    """Return what was published when this process looked last: the same for all that a message is asked about."""
    return _STATE.seen


def draining() -> bool:
    """Say whether this edge leaves new work to others."""
    now = time.monotonic()
    if now - _DRAIN["looked"] >= DRAIN_LOOK_SECONDS:
        _DRAIN["looked"], _DRAIN["raised"] = now, os.path.exists(SETTINGS["drain_flag"])  # noqa: PTH110
    return bool(_DRAIN["raised"])


def text(name: str) -> str:
    """Return a pseudo-variable as text, empty when it is not there; what is no UTF-8 is replaced."""
    try:
        value = KSR.pv.get(name)
    except UnicodeDecodeError:
        return _replaced(name.strip("$()"))
    return "" if value is None else str(value)


def header(name: str) -> str:
    """Return a header's first value; what is no UTF-8 is replaced."""
    try:
        return KSR.hdr.gete(name) or ""
    except UnicodeDecodeError:
        return _replaced(f"hdr({name})")


def _replaced(inside: str) -> str:
    return bytes.fromhex(str(KSR.pv.get(f"$({inside}{{s.encode.hexa}})") or "")).decode("utf-8", "replace")


def reply(code: int, reason: str) -> int:
    KSR.sl.send_reply(code, reason)
    ladder.answered(code, reason)
    telemetry.answered(code)
    return 1


def not_acceptable() -> int:
    """Refuse an offer that rtpengine does not take: sent on as it is, it would show who is behind us."""
    return reply(488, "Not Acceptable Here")


def has_sdp() -> bool:
    """Say whether the request of the transaction at hand has a session description, in failure routes too."""
    return KSR.kx.get_bodylen() > 0 and bodies.type_of(header("Content-Type")) == bodies.SDP


def answer_call(code: int, reason: str) -> None:
    """Answer the transaction at hand from a failure route."""
    KSR.tm.t_reply(code, reason)
    ladder.note(f"answered {code} {reason}")


def over_connection() -> bool:
    return KSR.kx.get_proto() in ("tcp", "tls", "ws", "wss")


def behind_nat() -> bool:
    return over_connection() or KSR.nathelper.nat_uac_test(_NATTED) > 0


def send_from(socket: str) -> None:
    KSR.corex.set_send_socket_name(socket)


def fell_silent() -> bool:
    """Say, in a failure route, whether nobody answered anything."""
    return KSR.tm.t_branch_timeout() > 0 and KSR.tm.t_branch_replied() < 0
