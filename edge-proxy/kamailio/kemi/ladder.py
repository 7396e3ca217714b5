"""Tells the edge agent of the messages of calls: who said what, and what became of it here, without numbers.

Strangers' messages are told of once they have proved who they are: nobody shall crowd out what others ask for.
"""

import contextlib
import errno
import json
import os
import time
from typing import NamedTuple

import KSR

from callmodel.ladder import HeadKind
from edge_proxy import heads
from edge_proxy.decisions import Peer, PeerKind, Request
from edge_proxy.lexis import Reading

_SETTINGS = json.loads(os.environ["EDGE_SCRIPT_SETTINGS"])
_ON = bool(_SETTINGS["tells_messages"])
_US = "us"
_WHO = {kind: kind.value for kind in PeerKind} | {PeerKind.OUTSIDE: "phone", PeerKind.NODE: "media-node"}
TRYING = 100
_USUAL = {180: "Ringing", 183: "Session Progress", 200: "OK", 487: "Request Terminated"}
"""What nobody writes otherwise."""


class _Pipe:
    """The way to the agent: a word wakes nobody, no worker waits, and where the agent is away or behind it is lost.

    Kamailio forks, so each process opens its own end at its first word.
    """

    pid = 0
    descriptor = -1
    path = f"{_SETTINGS['run']}/{heads.PIPE_NAME}"

    @classmethod
    def write(cls, line: bytes) -> None:
        if cls.pid != os.getpid() or cls.descriptor < 0:
            cls._open()
        try:
            os.write(cls.descriptor, line)
        except OSError as error:
            if error.errno != errno.EAGAIN:
                cls._close()

    @classmethod
    def _open(cls) -> None:
        cls.pid = os.getpid()
        with contextlib.suppress(OSError):
            cls.descriptor = os.open(cls.path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)

    @classmethod
    def _close(cls) -> None:
        if cls.descriptor >= 0:
            os.close(cls.descriptor)
            cls.descriptor = -1


class _Told:
    """The Call-ID of the message that this process works on, where it was told of."""

    name = ""


class _Head(NamedTuple):
    """What is to be told, and not yet put into words: a call waits for none of that."""

    at_ms: int
    name: str
    kind: HeadKind
    sender: str
    address: str
    words: str
    session: str = ""
    call_id: str = ""


_UNTOLD: list[_Head] = []
"""Of the message that this process works on."""


def heard_call(request: Request, message: Reading) -> None:
    """Tell of an INVITE that begins a call."""
    if not _ON:
        return
    _Told.name = name = message.said("call-id")
    words, sender = f"INVITE {heads.shown(request.target_user)}", request.peer
    if request.from_user:
        words += f" from {heads.shown(request.from_user)}"
    _say(name, HeadKind.REQUEST, sender, words, message, request.call)


def heard_request(sender: Peer, message: Reading) -> None:
    """Tell of a request inside of a dialog."""
    if not _ON or message.method not in heads.TOLD:
        return
    _Told.name = name = message.said("call-id")
    words = message.method
    if words == "INVITE":
        words += f" {heads.shown(_read('$rU'))}"
        if named := heads.user_in(message.said("from")):
            words += f" from {named}"
    elif why := message.said("reason"):
        words += f" ({heads.shown(why)})"
    _say(name, HeadKind.REQUEST, sender, words, message)


def heard_reply(sender: Peer, message: Reading) -> None:
    """Tell of a response to one of these."""
    if not _ON or message.status <= TRYING or message.method not in heads.TOLD:
        return
    _Told.name = name = message.said("call-id")
    words = f"{message.status} {_USUAL.get(message.status) or heads.shown(_read('$rr'))} ({message.method})"
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
    who = "carrier" if sender.is_carrier else _WHO[sender.kind]
    _UNTOLD.append(_Head(_now_ms(), name, kind, who, sender.address, words, message.session, call_id))


def _say_of_us(name: str, words: str) -> None:
    _UNTOLD.append(_Head(_now_ms(), name, HeadKind.NOTE, _US, "", words))


def tell() -> None:
    """Tell the agent of the message at hand, and what became of it, in one go."""
    if not _UNTOLD:
        return
    lines = [heads.to_line(*head[:6], heads.sound_of(head.session), head.call_id) for head in _UNTOLD]
    _UNTOLD.clear()
    whole = b"".join(lines)
    for piece in [whole] if len(whole) <= heads.MOST_BYTES else lines:
        _Pipe.write(piece)


def _read(name: str) -> str:
    """Return a pseudo-variable as text; nothing of what is no UTF-8."""
    try:
        value = KSR.pv.get(name)
    except UnicodeDecodeError:
        return ""
    return "" if value is None else str(value)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
