"""Tells the edge agent of the messages of calls: who said what, and what became of it here, without numbers.

Strangers' messages are told of once they have proved who they are: nobody shall crowd out what others ask for.
"""

import contextlib
import errno
import json
import os
import time

import KSR

from edge_proxy import heads, tellings
from edge_proxy.decisions import Peer, PeerKind, Request
from edge_proxy.lexis import Reading
from edge_proxy.tellings import NOTE, REQUEST, RESPONSE

_SETTINGS = json.loads(os.environ["EDGE_SCRIPT_SETTINGS"])
_ON = bool(_SETTINGS["tells_messages"])
_US = "us"
_WHO = {kind: kind.value for kind in PeerKind} | {PeerKind.OUTSIDE: "phone", PeerKind.NODE: "media-node"}
TRYING = 100


class _Pipe:
    """The way to the agent: a word wakes nobody, no worker waits, and where the agent is away or behind it is lost.

    Each process opens its own end at its first word, and none is said before the fork.
    """

    descriptor = -1
    path = f"{_SETTINGS['run']}/{tellings.PIPE_NAME}"

    @classmethod
    def write(cls, told: bytes) -> None:
        if cls.descriptor < 0:
            cls._open()
        try:
            os.write(cls.descriptor, told)
        except OSError as error:
            if error.errno != errno.EAGAIN:
                cls._close()

    @classmethod
    def _open(cls) -> None:
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


_UNTOLD: list[str] = []
"""Of the message that this process works on."""


def heard_call(request: Request, message: Reading) -> None:
    """Tell of an INVITE that begins a call."""
    if not _ON:
        return
    sender, whom, user = request.peer, request.target_user, request.from_user
    _say(REQUEST, sender, message, "INVITE", whom, user, call_id=request.call)


def heard_request(sender: Peer, message: Reading) -> None:
    """Tell of a request inside of a dialog."""
    method = message.method
    if not _ON or method not in heads.TOLD:
        return
    if method == "INVITE":
        _say(REQUEST, sender, message, method, _read("$rU"), header=message.said("from"))
    else:
        _say(REQUEST, sender, message, method, header=message.said("reason"))


def heard_reply(sender: Peer, message: Reading) -> None:
    """Tell of a response to one of these."""
    status, method = message.status, message.method
    if not _ON or status <= TRYING or method not in heads.TOLD:
        return
    _say(RESPONSE, sender, message, f"{status} {method}", "" if status in tellings.USUAL else _read("$rr"))


def _say(
    kind: str,
    sender: Peer,
    message: Reading,
    said: str,
    whom: str = "",
    user: str = "",
    *,
    header: str = "",
    call_id: str = "",
) -> None:
    _Told.name = name = message.said("call-id")
    now_ms = time.time_ns() // 1_000_000
    who = "carrier" if sender.is_carrier else "media-node" if sender.kind is PeerKind.NODE else _WHO[sender.kind]
    told = tellings.to_text(
        now_ms, name, kind, who, sender.address, said, whom, user, header, message.session, call_id
    )
    _UNTOLD.append(told)


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


def _say_of_us(name: str, words: str) -> None:
    _UNTOLD.append(tellings.to_text(time.time_ns() // 1_000_000, name, NOTE, _US, "", words))


def tell() -> None:
    """Tell the agent of the message at hand, and what became of it, in one go."""
    if not _UNTOLD:
        return
    whole = "".join(_UNTOLD).encode("utf-8", "replace")
    if len(whole) <= tellings.MOST_BYTES:
        _Pipe.write(whole)
    else:
        for each in _UNTOLD:
            _Pipe.write(each.encode("utf-8", "replace"))
    _UNTOLD.clear()


def _read(name: str) -> str:
    """Return a pseudo-variable as text; nothing of what is no UTF-8."""
    try:
        value = KSR.pv.get(name)
    except UnicodeDecodeError:
        return ""
    return "" if value is None else str(value)
