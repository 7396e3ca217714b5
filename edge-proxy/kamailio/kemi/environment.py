"""What the script knows of its own edge, and the few words of KSR that every part uses."""

import json
import os
import re
import time
from pathlib import Path

import KSR

from callmodel.vouched import HEADER
from edge_proxy import media
from edge_proxy.rendering import branch_host
from edge_proxy.view import LOOK_SECONDS, EdgeView, StateFile
from kemi import telling

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
_OURS = ("P-Asserted-Identity", "P-Preferred-Identity", "Remote-Party-ID", "Diversion", "History-Info", HEADER)
_OURS_LOWERED = tuple((name, name.lower()) for name in _OURS)
_BEGIN_LIKE_OURS, _LIKE_OURS_SOMEWHERE = f"^{HEADER}.+$", re.compile(f"{HEADER.lower()}[^:\\s]")
_SOFTWARE = ("User-Agent", "Server", "Organization")
_OF_ASTERISK, _OF_ASTERISK_LOWERED = "^X-Asterisk-.*$", "x-asterisk"

_DRAIN: dict[str, float | bool] = {"looked": -1.0, "raised": False}
_STATE = StateFile(SETTINGS["state_file"], lambda problem: KSR.err(problem + "\n"))


def view() -> EdgeView:
    return _STATE.view(time.monotonic())


def draining() -> bool:
    """Say whether this edge leaves new work to others; looks at the flag as rarely as at the state."""
    now = time.monotonic()
    if now - _DRAIN["looked"] >= LOOK_SECONDS:
        _DRAIN["looked"], _DRAIN["raised"] = now, os.path.exists(SETTINGS["drain_flag"])  # noqa: PTH110
    return bool(_DRAIN["raised"])


def text(name: str) -> str:
    """Return a pseudo-variable as text, empty when it is not there."""
    value = KSR.pv.get(name)
    return "" if value is None else str(value)


def header(name: str) -> str:
    return KSR.hdr.gete(name) or ""


def reply(code: int, reason: str) -> int:
    KSR.sl.send_reply(code, reason)
    telling.answered(code)
    return 1


def has_sdp() -> bool:
    return KSR.kx.get_bodylen() > 0 and media.is_sdp(header("Content-Type"))


def hides_sdp() -> bool:
    """Say whether the request may bring a session description that we do not see (multipart) and would not anchor."""
    return KSR.kx.get_bodylen() > 0 and not has_sdp() and (KSR.is_INVITE() or KSR.is_UPDATE() or KSR.is_ACK())


def over_connection() -> bool:
    return KSR.kx.get_proto() in ("tcp", "tls", "ws", "wss")


def behind_nat() -> bool:
    return over_connection() or KSR.nathelper.nat_uac_test(_NATTED) > 0


def send_from(socket: str) -> None:
    KSR.corex.set_send_socket_name(socket)


def strip_ours() -> None:
    """Take away what only our own rooms may say.

    Kamailio compiles a pattern anew at each call from Python (0.1 ms), and Python's patterns that ignore case take as
    long over a message: words are looked for first, and names are removed.
    """
    message = text("$mb").lower()
    for name, lowered in _OURS_LOWERED:
        if lowered in message:
            KSR.hdr.remove(name)
    if _LIKE_OURS_SOMEWHERE.search(message):
        KSR.textops.remove_hf_re(_BEGIN_LIKE_OURS)


def strip_software() -> None:
    """Take away what tells of the programs behind us."""
    for name in _SOFTWARE:
        KSR.hdr.remove(name)
    if _OF_ASTERISK_LOWERED in text("$mb").lower():
        KSR.textops.remove_hf_re(_OF_ASTERISK)


def fell_silent() -> bool:
    """Say, in a failure route, whether nobody answered anything."""
    return KSR.tm.t_branch_timeout() > 0 and KSR.tm.t_branch_replied() < 0
