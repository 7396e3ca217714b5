"""HQ's forks to the phones of one station at a branch: each comes in an INVITE, and a transaction, of its own.

Their media is one call of rtpengine's, where whoever was told of last, by an offer too, has the caller's voice.  So
offers and answers of one call come one after the other here, and none after the first answer.  No media of a fork
goes while the guard looks for another's sockets.
"""

import contextlib
from collections.abc import Iterator

import KSR

from edge_proxy import sealing
from kemi import anchoring
from kemi.environment import text
from kemi.session import BEGINS, FORKED, Session, remembered

_ANSWERED = "answered"


def is_one(session: Session) -> bool:
    """Say whether a session is that of an INVITE beside which there may be others."""
    return BEGINS in session.marks and FORKED in session.marks


@contextlib.contextmanager
def one_by_one() -> Iterator[None]:
    """Let no other worker see to the media of the call at hand meanwhile."""
    name = _name()
    KSR.cfgutils.lock(name)
    try:
        yield
    finally:
        KSR.cfgutils.unlock(name)


def give_up() -> None:
    """Let go of the media of an INVITE that failed: of a fork, not while another's is seen to."""
    session = remembered()
    with one_by_one() if is_one(session) else contextlib.nullcontext():
        anchoring.give_up(session)


def is_answered() -> bool:
    """Say whether somebody has answered the call at hand."""
    return int(KSR.htable.sht_get(_ANSWERED, _name()) or 0) > 0


def note_answer() -> None:
    """Take note that somebody has, and that it went through."""
    KSR.htable.sht_sets(_ANSWERED, _name(), "1")


def _name() -> str:
    return sealing.name_of(KSR.kx.get_callid(), text("$ft"))
