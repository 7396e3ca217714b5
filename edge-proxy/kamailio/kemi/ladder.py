"""Tells the edge agent of the messages of calls: who said what, and what became of it here, without numbers.

Strangers' messages are told of once they have proved who they are: nobody shall crowd out what others ask for.
"""

import json
import os
import time

import KSR

from callmodel.ladder import HeadKind
from callmodel.vouched import from_header
from edge_proxy import heads
from edge_proxy.decisions import Peer, PeerKind
from edge_proxy.lexis import Reading
from kemi.mouth import Mouth

_SETTINGS = json.loads(os.environ["EDGE_SCRIPT_SETTINGS"])
_ON = bool(_SETTINGS["tells_messages"])
_MOUTH = Mouth(_SETTINGS["run"])
_US = "us"
_WHO = {PeerKind.OUTSIDE: "phone", PeerKind.NODE: "media-node"}
TRYING = 100


class _Told:
    """The Call-ID of the message that this process works on, where it was told of."""

    name = ""


def heard_request(sender: Peer, message: Reading) -> None:
    """Tell of a request."""
    if not _ON or message.method not in heads.TOLD:
        return
    _Told.name = name = message.said("call-id")
    call_id = ""
    if sender.kind is PeerKind.NODE and message.method == "INVITE":
        call_id = from_header(_read("$hdr(X-Trunkline)")).get("call", "")
    words = f"{message.method} {heads.shown(_read('$rU'))}".rstrip()
    if named := heads.user_in(message.said("from")):
        words += f" from {named}"
    if message.method != "INVITE" and (why := _read("$hdr(Reason)")):
        words += f" ({heads.shown(why)})"
    _say(name, HeadKind.REQUEST, sender, words, message, call_id)


def heard_reply(sender: Peer, message: Reading) -> None:
    """Tell of a response to one of these."""
    if not _ON or message.status <= TRYING or message.method not in heads.TOLD:
        return
    _Told.name = name = message.said("call-id")
    words = f"{message.status} {heads.shown(_read('$rr'))} ({message.method})"
    _say(name, HeadKind.RESPONSE, sender, words, message)


def answered(code: int, reason: str) -> None:
    """Tell of our own answer to the message at hand, if that was told of."""
    if _Told.name and _Told.name == KSR.kx.get_callid():
        note(f"answered {code} {reason}")


def note(words: str) -> None:
    """Tell of what was done, or found, with the call of the message at hand."""
    if _ON:
        _say_of_us(KSR.kx.get_callid(), words)


def note_account(account: str, words: str) -> None:
    """Tell of what was tried in an account's name."""
    if _ON:
        _say_of_us(heads.ACCOUNT + account, words)


def _say(name: str, kind: HeadKind, sender: Peer, words: str, message: Reading, call_id: str = "") -> None:
    who = "carrier" if sender.is_carrier else _WHO.get(sender.kind, sender.kind.value)
    sound = heads.sound_of(_read("$rb")) if message.has_session else ""
    _MOUTH.say(heads.to_datagram(_now_ms(), name, kind, who, sender.address, words, sound, call_id))


def _say_of_us(name: str, words: str) -> None:
    _MOUTH.say(heads.to_datagram(_now_ms(), name, HeadKind.NOTE, _US, "", words))


def _read(name: str) -> str:
    """Return a pseudo-variable as text; nothing of what is no UTF-8."""
    try:
        value = KSR.pv.get(name)
    except UnicodeDecodeError:
        return ""
    return "" if value is None else str(value)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
